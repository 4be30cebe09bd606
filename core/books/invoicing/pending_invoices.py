"""Waiting invoices: what each waits for, and for how long. A reminder comes first; then it is written without.

With what is known it is written as to a private person (Directive 2006/112/EC, article 45). Data that only its issuer
can know is left to them. An invoice may not be later than the fifteenth of the month after the supply (article 222). So
the wait is shorter than that half a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from sqlalchemy import or_, select

from core.books.invoicing import rules
from core.books.invoicing.events import InvoiceAwaits
from core.books.invoicing.model import MARKET, Invoice, Kind, Party, State
from core.books.invoicing.parties import issuer_of, party_of, zone_of
from core.books.invoicing.vat import needs_address, tax_of, turns_on_number
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.rules import vat_is_known
from core.people.accounts.service import organisation_of

TIMER: Final = "invoice"
REMIND: Final = "remind"
OVER: Final = "over"
REMINDED_AFTER: Final = timedelta(days=7)
WAITS_FOR: Final = timedelta(days=10)
ASKED_AGAIN_AFTER: Final = timedelta(days=1)

What = Literal["country", "vat", "address"]
Then = Literal["private", "without_address", "left"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Data that an invoice cannot be written without, and the company that lacks it."""

    organisation: str
    what: What


def missing(ctx: Ctx, invoice: Invoice) -> Missing | None:
    """Return what a due invoice waits for: the issuer's data before the recipient's, and countries before all else."""
    return None if invoice.state is not State.DUE or invoice.corrects is not None else lacking(ctx, invoice)


def lacking(ctx: Ctx, invoice: Invoice) -> Missing | None:
    """Return the data of a side that an invoice could not be written without now."""
    companies = [organisation_of(ctx, side) for side in (invoice.issuer, invoice.recipient) if side != MARKET]
    for each in companies:
        if each.country is None:
            return Missing(each.id, "country")
    issuer, recipient = issuer_of(ctx, invoice), party_of(ctx, invoice.recipient)
    assert issuer is not None, "their countries are known"
    assert recipient is not None, "their countries are known"
    unsaid = {each.id for each in companies if not vat_is_known(each)}
    if issuer.id in unsaid:
        return Missing(issuer.id, "vat")
    kind, supply = invoice.kind, invoice.supply
    if recipient.id in unsaid and issuer.vat_number and turns_on_number(kind, issuer, recipient, supply):
        return Missing(recipient.id, "vat")
    tax = tax_of(kind, issuer, recipient, supply)
    if not recipient.address and needs_address(kind, issuer, tax, invoice.gross):
        return Missing(recipient.id, "address")
    return None


# --- while it waits ---------------------------------------------------------------------------------------------------


def wait(ctx: Ctx, invoice: Invoice, awaited: Missing) -> None:
    """Tell who has to say something, and by when."""
    if deadline_of(ctx.session, TIMER, invoice.id, OVER) is None:
        for event, after in ((REMIND, REMINDED_AFTER), (OVER, WAITS_FOR)):
            set_timer(ctx.session, Timer(TIMER, invoice.id, event, ctx.now + after))
    _announce_once(ctx, invoice, awaited)


def remind(ctx: Ctx, invoice_id: str) -> None:
    """Remind a company that was told once and has said nothing: a message may be lost, or forgotten."""
    invoice = ctx.session.get_one(Invoice, invoice_id)
    awaited = missing(ctx, invoice)
    if awaited is not None:
        _announce_once(ctx, invoice, awaited)


def then(invoice: Invoice, awaited: Missing) -> Then:
    """Return what becomes of the invoice if the awaited data does not come."""
    if awaited.what == "address":
        return "without_address"
    service = awaited.organisation == invoice.recipient and invoice.kind is not Kind.GOODS
    return "private" if service and (awaited.what == "vat" or invoice.issuer == MARKET) else "left"


def waits_until(ctx: Ctx, invoice: Invoice) -> date | None:
    """Return the day on which it is written without, by the clock where its recipient is at home."""
    timer = deadline_of(ctx.session, TIMER, invoice.id, OVER)
    return None if timer is None else rules.day_in(zone_of(organisation_of(ctx, invoice.recipient)), timer.due_at)


def as_at_home(ctx: Ctx, invoice: Invoice) -> Party | None:
    """Return a recipient who has not said where they are, as at home in the issuer's country.

    They count as no business anywhere else.
    """
    issuer = issuer_of(ctx, invoice)
    return None if issuer is None else party_of(ctx, invoice.recipient, else_at=issuer.country)


def _announce_once(ctx: Ctx, invoice: Invoice, awaited: Missing) -> None:
    """Once a day: of several that wait for the same, the first one asks."""
    mine = or_(Invoice.issuer == awaited.organisation, Invoice.recipient == awaited.organisation)
    earlier = select(Invoice).where(mine, Invoice.state == State.DUE, Invoice.id < invoice.id)
    that_day = ctx.session.scalars(earlier.where(Invoice.made_at > invoice.made_at - ASKED_AGAIN_AFTER))
    if not any(missing(ctx, each) == awaited for each in that_day):
        ctx.announce(InvoiceAwaits(invoice.id, invoice.issuer, invoice.recipient, awaited.organisation))
