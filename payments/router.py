"""Several payment providers as one.

A seller's provider is chosen once: by currency, else by country, else the first. Later requests go to the provider that
issued the row's reference. References of a further provider begin with its code.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Select, select

from core.advice.sessions.model import Booking, CardHold
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Ctx
from core.money.messages import OpenAccount, OpenCardPage, OpenCheckout, OpenHoldPage, OpenPurchasePage
from core.money.payees.model import Payee
from core.people.accounts.service import organisation_of
from core.trade.deals.model import Deal
from core.trade.funding.model import Payment
from core.trade.funding.providers import choose_provider, plain, provider_in, provider_of, qualified
from payments.provider import (
    AccountRequest,
    Answer,
    CaptureRequest,
    CardPageRequest,
    CheckoutRequest,
    CreditRequest,
    Done,
    EarningsRequest,
    EvidenceRequest,
    HoldPageRequest,
    HoldRequest,
    PayerRequest,
    Provider,
    RefundRequest,
    Refused,
    ReversalRequest,
    TransferRequest,
    Unknown,
)
from payments.provider_models import Account, Checkout, Dispute, Events, Intent, Movement, Refund

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

    def code_for(self, currency: str | None, country: str | None = None) -> str:
        return self.currencies.get(currency or "") or self.countries.get(country or "") or self.first

    def chosen(self, ctx: Ctx, queued: OutboxMessage) -> str:
        """Return the provider that has to open what this message asks for."""
        message = queued.message
        assert isinstance(message, RoutedMessage)
        seller = seller_of(ctx, message)
        currency = None if isinstance(message, OpenAccount) else message.currency
        if seller is None:  # the market sells it itself
            return self.code_for(currency)
        known = provider_of(ctx, seller)
        if known is not None:
            return known
        before = ref_before(ctx, seller)
        if before is not None:
            return choose_provider(ctx, seller, provider_in(before) or self.first)
        code_for = self.code_for(currency, organisation_of(ctx, seller).country)
        return choose_provider(ctx, seller, code_for)


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


Value = TypeVar("Value")
Name = Callable[[str], str]  # a provider's reference, as our rows keep it


def if_any(named: Callable[[Value, Name], Value]) -> Callable[[Value | None, Name], Value | None]:
    """Return `named` as a function that also accepts None, and returns None for it."""
    return lambda found, name: named(found, name) if found is not None else None


def ref_named(ref: str, name: Name) -> str:
    return name(ref)


def intent_named(intent: Intent, name: Name) -> Intent:
    funding = intent.funding
    if funding is not None:
        funding = replace(funding, intent=name(funding.intent), charge=name(funding.charge))
    return replace(intent, ref=name(intent.ref), funding=funding)


def checkout_named(checkout: Checkout, name: Name) -> Checkout:
    intent = intent_named(checkout.intent, name) if checkout.intent is not None else None
    return replace(checkout, ref=name(checkout.ref), intent=intent)


def refund_named(refund: Refund, name: Name) -> Refund:
    return replace(refund, ref=name(refund.ref))


def account_named(account: Account, name: Name) -> Account:
    return replace(account, ref=name(account.ref))


def dispute_named(dispute: Dispute, name: Name) -> Dispute:
    intent = name(dispute.intent) if dispute.intent is not None else None
    return replace(dispute, ref=name(dispute.ref), charge=name(dispute.charge), intent=intent)


def movement_named(line: Movement, name: Name) -> Movement:
    return replace(line, ref=name(line.ref), source=name(line.source) if line.source is not None else None)


def news_named(news: Events, name: Name) -> Events:
    return replace(news, object_id=name(news.object_id))


class ProviderRouter:
    """Implements the `Provider` protocol over several. The first one's references carry no code."""

    def __init__(self, providers: Sequence[Provider], routes: Routes) -> None:
        self._providers = {each.code: each for each in providers}
        if len(self._providers) < len(providers) or next(iter(self._providers)) != routes.first:
            raise ValueError("each provider needs a code of its own, and the first one is the default")
        if unknown := {*routes.currencies.values(), *routes.countries.values()} - self._providers.keys():
            raise ValueError(f"no provider is called {', '.join(sorted(unknown))}")
        self._routes = routes

    @property
    def code(self) -> str:
        return self._routes.first

    async def close(self) -> None:
        for each in self._providers.values():
            await each.close()

    # --- which provider to ask ----------------------------------------------------------------------------------------

    def name(self, code: str) -> Name:
        """Return the function that turns this provider's references into the form that our rows keep."""
        if code == self._routes.first:
            return lambda ref: ref
        return partial(qualified, code)

    async def _at(
        self,
        code: str | None,
        ask: Callable[[Provider], Awaitable[Answer[Value]]],
        named: Callable[[Value, Name], Value] = lambda value, _name: value,
    ) -> Answer[Value]:
        """Call one provider. A provider that is no longer configured may return: until then the result is unknown."""
        chosen = code or self._routes.first
        if chosen not in self._providers:
            return Unknown(f"no provider is called {chosen}")
        answer = await ask(self._providers[chosen])
        return Done(named(answer.value, self.name(chosen))) if isinstance(answer, Done) else answer

    async def _everywhere(
        self, ask: Callable[[Provider], Awaitable[Answer[Value]]]
    ) -> Answer[list[tuple[Name, Value]]]:
        """Call all providers; return their values, or the first result that is none."""
        found = []
        for code, provider in self._providers.items():
            answer = await ask(provider)
            if not isinstance(answer, Done):
                return answer
            found.append((self.name(code), answer.value))
        return Done(found)

    async def _found(self, ask: Callable[[Provider], Awaitable[Answer[str | None]]]) -> Answer[str | None]:
        """Search all providers."""
        answer = await self._everywhere(ask)
        if not isinstance(answer, Done):
            return answer
        return Done(next((name(ref) for name, ref in answer.value if ref is not None), None))

    async def _all(
        self, ask: Callable[[Provider], Awaitable[Answer[Sequence[Value]]]], named: Callable[[Value, Name], Value]
    ) -> Answer[Sequence[Value]]:
        """Return the lists of all providers as one."""
        answer = await self._everywhere(ask)
        if not isinstance(answer, Done):
            return answer
        return Done([named(each, name) for name, found in answer.value for each in found])

    # --- money in -----------------------------------------------------------------------------------------------------

    async def open_payer(self, ask: PayerRequest) -> Answer[str]:
        return await self._at(ask.provider, lambda at: at.open_payer(ask), ref_named)

    async def open_checkout(self, ask: CheckoutRequest) -> Answer[Checkout]:
        theirs = replace(ask, payer=plain(ask.payer) if ask.payer is not None else None)
        return await self._at(ask.provider, lambda at: at.open_checkout(theirs), checkout_named)

    async def expire_checkout(self, ref: str) -> Answer[Checkout]:
        return await self._at(provider_in(ref), lambda at: at.expire_checkout(plain(ref)), checkout_named)

    async def checkout(self, ref: str) -> Answer[Checkout]:
        return await self._at(provider_in(ref), lambda at: at.checkout(plain(ref)), checkout_named)

    async def intent(self, ref: str) -> Answer[Intent]:
        return await self._at(provider_in(ref), lambda at: at.intent(plain(ref)), intent_named)

    async def credit(self, payer: str) -> Answer[dict[str, Money]]:
        return await self._at(provider_in(payer), lambda at: at.credit(plain(payer)))

    async def in_part(self, payer: str) -> Answer[dict[str, Money]]:
        return await self._at(provider_in(payer), lambda at: at.in_part(plain(payer)))

    # --- cards --------------------------------------------------------------------------------------------------------

    async def open_hold_page(self, ask: HoldPageRequest) -> Answer[Checkout]:
        theirs = replace(ask, payer=plain(ask.payer))
        return await self._at(provider_in(ask.payer), lambda at: at.open_hold_page(theirs), checkout_named)

    async def open_card_page(self, ask: CardPageRequest) -> Answer[Checkout]:
        theirs = replace(ask, payer=plain(ask.payer))
        return await self._at(provider_in(ask.payer), lambda at: at.open_card_page(theirs), checkout_named)

    async def hold(self, ask: HoldRequest) -> Answer[Intent]:
        theirs = replace(ask, payer=plain(ask.payer))
        return await self._at(provider_in(ask.payer), lambda at: at.hold(theirs), intent_named)

    async def capture(self, ask: CaptureRequest) -> Answer[Intent]:
        theirs = replace(ask, intent=plain(ask.intent))
        return await self._at(provider_in(ask.intent), lambda at: at.capture(theirs), intent_named)

    async def cancel(self, intent: str) -> Answer[Intent]:
        return await self._at(provider_in(intent), lambda at: at.cancel(plain(intent)), intent_named)

    async def find_intent(self, ours: str, payer: str) -> Answer[Intent | None]:
        named = if_any(intent_named)
        return await self._at(provider_in(payer), lambda at: at.find_intent(ours, plain(payer)), named)

    # --- money out ----------------------------------------------------------------------------------------------------

    async def transfer(self, ask: TransferRequest) -> Answer[str]:
        at_seller = provider_in(ask.account)
        if ask.charge is not None and provider_in(ask.charge) != at_seller:
            return Refused("the seller's account is at another provider", final=False)
        charge = plain(ask.charge) if ask.charge is not None else None
        theirs = replace(ask, charge=charge, account=plain(ask.account))
        return await self._at(at_seller, lambda at: at.transfer(theirs), ref_named)

    async def find_transfer(self, disbursement_id: str, group: str) -> Answer[str | None]:
        return await self._found(lambda at: at.find_transfer(disbursement_id, group))

    async def reverse(self, ask: ReversalRequest) -> Answer[str]:
        theirs = replace(ask, transfer=plain(ask.transfer))
        return await self._at(provider_in(ask.transfer), lambda at: at.reverse(theirs), ref_named)

    async def find_reversal(self, disbursement_id: str, transfer: str) -> Answer[str | None]:
        named = if_any(ref_named)
        return await self._at(
            provider_in(transfer), lambda at: at.find_reversal(disbursement_id, plain(transfer)), named
        )

    async def refund(self, ask: RefundRequest) -> Answer[Refund]:
        theirs = replace(ask, intent=plain(ask.intent))
        return await self._at(provider_in(ask.intent), lambda at: at.refund(theirs), refund_named)

    async def send_credit(self, ask: CreditRequest) -> Answer[Refund]:
        theirs = replace(ask, payer=plain(ask.payer))
        return await self._at(provider_in(ask.payer), lambda at: at.send_credit(theirs), refund_named)

    async def refund_as_it_is(self, ref: str) -> Answer[Refund]:
        return await self._at(provider_in(ref), lambda at: at.refund_as_it_is(plain(ref)), refund_named)

    async def find_refund(self, disbursement_id: str, intent: str, since: datetime) -> Answer[Refund | None]:
        named = if_any(refund_named)
        return await self._at(
            provider_in(intent), lambda at: at.find_refund(disbursement_id, plain(intent), since), named
        )

    async def pay_out(self, ask: EarningsRequest) -> Answer[str]:
        return await self._at(self._routes.code_for(ask.amount.currency), lambda at: at.pay_out(ask), ref_named)

    # --- sellers and disputes -----------------------------------------------------------------------------------------

    async def open_account(self, ask: AccountRequest) -> Answer[Account]:
        return await self._at(ask.provider, lambda at: at.open_account(ask), account_named)

    async def account(self, ref: str) -> Answer[Account]:
        return await self._at(provider_in(ref), lambda at: at.account(plain(ref)), account_named)

    async def account_link(self, key: str, ref: str) -> Answer[str]:
        return await self._at(provider_in(ref), lambda at: at.account_link(key, plain(ref)))

    async def dispute(self, ref: str) -> Answer[Dispute]:
        return await self._at(provider_in(ref), lambda at: at.dispute(plain(ref)), dispute_named)

    async def disputes(self, since: datetime) -> Answer[Sequence[Dispute]]:
        return await self._all(lambda at: at.disputes(since), dispute_named)

    async def submit_evidence(self, ask: EvidenceRequest) -> Answer[Dispute]:
        theirs = replace(ask, dispute=plain(ask.dispute))
        return await self._at(provider_in(ask.dispute), lambda at: at.submit_evidence(theirs), dispute_named)

    # --- books --------------------------------------------------------------------------------------------------------

    async def balance(self) -> Answer[dict[str, Money]]:
        answer = await self._everywhere(lambda at: at.balance())
        if not isinstance(answer, Done):
            return answer
        sums: dict[str, Money] = {}
        for _, balances in answer.value:
            for currency, amount in balances.items():
                sums[currency] = sums.get(currency, Money.zero(currency)) + amount
        return Done(sums)

    async def movements(self, since: datetime, until: datetime) -> Answer[Sequence[Movement]]:
        answer = await self._all(lambda at: at.movements(since, until), movement_named)
        return Done(sorted(answer.value, key=lambda line: line.at)) if isinstance(answer, Done) else answer

    async def news(self, since: datetime) -> Answer[Sequence[Events]]:
        answer = await self._all(lambda at: at.news(since), news_named)
        return Done(sorted(answer.value, key=lambda each: each.at)) if isinstance(answer, Done) else answer

    async def hold_earnings(self) -> Answer[str]:
        answer = await self._everywhere(lambda at: at.hold_earnings())
        return Done(answer.value[-1][1]) if isinstance(answer, Done) else answer
