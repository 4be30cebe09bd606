"""The sort orders of a list, and the buttons for the other orders."""

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

# The words for each order, in each language of the market. Courtesy words around them change nothing.
PHRASES: Final[Mapping[Order, Sequence[str]]] = {
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


def order_of(sentence: str) -> Order | None:
    """Return the order in a few words: "cheaper", "nearest first, please"."""
    return _ORDERS_BY_PHRASE.get(_bare(sentence)) if len(sentence) <= LONGEST else None


def _bare(sentence: str) -> str:
    spoken = WORD.findall(folded(sentence))
    return " ".join(word for word in spoken if word not in COURTESY) or " ".join(spoken)


def is_courtesy(words: str) -> bool:
    return COURTESY.issuperset(WORD.findall(folded(words)))


LONGEST: Final = 60  # characters; a longer text is no sort order
_ORDERS_BY_PHRASE: Final[Mapping[str, Order]] = {
    _bare(phrase): order for order, phrases in PHRASES.items() for phrase in phrases
}


def order_rows(chat: ChatContext, query: Query, orders: Sequence[Order], verb: str) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons, two in a row; the last leads back to the best match. "Nearest" needs a place."""
    expected_version = fingerprint(query)
    buttons = [
        Button(label=chat.words(f"find.{order}"), press=press(verb, "", expected_version, order))
        for order in (*orders, "best")
        if order != query.order and (order != "nearest" or is_measurable(chat, query))
    ]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def order_text(chat: ChatContext, query: Query) -> str:
    """Return the order of the list if it is not the usual one, because the sentence may have set it."""
    return "" if query.order == "best" else chat.words(f"find.{query.order}")


def is_measurable(chat: ChatContext, query: Query) -> bool:
    return query.parsed.place is not None or my_place(chat) is not None


def ordered(chat: ChatContext, query: Query, orders: Sequence[Order], chosen: str) -> Query:
    """Return the query in the order of that name, or in the usual one. Without a place, "nearest" means to mine."""
    order: Order = next((each for each in orders if each == chosen), "best")
    # An asker in a group may be unknown, so their place is read only where it matters.
    if order == "nearest" and query.parsed.place is None and (home := home_town(chat)) is not None:
        query = replace(query, parsed=replace(query.parsed, place=home))
    return replace(query, order=order)


def in_stated_order(chat: ChatContext, query: Query, orders: Sequence[Order]) -> Query:
    """Return the query in the order of its sentence, if such a list supports it."""
    here = query.order != "nearest" or is_measurable(chat, query)
    return ordered(chat, query, orders, query.order if here else "best")


def home_town(chat: ChatContext) -> Town | None:
    home = my_place(chat)
    return None if home is None else Town(home.name, home.country, home.lat or 0.0, home.lon or 0.0, "", False, ())
