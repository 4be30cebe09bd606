"""Invoice service: let the market write a company's invoices, list them, and ask for one as a file."""

from __future__ import annotations

import base64
import hashlib
from datetime import date, datetime

from sqlalchemy import BindParameter, Integer, bindparam, func, or_, select

from core.books.invoicing import issuance, rules
from core.books.invoicing import pending_invoices as awaited
from core.books.invoicing.events import InvoiceDrawn
from core.books.invoicing.model import MARKET, Billing, Content, Drawn, Invoice, SetBilling, State, Wording
from core.kernel.errors import Invalid, NotAllowed, NotFound
from core.kernel.transaction import Ctx, person
from core.money.messages import DrawInvoice, MailInvoice
from core.people.accounts.letters import Enclosed, Letter
from core.people.accounts.service import acting, organisation_of, person_of, say_vat
from core.people.files.model import Checked
from core.people.files.service import keep

# --- the agreement ----------------------------------------------------------------------------------------------------


def billing_of(ctx: Ctx) -> Billing | None:
    """Return the invoice data of the acting person's company."""
    return ctx.session.get(Billing, acting(ctx).organisation_id)


def set_billing(ctx: Ctx, command: SetBilling, place: str) -> Billing:
    """Set a company's address on invoices, and whether the market writes them from now on.

    `place`: the message by which it was given. Raises Invalid where a company with a VAT number names no rate.
    """
    actor = acting(ctx)
    organisation = organisation_of(ctx, actor.organisation_id)
    if command.market_writes and organisation.country is None:
        raise Invalid("billing.country_needed", field="market_writes")
    if command.vat_number is not None or command.without_vat:
        say_vat(ctx, organisation, command.vat_number)
    if command.market_writes and organisation.vat_number is not None and command.home_bp is None:
        raise Invalid("billing.rate_needed", field="home_rate")
    billing = ctx.session.get(Billing, organisation.id)
    if billing is None:
        billing = Billing(organisation_id=organisation.id)
        ctx.session.add(billing)
    billing.address, billing.home_bp = command.address, command.home_bp
    if not command.market_writes:
        billing.agreed_at = billing.agreed_by = billing.agreed_in = None
    elif billing.agreed_at is None:
        billing.agreed_at, billing.agreed_by, billing.agreed_in = ctx.now, actor.id, place[:120]
    ctx.session.flush()
    issuance.ask_again(ctx, organisation.id)  # what has waited for the address, or for its VAT number
    return billing


def write_now(ctx: Ctx, invoice_id: str) -> Invoice:
    """Have an invoice written that is still a draft, or waits for its recipient's address. Its issuer has agreed.

    A draft may then wait as others do, for what a side has not said yet. Raises NotFound and NotAllowed.
    """
    invoice = invoice_for(ctx, invoice_id)
    if not may_write_now(ctx, invoice):
        raise NotAllowed
    issuance.have_written(ctx, invoice)
    return invoice


def may_write_now(ctx: Ctx, invoice: Invoice) -> bool:
    """Return whether its issuer can have it written.

    They must have agreed, and how it is taxed must be known here or still to come.
    """
    if invoice.issuer != acting(ctx).organisation_id or issuance.agreed(ctx, invoice.issuer) is None:
        return False
    lacks = awaited.missing(ctx, invoice)
    if invoice.state is not State.DRAFT:
        return lacks is not None and lacks.what == "address"
    content = issuance.content_of(ctx, invoice)
    if content is None:
        return invoice.corrects is None
    return content.tax is not None or awaited.lacking(ctx, invoice) is not None


def may_correct(ctx: Ctx, invoice: Invoice) -> bool:
    """Return whether the acting person may have it corrected, because a side or its VAT differs from the current one.

    The issuer may, if they have agreed that we write. If the market has issued it, its recipient may.
    """
    own, written = acting(ctx).organisation_id, invoice.content
    by_market = invoice.issuer == MARKET
    theirs = invoice.recipient == own if by_market else invoice.issuer == own and issuance.agreed(ctx, own) is not None
    if not theirs or written is None or invoice.corrects is not None:
        return False
    if issuance.credited(ctx, invoice) >= invoice.gross:
        return False
    now = issuance.content_now(ctx, invoice)
    if now is None or now.tax is None or awaited.lacking(ctx, invoice) is not None:
        return False
    return rules.stands_otherwise(written, now)


def correct(ctx: Ctx, invoice_id: str) -> Invoice:
    """Take back an invoice that says something wrong of a side by a credit note, and have it written again.

    Raises NotFound, and NotAllowed where nothing has changed or it is another's to ask for.
    """
    invoice = invoice_for(ctx, invoice_id)
    if not may_correct(ctx, invoice):
        raise NotAllowed
    issuance.correct(ctx, invoice)
    return invoice


# --- seeing -----------------------------------------------------------------------------------------------------------


_OWN: BindParameter[str] = bindparam("own")
_RECEIVED = (Invoice.recipient == _OWN) & Invoice.state.in_((State.DUE, State.ISSUED))
_LEFT = select(Invoice.issuer).where(Invoice.recipient == _OWN, Invoice.state == State.DRAFT).distinct()
_LEFT_OF = _LEFT.where(Invoice.subject == bindparam("subject"))
_VISIBLE = select(Invoice).where(or_(Invoice.issuer == _OWN, _RECEIVED))
_VISIBLE = _VISIBLE.order_by(Invoice.id.desc()).limit(bindparam("limit", type_=Integer))
_VISIBLE_OF = _VISIBLE.where(Invoice.subject == bindparam("subject"))


def invoices_of(ctx: Ctx, subject: str | None = None, limit: int = 50) -> list[Invoice]:
    """Return what the acting person's company has written or received, the latest first.

    `subject`: return all invoices of one deal or session. Only its issuer sees a draft. The recipient also sees an
    invoice that we cannot write yet, as their data may be missing.
    """
    own = acting(ctx).organisation_id
    if subject is None:
        return list(ctx.session.scalars(_VISIBLE, {"own": own, "limit": limit}))
    return list(ctx.session.scalars(_VISIBLE_OF, {"own": own, "limit": limit, "subject": subject}))


def left_to_issuers(ctx: Ctx, subject: str | None = None) -> list[str]:
    """Return the organisations that owe the acting person's company an invoice which they write themselves."""
    own = acting(ctx).organisation_id
    if subject is None:
        return list(ctx.session.scalars(_LEFT, {"own": own}))
    return list(ctx.session.scalars(_LEFT_OF, {"own": own, "subject": subject}))


def named_on_invoices(ctx: Ctx, subject: str, organisation_id: str) -> str:
    """Return a company's name on the invoices of a deal that both its sides have; empty if it has none."""
    issued = select(Invoice).where(Invoice.subject == subject, Invoice.state == State.ISSUED, Invoice.issuer != MARKET)
    for invoice in ctx.session.scalars(issued.order_by(Invoice.id.desc())):
        for side in (invoice.content.issuer, invoice.content.recipient) if invoice.content is not None else ():
            if side.id == organisation_id:
                return side.name
    return ""


def invoice_for(ctx: Ctx, invoice_id: str, *, awaited: bool = False) -> Invoice:
    """Return a document for its two sides, a draft for its issuer. Raises NotFound to everybody else.

    `awaited`: its recipient also sees one that is due, for it may wait for them.
    """
    invoice = ctx.session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound
    own = acting(ctx).organisation_id
    visible = {State.ISSUED, State.DUE} if awaited else {State.ISSUED}
    if invoice.issuer != own and (invoice.recipient != own or invoice.state not in visible):
        raise NotFound
    return invoice


def numbers_by_part(ctx: Ctx) -> dict[str, tuple[str, ...]]:
    """Return the numbers of the acting person's invoices by their lot or session, for a statement."""
    own = acting(ctx).organisation_id
    mine = or_(Invoice.issuer == own, Invoice.recipient == own)
    about = func.coalesce(Invoice.lot_id, Invoice.subject).label("part")
    issued = select(about, Invoice.number).where(Invoice.state == State.ISSUED)
    found: dict[str, tuple[str, ...]] = {}
    for row in ctx.session.execute(issued.where(mine).order_by(Invoice.id)):
        found[row.part] = (*found.get(row.part, ()), row.number)
    return found


# --- as a file --------------------------------------------------------------------------------------------------------


def ask_file(ctx: Ctx, invoice_id: str, where: str) -> Invoice:
    """Ask for an invoice, or the draft of one, as a file; it is drawn outside. Raises NotFound, Invalid.

    `where`: the chat that asks, to which it comes.
    """
    invoice, actor = invoice_for(ctx, invoice_id), acting(ctx)
    if issuance.content_of(ctx, invoice) is None:
        raise Invalid("invoice.side_unknown")
    drawn = ctx.session.get(Drawn, invoice.id)
    if drawn is not None:
        _hand_over(ctx, invoice, actor.id, where, drawn.content)
        return invoice
    ctx.enqueue(f"invoice:{invoice.id}", DrawInvoice(invoice=invoice.id, person=actor.id, where=where))
    return invoice


def to_draw(
    ctx: Ctx, invoice_id: str, wording: Wording, *, at: datetime, asker: str | None
) -> tuple[Content, str | None, date] | None:
    """Return the content to draw, in words, its number and date; None when there is nothing any more.

    Without a number it is a draft. It has the day of the request (`at`) and the asker's language.
    """
    invoice = ctx.session.get(Invoice, invoice_id)
    content = None if invoice is None else issuance.content_of(ctx, invoice)
    if invoice is None or content is None:
        return None
    day = invoice.issued_on or rules.day_in(content.issuer.zone, at)
    if invoice.number is None and asker is not None:
        content = content.model_copy(update={"language": person_of(ctx, asker).locale})
    if content.document_words is None:
        content = content.model_copy(update={"document_words": wording(content, invoice.number, day)})
    return content, invoice.number, day


def drawn(ctx: Ctx, invoice_id: str, person_id: str, where: str, content: bytes) -> None:
    """Hand over a drawn file. An issued invoice keeps its first one for ever; a draft is drawn again each time."""
    invoice = ctx.session.get_one(Invoice, invoice_id)
    _hand_over(ctx, invoice, person_id, where, _first(ctx, invoice, content))


def mail(ctx: Ctx, invoice_id: str, *, to: str, subject: str, text: str) -> None:
    """Have an invoice sent to an address, with the file in the letter."""
    ctx.enqueue(f"invoice:{invoice_id}", MailInvoice(invoice=invoice_id, to=to, subject=subject, text=text))


def enclosed(ctx: Ctx, mail: MailInvoice, content: bytes, ubl: bytes) -> None:
    """Send a letter with its files: the PDF, and the same for machines alone."""
    invoice = ctx.session.get_one(Invoice, mail.invoice)
    kinds = (("pdf", _first(ctx, invoice, content)), ("xml", ubl))
    files = tuple(
        Enclosed(name=f"{invoice.number}.{kind}", kind=kind, content=base64.b64encode(each).decode())
        for kind, each in kinds
    )
    ctx.enqueue(f"mail:{mail.to}", Letter(to=mail.to, subject=mail.subject, text=mail.text, files=files))


def _first(ctx: Ctx, invoice: Invoice, content: bytes) -> bytes:
    """Return the file as it was given out first; for a draft, this one."""
    if invoice.state is not State.ISSUED:
        return content
    known = ctx.session.get(Drawn, invoice.id)
    if known is None:
        known = Drawn(invoice_id=invoice.id, sha256=hashlib.sha256(content).hexdigest(), content=content)
        ctx.session.add(known)
        ctx.session.flush()
    return known.content


def _hand_over(ctx: Ctx, invoice: Invoice, person_id: str, where: str, content: bytes) -> None:
    name = f"{invoice.number or 'draft'}.pdf"
    file = Checked(name, "application/pdf", content, hashlib.sha256(content).hexdigest())
    kept = keep(ctx.acting_as(person(person_id)), file)
    ctx.announce(InvoiceDrawn(invoice.id, invoice.issuer, invoice.recipient, person_id, where, kept.id))
