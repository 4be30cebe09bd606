"""A price as its reader compares it: as stated, per MWh, per requested unit, and in the reader's currency."""

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

READ_DECIMALS = 2  # for a price shown as "about"


@dataclass(slots=True)
class Comparison:
    """The way in which one reader compares the prices of one list.

    `limited`: the reader named a price in that currency, so a missing rate has to be said.
    `converted`: a rate was used, so its date has to be said.
    """

    chat: ChatContext
    unit: str | None = None
    currency: str | None = None
    limited: bool = False
    converted: bool = field(default=False, init=False)

    @classmethod
    def of(cls, chat: ChatContext, query: ParsedQuery) -> Comparison:
        """Compare by the unit and currency of the query; else by the currency of the reader's country."""
        limit = query.max_price or query.price or query.min_price
        if limit is not None:
            return cls(chat, limit.unit, limit.currency, limited=True)
        return cls(chat, query.quantity.unit if query.quantity else None, home_currency(chat))

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
        """Return the price in the reader's currency. If they named a limit, use its unit, to compare with the limit."""
        catalogue, own = self.chat.market_context.catalogue, listing.price
        if self.limited and self.unit and self.currency:
            limited = price_in(catalogue, listing.product_id, own, self.currency, self.unit)
            if limited is not None:
                return limited
        return catalogue.rates.converted(own, self.currency) if self.currency else None

    def rates_note(self) -> str:
        """Say whose rates were used and of which day, or that the limit has no rate. Empty if no rate was needed."""
        rates = self.chat.market_context.catalogue.rates
        if self.limited and self.currency not in rates.per_euro:
            return self.chat.words("find.no_rate", currency=self.currency)
        return self.chat.words("find.rates", day=self.chat.market_context.catalogue.rates.day) if self.converted else ""


def readable(price: UnitPrice) -> UnitPrice:
    """Round for reading: a price shown as "about" needs no four decimals."""
    rounded = half_up_to(Fraction(price.amount), READ_DECIMALS)
    return UnitPrice(rounded, price.currency, price.unit) if rounded > Decimal(0) else price


def home_currency(chat: ChatContext) -> str | None:
    """Return the currency of the country of the reader's company."""
    country = organisation_of(chat.ctx, chat.organisation).country
    paid_with = get_territory_currencies(country) if country else []
    return next((each for each in paid_with if each in CURRENCIES), None)
