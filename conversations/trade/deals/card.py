"""The card of a deal: the contract, its money, its deliveries, its end, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import get_args

from conversations.books.invoices import invoices_row
from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.forms.answers import goods_name
from conversations.reply import Button, Card, CardList, Line, Say, Style
from conversations.reputation_badge import reputation_badge
from conversations.router import Router
from conversations.steps import Steps
from conversations.trade.deals import confirmation
from conversations.trade.deals.contract_terms import settlement_lines, terms_card
from conversations.trade.deals.lot_lines import lot_lines, lot_rows
from conversations.trade.deals.money_summary import chargebacks_of_deal, going_out, money_lines, money_rows, unpaid_lots
from conversations.trade.deals.next_steps import (
    LOTS_GO_ON,
    Now,
    Wait,
    asked_directly,
    deal_turn,
    deal_waits,
    is_turn_of,
)
from conversations.trade.deals.order_reference import order_button, order_lines
from conversations.trade.deals.payment import confirmed_by, direct_lines
from conversations.trade.deals.reorder import again_row
from conversations.trade.deals.sides import side_of
from conversations.trade.offers.offer import lines_of
from conversations.trade.reviews import answer_row, review_lines
from core.kernel.errors import Stale
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import Chargeback
from core.trade.deals import access
from core.trade.deals import service as deals
from core.trade.deals.access import has_signed
from core.trade.deals.model import DEAL, Deal, DealState, Side
from core.trade.delivery import lot_summaries
from core.trade.delivery import service as delivery
from core.trade.delivery.lot_summaries import LotSummaries
from core.trade.delivery.model import LotState
from core.trade.disputes.model import OPEN as OPEN_CASES
from core.trade.disputes.service import cases_of
from core.trade.funding import money_summary
from core.trade.funding import service as escrow
from core.trade.funding.model import Tranche, TrancheState
from core.trade.funding.money_summary import MoneySummary
from core.trade.funding.rails.service import way_of
from core.trade.reviews.service import may_review_until, reviews_of_deal

SHOWN_AT_ONCE = 8

router = Router()


# --- buttons ----------------------------------------------------------------------------------------------------------


@router.press("deal.terms")
def terms(chat: ChatContext, press: Press) -> None:
    """Show the whole contract with its fingerprint, its signatories and dates."""
    deal = access.deal_for(chat.ctx, press.subject)
    chat.reply(terms_card(chat, deal))


@router.press("deal.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(deal_card(chat, access.deal_for(chat.ctx, press.subject)))


@router.command("deals")
def my_deals(chat: ChatContext, ref: str) -> None:
    """Show the person's deals, newest first; with a reference, that deal."""
    words = chat.words
    if ref:
        chat.reply(deal_card(chat, access.deal_by_ref(chat.ctx, ref)))
        return
    mine = deals.deals_of(chat.ctx, chat.organisation, limit=SHOWN_AT_ONCE)
    if not mine:
        find = to_command(words, "find", "primary")
        chat.reply(Say(text=words("deal.none_yet"), buttons=((find,),)))
        return
    chat.reply(CardList(subject="deals", title=words("deal.mine"), items=tuple(brief_card(chat, d) for d in mine)))


# --- the card ---------------------------------------------------------------------------------------------------------


def deal_card(chat: ChatContext, deal: Deal, note: str = "") -> Card:
    """Return a deal as this person sees it now."""
    words, money = chat.words, money_summary.money_summary(chat.ctx, deal)
    now = _now(chat, deal, money.tranches, confirmed_by(money.payment, money.way), money.chargebacks)
    steps = lot_summaries.lot_summaries(chat.ctx, deal, now.lots, now.of_colleagues, argued=False)
    waits = deal_waits(chat.ctx, now)
    written = reviews_of_deal(chat.ctx, deal.id) if deal.state in DEAL.final else ()
    side: Side = "seller" if now.side == "buyer" else "buyer"  # the other side's
    other = deal.seller if side == "seller" else deal.buyer
    name = chat.party(other)
    return Card(
        subject=f"deal:{deal.id}",
        title=_title(chat, deal),
        lines=(
            *(
                line
                for line in lines_of(chat, deal.terms, signed=all(has_signed(deal, each) for each in get_args(Side)))
                if line.label != words("terms.quality")
            ),
            Line(label=words("party.other"), value=f"{name} · {reputation_badge(chat, other, side)}"),
            *order_lines(chat, deal, now.mine),
            *settlement_lines(chat, deal),
            *_decision_lines(chat, deal),
            *money_lines(chat, deal, now.mine, money),
            *direct_lines(chat, deal, now.side),
            *lot_lines(chat, now.lots, steps, unpaid_lots(deal, money)),
            *review_lines(chat, written),
        ),
        turn=deal_turn(chat, now, name, waits),
        note=note,
        buttons=(*_buttons(chat, now, money, steps, waits), answer_row(chat, written)),
        as_new_message=chat.as_new_message,
    )


def _now(
    chat: ChatContext,
    deal: Deal,
    tranches: Sequence[Tranche],
    at_work_until: datetime | None,
    chargebacks: Sequence[Chargeback],
) -> Now:
    """Return the deal's current state. A deal that is over waits at most for this side's review."""
    rate_by = may_review_until(chat.ctx, deal.id, chat.organisation) if deal.state in DEAL.final else None
    lots, sides = delivery.lots_of(chat.ctx, deal.id), access.sides(chat.ctx, deal)
    awaited = next((each for each in tranches if each.state == TrancheState.AWAITED), None)
    if awaited is None and deal.state == DealState.AWAITING_FUNDING:
        awaited = next(iter(tranches), None)  # its day has not come yet
    of_colleagues, out = access.steps_of_colleagues(chat.ctx, deal), going_out(chat.ctx, deal)
    return Now(deal, sides, lots, awaited, at_work_until, rate_by, of_colleagues, chargebacks, out)


def _banks_at_work(chat: ChatContext, deal: Deal) -> datetime | None:
    """Return until when the banks confirm the payment, for a deal whose money was not read.

    Only a deal that waits for money is looked up.
    """
    if deal.state not in (DealState.AWAITING_FUNDING, DealState.FUNDED):
        return None
    payment = escrow.payment_of(chat.ctx, deal.id)
    return confirmed_by(payment, way_of(chat.ctx, payment.id) if payment is not None else None)


def awaits_me(chat: ChatContext, deal: Deal) -> bool:
    """Return True if the next step is this person's: a button, a payment, or a delivery to send or check."""
    if {verb for verb, _ in ONWARD_VERBS} & {*access.may(chat.ctx, deal)}:
        return True
    side: Side = "buyer" if "buyer" in access.sides(chat.ctx, deal) else "seller"
    if deal.frozen is not None:
        return False
    if deal.state == DealState.AWAITING_FUNDING:
        may_pay = side == "buyer" and not asked_directly(deal) and escrow.awaited(chat.ctx, deal.id) is not None
        return may_pay and _banks_at_work(chat, deal) is None
    return deal.state in LOTS_GO_ON and any(is_turn_of(lot, side) for lot in delivery.lots_of(chat.ctx, deal.id))


def brief_card(chat: ChatContext, deal: Deal) -> Card:
    """Return a deal in a list: goods, amount and whose turn; one button opens it."""
    words = chat.words
    tranches = (
        escrow.tranches_of(chat.ctx, deal.id) if deal.state in (DealState.AWAITING_FUNDING, DealState.FUNDED) else ()
    )
    now = _now(chat, deal, tranches, _banks_at_work(chat, deal), chargebacks_of_deal(chat.ctx, deal))
    name = chat.party(deal.seller if now.side == "buyer" else deal.buyer)
    return Card(
        title=_title(chat, deal),
        lines=(
            Line(label=words("terms.total"), value=words.show(deal.amount)),
            Line(label=words("party.other"), value=name),
        ),
        turn=deal_turn(chat, now, name, deal_waits(chat.ctx, now), brief=True),
        buttons=((Button(label=words("deal.open"), press=press("deal.show", deal.id)),),),
    )


def _title(chat: ChatContext, deal: Deal) -> str:
    terms = deal.terms
    return chat.words("deal.card", ref=deal.ref, goods=goods_name(chat, terms.product_id, terms.grade_id))


def _decision_lines(chat: ChatContext, deal: Deal) -> list[Line]:
    """Return who signed for the buyer where an approval is needed, or who decided on it.

    Only the buyer's company sees it.
    """
    by_colleague = deal.buyer_signed_by not in (None, chat.person.id)
    if chat.organisation == deal.buyer and (
        deal.state == DealState.AWAITING_APPROVAL or (deal.state == DealState.AGREED and by_colleague)
    ):
        signed_by = chat.name_of(deal.buyer_signed_by or "")
        signature = f"{signed_by}, {chat.words.show(deal.buyer_signed_at)}"
        return [Line(label=chat.words("deal.signed_by_buyer"), value=signature)]
    if deal.decided_by is None or deal.decided_at is None or chat.organisation != deal.buyer:
        return []
    name, at = chat.name_of(deal.decided_by), deal.decided_at
    label = chat.words("deal.refused_by" if deal.ended_by == "refuse" else "deal.approved_by")
    return [Line(label=label, value=f"{name}, {chat.words.show(at)}")]


def _buttons(
    chat: ChatContext, now: Now, money: MoneySummary, steps: LotSummaries, waits: Sequence[Wait]
) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons: steps that move the deal on first, reading and ways out last."""
    deal, mine, lots = now.deal, now.mine, now.lots
    words, verbs = chat.words, access.may(chat.ctx, deal, now.of_colleagues)
    rows = money_rows(chat, deal, mine, money)
    rows.append(_verb_buttons(chat, deal, ONWARD_VERBS, verbs))
    if deal.state == DealState.DISPUTED or any(lot.state == LotState.LOT_DISPUTE for lot in lots):
        rows += [
            (Button(label=words("deal.dispute"), press=press("case.show", case.id), style="primary"),)
            for case in cases_of(chat.ctx, deal.id)
            if case.state in OPEN_CASES
        ]
    if deal.state in LOTS_MOVE:
        rows += lot_rows(chat, lots, steps, waits, stands_still=deal.frozen is not None)
    if now.may_rate:
        rows.append((Button(label=words("review.write"), press=press("review.write", deal.id), style="primary"),))
    rows.append(again_row(chat, deal, mine, money.chargebacks))
    nowhere_to_go = money.buyer_to_say if "buyer" in mine else "seller" in mine and money.released and not money.account
    if nowhere_to_go:
        rows.append((Button(label=words("payout.set_up"), press=press("payout.set_up"), style="primary"),))
    reading = [Button(label=words("deal.terms"), press=press("deal.terms", deal.id))]
    if mine & {"buyer", "seller"}:
        reading.append(Button(label=words("deal.write"), press=press("deal.write", deal.id)))
    if documents := sum(len(lot.files) for lot in lots):
        reading.append(Button(label=words("deal.papers", count=documents), press=press("deal.papers", deal.id)))
    if "buyer" in mine and deal.state not in DEAL.final:
        reading.append(order_button(chat, deal))
    reading += invoices_row(chat, deal.id)
    rows.append((*reading, *_verb_buttons(chat, deal, WAYS_OUT, verbs)))
    return tuple(row for row in rows if row)


LOTS_MOVE = frozenset({DealState.FUNDED, DealState.CANCEL_ASKED, DealState.DISPUTED, DealState.IN_DELIVERY_DIRECT})


def _verb_buttons(
    chat: ChatContext, deal: Deal, offered: Sequence[tuple[str, Style]], verbs: Collection[str]
) -> tuple[Button, ...]:
    return tuple(
        Button(label=chat.words(f"deal.{verb}"), press=press(f"deal.{verb}", deal.id, deal.version), style=style)
        for verb, style in offered
        if verb in verbs
    )


def _look(chat: ChatContext, deal_id: str) -> tuple[int, Card, str]:
    deal = access.deal_for(chat.ctx, deal_id)
    return deal.version, deal_card(chat, deal), ""


def _sign(ctx: Ctx, deal_id: str, _expected_version: int | None) -> Deal:
    """Sign the deal, whichever version the person saw, because its terms never change.

    Raises Stale if the side has signed.
    """
    deal = access.deal_for(ctx, deal_id)
    if any(has_signed(deal, side) for side in ("buyer", "seller") if side in access.sides(ctx, deal)):
        raise Stale
    return deals.sign_deal(ctx, deal_id)


def _amount(chat: ChatContext, deal_id: str) -> Money:
    return access.deal_for(chat.ctx, deal_id).amount


def _direct(act: Callable[[Ctx, str, int | None], Deal]) -> Callable[[Ctx, str, int | None], str]:
    """Wrap a step so that it returns "company" where the buyer's company is asked first."""

    def outcome(ctx: Ctx, deal_id: str, expected_version: int | None) -> str:
        return "company" if act(ctx, deal_id, expected_version).direct_requested_by is not None else ""

    return outcome


STEPS = Steps(
    "deal",
    {
        "sign": _sign,
        "unsign": deals.back_out,
        "approve": deals.approve_deal,
        "refuse": deals.refuse_deal,
        "cancel": deals.cancel_deal,
        "cancel_asked": deals.ask_cancel,
        "cancel_agreed": deals.agree_cancel,
        "cancel_refused": deals.refuse_cancel,
        "direct_asked": _direct(deals.ask_direct),
        "direct_agreed": _direct(deals.agree_direct),
        "direct_refused": deals.refuse_direct,
        "buyer_says_paid": deals.say_paid,
        "seller_confirms_money": deals.confirm_money,
    },
    DEAL.binds,
    _look,
    side=lambda chat, deal_id: side_of(chat, "deal", deal_id),
    questions={
        "sign": confirmation.signing,
        "approve": confirmation.approving,
        "unsign": confirmation.backing_out,
        "refuse": confirmation.refusing,
        "cancel": confirmation.cancelling,
        "cancel_asked": confirmation.asking_to_cancel,
        "cancel_agreed": confirmation.agreeing_to_cancel,
    },
    sums=dict.fromkeys(("sign", "approve", "direct_agreed", "buyer_says_paid", "seller_confirms_money"), _amount),
    unchanging=frozenset({"sign"}),
)
STEPS.enter(router)

ONWARD_VERBS: tuple[tuple[str, Style], ...] = (
    ("sign", "primary"),
    ("approve", "primary"),
    ("refuse", "danger"),
    ("buyer_says_paid", "primary"),
    ("seller_confirms_money", "primary"),
    ("direct_agreed", "danger"),
    ("direct_refused", "plain"),
    ("cancel_agreed", "danger"),
    ("cancel_refused", "plain"),
)
WAYS_OUT: tuple[tuple[str, Style], ...] = (
    ("unsign", "danger"),
    ("direct_asked", "plain"),
    ("cancel", "danger"),
    ("cancel_asked", "plain"),
)
