"""Sentences on sales, chargebacks, blocking and account deletion, from their live tables."""

from __future__ import annotations

from typing import Final, get_args

from conversations.advice.experts import notifications
from conversations.books.chargebacks import CHARGEBACK_EVENTS
from conversations.moderation import REPORT_EVENTS
from conversations.report_cases import FORMS
from conversations.shop import purchase_notifications
from core.advice.promotion.model import Kind, PromotionState
from core.people.blocking.model import Outcome
from core.privacy.erasure.model import Open
from core.shop.purchases.model import PURCHASE, ChargebackResult, PurchaseState
from core.trade.funding.evidence.model import PackState

ENDS: Final = ("left", "offer_over", "not_offered", "own", "away", "asked_back")
OUTCOMES: Final = ("open", "open.operator", "left", *get_args(Outcome))
ASKED: Final = ("nothing", "leave", "put_back", "lift")  # acts of operators that need no reason
COMMANDS: Final = ("promote", "paysupport", "blocked", "export", "delete")


def tables() -> dict[str, frozenset[str]]:
    """Return each code with its placeholders."""
    until, days, plain = frozenset({"until"}), frozenset({"days"}), frozenset[str]()
    codes = dict.fromkeys((f"purchase.turn.{state}" for state in PurchaseState if state != PURCHASE.initial), until)
    offered = (f"purchase.turn.{PURCHASE.initial}.{how}" for how in ("stars", "card", "coming"))
    codes |= dict.fromkeys((*offered, "purchase.turn.asked_back", "purchase.turn.asked_back.operator"), until)
    codes |= dict.fromkeys((f"promote.turn.{state}" for state in PromotionState), until)
    codes |= dict.fromkeys((f"promote.{kind}_title" for kind in Kind), days)
    codes |= dict.fromkeys((f"promote.{kind}" for kind in Kind), plain)
    stops = (f"promote.{each}{kept}" for each in ("stop", "stop_sure") for kept in ("", ".kept"))
    codes |= dict.fromkeys(stops, frozenset({"amount"}))
    codes |= dict.fromkeys((f"report.turn.{outcome}" for outcome in OUTCOMES), plain)
    named = frozenset({"name"})
    codes |= dict.fromkeys((f"report.{each}" for each in ASKED), plain)
    codes |= dict.fromkeys((f"sure.report.{each}" for each in ASKED), named)
    codes |= dict.fromkeys((f"{form}.intro" for form in FORMS.values()), named)
    codes |= dict.fromkeys((f"report.{title}" for title in ("title", "objection")), named)
    codes |= dict.fromkeys((f"erasure.first.{each}" for each in Open), plain)
    codes |= dict.fromkeys((f"command.{name}" for name in COMMANDS), plain)
    return codes | dict.fromkeys(("promotion.runs_already", "promotion.full"), frozenset({"most"}))


def recalls() -> dict[str, frozenset[str]]:
    """Return the sentences on the state of a chargeback, and on the state of our answer to it."""
    codes = dict.fromkeys((f"recall.state.{state}" for state in ("open", "won", "lost")), frozenset({"amount"}))
    codes |= dict.fromkeys((f"recall.turn.{turn}" for turn in ("open", "refused", "over")), frozenset({"until"}))
    codes |= dict.fromkeys((f"recall.answer.{state}" for state in PackState), frozenset({"at", "why"}))
    codes |= dict.fromkeys((f"turn.recall.open.{side}" for side in ("buyer", "seller")), frozenset({"other", "amount"}))
    return codes | dict.fromkeys((f"purchase.turn.recall_{each}" for each in ChargebackResult), frozenset({"until"}))


def notices() -> dict[str, frozenset[str]]:
    """Return the notices about purchases, promotions and reports."""
    bought = frozenset({"who", *purchase_notifications.PARTS})
    settled = (purchase_notifications.GIVEN_BACK, purchase_notifications.REFUND_REQUEST_EVENTS)
    facts = (purchase_notifications.PURCHASE_EVENTS, purchase_notifications.PAGE_EVENTS, *settled)
    told = {code: bought for table in facts for code in table.values() if code}
    told[purchase_notifications.KEPT] = bought
    told |= dict.fromkeys(purchase_notifications.CHARGEBACK_EVENTS.values(), bought)
    told |= dict.fromkeys((code for code in CHARGEBACK_EVENTS.values() if code), frozenset({"who"}))
    promoted = frozenset({"who", *notifications.PROMOTION_PARTS})
    told |= dict.fromkeys((code for code in notifications.PROMOTION_EVENTS.values() if code), promoted)
    return told | dict.fromkeys(REPORT_EVENTS.values(), frozenset({"who"}))


def reasons() -> set[str]:
    return set(ENDS)
