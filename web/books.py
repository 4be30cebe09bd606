"""The books as a page shows them: deals and sessions with their T-accounts and entries, and the invariants."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from core.advice.sessions.model import Booking
from core.books.audit.service import invariants
from core.kernel import plain_text
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.ledger import service as ledger
from core.money.ledger.accounts import (
    COMMISSION,
    PROVIDER,
    PROVIDER_FEES,
    buyer_credit,
    escrow,
    payable,
    receivable,
    refund_due,
)
from core.money.ledger.model import Entry
from core.people.accounts.model import ERASED_NAME, Organisation, Person
from core.people.accounts.service import organisation_of, person_of
from core.trade.deals.access import deal_for
from core.trade.deals.model import Deal
from core.trade.delivery.service import lots_of
from core.trade.reviews.model import Review
from web.deadlines import next_deadlines

LATEST: Final = 10  # deals, and sessions; a page is no archive
GONE: Final = "somebody who has left"
ACCOUNT_NAMES: Final = {
    PROVIDER: "At the payment provider",
    PROVIDER_FEES: "The provider's fees",
    COMMISSION: "The market's commission",
}


def all_books(ctx: Ctx) -> dict[str, Any]:
    """Return the latest deals and sessions, newest first, all invariants, and the next deadlines."""
    found = invariants(ctx)
    latest = ctx.session.scalars(select(Deal).order_by(Deal.id.desc()).limit(LATEST)).all()
    with_money = select(Entry.deal_id).where(Entry.deal_id == Booking.id).exists()
    bookings = ctx.session.scalars(select(Booking).where(with_money).order_by(Booking.id.desc()).limit(LATEST)).all()
    return {
        "deals": [_deal(ctx, deal) for deal in latest],
        "sessions": [_session(ctx, booking) for booking in bookings],
        "invariants": [{"name": each.name, "why": each.why, "ok": each.ok, "detail": each.detail} for each in found],
        "deadlines": next_deadlines(ctx),
    }


def books_of(ctx: Ctx, deal_id: str) -> dict[str, Any]:
    """Return one deal's books. Raises NotFound."""
    return _deal(ctx, deal_for(ctx, deal_id))


def _deal(ctx: Ctx, deal: Deal) -> dict[str, Any]:
    buyer, seller = (_named(organisation_of(ctx, each)) for each in (deal.buyer, deal.seller))
    names = {
        escrow(deal.id): "Held for the deal",
        payable(deal.seller): f"Owed to {seller}",
        refund_due(deal.id): f"Owed back to {buyer}",
        buyer_credit(deal.buyer): f"Paid too much by {buyer}, and theirs",
        receivable(deal.seller): f"To come back from {seller}",
    }
    return {
        "id": deal.id,
        "title": f"{deal.ref} · {deal.terms.quantity} {deal.terms.product_id.replace('_', ' ')}",
        "state": deal.state,
        "buyer": buyer,
        "seller": seller,
        "amount": _words(deal.amount),
        **_moved(ctx, deal.id, names),
        "lots": [{"number": lot.number, "state": lot.state} for lot in lots_of(ctx, deal.id)],
        "ratings": _rated(ctx, deal),
    }


def _session(ctx: Ctx, booking: Booking) -> dict[str, Any]:
    """Show a session like a deal: the seeker is its buyer, the consultant its seller."""
    seeker, consultant = (_named(person_of(ctx, each)) for each in (booking.seeker, booking.consultant))
    names = {
        escrow(booking.id): "Held for the session",
        payable(booking.consultant_org): f"Owed to {consultant}",
        refund_due(booking.id): f"Owed back to {seeker}",
    }
    return {
        "id": booking.id,
        "title": f"{booking.ref} · {booking.length} minutes of advice",
        "state": booking.state,
        "buyer": seeker,
        "seller": consultant,
        "amount": _words(booking.price),
        **_moved(ctx, booking.id, names),
    }


def _named(party: Organisation | Person) -> str:
    return GONE if party.name == ERASED_NAME else plain_text.name(party.name)


def _moved(ctx: Ctx, subject: str, names: dict[str, str]) -> dict[str, Any]:
    """Return the T-accounts and entries of a deal or a session."""
    names, books = {**ACCOUNT_NAMES, **names}, ledger.books(ctx, subject)
    return {
        "accounts": [
            {
                "name": names.get(each["account"], each["account"]),
                "balance": _words(Money(each["balance"], each["currency"])),
            }
            for each in books["accounts"]
        ],
        "entries": [
            {"at": each["at"], "memo": each["memo"], "postings": [_posting(leg, names) for leg in each["postings"]]}
            for each in books["entries"]
        ],
    }


def _posting(leg: dict[str, Any], names: dict[str, str]) -> dict[str, str]:
    """Return a posting in words: debits are written plain, credits with a minus before them."""
    amount = _words(Money(leg["amount"], leg["currency"]))
    return {
        "account": names.get(leg["account"], leg["account"]),
        "amount": f"{'−' * (leg['side'] == 'credit')}{amount}",
    }


def _rated(ctx: Ctx, deal: Deal) -> list[str]:
    """Return which sides have written their review. The reviews' contents may still be sealed."""
    authors = ctx.session.scalars(select(Review.author).where(Review.deal_id == deal.id)).all()
    return [side for side, organisation in (("buyer", deal.buyer), ("seller", deal.seller)) if organisation in authors]


def _words(money: Money) -> str:
    return f"{money.amount:,f} {money.currency}".replace("-", "−")
