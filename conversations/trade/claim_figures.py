"""The figures of a claim as people write them: measurements and amounts of money."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import WORDS, Field, Values
from core.catalogue.language.fields import parse_money
from core.catalogue.language.numbers import parse_number
from core.kernel.decimals import decimals_of, half_up_to
from core.kernel.errors import Invalid
from core.kernel.money import Money
from core.trade.delivery.model import Lot
from core.trade.offers.quality_formula import Measured

WHOLE: Final = 100  # percent, with two decimals
FINEST: Final = 2  # decimals of a figure
MEGAJOULES: Final = re.compile(r"\s*(?:MJ|МДж)\s*/\s*(?:kg|кг)\.?$", re.IGNORECASE)
KILOWATT_HOURS: Final = re.compile(r"\s*(?:kWh|кВт[ ·⋅*.-]?год)\s*/\s*(?:kg|кг)\.?$", re.IGNORECASE)
MJ_PER_KWH: Final = Fraction(36, 10)
LEAST_NCV: Final = 1  # MJ/kg
MOST_NCV: Final = 50
MOST_NCV_IN_KWH: Final = Decimal("13.89")


def _read_share(chat: ChatContext, text: str, _values: Values) -> Decimal:
    return _figure(chat, text, 0, 99)


def _read_ncv(chat: ChatContext, text: str, _values: Values) -> Decimal:
    """Read MJ/kg, into which kWh/kg are converted too; pure fat has 38."""
    energy = KILOWATT_HOURS.sub("", text.strip())
    in_kwh = energy != text.strip()
    try:
        figure = _number(chat, energy if in_kwh else MEGAJOULES.sub("", energy))
    except Invalid as fault:
        raise Invalid("claim.ncv_unread", given=text) from fault
    megajoules = half_up_to(Fraction(figure) * MJ_PER_KWH, FINEST) if in_kwh else figure
    if not LEAST_NCV <= megajoules <= MOST_NCV or decimals_of(figure) > FINEST:
        raise Invalid(
            "claim.ncv_out_of_range",
            given=text,
            least=LEAST_NCV,
            most=MOST_NCV,
            in_kwh=MOST_NCV_IN_KWH,
            decimals=FINEST,
        )
    return megajoules


def _figure(chat: ChatContext, text: str, least: int, most: int) -> Decimal:
    figure = _number(chat, text)
    if not least <= figure <= most or decimals_of(figure) > FINEST:
        raise Invalid("claim.figure_out_of_range", given=text, least=least, most=most, decimals=FINEST)
    return figure


def _number(chat: ChatContext, text: str) -> Decimal:
    """Read a number in any language, with or without its unit: "13.5 %" and "13,5" are equal."""
    plain = text.strip().removesuffix("%").strip()
    try:
        return parse_number(plain, chat.words.language)
    except Invalid as fault:
        raise Invalid("claim.number", given=text) from fault


MOISTURE = Field("moisture", read=_read_share, optional=True, max_length=20, example="12")
ASH = Field("ash", read=_read_share, optional=True, max_length=20, example="2")
NCV = Field("ncv", read=_read_ncv, optional=True, max_length=20, example="16")
MEASURED_BY = Field("measured_by", optional=True, max_length=120)
SAMPLE = Field("sample", optional=True, max_length=60)
REMARK = replace(WORDS, optional=True)


def measured_in(values: Values) -> Measured:
    return Measured(
        weight=values.get("measured"), moisture=values.get("moisture"), ash=values.get("ash"), ncv=values.get("ncv")
    )


def finding_fields(defaults: FormDefaults, values: Values) -> dict[str, Any]:
    """Return the fields of a command with a finding about a delivery, from the answers of its form."""
    return {
        "lot_id": str(defaults.subject),
        "words": values.get("words") or "",
        "measured": measured_in(values),
        "measured_by": values.get("measured_by"),
        "sample": values.get("sample"),
        "files": values.get("files", ()),
    }


def _read_pay(chat: ChatContext, text: str, values: Values) -> Money:
    """Read an amount in the deal's currency, or a percentage of the delivery's price."""
    amount: Money = values["of"]
    plain, language = text.strip(), chat.words.language
    share = plain.removesuffix("%").strip()
    try:
        if share == plain:
            pay = parse_money(plain, chat.market_context.catalogue, default_currency=amount.currency, language=language)
        else:
            percentage = parse_number(share, language)
    except Invalid as fault:
        raise Invalid("claim.amount", given=text, currency=amount.currency) from fault
    if share == plain:
        if pay.currency != amount.currency:
            raise Invalid("claim.amount", given=text, currency=amount.currency)
        return pay
    if percentage > WHOLE or decimals_of(percentage) > FINEST:
        raise Invalid("claim.amount", given=text, currency=amount.currency)
    return amount.share(int(percentage * WHOLE))


def _read_cost(chat: ChatContext, text: str, values: Values) -> Money:
    """Read an amount in the deal's currency. A percentage is refused, as its base would be unclear."""
    currency: str = values["of"].currency
    try:
        cost = parse_money(text, chat.market_context.catalogue, default_currency=currency, language=chat.words.language)
    except Invalid as fault:
        raise Invalid("claim.cost_unread", given=text, currency=currency) from fault
    if cost.currency != currency:
        raise Invalid("claim.cost_unread", given=text, currency=currency)
    return cost


def read_whole(_chat: ChatContext, text: str, _values: Values) -> Money:
    minor, _, currency = text.partition(" ")
    return Money(int(minor), currency)


def _write_pay(pay: Money) -> str:
    return f"{pay.amount:f} {pay.currency}"


OF = Field("of", read=read_whole, write=lambda amount: f"{amount.minor} {amount.currency}", fixed=True)
PAY = Field("pay", read=_read_pay, write=_write_pay, max_length=40, example="80 %")
# The amount that a claim asks for, if the buyer names one instead of the contract's formula.
SUM = Field("sum", read=_read_pay, write=_write_pay, optional=True, max_length=40, example="80 %")
# The cost of a referee's test can be claimed only by the side that advances it.
COST = Field(
    "cost",
    read=_read_cost,
    write=_write_pay,
    applies=lambda values: values.get("side") == "buyer",
    optional=True,
    max_length=40,
    example="250",
)


def paid_with(chat: ChatContext, lot: Lot) -> list[str]:
    """Return the payment for an adjusted delivery, and the seller's share of the referee's test."""
    parts = [chat.words("lot.paid_with", pay=lot.pay, amount=lot.amount)]
    return [*parts, chat.words("lot.test_off", test=lot.test)] if lot.test_minor else parts
