"""The cards of a search: a result in a list, the buyer's view of a listing, and help without results."""

from __future__ import annotations

from conversations.buttons import press, to_command
from conversations.chat_context import ChatContext
from conversations.discovery.advice_requests import advice_row
from conversations.discovery.chips import (
    chip_label,
    chip_of,
    chip_rows,
    chips_of,
    query_text,
    shown_parts,
    town_name,
    unclear_words,
)
from conversations.discovery.price_comparison import Comparison
from conversations.discovery.search_state import fingerprint
from conversations.forms.answers import goods_name, show_place, show_town, vat_in
from conversations.people.location import my_place
from conversations.reply import Button, Card, Line, Shared
from conversations.reputation_badge import reputation_badge, reputation_badge_if_known, reputation_badge_with_reviews
from conversations.trade.listings.grades import grade_line
from conversations.trade.listings.my_listings import goods_lines, packed_in
from core.catalogue.language.places import distance_km
from core.discovery.search.model import EMPTY, Hit, Page, Query, Question, Relaxation
from core.people.blocking.rules import masked
from core.trade.listings.model import Listing, ListingState

PICTURES = 3
SIDE_BY_SIDE = " · "
SHARED = "l_"  # prefix of a deep link to a listing
# Reasons that a result's own lines already show.
SHOWN_ABOVE = {
    f"search.why.{what}" for what in ("product", "grade", "certificate", "country", "near", "enough", "fresh")
}
# A removed filter, and its chip.
FILTERS = {
    "search.relax.countries": "countries",
    "search.relax.incoterm": "incoterm",
    "search.relax.packaging": "packaging",
    "search.relax.quality": "quality",
    "search.relax.certificate": "certificates",
    "search.relax.quantity": "quantity",
    "search.relax.window": "window",
    "search.relax.grade": "grade",
}
# The sentence for a removed filter, if this value is known for the results beyond it.
BEYOND = (
    ("search.relax.radius", "km", "find.none_near_some_wider"),
    ("search.relax.anywhere", "place", "find.none_near_some_far"),
    ("search.relax.price", "from", "find.none_up_to_some_from"),
    ("search.relax.price", "limit", "find.none_up_to_some_above"),
    ("search.relax.least_price", "least", "find.none_from_some_below"),
    ("search.relax.quantity", "least", "find.none_so_little"),
    ("search.relax.quantity", "most", "find.none_so_much"),
)


def hit_card(chat: ChatContext, hit: Hit, prices: Comparison) -> Card:
    reasons = [reason for reason in hit.reasons if reason.code not in SHOWN_ABOVE]
    why = ", ".join(chat.words(reason.code, **shown_parts(chat, reason.parts)) for reason in reasons)
    card = brief_offer(chat, hit.listing, prices, km=hit.distance_km, why=why)
    return card.model_copy(update={"opens": press("find.show", hit.listing.id)})


def brief_offer(
    chat: ChatContext, listing: Listing, prices: Comparison, *, km: int | None = None, why: str = ""
) -> Card:
    """Return a listing in a list, by what a buyer decides on.

    These are the price; place, distance and date; amounts, certificates and seller. The values have no labels, so that
    five listings can be read on a phone.

    `km`: from the requested place, or else from the buyer's own.
    """
    told = (prices.price(listing), _where_and_when(chat, listing, km), _how_much_by_whom(chat, listing))
    return Card(
        title=goods_name(chat, listing.product_id, listing.grade_id),
        lines=tuple(Line(label="", value=each) for each in told),
        note=why,
        buttons=(_doing(chat, listing, with_open=True),),
    )


def _where_and_when(chat: ChatContext, listing: Listing, km: int | None) -> str:
    """Return "DAP Kaunas, 32 km away · 3–17 Dec", with the country if it is not the reader's own."""
    home = my_place(chat)
    own = home is not None and home.country == listing.country
    where = f"{listing.incoterm} {show_town(chat, listing.place) if own else show_place(chat, listing.place)}"
    km = km_from_home(chat, listing) if km is None else km
    if km is not None:
        where = chat.words("find.distance", place=where, km=km)
    return SIDE_BY_SIDE.join((where, chat.words.days(listing.window_from, listing.window_to, chat.today)))


def _how_much_by_whom(chat: ChatContext, listing: Listing) -> str:
    """Return "480 t, from 24 t · FSC · Girios · ★ 4.6 (12 reviews)"; a new seller has no reputation there."""
    left, least = listing.remaining, listing.min_lot
    amount = chat.words("find.whole", left=left) if least == left else chat.words("find.from", left=left, least=least)
    schemes = dict.fromkeys(each.scheme for each in listing.certificates)
    known = reputation_badge_if_known(chat, listing.seller, "seller")
    return SIDE_BY_SIDE.join(
        filter(None, (amount, packed_in(chat, listing), ", ".join(schemes), chat.party(listing.seller), known))
    )


def km_from_home(chat: ChatContext, listing: Listing) -> int | None:
    """Return the distance to the reader's company; None if either place is unknown."""
    home = my_place(chat)
    if home is None or home.lat is None or home.lon is None or listing.lat is None or listing.lon is None:
        return None
    return round(distance_km(home.lat, home.lon, listing.lat, listing.lon))


def listing_card(chat: ChatContext, listing: Listing, note: str = "") -> Card:
    words = chat.words
    live, gone = listing.state == ListingState.LIVE, listing.state == ListingState.REMOVED
    prices, stands = Comparison.of(chat, EMPTY), reputation_badge_with_reviews(chat, listing.seller, "seller")
    lines = [
        Line(label=line.label, value=vat_in(chat, prices.price(listing)))
        if line.label == words("listing.price")
        else line
        for line in goods_lines(chat, listing)
    ]
    km = km_from_home(chat, listing)
    if km is not None:
        lines.append(Line(label=words("find.from_home"), value=words("find.km", km=km)))
    notes = (note, prices.rates_note())
    return Card(
        subject=f"listing:{listing.id}",
        title=goods_name(chat, listing.product_id, listing.grade_id),
        text="" if gone else masked(listing.words),
        lines=(
            *lines,
            *grade_line(chat, listing.grade_id),
            Line(label=words("party.seller"), value=f"{chat.party(listing.seller)} · {stands.text}"),
        ),
        turn=words("listing.stands_until", until=listing.expires_at) if live else words(f"state.{listing.state}"),
        note="\n".join(each for each in notes if each),
        buttons=(_doing(chat, listing, with_open=False), (*stands.reviews, *_beside(chat, listing))) if live else (),
        pictures=() if gone else tuple(listing.photos[:PICTURES]),
        documents=() if gone else tuple(listing.documents[:PICTURES]),
    )


def _beside(chat: ChatContext, listing: Listing) -> tuple[Button, ...]:
    """Return the buttons to share the listing, and to report or block its seller."""
    blocking = Button(label=chat.words("apart.button"), press=press("apart.ask", listing.id, choice="listing"))
    return (share_button(chat, listing), *((blocking,) if listing.seller != chat.organisation else ()))


def share_button(chat: ChatContext, listing: Listing) -> Button:
    return Button(label=chat.words("listing.share"), share=f"{SHARED}{listing.id}")


def shared(chat: ChatContext, listing: Listing, door: str) -> Shared:
    """Return a listing to share into any chat, with a link. It has no data that concern its reader alone."""
    words = chat.words
    where = f"{listing.incoterm} {show_place(chat, listing.place)}"
    price, left = words.show(listing.price), words.show(listing.remaining)
    title = goods_name(chat, listing.product_id, listing.grade_id)
    open_it = Button(label=words("listing.open_here"), url=f"{door}{SHARED}{listing.id}", style="primary")
    card = Card(
        title=title,
        lines=(*goods_lines(chat, listing), Line(label=words("party.seller"), value=_seller(chat, listing))),
        buttons=((open_it,),),
    )
    return Shared(id=listing.id, title=f"{title} · {price}", description=f"{left} · {where}", card=card)


def _seller(chat: ChatContext, listing: Listing) -> str:
    return f"{chat.party(listing.seller)} · {reputation_badge(chat, listing.seller, 'seller')}"


def _doing(chat: ChatContext, listing: Listing, *, with_open: bool) -> tuple[Button, ...]:
    words = chat.words
    if listing.seller == chat.organisation:
        return (to_command(words, "listings", label=words("listing.mine")),)
    buttons = []
    if listing.buy_now:
        buttons.append(Button(label=words("offer.buy"), press=press("offer.buy", listing.id), style="primary"))
    buttons.append(Button(label=words("offer.make"), press=press("offer.make", listing.id)))
    if not with_open:
        buttons.append(Button(label=words("inquiry.ask"), press=press("inquiry.ask", listing.id)))
    if with_open:
        buttons.append(Button(label=words("find.show"), press=press("find.show", listing.id)))
    return tuple(buttons)


# --- without results --------------------------------------------------------------------------------------------------


def question_card(chat: ChatContext, query: Query, asked: Question) -> Card:
    """Ask which of several equally likely readings is meant. All of them can be shown, too."""
    words, expected_version = chat.words, fingerprint(query)
    rows = [
        (
            Button(
                label=str(shown_parts(chat, choice.parts).get("product", "")),
                press=press("find.which", "", expected_version, str(choice.query.parsed.product)),
            ),
        )
        for choice in asked.choices
    ]
    everything = Button(label=words("find.all_of_them"), press=press("find.more", "", expected_version))
    return Card(
        subject="find",
        title=words("search.ask.product"),
        text="\n".join(filter(None, (query_text(chat, chips_of(chat, query)), *unclear_words(chat, query)))),
        buttons=(*rows, (everything,)),
        as_new_message=chat.as_new_message,
    )


def nothing_found(chat: ChatContext, query: Query, page: Page) -> Card:
    """Return a card that is no dead end: relaxed filters with their counts, likely meanings, and an alert."""
    words, expected_version = chat.words, fingerprint(query)
    meant = meant_buttons(chat, page, expected_version)
    relaxed = [
        Button(
            label=words(each.code, count=each.count, **_parts(chat, query, each)),
            press=press("find.relax", "", expected_version, each.code),
        )
        for each in page.relaxations
    ]
    save = Button(label=words("alert.save"), press=press("alert.save", "", expected_version))
    quotes = Button(label=words("command.request"), press=press("find.request", "", expected_version))
    newest = Button(label=words("find.everything"), press=press("find.all"))
    return Card(
        subject="find",
        title=words("find.nothing"),
        text="\n".join(
            filter(None, [_plainly(chat, query, page), *unclear_words(chat, query), *_unknown_words(chat, page)])
        ),
        buttons=(
            *((each,) for each in (*meant, *relaxed)),
            *advice_row(chat, query),
            *chip_rows(chat, query),
            (save, quotes),
            (newest,),
        ),
        as_new_message=chat.as_new_message,
    )


def meant_buttons(chat: ChatContext, page: Page, expected_version: int) -> list[Button]:
    """Return buttons that replace unknown words by those that were probably meant."""
    return [
        Button(
            label=chat.words("find.meant", instead=each.instead),
            press=press("find.meant", "", expected_version, str(number)),
        )
        for number, each in enumerate(page.did_you_mean)
        if each.query is not None
    ]


def nonsense(chat: ChatContext, query: Query, page: Page) -> Card:
    """Return a card with examples, for a query without an understood word."""
    words = chat.words
    buttons = (
        Button(label=words("find.everything"), press=press("find.all"), style="primary"),
        to_command(words, "help"),
    )
    return Card(
        subject="find",
        title=words("find.not_understood"),
        text="\n".join([*unclear_words(chat, query), *_unknown_words(chat, page), words("find.examples")]),
        buttons=(*advice_row(chat, query), buttons),
        as_new_message=chat.as_new_message,
    )


def _plainly(chat: ChatContext, query: Query, page: Page) -> str:
    """Return the failed filters with the nearest results, one a line.

    Example: "None within 100 km of Riga; 4 within 180 km", "None up to 180 €/t; 3 from 186 €/t on".
    """
    codes = {each.code for each in page.relaxations}
    sentences = [
        _without(chat, query, each)
        for each in page.relaxations
        if each.code != "search.relax.anywhere" or "search.relax.radius" not in codes
    ]
    return "\n".join([query_text(chat, chips_of(chat, query)), *filter(None, sentences)])


def _without(chat: ChatContext, query: Query, relaxed: Relaxation) -> str:
    """Say that no listing meets this filter, and how many there are without it or a little beyond it."""
    parts = {**_parts(chat, query, relaxed), "near": query.parsed.radius_km, "count": relaxed.count}
    for code, told, sentence in BEYOND:
        if code == relaxed.code and parts.get(told):
            return chat.words(sentence, **parts)
    chip = chip_of(chat, query, FILTERS.get(relaxed.code, ""))
    return chat.words("find.none_so_some_else", wish=chip_label(chat, chip), count=relaxed.count) if chip else ""


def _parts(chat: ChatContext, query: Query, relaxed: Relaxation) -> dict[str, object]:
    place = {"place": town_name(chat, query)} if "place" in relaxed.parts else {}
    return shown_parts(chat, {**relaxed.parts, **place})


def _unknown_words(chat: ChatContext, page: Page) -> list[str]:
    return [chat.words("find.did_you_mean", given=each.given, instead=each.instead) for each in page.did_you_mean]
