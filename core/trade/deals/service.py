"""Commands of the two sides of a deal: sign, approve, leave, cancel, settle directly. Others are in `lifecycle`."""

from __future__ import annotations

from datetime import UTC, datetime, time

from sqlalchemy import or_, select

from core.kernel.database import check_version
from core.kernel.errors import NotAllowed, Refusal, Stale
from core.kernel.process import enter, step
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting, organisation_of, person_of
from core.people.companies.service import lock_rights
from core.trade.deals import events, rules
from core.trade.deals.access import check_step, decides, has_signed, party, sides, signs_alone
from core.trade.deals.commission import PlatformTerms
from core.trade.deals.lifecycle import carry_on, close, delivered_directly, still_due, tell, unwind
from core.trade.deals.model import APPROVE_AT_LEAST, APPROVE_WITHIN, DEAL, TERMS_VERSION, Deal, DealState, NoteOrder
from core.trade.offers.model import Terms
from core.trade.offers.quotes.service import quote_for
from core.trade.offers.service import offer_for

REF_LENGTH = 6  # 30 letters and digits: 729 million deals


# --- signing ----------------------------------------------------------------------------------------------------------


def sign_deal(ctx: Ctx, deal_id: str) -> Deal:
    """Sign for one's side; a side that has signed signs no second time. With both the deal awaits its money.

    What is signed never changes, so it does not matter which version of the deal the person saw.
    """
    deal, side = party(ctx, deal_id)
    if has_signed(deal, side):
        return deal
    _two_firms(ctx, deal)
    check_step(ctx, deal, "sign")
    step(ctx, DEAL, deal, "sign", (side,))
    if side == "buyer":
        deal.buyer_signed_by, deal.buyer_signed_at = ctx.actor.person, ctx.now
    else:
        deal.seller_signed_by, deal.seller_signed_at = ctx.actor.person, ctx.now
    ctx.announce(events.DealSigned(deal.id, deal.buyer, deal.seller, ctx.actor.person, side))
    if has_signed(deal, "buyer") and has_signed(deal, "seller"):
        signed_by_both(ctx, deal)
    ctx.session.flush()
    return deal


def _two_firms(ctx: Ctx, deal: Deal) -> None:
    """Raise Refusal if both sides say that they are the same firm: its trade with itself is no trade."""
    number, other = (organisation_of(ctx, each).vat_number for each in (deal.buyer, deal.seller))
    if number is not None and number == other:
        raise Refusal("deal.one_firm", number=number)


def back_out(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Leave before both have signed: nothing was promised yet, and the goods are for sale again."""
    deal, side = party(ctx, deal_id, expected_version)
    check_step(ctx, deal, "unsign")
    close(ctx, deal, "unsign", side)
    return deal


# --- cancelling -------------------------------------------------------------------------------------------------------


def cancel_deal(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Leave before the money is there."""
    deal, side = party(ctx, deal_id, expected_version)
    check_step(ctx, deal, "cancel")
    unwind(ctx, deal, "cancel", (side,))
    return deal


def ask_cancel(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Ask the other side to give up what is not on its way yet. Silence for three days means no."""
    deal, side = party(ctx, deal_id)
    if deal.cancel_asked_by == side and deal.state in (DealState.CANCEL_ASKED, DealState.FUNDED_DIRECT):
        return deal
    check_version(deal, expected_version)
    check_step(ctx, deal, "cancel_asked")
    step(ctx, DEAL, deal, "cancel_asked", (side,), deadlines=still_due(ctx, deal))
    deal.cancel_asked_by = side
    tell(ctx, deal, events.DealCancelAsked, side)
    return deal


def agree_cancel(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Agree to cancel: lots not yet dispatched are given up, the others run on.

    Raises Refusal while none of its money may move, as lots that are given up could not be refunded.
    """
    deal, _ = party(ctx, deal_id, expected_version)
    check_step(ctx, deal, "cancel_agreed")
    if deal.frozen is not None:
        raise Refusal("deal.frozen")
    if deal.state == DealState.FUNDED_DIRECT:
        DEAL.transition(deal.state, "cancel_agreed", sides(ctx, deal))
        close(ctx, deal, "cancel_agreed", "other")
    else:
        unwind(ctx, deal, "cancel_agreed", sides(ctx, deal))
    return deal


def refuse_cancel(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Say no to the other side: the deal goes on."""
    deal, _ = party(ctx, deal_id, expected_version)
    carry_on(ctx, deal, "cancel_refused", sides(ctx, deal))
    return deal


# --- paying without us ------------------------------------------------------------------------------------------------


def ask_direct(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Propose to settle between the two of them. Nothing changes before the other side agrees.

    If a buyer may not sign this amount alone, their company is asked first, as it approved held money.
    """
    deal, side = party(ctx, deal_id)
    if deal.direct_asked_by == side:
        return deal
    if deal.settlement == "held":
        raise Refusal("deal.always_held")
    check_version(deal, expected_version)
    check_step(ctx, deal, "direct_asked")
    if not decides(ctx, deal, side):
        return _want_direct(ctx, deal)
    step(ctx, DEAL, deal, "direct_asked", (side,))
    deal.direct_asked_by, deal.direct_requested_by = side, None
    tell(ctx, deal, events.DealDirectAsked, side)
    return deal


def agree_direct(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Say yes to it: no money is held here, and none is given back by us. The buyer's company may be asked first."""
    deal, side = party(ctx, deal_id, expected_version)
    DEAL.transition(deal.state, "direct_agreed", sides(ctx, deal))
    check_step(ctx, deal, "direct_agreed")
    if not decides(ctx, deal, side):
        return _want_direct(ctx, deal)
    step(ctx, DEAL, deal, "direct_agreed", sides(ctx, deal))
    deal.settlement, deal.direct_requested_by = "direct", None
    tell(ctx, deal, events.DealDirectAgreed)
    return deal


def refuse_direct(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Keep the payment protected, for the side that was asked or a decider of the buyer's company."""
    deal, _ = party(ctx, deal_id, expected_version)
    step(ctx, DEAL, deal, "direct_refused", sides(ctx, deal))
    only = deal.buyer if deal.direct_asked_by is None else None
    deal.direct_asked_by = deal.direct_requested_by = None
    tell(ctx, deal, events.DealDirectRefused, only)
    return deal


def _want_direct(ctx: Ctx, deal: Deal) -> Deal:
    if deal.direct_requested_by is None:
        step(ctx, DEAL, deal, "direct_wanted", ("buyer",))
        deal.direct_requested_by = ctx.actor.person
        ctx.announce(events.DealDirectRequested(deal.id, deal.buyer, deal.seller, ctx.actor.person, deal.buyer))
        ctx.session.flush()
    return deal


def say_paid(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Note the buyer's word to have paid the seller directly. Nothing is booked, and the seller still confirms."""
    deal, side = party(ctx, deal_id)
    if side == "buyer" and deal.buyer_paid_at is not None:
        return deal
    check_version(deal, expected_version)
    check_step(ctx, deal, "buyer_says_paid")
    step(ctx, DEAL, deal, "buyer_says_paid", (side,))
    deal.buyer_paid_at = ctx.now
    tell(ctx, deal, events.DealDirectSent)
    return deal


def confirm_money(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Confirm for the seller that a direct payment has come: the goods can be sent."""
    deal, side = party(ctx, deal_id, expected_version)
    step(ctx, DEAL, deal, "seller_confirms_money", (side,), deadlines=delivered_directly(ctx, deal))
    deal.cancel_asked_by = None
    tell(ctx, deal, events.DealDirectPaid)
    return deal


# --- seeing and beginning ---------------------------------------------------------------------------------------------


def deals_of(ctx: Ctx, organisation_id: str, limit: int = 20, before: str | None = None) -> list[Deal]:
    """Return an organisation's deals, the newest first; `before` is the last deal id of the page seen."""
    if ctx.actor.person is not None and acting(ctx).organisation_id != organisation_id:
        raise NotAllowed
    query = select(Deal).where(or_(Deal.buyer == organisation_id, Deal.seller == organisation_id))
    if before is not None:
        query = query.where(Deal.id < before)
    return list(ctx.session.scalars(query.order_by(Deal.id.desc()).limit(limit)))


def agree_deal(ctx: Ctx, offer_id: str, platform_terms: PlatformTerms) -> Deal:
    """Make the deal of an accepted offer, once."""
    known = ctx.session.scalar(select(Deal).where(Deal.offer_id == offer_id))
    if known is not None:
        return known
    offer = offer_for(ctx, offer_id)
    deal = _deal(ctx, offer.buyer, offer.seller, offer.terms, platform_terms)
    deal.listing_id, deal.offer_id = offer.listing_id, offer.id
    return _begin(ctx, deal)


def agree_quote(ctx: Ctx, quote_id: str, buyer: str, platform_terms: PlatformTerms) -> Deal:
    """Make the deal of a quote that was chosen, once."""
    known = ctx.session.scalar(select(Deal).where(Deal.quote_id == quote_id))
    if known is not None:
        return known
    quote = quote_for(ctx, quote_id)
    deal = _deal(ctx, buyer, quote.seller, quote.terms, platform_terms)
    deal.quote_id = quote.id
    return _begin(ctx, deal)


def _deal(ctx: Ctx, buyer: str, seller: str, terms: Terms, platform_terms: PlatformTerms) -> Deal:
    total = terms.total()
    buying, selling = (rules.Signatory(each, organisation_of(ctx, each).name) for each in (buyer, seller))
    return Deal(
        id=ctx.new_id(),
        ref=_free_ref(ctx),
        buyer=buyer,
        seller=seller,
        buyer_name=buying.name,
        seller_name=selling.name,
        terms_json=terms.as_json(),
        terms_hash=rules.terms_hash(terms, buying, selling, platform_terms.commission_bp, TERMS_VERSION),
        terms_version=TERMS_VERSION,
        amount_minor=total.minor,
        currency=total.currency,
        commission_bp=platform_terms.commission_bp,
        settlement=platform_terms.settled_by(total.currency),
        agreed_at=ctx.now,
    )


def _begin(ctx: Ctx, deal: Deal) -> Deal:
    enter(ctx, DEAL, deal, DEAL.initial)
    ctx.session.add(deal)
    ctx.session.flush()
    tell(ctx, deal, events.DealAgreed)
    return deal


def _free_ref(ctx: Ctx) -> str:
    while True:
        ref = ctx.ids.code(REF_LENGTH)
        if ctx.session.scalar(select(Deal.id).where(Deal.ref == ref)) is None:
            return ref


def signed_by_both(ctx: Ctx, deal: Deal) -> None:
    """Start a deal that both have signed, unless the buyer's company wants to look at what its member has signed."""
    assert deal.buyer_signed_by is not None, "the buyer has signed"
    # A signer who has left has taken their limit along, so the company looks at what they signed for it.
    still_here = person_of(ctx, deal.buyer_signed_by).organisation_id == deal.buyer
    lock_rights(ctx, deal.buyer_signed_by)
    if still_here and signs_alone(ctx, deal, deal.buyer_signed_by):
        step(ctx, DEAL, deal, "both_signed", ("system",))
        _counts(ctx, deal)
    else:
        deadlines = {"approval_expired": approve_by(deal, ctx.now)}
        step(ctx, DEAL, deal, "approval_needed", ("system",), deadlines=deadlines)
        tell(ctx, deal, events.DealApprovalNeeded)


def approve_by(deal: Deal, signed_at: datetime) -> datetime:
    """Return the time by which the company has to decide: before the delivery begins, where possible.

    `signed_at`: the moment at which both have signed. The seller waits, and cannot leave. At least a day is left to
    decide.
    """
    begins = datetime.combine(deal.terms.window_from, time(), UTC)
    return max(signed_at + APPROVE_AT_LEAST, min(signed_at + APPROVE_WITHIN, begins))


def approve_deal(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Approve what a colleague has signed: the deal awaits its money.

    Raises NotAllowed. The second to decide gets Stale with the person and time of the first decision.
    """
    deal = _to_decide(ctx, deal_id, expected_version)
    step(ctx, DEAL, deal, "approve", sides(ctx, deal))
    deal.decided_by, deal.decided_at = ctx.actor.person, ctx.now
    tell(ctx, deal, events.DealApproved)
    _counts(ctx, deal)
    return deal


def _counts(ctx: Ctx, deal: Deal) -> None:
    """Start the payment of a deal that needs no more consent, here or directly."""
    if deal.settlement == "direct":
        step(ctx, DEAL, deal, "settles_directly", ("system",))
        tell(ctx, deal, events.DealReadyDirectly)
    else:
        tell(ctx, deal, events.DealReadyToFund)


def refuse_deal(ctx: Ctx, deal_id: str, expected_version: int | None = None) -> Deal:
    """Refuse what a colleague has signed: the deal is closed, and neither side owes anything."""
    deal = _to_decide(ctx, deal_id, expected_version)
    DEAL.transition(deal.state, "refuse", sides(ctx, deal))
    deal.decided_by, deal.decided_at = ctx.actor.person, ctx.now
    close(ctx, deal, "refuse", "approver")
    return deal


def _to_decide(ctx: Ctx, deal_id: str, expected_version: int | None) -> Deal:
    deal, _ = party(ctx, deal_id)
    check_undecided(ctx, deal)
    check_version(deal, expected_version)
    return deal


def check_undecided(ctx: Ctx, deal: Deal) -> None:
    """Raise Stale with the person and time if the buyer's company has approved or refused the deal."""
    if deal.decided_by is not None and deal.decided_at is not None:
        name, at = person_of(ctx, deal.decided_by).name, deal.decided_at
        if deal.ended_by == "refuse":
            raise Stale("deal.refused_already", name=name, at=at)
        raise Stale("deal.approved_already", name=name, at=at)


def note_order(ctx: Ctx, deal_id: str, command: NoteOrder) -> Deal:
    """Note the buyer's own numbers for it, at any time. They change nothing of the agreement. Raises NotAllowed."""
    deal, side = party(ctx, deal_id)
    if side != "buyer":
        raise NotAllowed
    deal.purchase_order, deal.cost_centre = command.purchase_order or None, command.cost_centre or None
    ctx.session.flush()
    return deal
