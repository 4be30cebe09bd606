"""The sentence of each event about each subject, and how sentences are collected until the unit of work ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conversations.chargeback_sentences import loss_told
from conversations.differences import told_of
from core.kernel.transaction import MARKET as ON_BEHALF_OF_MARKET
from core.kernel.transaction import Ctx
from core.money.chargebacks import events as chargebacks
from core.money.disbursements import events as disbursements
from core.money.disbursements.model import POSTED_AS
from core.money.model import SubjectKind
from core.trade.deals import events as deal
from core.trade.deals.access import deal_for
from core.trade.deals.messages import DealLineWritten
from core.trade.deals.model import DealState
from core.trade.delivery import events as lot
from core.trade.delivery.model import LotState
from core.trade.delivery.rules import ended_unpaid
from core.trade.delivery.service import lots_of
from core.trade.delivery.steps import lot_for
from core.trade.disputes import events as support
from core.trade.disputes.service import case_for
from core.trade.funding import events as money
from core.trade.funding.rails.service import way_of
from core.trade.funding.service import payment_of
from core.trade.listings import events as listing
from core.trade.listings.rules import dates_are_over, is_sold_out
from core.trade.listings.service import listing_for
from core.trade.offers import events as offer
from core.trade.offers.inquiries import events as inquiry
from core.trade.reviews import events as review


@dataclass(slots=True)
class Notifications:
    """The sentences of one unit of work by subject, in the order of their events.

    A part that is a function is called with each reader's own chat context.
    """

    sentences: dict[tuple[str, str], list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)

    def say(self, kind: str, subject: str, code: str, **parts: Any) -> None:
        self.sentences.setdefault((kind, subject), []).append((code, parts))


Sentences = dict[type[Any], str]
OFFER_EVENTS: Sentences = {
    offer.OfferMade: "notice.offer_made",
    offer.OfferCountered: "notice.offer_countered",
    offer.OfferDeclined: "notice.offer_declined",
    offer.OfferWithdrawn: "notice.offer_withdrawn",
    offer.OfferExpired: "notice.offer_expired",
    offer.OfferAccepted: "",  # the new deal says it
}
INQUIRY_EVENTS: Sentences = {
    inquiry.InquiryWritten: "notice.inquiry_said",
    inquiry.InquiryClosed: "notice.inquiry_closed",
}
DEAL_EVENTS: Sentences = {
    deal.DealAgreed: "notice.deal_agreed",
    deal.DealSigned: "notice.deal_signed",
    deal.DealApprovalNeeded: "notice.deal_approval_needed",
    deal.DealApproved: "notice.deal_approved",
    deal.DealReadyToFund: "notice.deal_ready",
    deal.DealReadyDirectly: "notice.deal_ready_directly",
    deal.DealClosed: "notice.deal_closed",
    deal.DealFunded: "notice.deal_funded",
    deal.DealCancelAsked: "notice.deal_cancel_asked",
    deal.DealCancelRefused: "notice.deal_cancel_refused",
    deal.DealUnwinding: "notice.deal_unwinding",
    deal.DealRunsOn: "notice.deal_runs_on",
    deal.DealSettling: "",
    deal.DealCompleted: "notice.deal_completed",
    deal.DealCancelled: "notice.deal_cancelled",
    deal.DealDirectAsked: "notice.deal_direct_asked",
    deal.DealDirectAgreed: "notice.deal_direct_agreed",
    deal.DealDirectRequested: "notice.deal_direct_wanted",
    deal.DealDirectRefused: "notice.deal_direct_refused",
    deal.DealDirectSent: "notice.deal_direct_sent",
    deal.DealDirectPaid: "notice.deal_direct_paid",
    DealLineWritten: "",  # it is passed to the other side separately
    deal.DealDisputed: "",  # the dispute has a card of its own
    deal.DealEscalated: "",
    deal.DealResumed: "notice.deal_resumed",
    deal.DealRuledByTime: "notice.deal_ruled_by_time",
    deal.DealMoneyStuck: "",  # the payout's own event says it
    deal.DealMoneyTried: "",
    review.ReviewsOpened: "notice.reviews_open",
    review.ReviewsRevealed: "notice.reviews_revealed",
    review.ReviewAnswered: "notice.review_answered",
}
LOT_EVENTS: Sentences = {
    lot.LotDispatched: "notice.lot_dispatched",
    lot.LotArrived: "notice.lot_arrived",
    lot.LotAccepted: "notice.lot_accepted",
    lot.LotClaimed: "notice.lot_claimed",
    lot.LotDropped: "notice.lot_dropped",
    lot.LotAdjusted: "notice.lot_adjusted",
    lot.LotDropAsked: "notice.lot_drop_asked",
    lot.LotSampled: "notice.lot_sampled",
    lot.LotWeighed: "notice.lot_weighed",
    lot.LotProposed: "notice.lot_proposed",
    lot.LotCountered: "notice.lot_countered",
    lot.LotReplaced: "notice.lot_replaced",
    lot.LotShown: "",  # the dispute's card says it
    lot.LotContradicted: "notice.lot_contradicted",
    lot.LotRefereed: "notice.lot_refereed",
    lot.LotDisputed: "",  # the dispute has a card of its own
    lot.LotLate: "notice.lot_late",
}
MONEY_EVENTS: Sentences = {
    money.PaymentLapsed: "notice.payment_lapsed",
    money.PaymentReturned: "notice.payment_returned",
    money.LotReleased: "notice.lot_released",
    money.PayoutSent: "notice.payout_sent",
    money.RefundSent: "notice.refund_sent",
    money.PaymentPartReceived: "notice.payment_part",
    money.PaymentReceived: "notice.tranche_funded",
    money.TrancheAwaited: "notice.tranche_awaited",
    money.TrancheLapsed: "notice.tranche_lapsed",
    money.CreditKept: "notice.credit_kept",
    money.CreditSpent: "notice.credit_spent",
    money.PaymentSettling: "notice.payment_settling",
}
# For deals only; sessions and purchases have sentences in their own conversations.
CHARGEBACK_EVENTS: Sentences = {
    disbursements.PayoutWaiting: "notice.payout_waiting",
    disbursements.PayoutKept: "notice.payout_kept",
    chargebacks.ChargebackOpened: "notice.chargeback_opened",
    chargebacks.ChargebackClaimed: "notice.chargeback_claimed",
    chargebacks.EvidenceSent: "notice.evidence_sent",
    chargebacks.PayoutSetOff: "notice.payout_set_off",
    chargebacks.ChargebackMadeGood: "notice.chargeback_made_good",
    chargebacks.ChargebackClosed: "notice.chargeback_closed",
}
CASE_EVENTS: Sentences = {
    support.CaseOpened: "notice.case_opened",
    support.CaseProposed: "notice.case_proposed",
    support.CaseShown: "notice.case_shown",
    support.CaseHalfAgreed: "notice.case_half_agreed",
    support.CaseMediated: "notice.case_mediated",
    support.CaseRuled: "notice.case_ruled",
    support.CaseClosed: "notice.case_closed",
}
SERVED_EVENTS: Sentences = {chargebacks.ChargebackServed: "notice.chargeback_served"}
# A disbursement that the provider refuses, for any kind of subject: the party that waits for it is told.
REFUSED_EVENTS: Sentences = {disbursements.DisbursementRefused: "notice.effect_refused"}
CHANGED_EVENTS: Sentences = {offer.OfferListingChanged: "notice.offer_listing_changed"}
PAGE_EVENTS: Sentences = {money.PaymentLinkReady: "notice.payment_ready"}


def notifications(ctx: Ctx) -> Notifications:
    return ctx.collected(Notifications)


def _on_offer(code: str) -> Callable[[Ctx, offer.OfferFact], None]:
    def hear(ctx: Ctx, fact: offer.OfferFact) -> None:
        notifications(ctx).say("offer", fact.offer_id, code, by=fact.by_person)

    return hear


def _on_offer_listing(code: str) -> Callable[[Ctx, offer.OfferListingChanged], None]:
    """Notify the buyer; the seller knows already. The offer's terms are unchanged."""

    def hear(ctx: Ctx, fact: offer.OfferListingChanged) -> None:
        what = told_of(fact.changes)
        notifications(ctx).say("offer", fact.offer_id, code, by=fact.by_person, only=fact.buyer, what=what)

    return hear


def _on_inquiry(code: str) -> Callable[[Ctx, Any], None]:
    def hear(ctx: Ctx, fact: Any) -> None:
        why = "" if fact.why == "offered" else fact.why  # then the offer says it
        code_told = "" if fact.why == "offered" else code
        notifications(ctx).say("inquiry", fact.inquiry_id, code_told, by=fact.by_person, why=why)

    return hear


def _on_deal(code: str) -> Callable[[Ctx, Any], None]:
    def hear(ctx: Ctx, fact: Any) -> None:
        if isinstance(fact, DealLineWritten) and deal_for(ctx, fact.deal_id).state != DealState.FUNDED_DIRECT:
            return  # the card has only the account, which the seller described in their own words
        why = _ended(ctx, fact) or getattr(fact, "why", "")
        by, only = getattr(fact, "by_person", None), getattr(fact, "only", None)
        until = {"until": fact.until} if isinstance(fact, review.ReviewsOpened) else {}
        notifications(ctx).say("deal", fact.deal_id, code, by=by, why=why, only=only, **until)

    return hear


def _ended(ctx: Ctx, fact: Any) -> str:
    """Return how a deal ended if some deliveries did not end as planned; otherwise an empty text."""
    if not isinstance(fact, deal.DealCompleted | deal.DealCancelled):
        return ""
    market_ctx = ctx.acting_as(ON_BEHALF_OF_MARKET)
    lots = lots_of(market_ctx, fact.deal_id)
    if isinstance(fact, deal.DealCancelled):
        return "" if ended_unpaid(lots) else "in_part"
    if deal_for(market_ctx, fact.deal_id).direct:
        return "short" if any(each.state == LotState.DROPPED for each in lots) else ""
    return "given_back" if ended_unpaid(lots) else ""


def _on_lot(code: str) -> Callable[[Ctx, lot.LotFact], None]:
    def hear(ctx: Ctx, fact: lot.LotFact) -> None:
        number = lot_for(ctx.acting_as(ON_BEHALF_OF_MARKET), fact.lot_id).number
        when = _settled(ctx, fact.deal_id)
        # Without an actor and a reason, the cause was time.
        why = getattr(fact, "why", "" if fact.by_person else "time")
        notifications(ctx).say("deal", fact.deal_id, code, by=fact.by_person, lot=number, why=why, when=when)
        notifications(ctx).say("claim", fact.lot_id, "", by=fact.by_person)  # an existing card is updated

    return hear


def _settled(ctx: Ctx, deal_id: str) -> str:
    """Return "direct" if no held money could be released or refunded."""
    return "direct" if deal_for(ctx.acting_as(ON_BEHALF_OF_MARKET), deal_id).direct else ""


def _on_case(code: str) -> Callable[[Ctx, support.CaseFact], None]:
    def hear(ctx: Ctx, fact: support.CaseFact) -> None:
        why = getattr(fact, "why", "")
        if why != "overtaken":  # then the lot or the deal says it
            when = _settled(ctx, fact.deal_id)
            notifications(ctx).say("case", fact.case_id, code, by=fact.by_person, why=why, when=when)
        notifications(ctx).say("deal", fact.deal_id, "", by=fact.by_person)
        case = case_for(ctx.acting_as(ON_BEHALF_OF_MARKET), fact.case_id)
        if case.kind == "lot":  # its claim's card shows the decision, too
            notifications(ctx).say("claim", case.subject, "", by=fact.by_person)

    return hear


MONEY_PARTS = ("amount", "net", "fee", "back", "held", "missing", "until", "why")


def _on_money(code: str) -> Callable[[Ctx, Any], None]:
    def hear(ctx: Ctx, fact: Any) -> None:
        if isinstance(fact, money.PaymentReceived) and fact.tranche == 1:
            return  # the deal says that it is paid
        parts = {name: getattr(fact, name) for name in MONEY_PARTS if hasattr(fact, name)}
        to = getattr(fact, "organisation_id", None)
        if isinstance(fact, money.RefundSent) and fact.why == "too_much":  # it was never the seller's matter
            to = deal_for(ctx.acting_as(ON_BEHALF_OF_MARKET), fact.deal_id).buyer
        if isinstance(fact, money.TrancheAwaited) and fact.number == 1:
            parts["why"] = "first"
        if isinstance(fact, money.LotReleased) and fact.back:
            parts["why"] = "parted" if fact.net else "given_back"
        notifications(ctx).say("deal", fact.deal_id, code, by=None, only=to, **parts)

    return hear


def _on_chargeback(code: str) -> Callable[[Ctx, Any], None]:
    def hear(ctx: Ctx, fact: chargebacks.SubjectFact | disbursements.DisbursementFact) -> None:
        if fact.subject_kind is SubjectKind.DEAL:
            parts = {name: getattr(fact, name) for name in MONEY_PARTS if hasattr(fact, name)}
            to = getattr(fact, "organisation_id", None)
            if isinstance(fact, chargebacks.ChargebackClosed):
                loss = fact.loss
                parts["loss"] = lambda chat: loss_told(chat, loss)
            notifications(ctx).say("deal", fact.subject, code, by=None, only=to, **parts)

    return hear


def _on_served(code: str) -> Callable[[Ctx, chargebacks.ChargebackServed], None]:
    """To the seller, on the deal of which they owe: of which other one it was kept. That one's card says so, too."""

    def hear(ctx: Ctx, fact: chargebacks.ChargebackServed) -> None:
        if fact.subject_kind is SubjectKind.DEAL:
            ref = deal_for(ctx.acting_as(ON_BEHALF_OF_MARKET), fact.payout_of).ref
            parts = {"amount": fact.amount, "left": fact.left, "ref": ref}
            notifications(ctx).say("deal", fact.subject, code, by=None, only=fact.organisation_id, **parts)

    return hear


def _on_refused(code: str) -> Callable[[Ctx, disbursements.DisbursementRefused], None]:
    """Return a listener that adds it to the subject's card. No one waits for a reversal, so it is skipped."""

    def hear(ctx: Ctx, fact: disbursements.DisbursementRefused) -> None:
        if fact.organisation_id is not None:
            parts = {"amount": fact.amount, "why": POSTED_AS[fact.kind]}
            notifications(ctx).say(
                fact.subject_kind.value, fact.subject, code, by=None, only=fact.organisation_id, **parts
            )

    return hear


def _on_payment_page(code: str) -> Callable[[Ctx, money.PaymentLinkReady], None]:
    """Return a listener that adds the button to the buyer's card, without another message; its news stay."""

    def hear(ctx: Ctx, fact: money.PaymentLinkReady) -> None:
        market_ctx, way = ctx.acting_as(ON_BEHALF_OF_MARKET), way_of(ctx, fact.payment_id)
        funded, payment = deal_for(market_ctx, fact.deal_id), payment_of(market_ctx, fact.deal_id)
        how = ["transfer"] if way is not None and way.iban is not None else []
        if payment is not None and payment.asked_at > funded.state_since:  # the signatures of both are old news
            how.append("later")
        parts = {"why": "_".join(how), "amount": payment.missing if payment is not None else ""}
        notifications(ctx).say("deal", fact.deal_id, code, by=None, in_place=funded.buyer, **parts)

    return hear


def on_listing_expired(ctx: Ctx, fact: listing.ListingExpired) -> None:
    ended = listing_for(ctx, fact.listing_id)
    why = "dates_over" if dates_are_over(ended, ctx.now.date()) else ""
    # otherwise the seller loses nothing
    code = "" if is_sold_out(ended.remaining, ended.min_lot) else "notice.listing_expired"
    notifications(ctx).say("listing", fact.listing_id, code, by=None, why=why)


def on_listing_removed(ctx: Ctx, fact: listing.ListingRemoved) -> None:
    """Tell its seller. What a suspension takes down is told with the suspension."""
    with_all = listing_for(ctx, fact.listing_id).removed_with is not None
    notifications(ctx).say("listing", fact.listing_id, "" if with_all else "notice.listing_removed", by=None)


def on_listing_put_back(ctx: Ctx, fact: listing.ListingPutBack) -> None:
    notifications(ctx).say("listing", fact.listing_id, "notice.listing_put_back", by=None)


def on_listing_moved(ctx: Ctx, fact: listing.ListingFact) -> None:
    """Update the seller's card and start screen with the rest of a listing. Changes are told to all its sellers."""
    changes = getattr(fact, "changes", ())
    if not changes or fact.by_person is None:
        notifications(ctx).say("listing", fact.listing_id, "", by=fact.by_person)
        return
    by = fact.by_person
    parts = {"what": told_of(changes), "name": lambda chat: chat.name_of(by)}
    notifications(ctx).say("listing", fact.listing_id, "notice.listing_changed", by=by, **parts)


LISTENERS: tuple[tuple[Sentences, Callable[[str], Callable[[Ctx, Any], None]]], ...] = (
    (OFFER_EVENTS, _on_offer),
    (CHANGED_EVENTS, _on_offer_listing),
    (INQUIRY_EVENTS, _on_inquiry),
    (DEAL_EVENTS, _on_deal),
    (LOT_EVENTS, _on_lot),
    (MONEY_EVENTS, _on_money),
    (CHARGEBACK_EVENTS, _on_chargeback),
    (SERVED_EVENTS, _on_served),
    (REFUSED_EVENTS, _on_refused),
    (PAGE_EVENTS, _on_payment_page),
    (CASE_EVENTS, _on_case),
)
