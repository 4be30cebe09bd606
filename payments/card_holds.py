"""Carries core's requests about a card: a page to add it, a hold, a capture or a release.

A failure that the provider stores under a key is not final. The object is looked up, and requested again if it is
missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from core.advice.sessions import card_results
from core.kernel.clock import Clock
from core.kernel.dispatcher import Carry, Delivered, Never, Outcome, handles, routes
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Ctx
from core.money.messages import CancelHold, CaptureHold, CloseCardPage, OpenCardPage, OpenHoldPage, PlaceHold
from payments.outcomes import Apply, Unit, again, known, outcome_of
from payments.provider import (
    Answer,
    CaptureRequest,
    CardPageRequest,
    Done,
    HoldPageRequest,
    HoldRequest,
    PayerRequest,
    Provider,
    Refused,
    Unknown,
)
from payments.provider_models import Checkout, CheckoutState, Intent, IntentState

KEY_KEPT: Final = timedelta(hours=20)  # shorter than the provider's 24 hours, because the call needs time to arrive


class Holding:
    """Carries each kind of outbox message about a card to the provider."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock

    def kinds(self) -> Mapping[str, Carry]:
        return routes(
            handles(OpenHoldPage, self._page),
            handles(OpenCardPage, self._page),
            handles(CloseCardPage, self._close),
            handles(PlaceHold, self._hold),
            handles(CaptureHold, self._capture),
            handles(CancelHold, self._cancel),
        )

    async def _page(self, queued: OutboxMessage, asked: OpenHoldPage | OpenCardPage) -> Outcome:
        hold = asked.hold
        lapsed = known(partial(card_results.page_lapsed, hold_id=hold))
        if asked.expires <= self._clock.now():
            return Never("its time has passed", lapsed)
        ask = PayerRequest(f"payer:{asked.person}", asked.person, asked.name, asked.email, asked.provider)
        payer = await self._provider.open_payer(ask)
        if isinstance(payer, Unknown) and payer.saved:
            payer = await self._provider.open_payer(replace(ask, key=f"{ask.key}:{hold}"))
        if not isinstance(payer, Done):
            return self._not_opened(queued, payer, lapsed)
        page = await self._open(asked, payer.value)
        if not isinstance(page, Done):
            return self._not_opened(queued, page, lapsed)
        opened = partial(
            card_results.page_opened,
            hold_id=hold,
            payer=payer.value,
            session=page.value.ref,
            url=page.value.url or "",
            expires_at=page.value.expires_at,
        )
        return Delivered(known(opened))

    async def _open(self, asked: OpenHoldPage | OpenCardPage, payer: str) -> Answer[Checkout]:
        hold = asked.hold
        if isinstance(asked, OpenCardPage):
            ask = CardPageRequest(f"card:{hold}", hold, payer, asked.currency, asked.expires)
            return await self._provider.open_card_page(ask)
        title = " · ".join(filter(None, (asked.ref, asked.what)))
        return await self._provider.open_hold_page(
            HoldPageRequest(f"hold-page:{hold}", hold, title, asked.money, payer, asked.expires)
        )

    @staticmethod
    def _not_opened(queued: OutboxMessage, answer: Refused | Unknown, lapsed: Unit) -> Outcome:
        # if a page was opened after all, its address was never sent to a user
        if isinstance(answer, Refused) or answer.saved:
            return Never(answer.why, lapsed)
        return again(queued, answer.why, answer.seconds)

    async def _close(self, _queued: OutboxMessage, asked: CloseCardPage) -> Outcome:
        return outcome_of(await self._provider.expire_checkout(asked.session), apply_page)

    async def _hold(self, queued: OutboxMessage, asked: PlaceHold) -> Outcome:
        hold = asked.hold
        ask = HoldRequest(f"hold:{hold}:{asked.attempt}", hold, asked.money, asked.payer, asked.card)
        forgotten = self._clock.now() - queued.created_at >= KEY_KEPT
        if forgotten and (found := await self._found(queued, asked)) is not None:
            return found
        answer = await self._provider.hold(ask)
        if isinstance(answer, Unknown) and answer.saved:
            if (found := await self._found(queued, asked)) is not None:
                return found
            answer = await self._provider.hold(replace(ask, key=f"{ask.key}:again"))
        match answer:
            case Done(intent):
                return Delivered(apply_hold(intent))
            case Refused(why):
                return declined(hold, why)
            case Unknown(why, seconds):
                return again(queued, why, seconds)

    async def _found(self, queued: OutboxMessage, asked: PlaceHold) -> Outcome | None:
        """Look up a hold that was requested before; return None when the request never had a result."""
        hold = asked.hold
        match await self._provider.find_intent(hold, asked.payer):
            case Done(Intent(state=IntentState.OPEN, why=why)):
                return declined(hold, why) if why else None
            case Done(Intent() as found):
                return Delivered(apply_hold(found))
            case Done():
                return None
            case Refused(why) | Unknown(why):
                return again(queued, why)

    async def _capture(self, queued: OutboxMessage, asked: CaptureHold) -> Outcome:
        hold = asked.hold
        ask = CaptureRequest(f"capture:{hold}", asked.intent, asked.money)
        answer = await self._provider.capture(ask)
        # money captured under the other key is found, and counted once
        if isinstance(answer, Unknown) and answer.saved:
            answer = await self._provider.capture(replace(ask, key=f"{ask.key}:again"))
        match answer:
            case Done(intent):
                return Delivered(apply_hold(intent))
            case Refused(why):
                return Never(why, known(partial(card_results.capture_refused, hold_id=hold, why=why)))
            case Unknown(why, seconds):
                return again(queued, why, seconds)

    async def _cancel(self, queued: OutboxMessage, asked: CancelHold) -> Outcome:
        match await self._provider.cancel(asked.intent):
            case Done(intent):
                return Delivered(apply_hold(intent))
            case Refused(why):  # it is over already; a look-up tells how
                found = await self._provider.intent(asked.intent)
                return outcome_of(found, apply_hold) if isinstance(found, Done) else again(queued, why)
            case Unknown(why, seconds):
                return again(queued, why, seconds)


def declined(hold: str, why: str) -> Never:
    return Never(why, known(partial(card_results.hold_refused, hold_id=hold, why=why)))


def apply_page(page: Checkout) -> Apply:
    """Report the state of a page to add a card."""
    hold = page.hold
    if hold is None:
        return None
    match page.state:
        case CheckoutState.SAVED if page.card is not None:
            return known(partial(card_results.card_saved, hold_id=hold, card=page.card))
        case CheckoutState.HELD | CheckoutState.PAID if page.intent is not None:
            return apply_hold(page.intent)
        case CheckoutState.EXPIRED | CheckoutState.FAILED:
            return known(partial(card_results.page_lapsed, hold_id=hold))
    return None


def apply_hold(intent: Intent) -> Apply:
    """Report the state of money on a card: held, captured or released."""
    hold = intent.hold
    if hold is None:
        return None
    if intent.state is IntentState.HELD and intent.held is not None:
        facts: dict[str, Any] = {"intent": intent.ref, "until": intent.held.until, "card": intent.card}
        return known(partial(card_results.held, hold_id=hold, **facts))
    if intent.state is IntentState.PAID and intent.funding is not None:
        funding = intent.funding
        return known(
            partial(card_results.captured, hold_id=hold, amount=funding.amount, fee=funding.fee, charge=funding.charge)
        )
    if intent.state is IntentState.CANCELLED:
        return known(partial(freed, hold_id=hold, why=intent.why))
    return None


def freed(ctx: Ctx, hold_id: str, why: str) -> None:
    """Report that the hold is gone: released by us, or lapsed at the bank while it was needed."""
    card_results.hold_gone(ctx, hold_id, why or "lapsed")
