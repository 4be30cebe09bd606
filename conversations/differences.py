"""Changes of a listing in its readers' words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from conversations.chat_context import ChatContext
from conversations.forms.answers import show_place
from conversations.forms.delivery_window import show_window
from conversations.wording import labelled
from core.trade.listings.model import Certificate
from core.trade.listings.rules import Difference

# whether the price is negotiable, and whether buyers can take it as it is
SALES: Final[Mapping[str, tuple[bool, bool]]] = {
    "both": (True, True),
    "offers": (True, False),
    "fixed": (False, True),
}


def told_of(changes: Sequence[Difference], form: str = "sell") -> Callable[[ChatContext], str]:
    """Return "Price: 215.00 EUR/t → 205.00 EUR/t; Description", in each reader's language.

    `form`: the form with the fields.
    """

    def told(chat: ChatContext) -> str:
        return "; ".join(_told(chat, each, form) for each in changes)

    return told


def _told(chat: ChatContext, change: Difference, form: str) -> str:
    label = chat.words(f"{form}.{change.field}")
    if change.field not in SHOWN:
        return label
    before, after = (SHOWN[change.field](chat, value) for value in (change.before, change.after))
    return labelled(chat.words, label, f"{before} → {after}")


def show_packing(chat: ChatContext, packaging: str) -> str:
    """Return the packing of goods in words: "in big bags"."""
    code = f"packaging.{packaging}"
    return chat.words(code) if chat.words.knows(code) else packaging


def show_certificates(chat: ChatContext, certificates: Sequence[Certificate | str]) -> str:
    """Return "ENplus PL023, FSC": a seller's certificates with numbers, or the schemes of a request."""
    return ", ".join(str(each) for each in certificates) or chat.words("terms.no_certificates")


def sale_named(negotiable: bool, buy_now: bool) -> str:
    return next((name for name, each in SALES.items() if each == (negotiable, buy_now)), "offers")


def _grade(chat: ChatContext, grade: str | None) -> str:
    return chat.market_context.catalogue.grade(grade).label if grade else chat.words("sell.grade.none")


PLAIN: Final = ("quantity", "price", "min_lot", "incoterm", "closes", "lots", "quotes_each")
# How each field is shown. For the other fields it is enough to say that they have changed.
SHOWN: Final[Mapping[str, Callable[[ChatContext, Any], str]]] = {
    "grade": _grade,
    **dict.fromkeys(PLAIN, lambda chat, value: chat.words.show(value)),
    "target": lambda chat, value: chat.words.show(value) if value is not None else "–",
    "place": show_place,
    "window": show_window,
    "sale": lambda chat, value: chat.words(f"sell.sale.{sale_named(*value)}"),
    "packaging": lambda chat, value: show_packing(chat, value) if value else chat.words("packaging.unsaid"),
    "certificates": show_certificates,
}
