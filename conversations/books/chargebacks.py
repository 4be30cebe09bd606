"""Chargebacks in words: their state on the cards of both sides, and a card for the operators."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from conversations.buttons import Press, press
from conversations.chargeback_sentences import chargeback_told, outcome
from conversations.chat_context import ChatContext
from conversations.event_sentences import notifications
from conversations.reply import Button, Card, Line
from conversations.router import Router
from core.advice.sessions.service import booking_for
from core.kernel.transaction import MARKET as OPERATORS_ALONE
from core.kernel.transaction import Ctx
from core.money.chargebacks import events as money
from core.money.chargebacks.model import CHARGEBACK, Chargeback
from core.money.chargebacks.service import chargeback_for
from core.money.model import SubjectKind
from core.people.accounts.model import Person
from core.people.accounts.service import operators
from core.shop.purchases.service import purchase_for
from core.trade.deals.access import deal_for
from core.trade.funding.evidence.model import SEND_BEFORE, PackState
from core.trade.funding.evidence.service import pack_of

KIND: Final = "recall"
PARTS: Final = ("amount", "why")

router = Router()

# The sentence to operators for each chargeback event; "" only redraws their card.
CHARGEBACK_EVENTS: Final[dict[type[Any], str]] = {
    money.ChargebackOpened: "notice.recall_opened",
    money.EvidenceSent: "",
    money.EvidenceRefused: "notice.recall_refused",
    money.ChargebackClosed: "notice.recall_closed",
    money.ChargebackMadeGood: "",
    money.ChargebackWrittenOff: "",
}


def on_chargeback(code: str) -> Callable[[Ctx, money.ChargebackFact], None]:
    def hear(ctx: Ctx, fact: money.ChargebackFact) -> None:
        notifications(ctx).say(KIND, fact.chargeback_id, code, by=None)

    return hear


CHARGEBACK_LISTENERS: Final = ((CHARGEBACK_EVENTS, on_chargeback),)


def who_watches(ctx: Ctx, _chargeback_id: str) -> list[Person]:
    return operators(ctx)


# --- on the cards of both sides ---------------------------------------------------------------------------------------


def chargeback_lines(chat: ChatContext, found: Iterable[Chargeback]) -> list[Line]:
    """Return the state of each chargeback, in words for the reader's side."""
    label = chat.words("chargeback.label")
    sides = ((each, "seller" if each.seller == chat.organisation else "buyer") for each in found)
    return [Line(label=label, value=chargeback_told(chat, each, side)) for each, side in sides]


# --- operators --------------------------------------------------------------------------------------------------------


@router.press("recall.show")
def show(chat: ChatContext, button: Press) -> None:
    chat.reply(chargeback_card(chat, button.subject))


def chargeback_card(chat: ChatContext, chargeback_id: str, note: str = "") -> Card:
    """Return a payment dispute as an operator sees it: amount, reason, state of our answer, and next step."""
    words, found = chat.words, chargeback_for(chat.ctx, chargeback_id)
    pack = pack_of(chat.ctx, found.id)
    refused = pack is not None and pack.state is PackState.REFUSED
    waits = "refused" if refused else "open"
    turn = words(f"recall.turn.{waits if found.state == CHARGEBACK.initial else 'over'}", until=found.evidence_due)
    return Card(
        subject=f"{KIND}:{found.id}",
        title=words("recall.card", ref=_ref(chat.ctx, found)),
        lines=(
            Line(label=words("chargeback.label"), value=outcome(chat, found)),
            Line(label=words("recall.reason"), value=found.reason.replace("_", " ")),
            Line(label=words("recall.answer"), value=_answer(chat, found)),
        ),
        turn=turn,
        note=note,
        as_new_message=chat.as_new_message,
    )


def brief_card(chat: ChatContext, found: Chargeback) -> Card:
    """Return a chargeback in the list of those that wait for a bank."""
    words = chat.words
    return Card(
        title=words("recall.card", ref=_ref(chat.ctx, found)),
        lines=(Line(label=words("chargeback.label"), value=outcome(chat, found)),),
        buttons=((Button(label=words("session.open"), press=press("recall.show", found.id)),),),
    )


def _answer(chat: ChatContext, found: Chargeback) -> str:
    words, pack = chat.words, pack_of(chat.ctx, found.id)
    if pack is None:
        return words("recall.answer.none")
    at = pack.sent_at if pack.state is PackState.SENT else pack.due_by - SEND_BEFORE
    return words(f"recall.answer.{pack.state}", at=at, why=pack.why or "")


def _ref(ctx: Ctx, found: Chargeback) -> str:
    """Return the reference or title of the subject that was paid for."""
    market_ctx = ctx.acting_as(OPERATORS_ALONE)
    match found.subject_kind:
        case SubjectKind.DEAL:
            return deal_for(market_ctx, found.subject).ref
        case SubjectKind.SESSION:
            return booking_for(market_ctx, found.subject).ref
        case SubjectKind.PURCHASE:
            return purchase_for(market_ctx, found.subject).title
