"""Search of open requests by a seller's sentence."""

from __future__ import annotations

from dataclasses import replace

from conversations.buttons import Press, to_command
from conversations.chat_context import ChatContext
from conversations.discovery.chips import chip_label, chip_rows, chips_of, query_text, unclear_words
from conversations.discovery.refinement import names_others_too, told_of, without_small_words
from conversations.discovery.search import read
from conversations.discovery.search_state import SUPPLY, ask, fingerprint
from conversations.discovery.sort_orders import in_stated_order, order_rows, order_text, ordered
from conversations.keyboard_layout import in_either_layout
from conversations.last_query import asked, latest
from conversations.reply import Card, CardList, Toast
from conversations.router import Router
from conversations.trade.requests.card import brief_request
from core.discovery.search import service
from core.discovery.search.model import Order, ParsedQuery, Query
from core.discovery.search.service import parse_query, without

SHOWN = 10
ORDERS: tuple[Order, ...] = ("newest", "nearest")

router = Router()


@router.command("wanted")
@in_either_layout
def show_requests(chat: ChatContext, sentence: str) -> None:
    """`/requests 500 t A1 pellets in Kaunas from 190 eur`: show the requests that this would answer."""
    market_context = chat.market_context
    parsed = parse_query(sentence, market_context.catalogue, market_context.places, chat.today, chat.words.language)
    compared = [
        chip_label(chat, chip) for chip in service.explain(parsed, "request").chips if chip.filter_name == "quality"
    ]
    note = chat.words("market.left_out", parts=", ".join(compared)) if compared else ""
    _show(chat, ask(chat, in_stated_order(chat, service.as_supply(parsed), ORDERS), SUPPLY), note)


@router.command("wanted_more")
def refine(chat: ChatContext, sentence: str) -> None:
    """Replace the part of the query that these words name: "near Riga", "and chips?"."""
    _show(chat, ask(chat, asked(chat, SUPPLY).refined_by(_told(chat, sentence)), SUPPLY))


def refines_supply(chat: ChatContext, sentence: str) -> bool:
    """Return True if these words, after a list of requests, only change a part of it."""
    if latest(chat) != SUPPLY.name:
        return False
    more = _told(chat, sentence)
    if more.product is not None or more.alternatives:
        return names_others_too(chat, sentence)
    return not more.rest and bool(service.explain(Query(more), "request").chips)


def _told(chat: ChatContext, sentence: str) -> ParsedQuery:
    more = service.as_supply(read(chat, sentence)).parsed
    told = told_of(chat, more, asked(chat, SUPPLY).parsed)
    return replace(told, rest=without_small_words(chat, told.rest))


@router.press("wanted.without")
def drop(chat: ChatContext, press: Press) -> None:
    query = asked(chat, SUPPLY)
    if press.expected_version == fingerprint(query):
        query = ask(chat, without(query, press.choice), SUPPLY)
    else:
        chat.reply(Toast(text=chat.words("find.asked_since")))
    _show(chat, query)


@router.press("wanted.sort")
def sort(chat: ChatContext, press: Press) -> None:
    query = asked(chat, SUPPLY)
    if press.expected_version == fingerprint(query):
        query = ask(chat, ordered(chat, query, ORDERS, press.choice), SUPPLY)
    else:
        chat.reply(Toast(text=chat.words("find.asked_since")))
    _show(chat, query)


def _show(chat: ChatContext, query: Query, note: str = "") -> None:
    """Show the requests, and the filters that are not compared here."""
    found = service.search_requests(chat.ctx, chat.market_context.catalogue, query, but=chat.organisation)
    if found.query != query:
        query = ask(chat, found.query, SUPPLY)
    words, chips = chat.words, chips_of(chat, query, service.explain(query, "request").chips)
    sentences = (query_text(chat, chips), order_text(chat, query), *unclear_words(chat, query), note)
    text = "\n".join(filter(None, sentences))
    everything = to_command(words, "requests", label=words("wanted.all"))
    buttons = (*chip_rows(chat, query, chips, "wanted.without"), (everything,))
    if not found.requests:
        title = words("wanted.none")
        chat.reply(Card(subject="wanted", title=title, text=text, buttons=buttons, as_new_message=chat.as_new_message))
        return
    chat.reply(
        CardList(
            subject="wanted",
            title=words("wanted.found", count=len(found.requests)),
            text=text,
            items=tuple(brief_request(chat, each) for each in found.requests[:SHOWN]),
            buttons=(*(order_rows(chat, query, ORDERS, "wanted.sort") if len(found.requests) > 1 else ()), *buttons),
            as_new_message=chat.as_new_message,
        )
    )
