"""The orders that a list can be brought into, and the buttons for those that it is not in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.discovery.search_state import fingerprint
from conversations.people.location import my_place
from conversations.reply import Button
from core.catalogue.language.places import Place as Town
from core.catalogue.product_names import folded
from core.discovery.search.model import Order, Query

# What people say after a search, in each language of the market; a word of courtesy around it changes nothing.
SAID: Final[Mapping[Order, Sequence[str]]] = {
    "cheapest": (
        *("cheap", "cheaper", "cheapest", "cheapest first", "by price", "lowest price", "lowest price first"),
        *("billiger", "günstiger", "am billigsten", "am günstigsten", "günstigste zuerst", "nach preis"),
        *("moins cher", "moins chers", "le moins cher", "les moins chers", "les moins chers d'abord", "par prix"),
        *("más barato", "más baratos", "el más barato", "los más baratos", "por precio", "meno caro", "più economico"),
        *("più economici", "per prezzo", "taniej", "tańsze", "najtaniej", "najtańsze", "od najtańszych", "pigiau"),
        *("pigesni", "pigiausi", "pigiausia", "pagal kainą", "lētāk", "lētāki", "lētākie", "pēc cenas", "odavam"),
        *("odavamad", "odavaim", "hinna järgi", "billigare", "billigast", "billigast först", "efter pris"),
        *("дешевше", "дешевші", "найдешевше", "найдешевші", "за ціною"),
    ),
    "nearest": (
        *("nearer", "nearest", "nearest first", "closer", "closest", "closest first", "by distance"),
        *("näher", "am nächsten", "nächste zuerst", "nach entfernung", "plus proche", "plus près", "le plus proche"),
        *(
            "más cerca",
            "el más cercano",
            "più vicino",
            "più vicini",
            "bliżej",
            "najbliżej",
            "najbliższe",
            "od najbliższych",
        ),
        *("arčiau", "arčiausiai", "tuvāk", "tuvākie", "lähemal", "lähim", "närmare", "närmast", "närmast först"),
        *("ближче", "найближче", "найближчі"),
    ),
    "rated": (
        *("best rated", "best rated first", "by rating", "bestbewertete zuerst", "nach bewertung", "mejor valorados"),
        *("mieux notés", "più votati", "najlepiej oceniane", "geriausiai įvertinti", "pēc vērtējuma", "bäst betyg"),
        *("hinnangu järgi", "найкращі оцінки"),
    ),
    "newest": (
        *("newer", "newest", "newest first", "latest", "latest first", "neuer", "neueste", "neueste zuerst"),
        *("plus récents", "les plus récents", "más nuevos", "más recientes", "più recenti", "nowsze", "najnowsze"),
        *("od najnowszych", "naujausi", "jaunākie", "uusimad", "nyare", "nyast", "nyast först", "новіші", "найновіші"),
    ),
}
COURTESY: Final = frozenset(
    folded(each)
    for each in (
        *("please", "bitte", "s'il", "te", "vous", "plaît", "por", "favor", "per", "favore", "proszę", "prašau"),
        *("lūdzu", "palun", "tack", "будь", "ласка", "sort", "show", "me", "the", "ones", "a", "something", "and"),
        *("etwas", "coś", "trochę", "thanks"),
    )
)
WORD: Final = re.compile(r"[^\W_]+")


def said_order(sentence: str) -> Order | None:
    """The order that a few words ask for: "cheaper", "nearest first, please"."""
    return _SAID.get(_bare(sentence)) if len(sentence) <= LONGEST else None


def _bare(sentence: str) -> str:
    said = WORD.findall(folded(sentence))
    return " ".join(word for word in said if word not in COURTESY) or " ".join(said)


def is_courtesy(words: str) -> bool:
    return COURTESY.issuperset(WORD.findall(folded(words)))


LONGEST: Final = 60  # characters; who writes more says more
_SAID: Final[Mapping[str, Order]] = {_bare(phrase): order for order, phrases in SAID.items() for phrase in phrases}


def order_rows(chat: ChatContext, query: Query, orders: Sequence[Order], verb: str) -> tuple[tuple[Button, ...], ...]:
    """Two in a row, the last leads back to what fits best. Nearest first only with a place to measure from."""
    expected_version = fingerprint(query)
    buttons = [
        Button(label=chat.words(f"find.{order}"), press=press(verb, "", expected_version, order))
        for order in (*orders, "best")
        if order != query.order and (order != "nearest" or is_measurable(chat, query))
    ]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def order_text(chat: ChatContext, query: Query) -> str:
    """In which order the list is, where it is not the usual one: the sentence may have asked for it."""
    return "" if query.order == "best" else chat.words(f"find.{query.order}")


def is_measurable(chat: ChatContext, query: Query) -> bool:
    return query.parsed.place is not None or my_place(chat) is not None


def ordered(chat: ChatContext, query: Query, orders: Sequence[Order], chosen: str) -> Query:
    """The query in the order of that name, or in the usual one; without a place, nearest means to mine."""
    order: Order = next((each for each in orders if each == chosen), "best")
    # Who asks in a group may be nobody that we know: only where it matters is their place asked for.
    if order == "nearest" and query.parsed.place is None and (home := home_town(chat)) is not None:
        query = replace(query, parsed=replace(query.parsed, place=home))
    return replace(query, order=order)


def as_said(chat: ChatContext, query: Query, orders: Sequence[Order]) -> Query:
    """The query in the order that its sentence asked for, where such a list can be brought into it."""
    here = query.order != "nearest" or is_measurable(chat, query)
    return ordered(chat, query, orders, query.order if here else "best")


def home_town(chat: ChatContext) -> Town | None:
    """My place, as the towns of a search are."""
    home = my_place(chat)
    return None if home is None else Town(home.name, home.country, home.lat or 0.0, home.lon or 0.0, "", False, ())
