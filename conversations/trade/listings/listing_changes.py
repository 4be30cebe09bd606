"""Changes of a live listing. The form holds its current values, and each change is public at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from conversations.buttons import Press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.differences import SALES, sale_named
from conversations.form_controller.drafts import go_on_or_open
from conversations.forms.answers import (
    NOTHING,
    goods_name,
    read_price,
    read_quantity,
    write_list,
    write_place,
    write_price,
    write_quantity,
)
from conversations.forms.delivery_window import write_window
from conversations.forms.form import BEFORE, Field, Form, Values
from conversations.forms.keypads import Amount
from conversations.router import Confirmation, Flow, Router
from conversations.trade.listings.certificates import certificates_in, read_numbers, read_schemes, write_numbers
from conversations.trade.listings.listing import SELL, answers_in
from conversations.trade.listings.price_confirmation import beside_market
from core.kernel.errors import Refusal
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity, convertible
from core.people.files.service import kept_files, own
from core.trade.listings import rules
from core.trade.listings import service as listings
from core.trade.listings.model import ChangeListing, Listing

GOODS: Final = (
    "product",
    "grade",
    "certificates",
    "certificate_numbers",
    "packaging",
)  # fields that a sentence about another product would change, too
LONGEST_BEFORE: Final = 8_000  # characters of all answers of a listing

router = Router()


# --- the form ---------------------------------------------------------------------------------------------------------


def _units(chat: ChatContext, values: Values) -> tuple[str, ...]:
    """Return the listing's unit, and others that can be converted to it."""
    counted_in = str(values["counted_in"])
    others = chat.market_context.catalogue.units_of(values["product"])
    return (counted_in, *(unit for unit in others if unit != counted_in and convertible(unit, counted_in)))


def _read_quantity(chat: ChatContext, text: str, values: Values) -> Quantity:
    return read_quantity(chat, text, _units(chat, values)).to(values["counted_in"])


def _read_price(chat: ChatContext, text: str, values: Values) -> UnitPrice:
    """Read a price in the listing's currency, which never changes because offers are made in it."""
    currency, unit = values["priced_in"].split("/")
    price = read_price(chat, text, currency, unit)
    rules.check_currency(price, currency)
    rules.check_price(price, values["counted_in"])
    return price


def _read_numbers(chat: ChatContext, text: str, values: Values) -> dict[str, str]:
    """Read certificate numbers. The number of a removed certificate is dropped silently."""
    before = json.loads(values[BEFORE])["certificates"].split(",")
    return read_numbers(chat, text, values, passed_over=set(before).difference(values.get("certificates", ())))


CHANGING: Final = Form(
    "change",
    (
        Field("product", fixed=True),
        Field("counted_in", fixed=True),
        Field("priced_in", fixed=True),  # currency and unit of a bare number
        Field(BEFORE, fixed=True, max_length=LONGEST_BEFORE),
        SELL.field("grade"),
        replace(SELL.field("quantity"), read=_read_quantity, keypad=Amount(_units), example="150 t"),
        replace(SELL.field("price"), read=_read_price, example="208 EUR/t"),
        SELL.field("incoterm"),
        SELL.field("place"),
        SELL.field("window"),
        SELL.field("sale"),
        replace(
            SELL.field("min_lot"),
            read=_read_quantity,
            keypad=Amount(lambda _chat, values: (str(values["counted_in"]),)),
            example="12 t",
        ),
        replace(SELL.field("certificates"), read=lambda *asked: tuple(sorted(read_schemes(*asked)))),
        replace(SELL.field("certificate_numbers"), read=_read_numbers),
        SELL.field("files"),
        SELL.field("packaging"),
        SELL.field("words"),
    ),
    words_of=SELL.name,
)


def _defaults(chat: ChatContext, listing: Listing) -> FormDefaults:
    """Return the listing's current values as answers, and again as the values before the form."""
    answers = _answers(chat, listing)
    names = [each.name for each in CHANGING.fields if not each.fixed]
    fixed = {
        "product": listing.product_id,
        "counted_in": listing.unit,
        "priced_in": f"{listing.price_currency}/{listing.price_unit}",
        BEFORE: json.dumps({**dict.fromkeys(names, ""), **answers}, ensure_ascii=False),
    }
    return FormDefaults(fixed | answers, listing.id, listing.version)


def _answers(chat: ChatContext, listing: Listing) -> dict[str, str]:
    """Return the answers that would publish the same listing. Values left out before are left out again."""
    place, packings = listing.place, chat.market_context.catalogue.packings_of(listing.product_id)
    answers = {
        "grade": listing.grade_id or NOTHING,
        "quantity": write_quantity(listing.remaining) if listing.remaining_amount else "",
        "price": write_price(listing.price),
        "incoterm": listing.incoterm,
        "place": place.name if place.lat is None or place.lon is None else write_place(place),
        "window": write_window((listing.window_from, listing.window_to)),
        "sale": sale_named(listing.negotiable, listing.buy_now),
        "min_lot": "" if _is_usual(listing) else write_quantity(listing.min_lot),
        "certificates": write_list(each.scheme for each in listing.certificates),
        "certificate_numbers": write_numbers(
            {each.scheme: each.number for each in listing.certificates if each.number}
        ),
        "files": write_list((*listing.photos, *listing.documents)),
        "packaging": listing.packaging if listing.packaging in packings else "",
        "words": listing.words,
    }
    return {name: text for name, text in answers.items() if text}


def _is_usual(listing: Listing) -> bool:
    """Return True if the smallest order is the default: one truck for tonnes, the whole amount for other units."""
    left = listing.remaining if listing.remaining_amount else listing.quantity
    return bool(listing.min_lot == (SELL.field("min_lot").otherwise({"quantity": left}) or left))


# --- changes ----------------------------------------------------------------------------------------------------------


def _change(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    listing = listings.changeable_listing(chat.ctx, str(defaults.subject))
    changed = changed_in(CHANGING, chat, defaults)
    if not changed:
        raise Refusal("listing.nothing_changed")
    given: dict[str, Any] = {}
    for name in changed:
        given |= GIVEN[name](chat, listing, values)
    listings.change_listing(
        chat.ctx, chat.market_context.catalogue, listing.id, ChangeListing(**given), defaults.expected_version
    )


def changed_in(form: Form, chat: ChatContext, defaults: FormDefaults) -> set[str]:
    """Return the names of the fields with another answer than before the form."""
    return set(form.changed(chat, form.look(chat, defaults.answers), defaults.answers))


def entered_again(form: Form, chat: ChatContext, defaults: FormDefaults, now: FormDefaults) -> FormDefaults:
    """Apply the answers that the person has changed to the values of a newer version."""
    entered = {name: defaults.answers.get(name, "") for name in changed_in(form, chat, defaults)}
    return replace(now, answers={**now.answers, **entered})


def of_same_goods(answers: Mapping[str, str], product: str, goods: Collection[str]) -> dict[str, str]:
    """Return the answers of a sentence but its product. `goods`: the fields left out if it names another product."""
    other = answers.get("product", product) != product
    return {name: answer for name, answer in answers.items() if name != "product" and not (other and name in goods)}


def _stock(_chat: ChatContext, _listing: Listing, values: Values) -> dict[str, Any]:
    """Return the quantity and the smallest order, because the form checks them together."""
    return {"quantity": values["quantity"], "min_lot": values.get("min_lot", values["quantity"])}


def _files(chat: ChatContext, listing: Listing, values: Values) -> dict[str, Any]:
    """Return the files. Existing ones of a colleague may stay; added ones have to be the person's own."""
    there, named = {*listing.photos, *listing.documents}, values.get("files", ())
    own(chat.ctx, [each for each in named if each not in there])
    kept = kept_files(chat.ctx, named)
    return {
        "photos": tuple(file.id for file in kept if file.mime.startswith("image/")),
        "documents": tuple(file.id for file in kept if not file.mime.startswith("image/")),
    }


def _way_of_sale(_chat: ChatContext, _listing: Listing, values: Values) -> dict[str, Any]:
    negotiable, buy_now = SALES[values.get("sale", "both")]
    return {"negotiable": negotiable, "buy_now": buy_now}


# The parts of the command by field.
GIVEN: Final[Mapping[str, Callable[[ChatContext, Listing, Values], dict[str, Any]]]] = {
    "grade": lambda _chat, _, values: {"grade_id": None if values["grade"] == NOTHING else values["grade"]},
    "quantity": _stock,
    "min_lot": lambda _chat, _, values: {"min_lot": values.get("min_lot", values["quantity"])},
    "price": lambda _chat, _, values: {"price": values["price"]},
    "incoterm": lambda _chat, _, values: {"incoterm": values["incoterm"]},
    "place": lambda _chat, _, values: {"place": values["place"]},
    "window": lambda _chat, _, values: {"window_from": values["window"][0], "window_to": values["window"][1]},
    "sale": _way_of_sale,
    **dict.fromkeys(
        ("certificates", "certificate_numbers"),
        lambda _chat, _, values: {"certificates": tuple(certificates_in(values))},
    ),
    "files": _files,
    "packaging": lambda _chat, _, values: {"packaging": values.get("packaging")},
    "words": lambda _chat, _, values: {"words": values.get("words", "")},
}


def _on_new_version(chat: ChatContext, defaults: FormDefaults) -> FormDefaults:
    """Apply the input to the listing's new version, after a colleague or a buyer has changed it."""
    listing = listings.changeable_listing(chat.ctx, str(defaults.subject))
    if listing.version == defaults.expected_version:
        return defaults
    return entered_again(CHANGING, chat, defaults, _defaults(chat, listing))


def _what_stays(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the fixed parts: the goods, whose change would need another listing, and the amount already taken."""
    words, listing = chat.words, listings.listing_for(chat.ctx, str(defaults.subject))
    goods, reserved = goods_name(chat, listing.product_id, listing.grade_id), listing.quantity - listing.remaining
    lines = [words("change.intro", goods=goods, currency=listing.price_currency, unit=words.unit(listing.unit))]
    if reserved.amount:
        lines.append(words("change.taken", taken=reserved))
    return "\n".join(lines)


def _read_changes(chat: ChatContext, sentence: str, values: Values) -> dict[str, str]:
    """Read several changes from one sentence, "180 t at 208 EUR/t next week".

    Answers about another product are dropped.
    """
    product = values["product"]
    return of_same_goods(answers_in(chat, sentence, product, values), product, GOODS)


def _far_price(chat: ChatContext, defaults: FormDefaults, values: Values) -> Confirmation | None:
    """Return the question about a changed price. An unchanged one was confirmed before."""
    if "price" not in changed_in(CHANGING, chat, defaults):
        return None
    return beside_market(chat, values["product"], values["price"])


router.flow(
    Flow(CHANGING, finish=_change, intro=_what_stays, reads=_read_changes, rebase=_on_new_version, confirm=_far_price)
)


@router.press("listing.change")
def change(chat: ChatContext, press: Press) -> None:
    """Open the form with the listing's current values, or the draft already begun, whichever card was pressed."""
    listing = listings.changeable_listing(chat.ctx, press.subject)
    go_on_or_open(chat, CHANGING.name, _defaults(chat, listing))
