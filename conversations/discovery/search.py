"""Commands and buttons of a search. The list is edited in place; the query is remembered and can be refined.

Buyers who have not named goods browse the most offered goods, with their prices.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.discovery.advice_requests import advice_row
from conversations.discovery.chips import (
    chip_card,
    chip_of,
    chip_rows,
    chips_of,
    query_text,
    unclear_words,
    variants,
)
from conversations.discovery.price_comparison import Comparison, home_currency
from conversations.discovery.result_cards import (
    SHARED,
    hit_card,
    listing_card,
    meant_buttons,
    nonsense,
    nothing_found,
    question_card,
    shared,
)
from conversations.discovery.search_state import ask, ask_for_none, ask_for_number, asked_words, fingerprint, keep_place
from conversations.discovery.sort_orders import (
    home_town,
    in_stated_order,
    is_measurable,
    order_rows,
    order_text,
    ordered,
)
from conversations.forms.answers import capital, show_town
from conversations.keyboard_layout import in_either_layout
from conversations.last_query import asked
from conversations.people.location import my_place
from conversations.reply import LONGEST_LABEL, Button, Card, CardList, Shared, Toast
from conversations.router import Router
from conversations.trade.listings.my_listings import own_card
from conversations.trade.requests.request import defaults_for
from core.catalogue.language.places import Place
from core.discovery.market_figures.service import goods_on_offer
from core.discovery.search import service
from core.discovery.search.model import EMPTY, REGULARLY, Order, Page, ParsedQuery, Query
from core.kernel.money import UnitPrice
from core.trade.listings import service as listings
from core.trade.reviews.service import scores_of

AT_ONCE = 5
SHARED_AT_ONCE = 10
BEHIND, SOME = "+", r"[0-9]{1,4}"  # the position that a page continues after, and how many results were before it
ORDERS: tuple[Order, ...] = ("cheapest", "nearest", "rated", "newest")

router = Router()


# --- queries ----------------------------------------------------------------------------------------------------------


@router.command("find")
@in_either_layout
def find(chat: ChatContext, sentence: str) -> None:
    """`/find 500 t A1 pellets under 200 eur near Riga`: search. Without words, offer goods to browse."""
    if not sentence:
        chat.press("find.what", "")
        return
    query = in_stated_order(chat, read(chat, sentence), ORDERS)
    ask(chat, query, words=sentence)
    page = _search(chat, query)
    if query == Query(EMPTY):  # pictures or symbols: a list would be no answer
        chat.reply(nonsense(chat, query, page))
        return
    which = next((each for each in page.questions if each.choices), None)
    if which is not None:
        chat.reply(question_card(chat, _learned(chat, query, page), which))
    else:
        show_results(chat, query, page)


def read(chat: ChatContext, sentence: str, *, around: Place | None = None) -> Query:
    """Parse a sentence into a query. `around`: the place for a distance without one; else the person's own."""
    market_context = chat.market_context
    home = around or (home_town(chat) if chat.person.id else None)  # an unknown reader has no place
    return service.parse_query(
        sentence, market_context.catalogue, market_context.places, chat.today, chat.words.language, home=home
    )


# --- buttons ----------------------------------------------------------------------------------------------------------


def _current(chat: ChatContext, press: Press) -> Query | None:
    """Return the current query if the button was made for it.

    Otherwise say that it changed and show the current list.
    """
    query = asked(chat)
    if press.expected_version == fingerprint(query):
        return query
    chat.reply(Toast(text=chat.words("find.asked_since")))
    show_results(chat, query)
    return None


@router.press("find.more")
def more(chat: ChatContext, press: Press) -> None:
    """Show the next five results. The choice is the position to continue after; without one, show the first."""
    ask_for_none(chat)
    if (query := _current(chat, press)) is not None:
        show_behind(chat, query, press.choice)


@router.press("find.sort")
def sort(chat: ChatContext, press: Press) -> None:
    if (query := _current(chat, press)) is None:
        return
    show_results(chat, ask_as_before(chat, ordered(chat, query, ORDERS, press.choice)))


@router.press("find.relax")
def relax(chat: ChatContext, press: Press) -> None:
    if (query := _current(chat, press)) is None:
        return
    offered = {each.code: each.query for each in _search(chat, query).relaxations}
    show_results(chat, ask(chat, offered.get(press.choice, query)))


@router.press("find.request")
def ask_for_quotes(chat: ChatContext, press: Press) -> None:
    """Open a request to sellers with the filters filled in, because no listing fits."""
    if (query := _current(chat, press)) is not None:
        chat.open("request", defaults_for(chat, query.parsed))


@router.press("find.meant")
def meant(chat: ChatContext, press: Press) -> None:
    if (query := _current(chat, press)) is None:
        return
    offered = {str(number): each.query for number, each in enumerate(_search(chat, query).did_you_mean)}
    show_results(chat, ask_as_before(chat, offered.get(press.choice) or query))


@router.press("find.which")
def which_goods(chat: ChatContext, press: Press) -> None:
    if (query := _current(chat, press)) is None:
        return
    choices = [choice.query for each in _search(chat, query).questions for choice in each.choices]
    chosen = next((each for each in choices if each.parsed.product == press.choice), query)
    show_results(chat, ask_as_before(chat, chosen))


@router.press("find.chip")
def chip(chat: ChatContext, press: Press) -> None:
    """Offer other values for a chip's filter; if there are none, remove it."""
    if (query := _current(chat, press)) is None:
        return
    tapped = chip_of(chat, query, press.choice)
    if tapped is None:
        show_results(chat, query)
    elif offered := variants(chat, query, tapped):
        ask_for_number(chat, query, tapped.filter_name)
        chat.reply(chip_card(chat, query, tapped, offered))
    else:
        show_results(chat, ask(chat, service.without(query, tapped.filter_name)))


@router.press("find.set")
def set_filter(chat: ChatContext, press: Press) -> None:
    if (query := _current(chat, press)) is None:
        return
    filter_name, _, number = press.choice.partition(":")
    tapped = chip_of(chat, query, filter_name)
    offered = variants(chat, query, tapped) if tapped is not None else ()
    chosen = {str(place): each.query for place, each in enumerate(offered)}
    show_results(chat, ask(chat, chosen.get(number, query)))


@router.press("find.drop")
def drop_filter(chat: ChatContext, press: Press) -> None:
    if (query := _current(chat, press)) is None:
        return
    tapped = chip_of(chat, query, press.choice)
    show_results(chat, ask(chat, service.without(query, tapped.filter_name) if tapped is not None else query))


@router.press("find.show")
def show(chat: ChatContext, press: Press) -> None:
    """Show one whole listing, with its pictures."""
    listing = listings.listing_for(chat.ctx, press.subject)
    chat.as_new_message = True
    chat.reply(own_card(chat, listing) if listing.seller == chat.organisation else listing_card(chat, listing))


# --- in any chat ------------------------------------------------------------------------------------------------------


def listings_to_share(chat: ChatContext, text: str, after: str | None, door: str) -> tuple[list[Shared], str | None]:
    """Return the listings that a person can share into a chat: the named one, or the results of the sentence.

    Also return the position that continues the list. The query is not remembered, because the person types in a chat of
    their own.
    """
    if text.startswith(SHARED):
        named = listings.listing_for(chat.ctx, text.removeprefix(SHARED))
        return [shared(chat, named, door)] if named.state in listings.TAKES_OFFERS else [], None
    query = read(chat, text) if text.strip() else Query(EMPTY, "newest")
    # nearest to the writer, which does not matter to others
    if query.order == "nearest" and query.parsed.place is None:
        query = replace(query, order="best")
    page = service.search(chat.ctx, chat.market_context.catalogue, query, limit=SHARED_AT_ONCE, after=after)
    return [shared(chat, hit.listing, door) for hit in page.hits], page.after


# --- the list ---------------------------------------------------------------------------------------------------------


def ask_as_before(chat: ChatContext, query: Query) -> Query:
    """Set the same query in another order or a better reading. It keeps the words that the person used."""
    return ask(chat, query, words=asked_words(chat))


def _search(chat: ChatContext, query: Query, after: str | None = None) -> Page:
    def standings(sellers: Collection[str]) -> Mapping[str, float]:
        return {seller: score.rank for seller, score in scores_of(chat.ctx, sellers, "seller").items()}

    home, catalogue = home_town(chat), chat.market_context.catalogue
    return service.search(chat.ctx, catalogue, query, limit=AT_ONCE, after=after, standings=standings, home=home)


def show_results(
    chat: ChatContext, query: Query, page: Page | None = None, *, after: str | None = None, shown_before: int = 0
) -> None:
    """Show the list, or its replacement if it is empty. `shown_before`: how many results came before those `after`."""
    page = page or _search(chat, query, after)
    if after is not None and not page.hits:  # all the next results are sold or withdrawn by now
        page, shown_before = _search(chat, query), 0
    query = _learned(chat, query, page)
    if page.hits:
        if page.after is not None:
            keep_place(chat, query, _behind(page, shown_before))
        chat.reply(result_list(chat, query, page, shown_before))
    elif service.explain(query).chips and {chip.filter_name for chip in service.explain(query).chips} != {"rest"}:
        chat.reply(nothing_found(chat, query, page))
    else:
        chat.reply(nonsense(chat, query, page) if not page.did_you_mean else nothing_found(chat, query, page))


def _learned(chat: ChatContext, query: Query, page: Page) -> Query:
    """Return the query as the results explain it: goods named by sellers' own words, and words that no listing uses."""
    if page.parsed == query.parsed:
        return query
    return ask_as_before(chat, replace(query, parsed=page.parsed))


def show_behind(chat: ChatContext, query: Query, behind: str) -> None:
    """Show the next five results (`behind`: the last shown one, and how many); without it, the first."""
    after, _, shown_before = behind.partition(BEHIND)
    show_results(
        chat, query, after=after or None, shown_before=int(shown_before) if re.fullmatch(SOME, shown_before) else 0
    )


def result_list(chat: ChatContext, query: Query, page: Page, shown_before: int) -> CardList:
    """Return five results, with the chips, the orders and the paging below.

    `shown_before`: how many are on the pages before.
    """
    prices = Comparison.of(chat, query.parsed)
    items = tuple(hit_card(chat, hit, prices) for hit in page.hits)
    sentences = (
        query_text(chat, chips_of(chat, query)),
        order_text(chat, query),
        *unclear_words(chat, query),
        _measured_from(chat, query),
        prices.rates_note(),
        _which_of_all(chat, page, shown_before),
    )
    return CardList(
        subject="find",
        title=chat.words("find.found", count=page.total),
        text="\n".join(filter(None, sentences)),
        items=items,
        buttons=(
            *_quotes_row(chat, query),
            *_turning(chat, page, query, shown_before),
            *advice_row(chat, query),
            *chip_rows(chat, query),
        ),
        side_by_side=True,
        first=shown_before + 1,
        as_new_message=chat.as_new_message,
    )


def _quotes_row(chat: ChatContext, query: Query) -> tuple[tuple[Button, ...], ...]:
    """Return the button that asks sellers for quotes on the wanted goods."""
    if all(each.code != REGULARLY for each in query.parsed.unclear):
        return ()
    return ((Button(label=chat.words("command.request"), press=press("find.request", "", fingerprint(query))),),)


def _measured_from(chat: ChatContext, query: Query) -> str:
    home = my_place(chat)
    if home is None or query.parsed.place is not None:
        return ""
    return chat.words("find.measured_from", place=show_town(chat, home))


def _behind(page: Page, shown_before: int) -> str:
    return f"{page.after}{BEHIND}{shown_before + len(page.hits)}"


def _which_of_all(chat: ChatContext, page: Page, shown_before: int) -> str:
    """Return "6–10 of 36" if there are other pages."""
    last = shown_before + len(page.hits)
    return (
        chat.words("find.which_of_all", first=shown_before + 1, last=last, count=page.total)
        if shown_before or page.after
        else ""
    )


def _turning(chat: ChatContext, page: Page, query: Query, shown_before: int) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons for the next page and the top, the other orders, and an alert."""
    words, asked_now = chat.words, fingerprint(query)
    turning = meant_buttons(chat, page, asked_now)
    if shown_before:
        turning.append(Button(label=words("find.top"), press=press("find.more", "", asked_now)))
    if page.after is not None:
        turning.append(
            Button(label=words("find.next"), press=press("find.more", "", asked_now, _behind(page, shown_before)))
        )
    sorting = order_rows(chat, query, ORDERS, "find.sort") if page.total > 1 else ()
    keeping = (
        [Button(label=words("alert.save"), press=press("alert.save", "", asked_now))]
        if service.explain(query).chips
        else []
    )
    if not is_measurable(chat, query):
        keeping.append(Button(label=words("place.set"), press=press("place.set")))
    return tuple(tuple(row) for row in (turning, *sorting, keeping) if row)


GOODS_SHOWN: Final = 8


@router.press("find.what")
def what(chat: ChatContext, _press: Press) -> None:
    """Invite a sentence that says it all, and offer the most offered goods and the whole list as buttons."""
    words, home = chat.words, my_place(chat)
    offered = goods_on_offer(chat.ctx, chat.market_context.catalogue, currency=home_currency(chat), count=GOODS_SHOWN)
    rows = tuple(
        (Button(label=_with_price(chat, product, middle), press=press("find.goods", choice=product)),)
        for product, middle in offered
    )
    told = (words("find.what_text"), words("find.measured_from", place=show_town(chat, home)) if home else "")
    everything = Button(label=words("find.everything"), press=press("find.all"))
    place = Button(label=words("place.set"), press=press("place.set"))
    chat.reply(
        Card(
            subject="find",
            title=words("find.what"),
            text="\n".join(filter(None, told)),
            note=words("find.what_note") if any(middle for _, middle in offered) else "",
            buttons=(*rows, (everything,) if home else (everything, place)),
            as_new_message=chat.as_new_message,
        )
    )


def _with_price(chat: ChatContext, product: str, middle: UnitPrice | None) -> str:
    """ "Wood pellets · 215.00 EUR/t"."""
    goods = capital(chat.market_context.catalogue.product(product).name(chat.words.language))
    price = f" · {chat.words.show(middle)}" if middle is not None else ""
    return f"{goods[: LONGEST_LABEL - len(price)]}{price}"


@router.press("find.goods")
def goods(chat: ChatContext, press: Press) -> None:
    """Show all listings of these goods, nearest to my place first if it is known. Other filters are said next."""
    known = chat.market_context.catalogue.product(press.choice)
    query = Query(ParsedQuery(product=known.id), "cheapest")
    nearest = ordered(chat, query, ("nearest",), "nearest")
    show_results(chat, ask(chat, nearest if nearest.parsed.place is not None else query))


@router.press("find.all")
def everything(chat: ChatContext, _press: Press) -> None:
    """Show all listings, the newest first."""
    show_results(chat, ask(chat, Query(EMPTY, "newest")))
