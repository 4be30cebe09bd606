"""Selling: the listing's form, filled by one sentence or field by field."""

from __future__ import annotations

from datetime import date
from typing import Final

from conversations.chat_context import ChatContext, FormDefaults
from conversations.differences import SALES, show_packing
from conversations.forms.answers import (
    NOTHING,
    capital,
    find_towns,
    grade_options,
    option,
    price_such_as,
    product_options,
    read_file_ids,
    read_goods_price,
    read_place,
    read_quantity,
    show_place,
    write_list,
    write_place,
    write_price,
    write_quantity,
)
from conversations.forms.delivery_window import WINDOW, write_window
from conversations.forms.form import Field, Form, Values
from conversations.forms.keypads import Amount
from conversations.forms.suggestions import nearest_option
from conversations.keyboard_layout import read_as
from conversations.people.contact_warnings import free_text
from conversations.reply import Option, Say
from conversations.router import Flow, Router
from conversations.trade.listings.certificates import NUMBERS, SCHEMES, certificates_in, numbers_beside, numbers_within
from conversations.trade.listings.my_listings import own_card
from conversations.trade.listings.price_confirmation import beside_market
from core.catalogue.comparison import TRUCK_TONNES
from core.catalogue.language.times.days import proposed
from core.catalogue.product_names import TOO_CLOSE, words_of
from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import parse
from core.kernel.errors import Invalid, Refusal
from core.kernel.quantity import Quantity
from core.people.accounts.model import Role
from core.people.files.service import own
from core.trade.listings import service as listings
from core.trade.listings.model import PublishListing

NO_DAY: Final = frozenset({"window.no_such_day", "window.no_such_week"})
SURE_OF_SENTENCE = 0.8  # score up to 1: how well a whole sentence must match a product
NAME_OF_WORDS = 2  # a text of so few words is a name and no sentence

router = Router()


# --- the form ---------------------------------------------------------------------------------------------------------


def _read_product(chat: ChatContext, text: str, _values: Values) -> str:
    """Read a product by its id, or by its name in any language, also misspelt. Raises Invalid."""
    catalogue = chat.market_context.catalogue
    if text in catalogue.products:
        return text
    likely = catalogue.products_named(text)
    if not likely or _by_chance(chat, text, likely[0].score):
        raise Invalid("sell.product_unknown", given=text[:60])
    if len(likely) > 1 and likely[0].score - likely[1].score < TOO_CLOSE:
        names = [catalogue.product(each.product_id).name(chat.words.language) for each in likely[:4]]
        raise Invalid("sell.product_which", given=text[:60], names=names)
    return likely[0].product_id


def _products(chat: ChatContext, values: Values) -> list[Option]:
    """Return all products, those that the sentence may mean first."""
    likely = values.get("likely", "").split(",")
    known = product_options(chat.market_context.catalogue, chat.words.language)
    return sorted(known, key=lambda each: each.value not in likely)


def _by_chance(chat: ChatContext, text: str, score: float) -> bool:
    """Return True if a sentence resembles a product by chance, because no word of it names one."""
    return score < SURE_OF_SENTENCE and len(words_of(text)) > NAME_OF_WORDS and not _parsed(chat, text).product


def _read_grade(chat: ChatContext, text: str, values: Values) -> str:
    options = grade_options(chat.market_context.catalogue, values["product"], chat.words("sell.grade.none"))
    found = nearest_option(text, options)
    if found is None:
        raise Invalid("sell.grade_unknown", given=text[:60], known=[option.label for option in options])
    return found


def _units(chat: ChatContext, values: Values) -> tuple[str, ...]:
    return chat.market_context.catalogue.units_of(values["product"])


def _read_quantity(chat: ChatContext, text: str, values: Values) -> Quantity:
    return read_quantity(chat, text, _units(chat, values))


def _read_min_lot(chat: ChatContext, text: str, values: Values) -> Quantity:
    """Read an amount in the unit of the whole amount, if that is known."""
    least = _read_quantity(chat, text, values)
    return least.to(values["quantity"].unit) if "quantity" in values else least


def _incoterms(chat: ChatContext, values: Values) -> list[Option]:
    terms = chat.market_context.catalogue.terms
    usual = chat.market_context.catalogue.product(values["product"]).terms if "product" in values else ()
    codes = [*usual, *(code for code, term in terms.items() if code not in usual and term.is_incoterm)]
    return [option(code, f"{code} · {terms[code].name}") for code in codes]


def _packings(chat: ChatContext, values: Values) -> list[Option]:
    return [
        option(each, show_packing(chat, each)) for each in chat.market_context.catalogue.packings_of(values["product"])
    ]


SELL = Form(
    "sell",
    (
        Field("likely", fixed=True, optional=True),  # products that the sentence may mean, offered first
        Field(
            "product",
            "choice",
            read=_read_product,
            show=lambda chat, value: capital(chat.market_context.catalogue.product(value).name(chat.words.language)),
            options=_products,
            open_choice=True,
            shapes_form=True,
        ),
        Field(
            "grade",
            "choice",
            read=_read_grade,
            show=lambda chat, value: (
                chat.words("sell.grade.none") if value == NOTHING else chat.market_context.catalogue.grade(value).label
            ),
            options=lambda chat, values: grade_options(
                chat.market_context.catalogue, values["product"], chat.words("sell.grade.none")
            ),
            applies=lambda values: "product" in values,
            open_choice=True,
        ),
        Field(
            "quantity",
            read=_read_quantity,
            write=write_quantity,
            keypad=Amount(_units),
            applies=lambda values: "product" in values,
            max_length=60,
            example="200 t",
        ),
        Field(
            "price",
            read=read_goods_price,
            write=write_price,
            applies=lambda values: "product" in values,
            max_length=60,
            example="215 EUR/t",
            such_as=price_such_as,
        ),
        Field(
            "incoterm",
            "choice",
            options=_incoterms,
            show=lambda chat, value: f"{value} · {chat.market_context.catalogue.term(value).name}",
            applies=lambda values: "product" in values,
        ),
        Field(
            "place",
            read=read_place,
            finds=find_towns,
            write=write_place,
            show=show_place,
            max_length=120,
            example="Kaunas",
        ),
        WINDOW,
        Field(
            "sale",
            "choice",
            options=lambda chat, _values: [option(each, chat.words(f"sell.sale.{each}")) for each in SALES],
            show=lambda chat, value: chat.words(f"sell.sale.{value}"),
            optional=True,
        ),
        Field(
            "min_lot",
            read=_read_min_lot,
            write=write_quantity,
            keypad=Amount(
                lambda chat, values: (values["quantity"].unit,) if "quantity" in values else _units(chat, values)
            ),
            applies=lambda values: "product" in values,
            otherwise=lambda values: _usual_lot(values["quantity"]) if "quantity" in values else None,
            optional=True,
            max_length=60,
            example="24 t",
        ),
        SCHEMES,
        NUMBERS,
        Field(
            "files",
            "files",
            read=read_file_ids,
            write=write_list,
            show=lambda chat, value: chat.words("form.files", count=len(value)),
            optional=True,
            max_length=600,
        ),
        Field(
            "packaging",
            "choice",
            options=_packings,
            show=show_packing,
            applies=lambda values: "product" in values,
            optional=True,
        ),
        Field("words", "long_text", read=free_text, optional=True, max_length=1000),
    ),
)


def _publish(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    catalogue = chat.market_context.catalogue
    quantity: Quantity = values["quantity"]
    negotiable, buy_now = SALES[values.get("sale", "both")]
    grade = values["grade"]
    kept = own(chat.ctx, values.get("files", ()))
    window = values["window"]
    command = PublishListing(
        product_id=values["product"],
        grade_id=None if grade == NOTHING else grade,
        certificates=tuple(certificates_in(values)),
        quantity=quantity,
        min_lot=values.get("min_lot"),
        price=values["price"],
        negotiable=negotiable,
        buy_now=buy_now,
        incoterm=values["incoterm"],
        place=values["place"],
        window_from=window[0],
        window_to=window[1],
        packaging=values.get("packaging"),
        words=values.get("words", ""),
        photos=tuple(file.id for file in kept if file.mime.startswith("image/")),
        documents=tuple(file.id for file in kept if not file.mime.startswith("image/")),
        language=chat.words.language,
    )
    listing = listings.publish_listing(chat.ctx, catalogue, command)
    if Role.SELLER not in chat.person.roles:
        chat.person.roles = sorted({*chat.person.roles, Role.SELLER})
    chat.as_new_message = True
    chat.reply(own_card(chat, listing, note=chat.words("listing.published")))


def _usual_lot(quantity: Quantity) -> Quantity | None:
    """Return the default smallest order: one truck, 24 t, of a larger amount; the whole of a smaller one."""
    if quantity.unit != "t":
        return None
    return min(quantity, Quantity(TRUCK_TONNES, "t"))


SELLING = router.flow(
    Flow(
        SELL,
        finish=_publish,
        reads=lambda chat, text, values: answers_in(chat, text, values.get("product"), values),
        confirm=lambda chat, _defaults, values: beside_market(chat, values["product"], values["price"]),
    )
)


@router.command("sell")
def sell(chat: ChatContext, sentence: str) -> None:
    """`/sell`, or `/sell 200 t A1 pellets 215 €/t DAP Kaunas next week`: open the form, filled by the sentence."""
    chat.open("sell", FormDefaults(opened_by(chat, sentence) if sentence else {}))


def opened_by(chat: ChatContext, sentence: str) -> dict[str, str]:
    """Return the answers that a sentence starts a form with. Invalid parts are reported before the form asks."""
    query = _parsed(chat, read_as(chat, sentence))
    no_day = day_in_no_calendar(query)
    unclear = dict.fromkeys(chat.words.refusal(each) for each in query.unclear if each is not no_day)
    if unclear:
        chat.reply(Say(text="\n".join(unclear)))
    answers = answers_of(chat, query)
    return answers | numbers_within(chat, sentence, {}, answers)


def answers_in(
    chat: ChatContext, sentence: str, product: str | None = None, stands: Values | None = None
) -> dict[str, str]:
    """Return the form's answers in one sentence. `product`: the goods if it names none.

    A price without a unit is per the unit of the amount in `stands`.
    """
    query, amount = _parsed(chat, sentence), (stands or {}).get("quantity")
    if query.price is not None and query.quantity is None and amount is not None:
        query = _parsed(chat, sentence, per=amount.unit)
    answers = _passed_days(query) | answers_of(chat, query, product)
    beside = numbers_beside(chat, sentence, stands or {}, answers)
    return beside or answers | numbers_within(chat, sentence, stands or {}, answers)


def _passed_days(query: ParsedQuery) -> dict[str, str]:
    """Return past days if no others were named, so that their line reports them."""
    over = (each.parts for each in query.unclear if each.code == "window.in_the_past")
    days = next(((each["first"], each["last"]) for each in over), (None, None))
    match days:
        case (date() as first, date() as last):
            return {"window": write_window((first, last))}
    return {}


def _days_of(query: ParsedQuery) -> dict[str, str]:
    """Return the days. An invalid day is kept as written, so that the form shows an error beside it."""
    no_day = day_in_no_calendar(query)
    if no_day is not None:
        return {"window": str(no_day.parts["given"])}
    return {"window": write_window(proposed(query.window))} if query.window else {}


def day_in_no_calendar(query: ParsedQuery) -> Refusal | None:
    """Return the refusal of an invalid day; None if the sentence has a valid window."""
    told = (each for each in query.unclear if each.code in NO_DAY and "given" in each.parts)
    return next(told, None) if query.window is None else None


def _parsed(chat: ChatContext, sentence: str, *, per: str | None = None) -> ParsedQuery:
    return parse(
        sentence, chat.market_context.catalogue, chat.market_context.places, chat.today, chat.words.language, per=per
    )


def answers_of(chat: ChatContext, query: ParsedQuery, product: str | None = None) -> dict[str, str]:
    """Return the form's answers from a parsed sentence."""
    answers: dict[str, str] = {}
    if query.product:
        answers["product"] = product = query.product
    elif query.alternatives and not product:
        answers["likely"] = write_list(query.alternatives)
    grade = query.grade
    if grade and product and grade in chat.market_context.catalogue.product(product).grades:
        answers["grade"] = grade
    if query.quantity:
        answers["quantity"] = write_quantity(query.quantity)
    if query.price:
        answers["price"] = write_price(query.price)
    if query.incoterm:
        answers["incoterm"] = query.incoterm
    if query.place:
        found = query.place
        answers["place"] = f"{found.name}|{found.country}|{found.lat}|{found.lon}"
    answers |= _days_of(query)
    if query.packaging and product:
        packed = query.packaging[0]
        answers |= {"packaging": packed} if packed in chat.market_context.catalogue.packings_of(product) else {}
    certificates = dict.fromkeys(filter(None, (*query.certificates, query.by_grade)))
    if certificates:
        answers["certificates"] = write_list(certificates)
    return answers
