"""Chooses the payment provider of a seller: by currency, else by country, else the first; and then for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, select

from core.advice.sessions.model import Booking, CardHold
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Ctx
from core.money.messages import OpenAccount, OpenCardPage, OpenCheckout, OpenHoldPage, OpenPurchasePage
from core.money.payees.model import Payee
from core.people.accounts.service import organisation_of
from core.trade.deals.model import Deal
from core.trade.funding.model import Payment
from core.trade.funding.providers import choose_provider, provider_in, provider_of

# Each message that opens something at a provider.
RoutedMessage = OpenCheckout | OpenAccount | OpenHoldPage | OpenCardPage | OpenPurchasePage


@dataclass(frozen=True, slots=True)
class Routes:
    """The routing of provider codes. `first` serves everything that no other serves, and every reference without a
    code.

    `currencies` and `countries`: those that a further provider serves; a seller's country is where their company is.
    """

    first: str
    currencies: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)

    def wanted(self, currency: str | None, country: str | None = None) -> str:
        return self.currencies.get(currency or "") or self.countries.get(country or "") or self.first

    def chosen(self, ctx: Ctx, post: OutboxMessage) -> str:
        """Return the provider that has to open what this message asks for."""
        message = post.message
        assert isinstance(message, RoutedMessage)
        seller = seller_of(ctx, message)
        currency = None if isinstance(message, OpenAccount) else message.currency
        if seller is None:  # the market sells it itself
            return self.wanted(currency)
        known = provider_of(ctx, seller)
        if known is not None:
            return known
        before = ref_before(ctx, seller)
        if before is not None:
            return choose_provider(ctx, seller, provider_in(before) or self.first)
        wanted = self.wanted(currency, organisation_of(ctx, seller).country)
        return choose_provider(ctx, seller, wanted)


def ref_before(ctx: Ctx, seller: str) -> str | None:
    """Return a reference from before this seller's provider was chosen: their account's, or a payment's to them."""
    asked: tuple[Select[str | None], ...] = (
        select(Payee.account_ref).where(Payee.organisation_id == seller, Payee.account_ref.is_not(None)),
        select(Payment.session_ref)
        .join(Deal, Deal.id == Payment.deal_id)
        .where(Deal.seller == seller, Payment.session_ref.is_not(None)),
        select(CardHold.session_ref)
        .join(Booking, Booking.id == CardHold.booking_id)
        .where(Booking.consultant_org == seller, CardHold.session_ref.is_not(None)),
    )
    found = (ctx.session.scalar(query.limit(1)) for query in asked)
    return next((ref for ref in found if ref is not None), None)


def seller_of(ctx: Ctx, message: RoutedMessage) -> str | None:
    """Return the organisation that the money is for; None where Parley itself sells."""
    match message:
        case OpenCheckout():
            return ctx.session.get_one(Deal, message.deal).seller
        case OpenAccount():
            return message.organisation
        case OpenHoldPage() | OpenCardPage():
            hold = ctx.session.get_one(CardHold, message.hold)
            return ctx.session.get_one(Booking, hold.booking_id).consultant_org
        case OpenPurchasePage():
            return None
