"""The money of a deal in words: paid and missing amounts by tranche, chargebacks, and disbursements on their way."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.buttons import Press, press
from conversations.chargeback_sentences import chargeback_told
from conversations.chat_context import ChatContext
from conversations.fees import fee_lines
from conversations.reply import Button, Line, Say, Toast
from conversations.router import Router
from conversations.steps import yes_to
from conversations.trade.deals.payment import pay_lines, pay_rows
from core.kernel.errors import Stale
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import CHARGEBACK, Chargeback, ChargebackState
from core.money.chargebacks.service import of_subject
from core.money.disbursements.model import Disbursement, DisbursementKind, DisbursementState
from core.money.model import SubjectKind
from core.trade.deals.model import CHARGEBACK_FREEZE, DEAL, Deal, DealState, Side
from core.trade.funding import overpayments, settlement
from core.trade.funding.evidence.model import SEND_BEFORE, PackState
from core.trade.funding.evidence.service import pack_of
from core.trade.funding.model import CREDIT, Tranche, TrancheState
from core.trade.funding.money_summary import MoneySummary

router = Router()


def money_lines(chat: ChatContext, deal: Deal, mine: frozenset[str], money: MoneySummary) -> list[Line]:
    """Return the money held, refunded and released, the seller's net, the tranches, and the chargebacks."""
    words, tranches = chat.words, money.tranches
    shown = (("money.held", money.held), ("money.refunded", money.refunded), ("money.released", money.released))
    lines = [Line(label=words(code), value=words.show(amount)) for code, amount in shown if amount]
    if "seller" in mine and money.fee:
        net = words.show(money.released - money.fee)
        lines += [*fee_lines(chat, deal.seller, money.fee), Line(label=words("session.net"), value=net)]
    if not deal.direct:
        lines += [line for tranche in tranches if (line := _tranche_line(chat, tranche, len(tranches))) is not None]
    if "buyer" in mine:  # this is for the buyer only
        lines += [
            Line(label=words("money.credit"), value=words("money.credit_kept", amount=kept.amount))
            for kept in money.credits
        ]
    return [*lines, *pay_lines(chat, mine, money), *_chargeback_lines(chat, mine, money)]


def unpaid_lots(deal: Deal, money: MoneySummary) -> frozenset[int]:
    """Return the numbers of the deliveries without money held, now or before; all of them for a direct settlement."""
    if deal.direct:
        return frozenset(range(1, deal.terms.lots + 1))
    unpaid = (each for each in money.tranches if each.state != TrancheState.FUNDED)
    return frozenset(number for each in unpaid for number in range(each.first_lot, each.last_lot + 1))


def _tranche_line(chat: ChatContext, tranche: Tranche, count: int) -> Line | None:
    """Return the line of a tranche. A deal with one payment has a line only while a part is missing."""
    words = chat.words
    label = words("tranche.number", number=tranche.number, count=count) if count > 1 else words("tranche.whole")
    if tranche.state == TrancheState.AWAITED and tranche.held:
        text = words("tranche.in_part", came=tranche.held, missing=tranche.missing, amount=tranche.amount)
    elif count == 1:
        return None
    else:
        alone = tranche.first_lot == tranche.last_lot
        lots = words("tranche.lot" if alone else "tranche.lots", first=tranche.first_lot, last=tranche.last_lot)
        state = words(f"state.tranche.{tranche.state}", due=tranche.due_at)
        text = f"{words.show(tranche.amount)} · {lots} · {state}"
    return Line(label=label, value=text)


def _chargeback_lines(chat: ChatContext, mine: frozenset[str], money: MoneySummary) -> list[Line]:
    side = next((each for each in ("buyer", "seller") if each in mine), "")
    label = chat.words("chargeback.label")
    return [Line(label=label, value=chargeback_told(chat, found, side)) for found in money.chargebacks]


def money_rows(chat: ChatContext, deal: Deal, mine: frozenset[str], money: MoneySummary) -> list[tuple[Button, ...]]:
    """Return the buyer's buttons to pay the current amount, and to get an overpayment back."""
    if "buyer" not in mine:
        return []
    rows: list[tuple[Button, ...]] = []
    if money.awaited is not None:
        rows += pay_rows(chat, deal, money)
    for kept in money.credits:
        label = chat.words("credit.give_back", amount=kept.amount)
        rows.append((Button(label=label, press=press("credit.give_back", kept.id, kept.version)),))
    return rows


@router.press("credit.give_back")
def ask_to_give_back(chat: ChatContext, button: Press) -> None:
    """Ask before money that was paid too much is refunded."""
    kept = overpayments.credit_for(chat.ctx, button.subject)
    if kept.state != CREDIT.initial or button.expected_version not in (None, kept.version):
        raise Stale
    load = press("credit.give_back_now", kept.id, kept.version)
    label = yes_to(chat, chat.words("credit.give_back", amount=kept.amount))
    buttons = (
        (Button(label=label, press=load, style="danger"),),
        (Button(label=chat.words("sure.no"), press=press("credit.show", kept.id)),),
    )
    chat.reply(Say(text=chat.words("sure.credit.give_back", amount=kept.amount), buttons=buttons))


@router.press("credit.give_back_now")
def give_back(chat: ChatContext, press: Press) -> None:
    """Refund money that was paid too much. It goes back the way it came."""
    overpayments.give_back_paid_too_much(chat.ctx, press.subject, press.expected_version)
    chat.reply(Toast(text=chat.words("credit.given_back")))
    show_credit(chat, press)


@router.press("credit.show")
def show_credit(chat: ChatContext, press: Press) -> None:
    """Show the card of the deal that was paid too much."""
    chat.press("deal.show", overpayments.credit_for(chat.ctx, press.subject).deal_id)


GOING_OUT = (DealState.SETTLING, DealState.PAYOUT_BLOCKED)  # for a deal with all deliveries closed


def chargebacks_of_deal(ctx: Ctx, deal: Deal) -> Sequence[Chargeback]:
    """Return the chargebacks of a deal. They are read only for a frozen or ended deal; others have none."""
    called = CHARGEBACK_FREEZE in (deal.frozen, deal.also_frozen)
    return of_subject(ctx, deal.id) if called or (deal.state in DEAL.final and not deal.direct) else ()


def going_out(ctx: Ctx, deal: Deal) -> Sequence[Disbursement]:
    """The payouts and refunds that a deal waits for before it is complete."""
    if deal.state not in GOING_OUT:
        return ()
    payments = settlement.disbursements_of(ctx, deal.id)
    return [
        each
        for each in payments
        if each.state is not DisbursementState.DONE and each.kind is not DisbursementKind.REVERSAL
    ]


def what_goes_out(state: DealState, payments: Sequence[Disbursement]) -> str:
    """Return the situation of a deal that waits only for its last payments.

    A payout with no account comes first, because only the seller can end it. Then comes the refund, then a payout that
    is on its way.
    """
    kinds = {each.kind for each in payments}
    if state == DealState.PAYOUT_BLOCKED:
        return "payout_blocked_refund" if kinds == {DisbursementKind.REFUND} else state
    if any(each.kind is DisbursementKind.PAYOUT and each.state is DisbursementState.WAITING for each in payments):
        return state
    if DisbursementKind.REFUND in kinds:
        return "settling_refund"
    return "settling_payout" if kinds else state


def chargeback_turn(chat: ChatContext, deal: Deal, side: Side, other: str, found: Sequence[Chargeback]) -> str:
    """Return whose turn it is after a chargeback; an undecided one comes first.

    Return an empty string if all are decided and nothing is owed.
    """
    words = chat.words
    undecided = next((each for each in found if each.state == CHARGEBACK.initial), None)
    if undecided is not None:
        amount = undecided.amount or deal.amount  # a bank that only asks has taken nothing yet
        return words(f"turn.recall.open.{side}", other=other, amount=amount)
    owing = next((each for each in found if each.state == ChargebackState.LOST and each.outstanding), None)
    if owing is not None and side == "seller":
        return words("turn.recall.owed.seller", other=other, amount=owing.amount, owed=owing.outstanding)
    return ""


def our_answer(chat: ChatContext, found: Sequence[Chargeback]) -> str:
    """Return the market's answer to the bank, its date, and the seller's way to add to it."""
    words = chat.words
    undecided = next((each for each in found if each.state == CHARGEBACK.initial), None)
    if undecided is None or undecided.subject_kind is not SubjectKind.DEAL:
        return ""
    pack = pack_of(chat.ctx, undecided.id)
    if pack is None:
        return words("turn.recall.answer.none")
    if pack.state is PackState.WAITING:
        return words("turn.recall.answer.waiting", at=pack.due_by - SEND_BEFORE, write=words("deal.write"))
    if pack.state is PackState.SENT:
        return words("turn.recall.answer.sent", at=pack.sent_at)
    return words("turn.recall.answer.under_way", due=pack.due_by)
