"""Who wants what I have: a seller's sentence finds the open requests that it could answer."""

from __future__ import annotations

from dataclasses import replace

from conversations.buttons import Press, to_command
from conversations.chat_context import Talk
from conversations.discovery.chips import chip_label, chip_rows, chips_of, unclear_words, understood_text
from conversations.discovery.refinement import asks_for_others_too, told_of, without_small_words
from conversations.discovery.search import read
from conversations.discovery.search_state import WANTED, ask, mark
from conversations.discovery.sort_orders import as_said, order_rows, order_text, ordered
from conversations.keyboard_layout import in_either_layout
from conversations.last_query import asked, latest
from conversations.reply import Card, CardList, Toast
from conversations.router import Book
from conversations.trade.requests.card import brief_request
from core.discovery.search import kept
from core.discovery.search import requests as wanting
from core.discovery.search.model import Order, Query
from core.discovery.search.sentence.parse import Understood
from core.discovery.search.service import query_of, without

SHOWN = 10
ORDERS: tuple[Order, ...] = ("newest", "nearest")

book = Book()


@book.command("wanted")
@in_either_layout
def wanted(talk: Talk, sentence: str) -> None:
    """`/requests 500 t A1 pellets in Kaunas from 190 eur`: what buyers ask for that this would answer."""
    almanac = talk.almanac
    said = query_of(sentence, almanac.catalogue, almanac.places, talk.today, talk.words.language)
    compared = [chip_label(talk, chip) for chip in wanting.chips(said) if chip.wish == "quality"]
    note = talk.words("market.left_out", parts=", ".join(compared)) if compared else ""
    _show(talk, ask(talk, as_said(talk, wanting.having(said), ORDERS), WANTED), note)


@book.command("wanted_more")
def refine(talk: Talk, sentence: str) -> None:
    """What is said after the list replaces that part of it: "near Riga", "and chips?"."""
    _show(talk, ask(talk, kept.refined(asked(talk, WANTED), _told(talk, sentence)), WANTED))


def refines_wanted(talk: Talk, sentence: str) -> bool:
    """Whether these words, after a list of requests, are a part of it and nothing beside it."""
    if latest(talk) != WANTED:
        return False
    more = _told(talk, sentence)
    if more.product is not None or more.alternatives:
        return asks_for_others_too(talk, sentence)
    return not more.rest and bool(wanting.chips(Query(more)))


def _told(talk: Talk, sentence: str) -> Understood:
    more = wanting.having(read(talk, sentence)).understood
    told = told_of(talk, more, asked(talk, WANTED).understood)
    return replace(told, rest=without_small_words(talk, told.rest))


@book.press("wanted.without")
def drop(talk: Talk, pressed: Press) -> None:
    """A chip was tapped: that part of the sentence is given up."""
    query = asked(talk, WANTED)
    if pressed.seen == mark(query):
        query = ask(talk, without(query, pressed.choice), WANTED)
    else:
        talk.reply(Toast(text=talk.words("find.asked_since")))
    _show(talk, query)


@book.press("wanted.sort")
def sort(talk: Talk, pressed: Press) -> None:
    query = asked(talk, WANTED)
    if pressed.seen == mark(query):
        query = ask(talk, ordered(talk, query, ORDERS, pressed.choice), WANTED)
    else:
        talk.reply(Toast(text=talk.words("find.asked_since")))
    _show(talk, query)


def _show(talk: Talk, query: Query, note: str = "") -> None:
    """The requests, and what was said that is not compared here."""
    found = wanting.find_requests(talk.ctx, talk.almanac.catalogue, query, but=talk.organisation)
    if found.query != query:
        query = ask(talk, found.query, WANTED)
    words, chips = talk.words, chips_of(talk, query, wanting.chips(query))
    said = (understood_text(talk, chips), order_text(talk, query), *unclear_words(talk, query), note)
    text = "\n".join(filter(None, said))
    everything = to_command(words, "requests", said=words("wanted.all"))
    buttons = (*chip_rows(talk, query, chips, "wanted.without"), (everything,))
    if not found.requests:
        title = words("wanted.none")
        talk.reply(Card(subject="wanted", title=title, text=text, buttons=buttons, fresh=talk.fresh))
        return
    talk.reply(
        CardList(
            subject="wanted",
            title=words("wanted.found", count=len(found.requests)),
            text=text,
            items=tuple(brief_request(talk, each) for each in found.requests[:SHOWN]),
            buttons=(*(order_rows(talk, query, ORDERS, "wanted.sort") if len(found.requests) > 1 else ()), *buttons),
            fresh=talk.fresh,
        )
    )
