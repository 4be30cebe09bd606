"""Access to a deal: its two sides, and the market's operators if neither side is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import func, select

from core.kernel.compiled_statements import read_again
from core.kernel.database import Row, check_version, existing
from core.kernel.errors import NotAllowed, NotFound
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting
from core.people.companies import rules as company_rules
from core.people.companies.model import Position
from core.people.companies.service import approves, check_position, rights_of
from core.trade.deals import rules
from core.trade.deals.model import DEAL, Deal, DealState, Side

# Position in the buyer's company that a step of a deal or a lot needs. Other steps are open to all of its people.
NEEDED_POSITIONS: Final[Mapping[str, Position]] = {
    **dict.fromkeys(
        ("sign", "unsign", "direct_asked", "direct_agreed", "cancel", "cancel_asked", "cancel_agreed"), Position.BUYER
    ),
    **dict.fromkeys(
        ("arrive", "not_arrived", "sample_sent", "weigh", "claim", "counter", "take_replacement", "referee_value"),
        Position.RECEIVER,
    ),
    **dict.fromkeys(
        ("buyer_says_paid", "accept", "accept_anyway", "take", "agree_value", "drop", "drop_asked", "drop_agreed"),
        Position.PAYER,
    ),
}


def deal_for(ctx: Ctx, deal_id: str) -> Deal:
    """Return a deal for its sides, an operator or the market itself. Raises NotFound, to strangers too."""
    deal = ctx.session.get(Deal, deal_id)
    if deal is None or (ctx.actor.person is not None and not sides(ctx, deal)):
        raise NotFound
    return deal


def deal_by_ref(ctx: Ctx, ref: str) -> Deal:
    """Return a deal by the reference that people read out and type."""
    deal_id = ctx.session.scalar(select(Deal.id).where(Deal.ref == ref.strip().upper()))
    if deal_id is None:
        raise NotFound
    return deal_for(ctx, deal_id)


def deal_of_quote(ctx: Ctx, quote_id: str) -> Deal | None:
    """Return the deal that a quote was made into, for its two sides."""
    deal = ctx.session.scalar(select(Deal).where(Deal.quote_id == quote_id))
    return deal if deal is not None and sides(ctx, deal) else None


def sides(ctx: Ctx, deal: Deal) -> frozenset[str]:
    """Return the actor's roles. A side has its own name, perhaps "other", "invited" or "approver"; an operator is no
    side.

    Empty for anybody else.
    """
    if ctx.actor.person is None:
        return frozenset()
    person = acting(ctx)
    side = rules.side_of(person.organisation_id, deal.buyer, deal.seller)
    if side is None and person.operator:
        return frozenset({"operator"})
    roles = rules.roles(side, deal.cancel_asked_by, deal.direct_asked_by)
    return roles | {"approver"} if side == "buyer" and _may_approve(ctx, deal, person) else roles


def _may_approve(ctx: Ctx, deal: Deal, person: Person) -> bool:
    """Return whether a deal waits for this person of the buyer's company. They never approve their own signature."""
    signed = deal.state == DealState.AWAITING_APPROVAL and person.id != deal.buyer_signed_by
    requested = deal.state == DealState.AWAITING_FUNDING and deal.direct_requested_by not in (None, person.id)
    return (signed or requested) and approves(ctx, person.id, deal.amount)


def may(ctx: Ctx, deal: Deal, of_colleagues: frozenset[str] | None = None) -> list[str]:
    """Return the actions on the deal open to the current actor. `of_colleagues`: if it is known already."""
    roles = sides(ctx, deal)
    done = {"direct_wanted"}  # the result of asking if the actor may not decide on this amount alone
    if any(has_signed(deal, side) for side in ("buyer", "seller") if side in roles):
        done.add("sign")
    if deal.direct_requested_by is not None and "buyer" in roles and not decides(ctx, deal, "buyer"):
        done |= {"direct_asked", "direct_agreed"}
    if deal.buyer_paid_at is not None:
        done.add("buyer_says_paid")
    if deal.direct_asked_by is not None or deal.settlement == "held":
        done.add("direct_asked")
    if deal.state == DealState.FUNDED_DIRECT and deal.cancel_asked_by is not None:
        done.add("cancel_asked")
    done |= steps_of_colleagues(ctx, deal) if of_colleagues is None else of_colleagues
    return [event for event in DEAL.open_to(deal.state, roles) if event not in done]


def steps_of_colleagues(ctx: Ctx, deal: Deal) -> frozenset[str]:
    """Return the steps that need a position which the actor has not: a colleague takes them."""
    if ctx.actor.person is None or (person := acting(ctx)).organisation_id != deal.buyer:
        return frozenset()
    rights = rights_of(ctx, person.id)
    return frozenset(event for event, needed in NEEDED_POSITIONS.items() if not rights.has(needed))


def check_step(ctx: Ctx, deal: Deal, event: str) -> None:
    """Raise NotAllowed, with the position that is needed, if a colleague has to take this step."""
    if event in steps_of_colleagues(ctx, deal):
        check_position(ctx, NEEDED_POSITIONS[event])


def signs_alone(ctx: Ctx, deal: Deal, person_id: str) -> bool:
    """Return whether this person may sign the deal for its buyer without an approval."""
    rights = rights_of(ctx, person_id)
    if rights.budget is None:
        return company_rules.signs_alone(rights, deal.amount, Money.zero(deal.currency))
    return company_rules.signs_alone(rights, deal.amount, _signed_this_month(ctx, deal, person_id))


def _signed_this_month(ctx: Ctx, deal: Deal, person_id: str) -> Money:
    """Return what the person has signed for the buyer in the month of this signature, without this deal.

    Deals that ended before they were paid do not count.
    """
    begins = company_rules.month_of(deal.buyer_signed_at or ctx.now)
    ends = company_rules.month_of(begins + timedelta(days=32))
    query = select(func.coalesce(func.sum(Deal.amount_minor), 0)).where(
        Deal.buyer == deal.buyer,
        Deal.buyer_signed_by == person_id,
        Deal.buyer_signed_at >= begins,
        Deal.buyer_signed_at < ends,
        Deal.currency == deal.currency,
        Deal.id != deal.id,
        Deal.state.not_in((DealState.CLOSED, DealState.CANCELLED)),
    )
    return Money(int(ctx.session.scalar(query) or 0), deal.currency)


def decides(ctx: Ctx, deal: Deal, side: str) -> bool:
    """Return whether the actor may give up the protection of the deal's money alone for this side."""
    return side == "seller" or signs_alone(ctx, deal, acting(ctx).id)


def check_release(ctx: Ctx, deal: Deal, amount: Money) -> None:
    """Raise NotAllowed if the actor works for the deal's buyer, and may not release this amount alone."""
    person = acting(ctx)
    if person.organisation_id != deal.buyer:
        return
    check_position(ctx, Position.PAYER)
    limit = rights_of(ctx, person.id).release_limit
    if not company_rules.within(limit, amount):
        raise NotAllowed("company.above_release_limit", limit=limit, amount=amount)


def party(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> tuple[Deal, Side]:
    """Return the deal, locked, and the actor's side. Raises NotFound to all others, Stale for an outdated card."""
    deal = locked(ctx, deal_id)
    side = rules.side_of(acting(ctx).organisation_id, deal.buyer, deal.seller)
    if side is None:
        raise NotFound
    check_version(deal, expected_version)
    return deal, side


def operated(ctx: Ctx, deal_id: str) -> Deal:
    """Return the deal, locked, for an operator who is no side of it. Raises NotAllowed."""
    deal = locked(ctx, deal_id)
    if "operator" not in sides(ctx, deal):
        raise NotAllowed
    return deal


def row_for(ctx: Ctx, kind: type[Row], row_id: str) -> Row:
    """Return a row of a deal that the actor may see. Raises NotFound, to strangers too."""
    row: Any = existing(ctx.session, kind, row_id)
    deal_for(ctx, row.deal_id)
    return cast("Row", row)


def row_locked(ctx: Ctx, kind: type[Row], row_id: str) -> tuple[Row, Deal]:
    """Return a row of a deal, and the deal, which is locked first as everywhere. Raises NotFound."""
    columns: Any = kind
    deal_id = ctx.session.scalar(select(columns.deal_id).where(columns.id == row_id))
    if deal_id is None:
        raise NotFound
    deal = locked(ctx, deal_id)
    return ctx.session.get_one(kind, row_id), deal


def locked(ctx: Ctx, deal_id: str) -> Deal:
    """Lock a deal, so that no other unit changes it until this unit is over.

    Lock it before closing a lot or moving its money. Otherwise two lots that close at once would each see the other
    open, and the deal would stay open.
    """
    read_again(ctx.session)
    query = select(Deal).where(Deal.id == deal_id).with_for_update()
    # A row read before the lock may have changed while we waited for it.
    deal = ctx.session.scalar(query, execution_options={"populate_existing": True})
    if deal is None:
        raise NotFound
    return deal


def has_signed(deal: Deal, side: str) -> bool:
    return (deal.buyer_signed_at if side == "buyer" else deal.seller_signed_at) is not None
