"""A deal as a bank sees it: terms and their hash, signatures with their messages, lots, money."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from core.kernel.database import columns, plain
from core.kernel.money import Money
from core.kernel.process import timeline
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback
from core.money.chargebacks.rules import dispute_of
from core.money.disbursements.model import Disbursement, DisbursementKind
from core.money.disbursements.recovery import rows_of
from core.money.ledger import service as ledger
from core.people.accounts.model import ERASED_NAME, Person
from core.people.accounts.service import organisation_of
from core.trade.deals.model import Deal
from core.trade.delivery.model import Finding, Lot
from core.trade.funding.evidence.model import RecordedAct
from core.trade.funding.evidence.service import acts_of
from core.trade.funding.model import LotSettlement, Payment
from core.trade.offers.model import Offer
from core.trade.offers.quotes.model import Quote
from core.trade.requests.model import Request

LEFT: Final = "somebody who has left the market, and whose name was erased"

# Returns a company's name on the invoices of a deal; empty if it has none.
Named = Callable[[Ctx, str, str], str]


def record_of(ctx: Ctx, chargeback_id: str, named: Named) -> dict[str, Any]:
    """Return everything we have of a disputed deal, as plain values; the document is drawn from it.

    For a person or company that has left, the only name kept is the one on their invoices.
    """
    found = ctx.session.get_one(Chargeback, chargeback_id)
    deal = ctx.session.get_one(Deal, found.subject)
    lots = ctx.session.scalars(select(Lot).where(Lot.deal_id == deal.id).order_by(Lot.number)).all()
    findings = ctx.session.scalars(select(Finding).join(Lot).where(Lot.deal_id == deal.id).order_by(Finding.id))
    acts = acts_of(ctx, deal.id)
    people = names(ctx, [deal.buyer_signed_by, deal.seller_signed_by, *(each.person_id for each in acts)])
    return {
        **beginning(ctx, found, deal.amount),
        "deal": {
            "ref": deal.ref,
            "buyer": _company(ctx, deal, deal.buyer, named),
            "seller": _company(ctx, deal, deal.seller, named),
            "agreed_at": plain(deal.agreed_at),
            "amount": str(deal.amount),
            "settled": "between the two" if _directly(ctx, deal) else "through the market",
            "funded_at": plain(deal.funded_at),
            "state": deal.state,
            "terms": deal.terms_json,
            "terms_sha256": deal.terms_hash,
            "conditions_version": deal.terms_version,
            "commission_percent": str(Decimal(deal.commission_bp) / 100),
        },
        "signatures": [
            _signature(acts, people, side, person, at)
            for side, person, at in (
                ("buyer", deal.buyer_signed_by, deal.buyer_signed_at),
                ("seller", deal.seller_signed_by, deal.seller_signed_at),
            )
        ],
        "lots": [columns(lot) for lot in lots],
        "findings": [columns(each) for each in findings],
        "negotiation": _negotiation(ctx, deal),
        "timeline": [each for subject in (deal.id, *(lot.id for lot in lots)) for each in steps(ctx, subject)],
        "chat": [shown(each, people) for each in acts],
        "payments": [columns(each) for each in _rows(ctx, Payment, deal.id)],
        "settlements": [columns(each) for each in _rows(ctx, LotSettlement, deal.id)],
        "payouts_and_refunds": [{**columns(each), "to": _to(deal, each)} for each in rows_of(ctx, deal.id)],
        "books": ledger.books(ctx, deal.id),
    }


def beginning(ctx: Ctx, found: Chargeback, whole: Money) -> dict[str, Any]:
    """Return the first part of every record. `whole`: the amount in question if nothing has been taken."""
    return {
        "made_at": plain(ctx.now),
        "matter": found.subject_kind.value,
        "dispute": {
            "ref": dispute_of(found.ref),
            "payment": found.payment_id,
            "reason": found.reason,
            "amount": str(found.amount or whole),
            "opened_at": plain(found.opened_at),
        },
    }


def _company(ctx: Ctx, deal: Deal, organisation_id: str, named: Named) -> str:
    name = organisation_of(ctx, organisation_id).name
    return name if name != ERASED_NAME else named(ctx, deal.id, organisation_id) or LEFT


def _to(deal: Deal, row: Disbursement) -> str:
    if row.kind is DisbursementKind.REVERSAL:
        return "market"
    return "buyer" if row.kind is DisbursementKind.REFUND or row.payee == deal.buyer else "seller"


def _directly(ctx: Ctx, deal: Deal) -> bool:
    """Return whether the two sides settle directly, from the beginning or since they agreed to."""
    return deal.settlement == "direct" or any(each.event == "direct_agreed" for each in timeline(ctx.session, deal.id))


def _negotiation(ctx: Ctx, deal: Deal) -> list[dict[str, Any]]:
    """Return how the two sides agreed: the rounds of an offer, or the chosen quote on a request."""
    if deal.offer_id is not None:
        return [*steps(ctx, deal.offer_id), columns(ctx.session.get_one(Offer, deal.offer_id))]
    quote = ctx.session.get_one(Quote, deal.quote_id)
    asked = ctx.session.get_one(Request, quote.request_id)
    return [*steps(ctx, asked.id), columns(asked), columns(quote)]


def _rows(ctx: Ctx, kind: Any, deal_id: str) -> list[Any]:
    return list(ctx.session.scalars(select(kind).where(kind.deal_id == deal_id)))


def steps(ctx: Ctx, subject: str) -> list[dict[str, Any]]:
    return [
        {"at": plain(step.at), "process": step.process, "event": step.event, "from": step.source, "to": step.to}
        for step in timeline(ctx.session, subject)
    ]


def names(ctx: Ctx, ids: Iterable[str | None]) -> dict[str, str]:
    known = select(Person.id, Person.name).where(Person.id.in_({each for each in ids if each}))
    return {row.id: row.name if row.name != ERASED_NAME else LEFT for row in ctx.session.execute(known)}


def _signature(
    acts: list[RecordedAct], people: dict[str, str], side: str, person: str | None, at: datetime | None
) -> dict[str, Any]:
    """Return one side's signature; the message comes from the evidence mark of the same act."""
    sealed = next((each for each in acts if each.fact == "DealSigned" and each.about == side), None)
    return {
        "side": side,
        "person": people.get(person or "", ""),
        "at": plain(at),
        "message": sealed.came_by if sealed is not None else None,
    }


def shown(each: RecordedAct, people: dict[str, str]) -> dict[str, Any]:
    return {
        "at": plain(each.at),
        "who": people.get(each.person_id or "", "the market"),
        "did": each.fact,
        "about": each.about,
        "message": each.came_by,
        "said": each.text,
    }
