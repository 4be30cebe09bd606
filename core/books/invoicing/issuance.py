"""Writes documents: noted with the event that makes them due, numbered in a transaction of their own.

An event of money only notes that something is to be invoiced. So no two sellers wait for each other's numbers. The
outbox message that follows has it written; a message that is delivered twice finds it written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, or_, select, update

from core.books.invoicing import pending_invoices, rules
from core.books.invoicing.events import InvoiceIssued
from core.books.invoicing.model import (
    MARKET,
    Billing,
    Content,
    Corrected,
    DocumentKind,
    Invoice,
    Kind,
    Party,
    Series,
    State,
    Supply,
    Wording,
)
from core.books.invoicing.parties import issuer_of, language_of, party_of
from core.books.invoicing.vat import tax_of, told_by
from core.kernel.database import add_unless_present
from core.kernel.money import Money
from core.kernel.timers import clear_timers
from core.kernel.transaction import Ctx
from core.money.messages import WriteInvoice
from core.trade.funding.rules import drawn

CORRECTED: Final = "corrected:"  # how the key of a credit note begins for which a corrected invoice is written


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be invoiced, once under its key. `subject`: the deal, session or purchase that it belongs to."""

    key: str
    kind: Kind
    issuer: str
    recipient: str
    subject: str
    gross: Money
    supply: Supply
    lot_id: str | None = None


# --- noted ------------------------------------------------------------------------------------------------------------


def note(ctx: Ctx, due: Due, market: Party) -> Invoice | None:
    """Something was supplied and paid. Without the issuer's agreement it stays a draft, for an invoice of their own.

    None when there is nothing to invoice, or when it was noted before.
    """
    if due.gross.minor <= 0 or due.issuer == due.recipient or _known(ctx, due.key):
        return None
    ours = due.issuer == MARKET
    made = Invoice(
        id=ctx.new_id(),
        key=due.key,
        kind=due.kind,
        document_kind=DocumentKind.INVOICE,
        state=State.DUE if ours or agreed(ctx, due.issuer) is not None else State.DRAFT,
        issuer=due.issuer,
        recipient=due.recipient,
        subject=due.subject,
        lot_id=due.lot_id,
        gross_minor=due.gross.minor,
        currency=due.gross.currency,
        made_at=ctx.now,
        supply_json=due.supply.model_dump(mode="json"),
        market_json=market.model_dump(mode="json") if ours else None,
    )
    return _added(ctx, made)


def note_credit(ctx: Ctx, key: str, invoices: list[Invoice], amount: Money) -> None:
    """Note the credit notes for an amount that was given back, one for each invoice concerned, the last first."""
    if _known(ctx, f"{key}:1"):
        return
    left = [(each.id, each.gross - credited(ctx, each)) for each in reversed(invoices)]
    known = {each.id: each for each in invoices}
    for number, (invoice_id, part) in enumerate(drawn(amount, left), 1):
        source = known[invoice_id]
        made = Invoice(
            id=ctx.new_id(),
            key=f"{key}:{number}",
            kind=source.kind,
            document_kind=DocumentKind.CREDIT_NOTE,
            state=State.DRAFT if source.state is State.DRAFT else State.DUE,
            issuer=source.issuer,
            recipient=source.recipient,
            subject=source.subject,
            lot_id=source.lot_id,
            gross_minor=part.minor,
            currency=source.currency,
            made_at=ctx.now,
            supply_json=source.supply_json,
            market_json=source.market_json,
            corrects=source.id,
        )
        _added(ctx, made)


def ask_again(ctx: Ctx, organisation_id: str) -> None:
    """Write what has waited for a company's country, which is known now."""
    mine = or_(Invoice.issuer == organisation_id, Invoice.recipient == organisation_id)
    for each in ctx.session.scalars(select(Invoice).where(mine, Invoice.state == State.DUE).order_by(Invoice.id)):
        _ask(ctx, each)


def credited(ctx: Ctx, invoice: Invoice) -> Money:
    """Return how much of an invoice was taken back, or is about to be."""
    back = select(func.coalesce(func.sum(Invoice.gross_minor), 0)).where(Invoice.corrects == invoice.id)
    return Money(int(ctx.session.scalar(back) or 0), invoice.currency)


def correct(ctx: Ctx, invoice: Invoice) -> None:
    """Take back what still stands of an issued invoice, and have it written again with what is known now."""
    left = invoice.gross - credited(ctx, invoice)
    note_credit(ctx, f"{CORRECTED}{invoice.id}", [invoice], left)
    made = Invoice(
        id=ctx.new_id(),
        key=f"anew:{invoice.id}",
        kind=invoice.kind,
        document_kind=DocumentKind.INVOICE,
        state=State.DUE,
        issuer=invoice.issuer,
        recipient=invoice.recipient,
        subject=invoice.subject,
        lot_id=invoice.lot_id,
        gross_minor=left.minor,
        currency=left.currency,
        made_at=ctx.now,
        supply_json=invoice.supply_json,
        market_json=invoice.market_json,
    )
    _added(ctx, made)


# --- written ----------------------------------------------------------------------------------------------------------


def write(ctx: Ctx, invoice_id: str, wording: Wording, *, as_it_is: bool = False, waited: bool = False) -> None:
    """Give it its number and its content, once. If a side is not known yet, it waits until it is.

    If only the issuer knows how it is taxed, it stays with them as a draft.
    `as_it_is`: its issuer would rather have it without the recipient's address than wait for that.
    `waited`: the wait was long enough, and the missing data did not come.
    """
    invoice = ctx.session.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice.state is not State.DUE:
        return
    lacks = pending_invoices.missing(ctx, invoice)
    if lacks is not None and not waited and not (as_it_is and lacks.what == "address"):
        pending_invoices.wait(ctx, invoice, lacks)
        return
    content = _content_without(ctx, invoice, lacks) if lacks is not None else content_of(ctx, invoice)
    if content is None and lacks is None:
        return  # a credit note, whose invoice is not written yet
    clear_timers(ctx.session, pending_invoices.TIMER, invoice.id)
    if content is None or content.tax is None:
        invoice.state = State.DRAFT
        ctx.session.flush()
        return
    if invoice.corrects is None:  # a credit note is in the language of its invoice
        content = content.model_copy(update={"language": language_of(ctx, invoice.recipient)})
    invoice.net_minor, invoice.vat_minor = content.sums.net, content.sums.vat
    invoice.issued_on = rules.day_in(content.issuer.zone, ctx.now)
    invoice.year, invoice.series = invoice.issued_on.year, rules.series_of(invoice.issuer, invoice.document_kind)
    invoice.serial = _next_serial(ctx, invoice.issuer, invoice.year, invoice.series)
    invoice.number = rules.number_of(invoice.series, invoice.year, invoice.serial)
    words = wording(content, invoice.number, invoice.issued_on)
    invoice.content_json = content.model_copy(update={"document_words": words}).model_dump(mode="json")
    invoice.state = State.ISSUED
    ctx.announce_change(InvoiceIssued(invoice.id, invoice.issuer, invoice.recipient))
    for credit in ctx.session.scalars(select(Invoice).where(Invoice.corrects == invoice.id)):
        _ask(ctx, credit)  # one that was noted before had to wait for the number that it takes back


def have_written(ctx: Ctx, invoice: Invoice) -> None:
    """Have an invoice written now, as its issuer asks: a draft, or one that waits for the buyer's address."""
    is_due = invoice.state is State.DUE
    if not is_due:
        invoice.state = State.DUE
        ctx.session.flush()
    _ask(ctx, invoice, as_it_is=is_due)


def waited(ctx: Ctx, invoice_id: str) -> None:
    """End the wait for missing data: the invoice is written without it, or left to its issuer."""
    invoice = ctx.session.get_one(Invoice, invoice_id)
    if invoice.state is State.DUE:
        _ask(ctx, invoice, waited=True)


def content_of(ctx: Ctx, invoice: Invoice) -> Content | None:
    """Return all that stands on it, as it was issued, or would be issued now. None: a side's country is not known."""
    if invoice.content is not None:
        return invoice.content
    return _credit_content(ctx, invoice) if invoice.corrects is not None else content_now(ctx, invoice)


def _content_without(ctx: Ctx, invoice: Invoice, lacks: pending_invoices.Missing) -> Content | None:
    """Return all that stands on it without the missing data; None where its issuer alone could know it."""
    if pending_invoices.then(invoice, lacks) == "left":
        return None
    return content_now(ctx, invoice, pending_invoices.as_at_home(ctx, invoice))


def content_now(ctx: Ctx, invoice: Invoice, to: Party | None = None) -> Content | None:
    """Return all that would stand on an invoice written now. `to`: its recipient, where they are not as they say."""
    issuer, recipient = issuer_of(ctx, invoice), to or party_of(ctx, invoice.recipient)
    if issuer is None or recipient is None:
        return None
    tax = told_by(issuer, tax_of(invoice.kind, issuer, recipient, invoice.supply), invoice.currency)
    agreement = agreed(ctx, invoice.issuer)
    since = agreement.agreed_at if agreement is not None else None
    return Content(
        issuer=issuer,
        recipient=recipient,
        supply=invoice.supply,
        tax=tax,
        sums=rules.sums_of(invoice.gross_minor, tax.rate_bp if tax is not None else 0),
        currency=invoice.currency,
        in_name_of=rules.day_in(issuer.zone, since) if since is not None else None,
    )


def _credit_content(ctx: Ctx, note_: Invoice) -> Content | None:
    """Return the content of a credit note: the parties, rate and language of the invoice that it takes back."""
    source = ctx.session.get_one(Invoice, note_.corrects)
    invoiced = content_of(ctx, source)
    if invoiced is None or source.number is None or source.issued_on is None:
        return None  # the invoice is not written yet: it comes first, and asks for this one
    earlier = select(func.coalesce(func.sum(Invoice.gross_minor), 0)).where(
        Invoice.corrects == source.id, Invoice.state == State.ISSUED
    )
    before = int(ctx.session.scalar(earlier) or 0)
    rate = invoiced.tax.rate_bp if invoiced.tax is not None else 0
    sums = rules.credit_sums(source.gross_minor, before, note_.gross_minor, rate)
    rewritten = note_.key.startswith(CORRECTED)
    corrected = Corrected(number=source.number, issued_on=source.issued_on, replaces=rewritten)
    return invoiced.model_copy(update={"sums": sums, "corrects": corrected, "document_words": None})


def _next_serial(ctx: Ctx, issuer: str, year: int, series: str) -> int:
    """Return the next number, held until this transaction is over. If it is undone, the next one gets the number."""
    add_unless_present(ctx.session, Series, issuer=issuer, year=year, series=series, last=0)
    mine = (Series.issuer == issuer) & (Series.year == year) & (Series.series == series)
    numbered = update(Series).where(mine).values(last=Series.last + 1).returning(Series.last)
    return int(ctx.session.execute(numbered, execution_options={"synchronize_session": False}).scalar_one())


# --- who --------------------------------------------------------------------------------------------------------------


def agreed(ctx: Ctx, organisation_id: str) -> Billing | None:
    """Return the agreement by which the market writes in a company's name; None without one."""
    billing = ctx.session.get(Billing, organisation_id)
    return billing if billing is not None and billing.agreed_at is not None else None


# --- steps that more than one of them take ----------------------------------------------------------------------------


def _known(ctx: Ctx, key: str) -> bool:
    return ctx.session.scalar(select(Invoice.id).where(Invoice.key == key)) is not None


def _added(ctx: Ctx, made: Invoice) -> Invoice:
    ctx.session.add(made)
    ctx.session.flush()
    if made.state is State.DUE:
        _ask(ctx, made)
    return made


def _ask(ctx: Ctx, invoice: Invoice, *, as_it_is: bool = False, waited: bool = False) -> None:
    ctx.enqueue(f"invoice:{invoice.id}", WriteInvoice(invoice=invoice.id, as_it_is=as_it_is, waited=waited))
