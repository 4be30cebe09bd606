"""The carrier of posts for the channel "payments": asks the provider, and brings the answer back to core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from core.invoicing.model import Wording
from core.kernel.clock import Clock
from core.kernel.outbox import Post
from core.kernel.transaction import Transactions
from payments.defence import Defence
from payments.holding import Holding
from payments.invoices.carrier import Invoices
from payments.looks import look
from payments.onboarding import Onboarding
from payments.outcomes import Outcome
from payments.paying_in import PayingIn
from payments.paying_out import PayingOut
from payments.provider import Provider
from payments.selling import Selling


class PaymentEffects:
    """Each kind of post with who carries it. `wording`: says invoices in words."""

    def __init__(self, provider: Provider, clock: Clock, transactions: Transactions, wording: Wording) -> None:
        self._provider = provider
        self._kinds: Mapping[str, Callable[[Post], Awaitable[Outcome]]] = {
            **PayingIn(provider, clock).kinds(),
            **PayingOut(provider, clock).kinds(),
            **Holding(provider, clock).kinds(),
            **Selling(provider, clock).kinds(),
            **Onboarding(provider, clock).kinds(),
            **Defence(provider, transactions).kinds(),
            **Invoices(transactions, wording).kinds(),
            "look": self._look,
        }

    async def carry(self, post: Post) -> Outcome:
        return await self._kinds[post.kind](post)

    async def _look(self, post: Post) -> Outcome:
        return await look(self._provider, post.body["kind"], post.body["id"])
