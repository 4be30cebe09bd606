"""The transport of the channel "payments": ask the provider, and bring the result back to core."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Protocol

from core.books.invoicing.model import Content, DocumentWords
from core.kernel.clock import Clock
from core.kernel.dispatcher import Carry, Delivered, Never, Outcome, handles, routes
from core.kernel.outbox import OutboxMessage
from core.kernel.quantity import Quantity
from core.kernel.transaction import MARKET, PROVIDER, Transactions
from core.money.messages import Look, SubmitEvidence
from core.trade.funding.evidence import service as evidence
from documents.contracts.signed_terms import SignedTerms
from documents.evidence.document import RECORDS, Goods, drawn, goods_in_words
from documents.evidence.sentences import texts
from documents.invoices.carrier import Invoices
from payments.card_holds import Holding
from payments.onboarding import Onboarding
from payments.outcomes import again, known
from payments.payment_requests import PayingIn, Selling
from payments.payouts import PayingOut
from payments.provider import Done, EvidenceRequest, Provider, Refused, Unknown
from payments.router import RoutedMessage, Routes
from payments.sync import apply_dispute, both, look


class DisputeEvidence:
    """`goods`: the goods of a deal in words of a language: product, grade and quantity."""

    def __init__(self, provider: Provider, transactions: Transactions, goods: Goods) -> None:
        self._provider = provider
        self._transactions = transactions
        self._goods = goods

    def kinds(self) -> Mapping[str, Carry]:
        return routes(handles(SubmitEvidence, self._submit))

    async def _submit(self, queued: OutboxMessage, asked: SubmitEvidence) -> Outcome:
        chargeback, record_of = asked.chargeback, RECORDS[asked.subject_kind]
        record = await self._transactions.run(MARKET, lambda ctx: record_of(ctx, chargeback))
        # Made of one moment, it is the same document however often it is asked for under this key.
        record["made_at"] = queued.created_at.isoformat()
        if "deal" in record:
            record["deal"]["goods"] = goods_in_words(record["deal"]["terms"], self._goods)
        told = texts(record)
        document = drawn(record, queued.created_at, told.get("uncategorized_text", ""))
        key = f"evidence:{chargeback}:{asked.attempt}:{digest(document)[:16]}"
        match await self._provider.submit_evidence(EvidenceRequest(key, asked.dispute, document, told)):
            case Done(dispute):
                sent = known(partial(evidence.pack_sent, chargeback_id=chargeback, digest=digest(document)))
                return Delivered(both(sent, apply_dispute(dispute)))
            case Refused(why):
                return Never(why, known(partial(evidence.pack_refused, chargeback_id=chargeback, why=why)))
            case Unknown(why, seconds):
                return again(queued, why, seconds)


def digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()


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
