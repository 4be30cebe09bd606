"""The transport of the channel "payments": ask the provider, and bring the result back to core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Protocol

from core.books.invoicing.model import Content, DocumentWords
from core.kernel.clock import Clock
from core.kernel.dispatcher import Outcome
from core.kernel.outbox import OutboxMessage
from core.kernel.quantity import Quantity
from core.kernel.transaction import PROVIDER, Transactions
from core.money.messages import Look
from documents.contracts.signed_terms import SignedTerms
from documents.invoices.carrier import Invoices
from payments.card_holds import Holding
from payments.dispute_evidence import DisputeEvidence
from payments.onboarding import Onboarding
from payments.payment_requests import PayingIn, Selling
from payments.payouts import PayingOut
from payments.provider import Provider
from payments.router import RoutedMessage, Routes
from payments.sync import look


class Wording(Protocol):
    """The words on an invoice, and for what is paid."""

    def __call__(self, content: Content, number: str | None, day: date, /) -> DocumentWords: ...

    def goods(self, language: str, product_id: str, grade_id: str | None, quantity: Quantity) -> str: ...


class PaymentTransport:
    """The transport for each kind of message. `routes`: the provider for each message, if there are several."""

    def __init__(
        self,
        provider: Provider,
        clock: Clock,
        transactions: Transactions,
        wording: Wording,
        routes: Routes | None = None,
    ) -> None:
        self._provider = provider
        self._transactions = transactions
        self._routes = routes
        self._kinds: Mapping[str, Callable[[OutboxMessage], Awaitable[Outcome]]] = {
            **PayingIn(provider, clock, wording.goods).kinds(),
            **PayingOut(provider, clock).kinds(),
            **Holding(provider, clock).kinds(),
            **Selling(provider, clock).kinds(),
            **Onboarding(provider, clock).kinds(),
            **DisputeEvidence(provider, transactions, wording.goods).kinds(),
            **Invoices(transactions, wording).kinds(),
            **SignedTerms().kinds(),
            "look": self._look,
        }

    async def carry(self, queued: OutboxMessage) -> Outcome:
        routes = self._routes
        if routes is not None and isinstance(queued.message, RoutedMessage):
            code = await self._transactions.run(PROVIDER, lambda ctx: routes.chosen(ctx, queued))
            queued = replace(queued, message=replace(queued.message, provider=code))
        return await self._kinds[queued.kind](queued)

    async def _look(self, queued: OutboxMessage) -> Outcome:
        assert isinstance(queued.message, Look)
        return await look(self._provider, queued.message.kind, queued.message.id)
