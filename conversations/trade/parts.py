"""A part of an amount in dispute as people write it: a share in percent, or a sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from conversations.chat_context import ChatContext
from conversations.forms.form import Values
from conversations.trade.claim_figures import FINEST, WHOLE
from core.catalogue.language.fields import parse_money
from core.catalogue.language.numbers import parse_number
from core.kernel.decimals import decimals_of
from core.kernel.errors import Invalid
from core.kernel.money import Money

SIGNS: Final = "€$£"  # currency symbols


def read_part(chat: ChatContext, text: str, values: Values) -> int | Money:
    """Read a share in basis points ("95.3 %", "60"), or an amount ("6711.95 EUR"). A bare number is a share, up to 100.

    Raises Invalid.
    """
    stake: Money = values["of"]
    plain = text.strip().removesuffix("%").strip()
    if plain == text.strip():
        money = parse_money(
            text, chat.market_context.catalogue, default_currency=stake.currency, language=chat.words.language
        )
        bare = not any(letter.isalpha() or letter in SIGNS for letter in text)
        if not bare or money.amount > WHOLE:
            if money.currency != stake.currency or money > stake:
                raise Invalid("case.pay_outside", most=stake)
            return money
    share = parse_number(plain, chat.words.language)
    if share > WHOLE or decimals_of(share) > FINEST:
        raise Invalid("claim.amount", given=text, currency=stake.currency)
    return int(share * WHOLE)


def write_part(part: int | Money) -> str:
    return str(part) if isinstance(part, Money) else f"{Decimal(part) / WHOLE:f} %"


def show_part(chat: ChatContext, part: int | Money) -> str:
    return chat.words.show(part) if isinstance(part, Money) else f"{chat.words.show(Decimal(part) / WHOLE)} %"
