"""Finding: one sentence in, a short list out, with what was understood and why each result is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import cast, get_args

from conversations.answers import capital, goods_name, show_place, show_window
from conversations.book import Book
from conversations.buttons import Press, press
from conversations.listing import goods_lines, own_card
from conversations.reply import Button, Card, CardList, Line
from conversations.standing import standing
from conversations.talk import Talk
from core.listings import service as listings
from core.listings.model import Listing
from core.people.service import organisation_of
from core.reputation.service import scores_of
from core.search import service as market
from core.search.model import Hit, Order, Page, Query
from core.search.parse import Understood
from core.talks.service import recall, remember

AT_ONCE = 5
LONGEST_SENTENCE = 300
SENTENCE, ORDER = "find", "find.order"  # what a person's last search is remembered under
PICTURES = 3

book = Book()


@book.command("find")
def find(talk: Talk, sentence: str) -> None:
    """`/find 500 t A1 pellets under 200 eur near Riga`. Without words: the newest listings."""
    remember(talk.ctx, talk.person.id, SENTENCE, sentence[:LONGEST_SENTENCE])
    remember(talk.ctx, talk.person.id, ORDER, "best" if sentence else "newest")
    _show(talk)


@book.press("find.more")
def more(talk: Talk, pressed: Press) -> None:
    """The next five; without a mark to go on from, the first."""
    _show(talk, after=pressed.choice or None)


@book.press("find.sort")
def sort(talk: Talk, pressed: Press) -> None:
    remember(talk.ctx, talk.person.id, ORDER, pressed.choice)
    _show(talk)


@book.press("find.relax")
def relax(talk: Talk, pressed: Press) -> None:
    """One wish is given up: the list that was promised for it."""
    page = market.search(talk.ctx, talk.almanac.catalogue, _query(talk))
    number = int(pressed.choice) if pressed.choice.isascii() and pressed.choice.isdigit() else len(page.relaxations)
    if number < len(page.relaxations):
        _list(talk, page.relaxations[number].query, None)
    else:
        _show(talk)


@book.press("find.show")
def show(talk: Talk, pressed: Press) -> None:
    """One listing, whole, with its pictures."""
    listing = listings.listing_for(talk.ctx, pressed.subject)
    talk.fresh = True
    talk.reply(own_card(talk, listing) if listing.seller == talk.organisation else listing_card(talk, listing))


def _query(talk: Talk) -> Query:
    sentence = recall(talk.ctx, talk.person.id, SENTENCE)
    order = recall(talk.ctx, talk.person.id, ORDER)
    almanac = talk.almanac
    query = market.query_of(sentence, almanac.catalogue, almanac.places, talk.today, talk.words.language)
    return replace(query, order=cast("Order", order)) if order in get_args(Order) else query


def _show(talk: Talk, after: str | None = None) -> None:
    _list(talk, _query(talk), after)


def _list(talk: Talk, query: Query, after: str | None) -> None:
    def standings(sellers: Collection[str]) -> Mapping[str, float]:
        return {seller: score.rank for seller, score in scores_of(talk.ctx, sellers).items()}

    page = market.search(talk.ctx, talk.almanac.catalogue, query, limit=AT_ONCE, after=after, standings=standings)
    if not page.hits:
        talk.reply(nothing_found(talk, page))
        return
    talk.reply(
        CardList(
            subject="find",
            title=talk.words("find.found", count=page.total),
            text=understood_text(talk, page.understood),
            items=tuple(hit_card(talk, hit) for hit in page.hits),
            buttons=_turning(talk, page, query, after),
            fresh=talk.fresh,
        )
    )


def _turning(talk: Talk, page: Page, query: Query, after: str | None) -> tuple[tuple[Button, ...], ...]:
    """Further, back to the top, and the other orders."""
    words = talk.words
    turning = []
    if after is not None:
        turning.append(Button(label=words("find.top"), press=press("find.more")))
    if page.after is not None:
        turning.append(Button(label=words("find.next"), press=press("find.more", choice=page.after)))
    orders: tuple[Order, ...] = ("cheapest", "newest")
    if page.understood.place:
        orders = (*orders, "nearest")
    sorting = [
        Button(label=words(f"find.{order}"), press=press("find.sort", choice=order))
        for order in orders
        if order != query.order and page.total > 1
    ]
    return tuple(tuple(row) for row in (turning, sorting) if row)


def hit_card(talk: Talk, hit: Hit) -> Card:
    """A result: the goods, price and place, the seller's standing, and why it is here."""
    words, listing = talk.words, hit.listing
    where = f"{listing.incoterm} {show_place(talk, listing.place)}"
    if hit.distance_km is not None:
        where = words("find.distance", place=where, km=hit.distance_km)
    why = [words(reason.code, **shown_parts(talk, reason.parts)) for reason in hit.reasons]
    return Card(
        title=goods_name(talk, listing.product_id, listing.grade_id),
        lines=(
            Line(label=words("listing.price"), value=words.show(listing.price)),
            Line(label=words("listing.left"), value=words.show(listing.remaining)),
            Line(label=words("listing.delivery"), value=where),
            Line(label=words("party.seller"), value=_seller(talk, listing)),
        ),
        note=", ".join(why),
        buttons=(_doing(talk, listing, with_open=True),),
    )


def listing_card(talk: Talk, listing: Listing) -> Card:
    """A listing as a buyer sees it."""
    words = talk.words
    live = listing.state == "live"
    return Card(
        subject=f"listing:{listing.id}",
        title=goods_name(talk, listing.product_id, listing.grade_id),
        text=listing.words,
        lines=(*goods_lines(talk, listing), Line(label=words("party.seller"), value=_seller(talk, listing))),
        turn=words("listing.stands_until", until=listing.expires_at) if live else words(f"state.{listing.state}"),
        buttons=(_doing(talk, listing, with_open=False),) if live else (),
        pictures=tuple(listing.photos[:PICTURES]),
        documents=tuple(listing.documents[:PICTURES]),
    )


def _seller(talk: Talk, listing: Listing) -> str:
    return f"{organisation_of(talk.ctx, listing.seller).name} · {standing(talk, listing.seller)}"


def _doing(talk: Talk, listing: Listing, *, with_open: bool) -> tuple[Button, ...]:
    words = talk.words
    if listing.seller == talk.organisation:
        return (Button(label=words("listing.mine"), press=press("command", choice="listings")),)
    buttons = []
    if listing.buy_now:
        buttons.append(Button(label=words("offer.buy"), press=press("offer.buy", listing.id), style="primary"))
    buttons.append(Button(label=words("offer.make"), press=press("offer.make", listing.id)))
    if with_open:
        buttons.append(Button(label=words("find.show"), press=press("find.show", listing.id)))
    return tuple(buttons)


def understood_text(talk: Talk, understood: Understood) -> str:
    """What the sentence was taken to mean, so that nobody wonders about a strange list."""
    words, catalogue = talk.words, talk.almanac.catalogue
    parts: list[str] = []
    if understood.product:
        parts.append(capital(catalogue.product(understood.product).name(words.language)))
    if understood.grade:
        parts.append(catalogue.grade(understood.grade).label)
    parts += [catalogue.scheme(scheme).id.replace("_", " ") for scheme in understood.certificates]
    if understood.quantity:
        parts.append(words.show(understood.quantity))
    limit = understood.max_price or understood.price
    if limit:
        parts.append(words("find.up_to", price=limit))
    if understood.place:
        near = understood.place.name
        parts.append(words("find.near", place=near, km=understood.radius_km) if understood.radius_km else near)
    if understood.window:
        parts.append(show_window(talk, (understood.window.first, understood.window.last)))
    return words("find.understood", parts=", ".join(parts)) if parts else ""


def nothing_found(talk: Talk, page: Page) -> Card:
    """No dead end: what would find something, and with how many results."""
    words = talk.words
    meant = [words("find.did_you_mean", given=each.given, instead=each.instead) for each in page.did_you_mean]
    rows = [
        (
            Button(
                label=words(each.code, count=each.count, **shown_parts(talk, each.parts))[:75],
                press=press("find.relax", choice=str(number)),
            ),
        )
        for number, each in enumerate(page.relaxations)
    ]
    newest = Button(label=words("find.newest"), press=press("command", choice="find"))
    return Card(
        subject="find",
        title=words("find.nothing"),
        text="\n".join(filter(None, [understood_text(talk, page.understood), *meant])),
        buttons=(*rows, (newest,)),
        fresh=talk.fresh,
    )


def shown_parts(talk: Talk, parts: Mapping[str, object]) -> dict[str, object]:
    """Catalogue ids among a reason's parts, in the person's words."""
    catalogue = talk.almanac.catalogue
    shown = dict(parts)
    if isinstance(product := parts.get("product"), str) and product in catalogue.products:
        shown["product"] = catalogue.product(product).name(talk.words.language)
    if isinstance(grade := parts.get("grade"), str) and grade in catalogue.grades:
        shown["grade"] = catalogue.grade(grade).label
    return shown
