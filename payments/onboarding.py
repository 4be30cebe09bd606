"""Carries sellers' requests: an account at the provider, and the page on which they fill it in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from core.kernel.clock import Clock
from core.kernel.dispatcher import Carry, Delivered, Later, Never, Outcome, handles, routes
from core.kernel.outbox import OutboxMessage
from core.money.messages import LinkAccount, OpenAccount
from core.trade.funding import payees
from payments.outcomes import Unit, known, outcome_of
from payments.provider import AccountRequest, Done, Provider, Refused, Unknown

LINK_EXPIRES_AFTER: Final = timedelta(minutes=5)  # then the person has put the phone away, and would tap again


class Onboarding:
    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock

    def kinds(self) -> Mapping[str, Carry]:
        return routes(handles(OpenAccount, self._open_account), handles(LinkAccount, self._link))

    async def _open_account(self, _queued: OutboxMessage, asked: OpenAccount) -> Outcome:
        organisation = asked.organisation
        profile = {"name": asked.name, "country": asked.country, "email": asked.email}
        # After one that was closed another is meant, though the words are the same.
        key = f"account:{organisation}:{digest(profile if asked.after is None else profile | {'after': asked.after})}"
        ask = AccountRequest(
            key=key,
            organisation=organisation,
            name=asked.name,
            country=asked.country,
            email=asked.email,
            provider=asked.provider,
        )
        match await self._provider.open_account(ask):
            case Done(account):
                opened = partial(payees.account_opened, organisation_id=organisation, account_ref=account.ref)
                return Delivered(known(opened))
            case Refused(why):
                told = partial(payees.account_refused, organisation_id=organisation, person_id=asked.person, why=why)
                return Never(why, told)
            case Unknown(why, seconds):
                return Later(why, seconds)

    async def _link(self, queued: OutboxMessage, asked: LinkAccount) -> Outcome:
        if self._clock.now() - queued.created_at > LINK_EXPIRES_AFTER:
            return Never("nobody waits for it any more")
        answer = await self._provider.account_link(f"link:{queued.id}", asked.account)

        def hand_over(url: str) -> Unit:
            return partial(payees.onboarding_link, organisation_id=asked.organisation, person_id=asked.person, url=url)

        return outcome_of(answer, hand_over)


def digest(profile: Mapping[str, str | None]) -> str:
    """Derive a request's key from its words: a corrected country makes a different request than before."""
    return hashlib.sha256(json.dumps(profile, sort_keys=True).encode()).hexdigest()[:16]
