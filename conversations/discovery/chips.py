"""Chips for the understood filters. Each is a button that removes the filter, or offers other values for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.discovery.search_state import NUMBERED, fingerprint
from conversations.forms.answers import capital, show_town
from conversations.forms.delivery_window import show_window
from conversations.reply import Button, Card
from core.catalogue.language.times.days import has_no_end
from core.discovery.search import service
from core.discovery.search.model import Chip, Measure, Query
from core.kernel.decimals import half_up_to
from core.kernel.money import UnitPrice


def town_name(chat: ChatContext, query: Query) -> str:
    """Return the town of the query; empty if there is none."""
    place = query.parsed.place
    return show_town(chat, place) if place is not None else ""


RADII_KM = (50, 100, 200, 400)
OTHER_PRICES_PERCENT = (90, 95, 105, 110, 120)
IN_A_ROW = 2
LABEL = 60


@dataclass(frozen=True, slots=True)
class Variant:
    """Another value for one filter, and the query with it."""

    label: str
    query: Query


def chip_rows(
    chat: ChatContext, query: Query, chips: Sequence[Chip] | None = None, verb: str = ""
) -> tuple[tuple[Button, ...], ...]:
    """Return one button for each filter, two in a row. A cross removes it at once; a pencil offers other values.

    `chips` and `verb`: those of another list than goods, where chips can only be removed.
    """
    expected_version = fingerprint(query)
    buttons = [
        Button(
            label=f"{'✕' if verb or not variants(chat, query, chip) else '✎'} {chip_label(chat, chip)}"[:LABEL],
            press=press(verb or "find.chip", "", expected_version, chip.filter_name),
        )
        for chip in chips_of(chat, query, chips)
    ]
    return tuple(tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW))


def chips_of(chat: ChatContext, query: Query, chips: Sequence[Chip] | None = None) -> tuple[Chip, ...]:
    """Return the chips of a query, with a place by its name in the reader's language.

    `chips`: those of another list.
    """
    return tuple(
        replace(chip, parts={**chip.parts, "place": town_name(chat, query)}) if chip.filter_name == "place" else chip
        for chip in (service.explain(query).chips if chips is None else chips)
    )


def query_text(chat: ChatContext, chips: Sequence[Chip]) -> str:
    """Return how the sentence was understood, to explain unexpected results.

    For a quality filter, also say that figures come from the grade or from the seller.
    """
    text = ", ".join(chip_label(chat, chip) for chip in chips)
    by_grade = chat.words("find.by_grade") if any(chip.filter_name == "quality" for chip in chips) else ""
    return "\n".join(filter(None, (chat.words("find.understood", parts=text) if text else "", by_grade)))


def unclear_words(chat: ChatContext, query: Query) -> list[str]:
    """Return a refusal for each part that cannot be used, once each, with a valid example."""
    return list(dict.fromkeys(chat.words.refusal(refusal) for refusal in query.parsed.unclear))


def chip_label(chat: ChatContext, chip: Chip) -> str:
    code = chip.code
    if chip.filter_name == "place" and chip.parts.get("km"):
        code = "search.chip.place_within"
    return chat.words(code, **shown_parts(chat, chip.parts))


def chip_of(chat: ChatContext, query: Query, filter_name: str) -> Chip | None:
    return next((chip for chip in chips_of(chat, query) if chip.filter_name == filter_name), None)


def variants(chat: ChatContext, query: Query, chip: Chip) -> tuple[Variant, ...]:
    """Return the other values that are offered for a filter; none for one that can only be removed."""
    parsed, words = query.parsed, chat.words
    match chip.filter_name:
        case "place":
            nearer = [
                Variant(words("find.within", km=km), _with(query, radius_km=km))
                for km in RADII_KM
                if km != parsed.radius_km
            ]
            anywhere = [Variant(words("find.anywhere"), _with(query, radius_km=None))] if parsed.radius_km else []
            return (*nearer, *anywhere)
        case "price" | "max_price" | "min_price":
            limit: UnitPrice = getattr(parsed, chip.filter_name)
            others = (_scaled(limit, percent) for percent in OTHER_PRICES_PERCENT)
            return tuple(Variant(words.show(other), _with(query, **{chip.filter_name: other})) for other in others)
        case "grade" if parsed.product:
            others_of_it = chat.market_context.catalogue.grades_of(parsed.product)
            return tuple(
                Variant(grade.label, _with(query, grade=grade.id)) for grade in others_of_it if grade.id != parsed.grade
            )[:6]
        case _:
            return ()


def chip_card(chat: ChatContext, query: Query, chip: Chip, offered: tuple[Variant, ...]) -> Card:
    """Return other values for one filter, in place of the list, with buttons to remove it or go back."""
    words, expected_version = chat.words, fingerprint(query)
    buttons = [
        Button(label=each.label[:LABEL], press=press("find.set", "", expected_version, f"{chip.filter_name}:{number}"))
        for number, each in enumerate(offered)
    ]
    rows = [tuple(buttons[start : start + IN_A_ROW]) for start in range(0, len(buttons), IN_A_ROW)]
    give_up = Button(label=words("find.give_up"), press=press("find.drop", "", expected_version, chip.filter_name))
    back = Button(label=words("find.back"), press=press("find.more", "", expected_version))
    return Card(
        subject="find",
        title=chip_label(chat, chip),
        text="\n".join(
            [words("find.change_wish"), *([words("find.write_number")] if chip.filter_name in NUMBERED else [])]
        ),
        buttons=(*rows, (give_up, back)),
        as_new_message=False,
    )


def _with(query: Query, **changes: object) -> Query:
    return replace(query, parsed=replace(query.parsed, **changes))  # type: ignore[arg-type]  # named by the wish


def _called(chat: ChatContext, left_out: str) -> str:
    """Return the name of an exclusion: a country, town, grade, certificate, packing, product or group of products."""
    kind, _, code = left_out.partition(":")
    match kind:
        case "country":
            return _country(chat, code)
        case "grade":
            return chat.market_context.catalogue.grade(code).label
        case "product":
            return capital(chat.market_context.catalogue.product(code).name(chat.words.language))
        case "packaging":
            return chat.words(f"left_out.{code}")
        case "town" if known := chat.market_context.places.named(code):
            return show_town(chat, known[0])
        case _:
            return code.replace("_", " ")


def _scaled(price: UnitPrice, percent: int) -> UnitPrice:
    """Return a percentage of a price, rounded to whole units from twenty on, else to cents."""
    amount = Fraction(price.amount) * percent / 100
    return UnitPrice(half_up_to(amount, 0 if amount >= 20 else 2) or Decimal("0.01"), price.currency, price.unit)


def shown_parts(chat: ChatContext, parts: Mapping[str, object]) -> dict[str, object]:
    """Translate catalogue ids among a sentence's parts into the person's words."""
    catalogue, language = chat.market_context.catalogue, chat.words.language
    shown = dict(parts)
    match parts.get("product"):
        case str(product) if product in catalogue.products:
            shown["product"] = capital(catalogue.product(product).name(language))
    match parts.get("products"):
        case [*products]:
            shown["products"] = " / ".join(capital(catalogue.product(str(each)).name(language)) for each in products)
    match parts.get("grade"):
        case str(grade) if grade in catalogue.grades:
            shown["grade"] = catalogue.grade(grade).label
        case [*grades]:
            shown["grade"] = " / ".join(catalogue.grade(str(grade)).label for grade in grades)
    match parts.get("schemes"):
        case [*schemes]:
            shown["schemes"] = ", ".join(str(each).replace("_", " ") for each in schemes)
    match parts.get("quality"):
        case [*measures]:
            shown["quality"] = ", ".join(_measure(chat, each) for each in measures if isinstance(each, Measure))
    match parts.get("packaging"):
        case [*packings]:
            shown["packaging"] = ", ".join(chat.words(f"packaging.{each}") for each in packings)
    match parts.get("language"):
        case str(code):
            shown["language"] = chat.words.locale.languages.get(code, code)
    if (window := parts.get("window")) is not None:
        days: tuple[date, date] = (window[0], window[1])  # type: ignore[index]  # first and last day
        shown["window"] = chat.words("search.from_day", day=days[0]) if has_no_end(days) else show_window(chat, days)
    return shown | _shown_countries(chat, parts)


def _shown_countries(chat: ChatContext, parts: Mapping[str, object]) -> dict[str, object]:
    """Translate countries and exclusions among a sentence's parts into names."""
    shown: dict[str, object] = {}
    match parts.get("country"):
        case str(code):
            shown["country"] = _country(chat, code)
    match parts.get("countries"):
        case [*codes]:
            shown["countries"] = ", ".join(_country(chat, str(code)) for code in codes)
    match parts.get("left_out"):
        case [*tags]:
            shown["left_out"] = ", ".join(dict.fromkeys(_called(chat, str(code)) for code in tags))
    return shown


def _measure(chat: ChatContext, measure: Measure) -> str:
    """Return "moisture ≤ 30 %", by the first of the reader's words for it."""
    words = chat.market_context.catalogue.words.phrases[f"measured_{measure.parameter}"]
    what = words.get(chat.words.language, words["en"])[0]
    return f"{what} {'≤' if measure.most else '≥'} {chat.words.show(measure.value)} {measure.unit}"


def _country(chat: ChatContext, code: str) -> str:
    region = chat.market_context.catalogue.regions.called(code, chat.words.language)
    return region or str(chat.words.locale.territories.get(code, code))
