"""Market figures without names: asking prices for a product in a region, and where one's own price stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rapidfuzz import fuzz, process

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.countries import country_names
from conversations.discovery.chips import chip_label
from conversations.discovery.price_comparison import home_currency
from conversations.forms.answers import capital, show_town
from conversations.keyboard_layout import in_either_layout
from conversations.reply import Button, Card, Chart, Line, Say
from conversations.router import Router
from conversations.wording import labelled
from core.catalogue.product_names import folded
from core.discovery.market_figures.model import FEWEST, REGION_KM, MarketView, Region, Spread
from core.discovery.market_figures.rules import percent_from
from core.discovery.market_figures.service import view_market
from core.discovery.search.service import explain, intent_of, parse_query
from core.kernel.money import UnitPrice

SURE = 88  # a score up to 100; allows one wrong letter in a country's name
LONGEST_NAME = 3  # words of a country's name
CHOICES = 6
LONGEST_QUESTION = 120  # letters
APPLIED: Final = frozenset({"product", "alternatives", "grade", "place"})  # filters that apply to the market figures

router = Router()


@router.command("market")
@in_either_layout
def market(chat: ChatContext, asked: str) -> None:
    """`/market A1 pellets Lithuania`: show count, price range and median, per unit and per MWh, as a picture.

    It reads the same sentences as `/find`, and says which filters have no effect here.
    """
    market_context = chat.market_context
    countries, rest = countries_in(asked[:LONGEST_QUESTION])
    query = parse_query(rest, market_context.catalogue, market_context.places, chat.today, chat.words.language)
    parsed = replace(query.parsed, rest=intent_of(rest, query.parsed, market_context.catalogue).rest_beside_question())
    if parsed.product is None:
        _ask_product(chat, parsed.alternatives, parsed.rest)
        return
    query = replace(query, parsed=parsed)
    left_out = [chip_label(chat, chip) for chip in explain(query).chips if chip.filter_name not in APPLIED]
    _show(chat, parsed.product, Region(countries, parsed.place), grade=parsed.grade, left_out=left_out)


@router.press("market.show")
def show(chat: ChatContext, press: Press) -> None:
    """Show one of the offered products, in all regions. The choice: "wood_pellets", or "wood_pellets:ENplus_A1"."""
    product, _, grade = press.choice.partition(":")
    known = chat.market_context.catalogue.product(product)
    chat.as_new_message = True
    _show(chat, product, Region(), grade=grade if grade in known.grades else None)


def _ask_product(chat: ChatContext, likely: tuple[str, ...], asked: str) -> None:
    """Ask for the product. `asked`: words that name none."""
    catalogue, words = chat.market_context.catalogue, chat.words
    unknown = words("market.unknown", words=asked) if asked and not likely else ""
    rows = tuple(
        (
            Button(
                label=capital(catalogue.product(each).name(chat.words.language)),
                press=press("market.show", choice=each),
            ),
        )
        for each in (likely or tuple(catalogue.products))[:CHOICES]
    )
    chat.reply(Say(text="\n".join(filter(None, (unknown, words("market.which")))), buttons=rows))


def _show(
    chat: ChatContext, product_id: str, region: Region, *, grade: str | None = None, left_out: Sequence[str] = ()
) -> None:
    catalogue, own = chat.market_context.catalogue, chat.organisation
    currency = home_currency(chat) or catalogue.product(product_id).price_currency
    if currency not in catalogue.rates.per_euro:
        currency = catalogue.product(product_id).price_currency
    view = view_market(chat.ctx, catalogue, product_id, region, currency=currency, organisation_id=own, grade=grade)
    card = view_card(chat, view) if view.spread is not None else too_few(chat, view)
    told = chat.words("market.left_out", parts=", ".join(left_out)) if left_out else ""
    chat.reply(card.model_copy(update={"text": "\n".join(filter(None, (card.text, told)))}))


def too_few(chat: ChatContext, view: MarketView) -> Card:
    """Return a card without figures, because there are fewer than three sellers. It may offer a wider look."""
    words, goods = chat.words, view.product_id
    wider: tuple[Button, ...] = ()
    if view.region != Region():
        everywhere = press("market.show", choice=f"{goods}:{view.grade}" if view.grade else goods)
        wider = (Button(label=words("market.everywhere"), press=everywhere, style="primary"),)
    elif view.grade:
        wider = (Button(label=words("market.any_grade"), press=press("market.show", choice=goods), style="primary"),)
    sellers = words("market.sellers", count=view.sellers)
    return Card(
        title=_title(chat, view),
        text=words("market.too_few", count=view.listings, sellers=sellers, fewest=FEWEST),
        buttons=((*wider, to_command(words, "find")),),
    )


def view_card(chat: ChatContext, view: MarketView) -> Card:
    words, spread = chat.words, view.spread
    assert spread is not None, "with too few sellers there is no card"
    rates = chat.market_context.catalogue.rates
    lines = [
        Line(label=words("market.on_offer"), value=_on_offer(chat, view)),
        Line(label=words("market.median"), value=_both(chat, view, "median")),
        Line(label=words("market.range"), value=_range(chat, view)),
    ]
    if view.own:
        lines.append(Line(label=words("market.own"), value=_own(chat, view, spread)))
    if view.seekers is not None:
        lines.append(Line(label=words("market.demand"), value=words("market.seekers", count=view.seekers)))
    lines.append(
        Line(label=words("market.freshness"), value=words("market.newest", at=view.newest, count=view.within_a_week))
    )
    return Card(
        title=_title(chat, view),
        lines=tuple(lines),
        note=words("market.note", fewest=FEWEST, day=rates.day),
        chart=_chart(chat, view, spread),
        buttons=((to_command(words, "sell"),),),
    )


def _title(chat: ChatContext, view: MarketView) -> str:
    words, region = chat.words, view.region
    catalogue = chat.market_context.catalogue
    goods = capital(catalogue.product(view.product_id).name(words.language))
    goods = f"{goods}, {catalogue.grade(view.grade).label}" if view.grade else goods
    if region.town is not None:
        return words("market.title_near", goods=goods, region=show_town(chat, region.town), km=REGION_KM)
    if region.countries:
        named = [words.locale.territories.get(code, code) for code in region.countries]
        return words("market.title_in", goods=goods, region=words.show(named))
    return words("market.title", goods=goods)


def _on_offer(chat: ChatContext, view: MarketView) -> str:
    words = chat.words
    parts = [words("market.listings", count=view.listings), words("market.sellers", count=view.sellers)]
    return ", ".join([*parts, *([words.show(view.left)] if view.left else [])])


def _both(chat: ChatContext, view: MarketView, part: str) -> str:
    """Return a figure per the product's unit, and per MWh beside it."""
    shown = [
        chat.words.show(UnitPrice(getattr(each, part), each.currency, each.unit))
        for each in (view.spread, view.per_mwh)
        if each is not None
    ]
    return ", ".join(shown)


def _range(chat: ChatContext, view: MarketView) -> str:
    return ", ".join(
        chat.words(
            "market.from_to",
            low=UnitPrice(each.low, each.currency, each.unit),
            high=UnitPrice(each.high, each.currency, each.unit),
        )
        for each in (view.spread, view.per_mwh)
        if each is not None
    )


def _own(chat: ChatContext, view: MarketView, spread: Spread) -> str:
    words = chat.words
    mine = view.own[0]
    percent = percent_from(mine, spread.median)
    price = UnitPrice(mine, spread.currency, spread.unit)
    if percent == 0:
        return words("market.own_at", price=price)
    return words("market.own_above" if percent > 0 else "market.own_below", price=price, percent=abs(percent))


def _chart(chat: ChatContext, view: MarketView, spread: Spread) -> Chart:
    words = chat.words
    per_mwh = view.per_mwh
    other = None
    if per_mwh is not None:
        other = (float(per_mwh.median / spread.median), f"{per_mwh.currency}/{words.unit(per_mwh.unit)}")
    return Chart(
        title=_title(chat, view),
        scale=f"{spread.currency}/{words.unit(spread.unit)}",
        values=tuple(float(price) for price in view.prices),
        middle=float(spread.median),
        middle_label=labelled(words, words("market.median"), _both(chat, view, "median")),
        own=tuple(float(price) for price in view.own),
        own_label=words("market.own"),
        other_scale=other,
        words=labelled(words, _title(chat, view), _range(chat, view)),
    )


# --- which country ----------------------------------------------------------------------------------------------------


def countries_in(text: str) -> tuple[tuple[str, ...], str]:
    """Return every country that is named, and the words without them."""
    countries: list[str] = []
    country, rest = country_in(text)
    while country is not None:
        countries.insert(0, country)
        country, rest = country_in(rest)
    return tuple(dict.fromkeys(countries)), rest


def country_in(text: str) -> tuple[str | None, str]:
    """Return the country whose name is similar to some of the words, and the words without it."""
    words = text.split()
    for size in range(LONGEST_NAME, 0, -1):
        for start in range(len(words) - size, -1, -1):
            name = folded(" ".join(words[start : start + size])).strip(",.")
            near = process.extractOne(name, country_names().keys(), scorer=fuzz.ratio, score_cutoff=SURE)
            if len(name) > 3 and near is not None:
                return country_names()[near[0]], " ".join([*words[:start], *words[start + size :]])
    return None, text
