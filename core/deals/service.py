"""What the two sides do with a deal, and what the market tells it: signed, paid, delivered, settled."""

from __future__ import annotations

from sqlalchemy import or_, select

from core.deals import rules
from core.deals.events import (
    DealAgreed,
    DealCancelAsked,
    DealCancelled,
    DealCancelRefused,
    DealClosed,
    DealCompleted,
    DealFact,
    DealFunded,
    DealReadyToFund,
    DealRunsOn,
    DealSettling,
    DealSigned,
    DealUnwinding,
)
from core.deals.model import DEAL, Deal, Side
from core.kernel.errors import NotAllowed, NotFound, Stale
from core.kernel.process import enter, step
from core.kernel.transaction import Ctx
from core.listings.service import give_back
from core.offers.service import offer_for
from core.people.service import acting

REF_LENGTH = 6  # 30 letters and digits: 729 million deals


# --- what people do ---------------------------------------------------------------------------------------------------


def sign_deal(ctx: Ctx, deal_id: str) -> Deal:
    """Sign for one's side; a side that has signed signs no second time. With both the deal awaits its money.

    What is signed never changes, so it does not matter which version of the deal the person saw.
    """
    deal, side = _party(ctx, deal_id)
    if _has_signed(deal, side):
        return deal
    step(ctx, DEAL, deal, "sign", (side,))
    if side == "buyer":
        deal.buyer_signed_by, deal.buyer_signed_at = ctx.actor.person, ctx.now
    else:
        deal.seller_signed_by, deal.seller_signed_at = ctx.actor.person, ctx.now
    ctx.announce(DealSigned(deal.id, deal.buyer, deal.seller, ctx.actor.person, side))
    if _has_signed(deal, "buyer") and _has_signed(deal, "seller"):
        step(ctx, DEAL, deal, "both_signed", ("system",))
        _tell(ctx, deal, DealReadyToFund)
    ctx.session.flush()
    return deal


def back_out(ctx: Ctx, deal_id: str, seen: int | None = None) -> Deal:
    """Leave before both have signed: nothing was promised yet, and the goods go back on the shelf."""
    deal, side = _party(ctx, deal_id)
    _check_seen(deal, seen)
    _close(ctx, deal, "unsign", side)
    return deal


def cancel_deal(ctx: Ctx, deal_id: str, seen: int | None = None) -> Deal:
    """Leave before the money is there."""
    deal, side = _party(ctx, deal_id)
    _check_seen(deal, seen)
    _unwind(ctx, deal, "cancel", (side,))
    return deal


def ask_cancel(ctx: Ctx, deal_id: str, seen: int | None = None) -> Deal:
    """Ask the other side to give up what is not on its way yet. Silence for three days means no."""
    deal, side = _party(ctx, deal_id)
    if deal.state == "cancel_asked" and deal.cancel_asked_by == side:
        return deal
    _check_seen(deal, seen)
    step(ctx, DEAL, deal, "cancel_asked", (side,))
    deal.cancel_asked_by = side
    ctx.announce(DealCancelAsked(deal.id, deal.buyer, deal.seller, ctx.actor.person, side))
    ctx.session.flush()
    return deal


def agree_cancel(ctx: Ctx, deal_id: str, seen: int | None = None) -> Deal:
    """Say yes to the other side: lots not yet dispatched are given up, the others run on."""
    deal, _ = _party(ctx, deal_id)
    _check_seen(deal, seen)
    _unwind(ctx, deal, "cancel_agreed", sides(ctx, deal))
    return deal


def refuse_cancel(ctx: Ctx, deal_id: str, seen: int | None = None) -> Deal:
    """Say no to the other side: the deal goes on."""
    deal, _ = _party(ctx, deal_id)
    _check_seen(deal, seen)
    _carry_on(ctx, deal, "cancel_refused", sides(ctx, deal))
    return deal


# --- what people see --------------------------------------------------------------------------------------------------


def deal_for(ctx: Ctx, deal_id: str) -> Deal:
    """A deal for one of its two sides (or the house itself). Raises NotFound, to strangers too."""
    deal = ctx.session.get(Deal, deal_id)
    if deal is None or (ctx.actor.person is not None and not sides(ctx, deal)):
        raise NotFound
    return deal


def deal_by_ref(ctx: Ctx, ref: str) -> Deal:
    """The same, by what people read out and type."""
    deal_id = ctx.session.scalar(select(Deal.id).where(Deal.ref == ref.strip().upper()))
    if deal_id is None:
        raise NotFound
    return deal_for(ctx, deal_id)


def deals_of(ctx: Ctx, organisation_id: str, limit: int = 20, before: str | None = None) -> list[Deal]:
    """An organisation's deals, the newest first; `before` is the last deal id of the page seen."""
    if ctx.actor.person is not None and acting(ctx).organisation_id != organisation_id:
        raise NotAllowed
    query = select(Deal).where(or_(Deal.buyer == organisation_id, Deal.seller == organisation_id))
    if before is not None:
        query = query.where(Deal.id < before)
    return list(ctx.session.scalars(query.order_by(Deal.id.desc()).limit(limit)))


def sides(ctx: Ctx, deal: Deal) -> frozenset[str]:
    """The roles of who acts: "buyer" or "seller", and "other" when asked to cancel. Empty for anybody else."""
    if ctx.actor.person is None:
        return frozenset()
    side = rules.side_of(acting(ctx).organisation_id, deal.buyer, deal.seller)
    return rules.roles(side, deal.cancel_asked_by)


def may(ctx: Ctx, deal: Deal) -> list[str]:
    """What who acts may do with the deal now: the buttons."""
    roles = sides(ctx, deal)
    signed = any(_has_signed(deal, side) for side in ("buyer", "seller") if side in roles)
    return [event for event in DEAL.open_to(deal.state, roles) if not (event == "sign" and signed)]


# --- what the market tells it -----------------------------------------------------------------------------------------


def locked(ctx: Ctx, deal_id: str) -> Deal:
    """A deal that nobody else changes until this unit is over. Whoever closes a lot or moves its money holds it.

    Two lots that close at once would otherwise each see the other open, and nobody would close the deal.
    """
    query = select(Deal).where(Deal.id == deal_id).with_for_update()
    # What was read before the lock may have changed while we waited for it.
    deal = ctx.session.scalar(query, execution_options={"populate_existing": True})
    if deal is None:
        raise NotFound
    return deal


def agree_deal(ctx: Ctx, offer_id: str, commission_bp: int) -> Deal:
    """Make the deal of an accepted offer, once."""
    known = ctx.session.scalar(select(Deal).where(Deal.offer_id == offer_id))
    if known is not None:
        return known
    offer = offer_for(ctx, offer_id)
    terms = offer.terms
    total = terms.total()
    deal = Deal(
        id=ctx.new_id(),
        ref=_free_ref(ctx),
        listing_id=offer.listing_id,
        offer_id=offer.id,
        buyer=offer.buyer,
        seller=offer.seller,
        terms_json=terms.as_json(),
        terms_hash=rules.terms_hash(terms, offer.buyer, offer.seller, commission_bp),
        amount_minor=total.minor,
        currency=total.currency,
        commission_bp=commission_bp,
        agreed_at=ctx.now,
    )
    enter(ctx, DEAL, deal, DEAL.initial)
    ctx.session.add(deal)
    ctx.session.flush()
    _tell(ctx, deal, DealAgreed)
    return deal


def money_complete(ctx: Ctx, deal_id: str) -> None:
    """The whole amount is held."""
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, "money_complete", ("provider",))
    deal.funded_at = ctx.now
    _tell(ctx, deal, DealFunded)


def all_lots_closed(ctx: Ctx, deal_id: str) -> None:
    """No lot is open any more. A deal that unwinds ends with its refunds instead."""
    deal = locked(ctx, deal_id)
    if deal.state in ("funded", "cancel_asked"):
        step(ctx, DEAL, deal, "all_lots_closed", ("system",))
        _tell(ctx, deal, DealSettling)


def lots_run_on(ctx: Ctx, deal_id: str) -> None:
    """Some lots were already on their way when the rest was cancelled."""
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, "lots_run_on", ("system",))
    deal.cancel_asked_by = None
    deal.ended_by = None
    _tell(ctx, deal, DealRunsOn)


def paid_out(ctx: Ctx, deal_id: str) -> None:
    """All its money has arrived where it belongs."""
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, "paid_out", ("system",))
    _tell(ctx, deal, DealCompleted)


def refunded(ctx: Ctx, deal_id: str) -> None:
    """Nothing of a deal that was called off is held any more."""
    deal = locked(ctx, deal_id)
    step(ctx, DEAL, deal, "refunded", ("system",))
    ctx.announce(DealCancelled(deal.id, deal.buyer, deal.seller, ctx.actor.person, deal.ended_by or ""))


def time_is_up(ctx: Ctx, deal_id: str, event: str) -> None:
    """A deadline of the deal's present state has passed."""
    deal = locked(ctx, deal_id)
    match event:
        case "sign_expired":
            _close(ctx, deal, event, "time")
        case "funding_expired":
            _unwind(ctx, deal, event, ("time",))
        case "cancel_silent":
            _carry_on(ctx, deal, event, ("time",))
        case _:
            raise ValueError(f"a deal has no deadline {event}")


# --- steps that more than one of them take ----------------------------------------------------------------------------


def _party(ctx: Ctx, deal_id: str) -> tuple[Deal, Side]:
    deal = locked(ctx, deal_id)
    side = rules.side_of(acting(ctx).organisation_id, deal.buyer, deal.seller)
    if side is None:
        raise NotFound
    return deal, side


def _check_seen(deal: Deal, seen: int | None) -> None:
    if seen is not None and seen != deal.version:
        raise Stale


def _has_signed(deal: Deal, side: str) -> bool:
    return (deal.buyer_signed_at if side == "buyer" else deal.seller_signed_at) is not None


def _tell(ctx: Ctx, deal: Deal, fact: type[DealFact]) -> None:
    ctx.announce(fact(deal.id, deal.buyer, deal.seller, ctx.actor.person))
    ctx.session.flush()


def _close(ctx: Ctx, deal: Deal, event: str, role: str) -> None:
    step(ctx, DEAL, deal, event, (role,))
    deal.ended_by = event
    give_back(ctx, deal.listing_id, deal.terms.quantity)
    ctx.announce(DealClosed(deal.id, deal.buyer, deal.seller, ctx.actor.person, event))
    ctx.session.flush()


def _unwind(ctx: Ctx, deal: Deal, event: str, roles: tuple[str, ...] | frozenset[str]) -> None:
    step(ctx, DEAL, deal, event, roles)
    deal.ended_by = event
    ctx.announce(DealUnwinding(deal.id, deal.buyer, deal.seller, ctx.actor.person, event))
    ctx.session.flush()


def _carry_on(ctx: Ctx, deal: Deal, event: str, roles: tuple[str, ...] | frozenset[str]) -> None:
    step(ctx, DEAL, deal, event, roles)
    deal.cancel_asked_by = None
    ctx.announce(DealCancelRefused(deal.id, deal.buyer, deal.seller, ctx.actor.person, event))
    ctx.session.flush()


def _free_ref(ctx: Ctx) -> str:
    while True:
        ref = ctx.ids.code(REF_LENGTH)
        if ctx.session.scalar(select(Deal.id).where(Deal.ref == ref)) is None:
            return ref
