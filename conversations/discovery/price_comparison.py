"""A price as its reader compares it: as the seller says it, then per MWh, per the unit asked for, in their currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from babel.numbers import get_territory_currencies

from conversations.chat_context import ChatContext
from core.catalogue.comparison import price_in
from core.discovery.search.model import ParsedQuery
from core.kernel.decimals import half_up_to
from core.kernel.money import CURRENCIES, UnitPrice
from core.kernel.quantity import convertible
from core.people.accounts.service import organisation_of
from core.trade.listings.model import Listing

READ_DECIMALS = 2  # of a price that is told as "about"


@dataclass(slots=True)
class Comparison:
    """How one reader compares the prices of one list.

    `limited`: they have named a price in that currency, so it has to be said where there is no rate for it.
    `converted`: a rate was used, so its date has to be said.
    """

    chat: ChatContext
    unit: str | None = None
    currency: str | None = None
    limited: bool = False
    converted: bool = field(default=False, init=False)

    @classmethod
    def of(cls, chat: ChatContext, wanted: ParsedQuery) -> Comparison:
        """By the unit and the currency that were asked in; else by the currency of the reader's country."""
        limit = wanted.max_price or wanted.price or wanted.min_price
        if limit is not None:
            return cls(chat, limit.unit, limit.currency, limited=True)
        return cls(chat, wanted.quantity.unit if wanted.quantity else None, home_currency(chat))

    def price(self, listing: Listing) -> str:
        """ "215.00 EUR/t, about 45.53 EUR/MWh, about 942.19 PLN/t"."""
        words, catalogue = self.chat.words, self.chat.market_context.catalogue
        own = listing.price
        units = [unit for unit in dict.fromkeys((self.unit, "MWh")) if unit and not convertible(own.unit, unit)]
        figured = (price_in(catalogue, listing.product_id, own, own.currency, unit) for unit in units)
        beside = [each for each in figured if each is not None]
        if self.currency and self.currency != own.currency:
            exchanged = self._exchanged(listing)
            self.converted = self.converted or exchanged is not None
            beside += [exchanged] if exchanged is not None else []
        return ", ".join([words.show(own), *(words("find.about", price=readable(each)) for each in beside)])

    def _exchanged(self, listing: Listing) -> UnitPrice | None:
        """In the reader's currency, per the unit of their limit where there is one: that is what it is held against."""
        catalogue, own = self.chat.market_context.catalogue, listing.price
        if self.limited and self.unit and self.currency:
            limited = price_in(catalogue, listing.product_id, own, self.currency, self.unit)
            if limited is not None:
                return limited
        return catalogue.rates.converted(own, self.currency) if self.currency else None

    def rates_note(self) -> str:
        """Whose rates were used, and of which day; or that there is none for the limit; nothing if none was needed."""
        rates = self.chat.market_context.catalogue.rates
        if self.limited and self.currency not in rates.per_euro:
            return self.chat.words("find.no_rate", currency=self.currency)
        return self.chat.words("find.rates", day=self.chat.market_context.catalogue.rates.day) if self.converted else ""


def readable(price: UnitPrice) -> UnitPrice:
    """Rounded for reading: nobody needs four decimals of a price that is told as "about"."""
    rounded = half_up_to(Fraction(price.amount), READ_DECIMALS)
    return UnitPrice(rounded, price.currency, price.unit) if rounded > Decimal(0) else price


def home_currency(chat: ChatContext) -> str | None:
    """What is paid with where the reader's company is at home."""
    country = organisation_of(chat.ctx, chat.organisation).country
    paid_with = get_territory_currencies(country) if country else []
    return next((each for each in paid_with if each in CURRENCIES), None)
