"""Quotes on an open request: a seller's price, and the buyer's choice among the quotes."""

from __future__ import annotations

from dataclasses import replace

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import goods_name, read_price, show_place, write_list, write_price
from conversations.forms.delivery_window import WINDOW, write_window
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, Toast
from conversations.router import Confirmation, Flow, Router
from conversations.steps import YES, asked_on, yes_to
from conversations.trade.listings.certificates import (
    NUMBERS,
    certificates_in,
    read_numbers,
    read_schemes,
    write_numbers,
)
from conversations.trade.listings.listing import answers_in
from conversations.trade.listings.price_confirmation import beside_market, beside_table
from conversations.trade.offers.offer import LOTS, NOTE
from conversations.trade.requests.card import request_card
from conversations.trade.requests.lots import lots_at, read_asked, write_asked
from core.catalogue.comparison import unit_meant
from core.kernel.errors import Invalid, Stale
from core.kernel.money import UnitPrice
from core.trade.listings.rules import check_price
from core.trade.offers.quotes import service as quotes
from core.trade.offers.quotes.model import MakeQuote, Quote
from core.trade.requests import service as requests
from core.trade.requests.model import REQUEST, Request

router = Router()


def _read_quoted_price(chat: ChatContext, text: str, values: Values) -> UnitPrice:
    """Read a price per the unit of the buyer's price, if it can pay the requested amount.

    Otherwise the unit is that of the amount.
    """
    currency, unit = values["priced_in"].split("/")
    asked, own = values["asked"][0], values.get("price")
    currency, stood = (own.currency, own.unit) if own is not None else (currency, unit)
    price = read_price(chat, text, currency, unit_meant(unit, asked.unit, stood))
    check_price(price, asked.unit)
    return price


def _read_numbers(chat: ChatContext, text: str, values: Values) -> dict[str, str]:
    """Read the numbers of the requested certificates. A seller cannot add others here. Raises Invalid."""
    try:
        return read_numbers(chat, text, values)
    except Invalid as fault:
        if fault.code != "certificate.not_chosen":
            raise
        asked = [each.replace("_", " ") for each in values["certificates"]]
        given, scheme = fault.parts["given"], fault.parts["scheme"]
        raise Invalid(
            "quote.certificate_not_asked", field=fault.field, asked=asked, given=given, scheme=scheme
        ) from fault


QUOTING = Form(
    "quote",
    (
        Field("product", fixed=True, optional=True),
        Field("certificates", fixed=True, optional=True, read=read_schemes, write=write_list),  # the requested ones
        Field("asked", fixed=True, read=read_asked),  # the amount and the number of deliveries
        Field("priced_in", fixed=True),  # the request's currency and unit, for a bare number
        Field("price", read=_read_quoted_price, write=write_price, max_length=60, example="205 EUR/t"),
        WINDOW,
        replace(LOTS, otherwise=lambda values: lots_at(values.get("price"), *values.get("asked", (None,)))),
        replace(NUMBERS, read=_read_numbers, applies=lambda values: bool(values.get("certificates"))),
        NOTE,
    ),
)


def _quote(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    window = values["window"]
    command = MakeQuote(
        request_id=str(defaults.subject),
        edition=defaults.expected_version,
        price=values["price"],
        window_from=window[0],
        window_to=window[1],
        lots=values.get("lots"),
        certificates=tuple(certificates_in(values)),
        note=values.get("note"),
    )
    quotes.make_quote(chat.ctx, chat.market_context.catalogue, command)


def _on_new_version(chat: ChatContext, defaults: FormDefaults) -> FormDefaults:
    """Apply the draft to a changed request. The price stays for review; the dates are those requested."""
    asked = requests.request_for(chat.ctx, str(defaults.subject))
    if defaults.expected_version is None or defaults.expected_version >= asked.stands_from:
        return defaults
    window = write_window((asked.window_from, asked.window_to))
    certificates = write_list(asked.certificates)
    now = {"window": window, "asked": write_asked(asked.quantity, asked.lots), "certificates": certificates}
    return replace(defaults, answers={**defaults.answers, **now}, expected_version=asked.edition)


def _what_is_asked(chat: ChatContext, defaults: FormDefaults) -> str:
    request = requests.request_for(chat.ctx, str(defaults.subject))
    goods, place = goods_name(chat, request.product_id, request.grade_id), show_place(chat, request.place)
    left = quotes.quotes_left(chat.ctx, request)
    return chat.words(
        "quote.about", goods=goods, quantity=request.quantity, place=f"{request.incoterm} {place}", count=left
    )


def _far_quote(chat: ChatContext, defaults: FormDefaults, values: Values) -> Confirmation | None:
    """Return the question about a price far from other sellers' prices; without any, from the buyer's target price."""
    asked, price = requests.request_for(chat.ctx, str(defaults.subject)), values["price"]
    beside = beside_table(chat, asked.product_id, price, asked.target) if asked.target is not None else None
    return beside_market(chat, asked.product_id, price) or beside


router.flow(
    Flow(
        QUOTING,
        finish=_quote,
        intro=_what_is_asked,
        reads=lambda chat, text, _values: answers_in(chat, text),
        rebase=_on_new_version,
        confirm=_far_quote,
    )
)


@router.press("request.quote")
def quote(chat: ChatContext, press: Press) -> None:
    """Open a quote's form, with the requested dates and the seller's own last price."""
    asked = requests.request_for(chat.ctx, press.subject)
    REQUEST.transition(asked.state, "quote", requests.roles_of(chat.ctx, asked))
    known = {
        "asked": write_asked(asked.quantity, asked.lots),
        "priced_in": f"{asked.currency}/{asked.price_unit}",
        "window": write_window((asked.window_from, asked.window_to)),
        "product": asked.product_id,
        "certificates": write_list(asked.certificates),
    }
    earlier = [*quotes.quotes_on(chat.ctx, asked), quotes.passed_quote(chat.ctx, asked)]
    if earlier[0] is not None:
        known["price"] = write_price(earlier[0].terms.price)
        told = (each for each in earlier[0].terms.certificates if each.number and each.scheme in asked.certificates)
        known["certificate_numbers"] = write_numbers({each.scheme: each.number for each in told})
    chat.as_new_message = True
    chat.open("quote", FormDefaults(known, asked.id, asked.edition))


@router.press("request.award")
def award(chat: ChatContext, button: Press) -> None:
    """Accept the quote of that number on the card, after a question. The card's version identifies the card."""
    asked = requests.request_for(chat.ctx, button.subject)
    shown = quotes.quotes_on(chat.ctx, asked)
    chosen, _, answer = button.choice.partition(".")
    number = int(chosen) if chosen.isascii() and chosen.isdigit() else 0
    if not 1 <= number <= len(shown):
        raise Invalid("talk.unknown_button")
    quote = shown[number - 1]
    if answer != YES:
        chat.reply(_asked_to_award(chat, button, asked, quote))
        return
    quotes.award_quote(chat.ctx, quote.id, button.expected_version)
    chat.reply(Toast(text=chat.words("request.awarded_toast")))


def _asked_to_award(chat: ChatContext, button: Press, asked: Request, quote: Quote) -> Card:
    """Return the request with the question before a quote is taken. Raises Stale when the card is out of date."""
    if button.expected_version not in (None, asked.version):
        raise Stale
    REQUEST.transition(asked.state, "award", requests.roles_of(chat.ctx, asked))
    seller, total = chat.party(quote.seller), quote.terms.total()
    load = press("request.award", asked.id, asked.version, f"{button.choice}.{YES}")
    what = chat.words("request.take", name=seller, total=total)
    yes = Button(label=yes_to(chat, what), press=load, style="danger")
    question = chat.words("sure.request.award", name=seller, total=total)
    return asked_on(chat, request_card(chat, asked), question, yes, press("request.show", asked.id))
