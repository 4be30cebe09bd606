"""Money held on a card through the real client: taken in part, set free, lapsed; and a kept card charged later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from config.outside import clock_of
from core.kernel.money import Money
from lab.app import Lab
from lab.people import Browser
from payments.answers import Done, Refused
from payments.asks import CaptureAsk, CardPageAsk, HoldAsk, HoldPageAsk, PayerAsk
from payments.stripe.provider import StripeProvider
from payments.things import Checkout, CheckoutState, Intent, IntentState

HUNDRED = Money(10_000, "EUR")
SIXTY = Money(6_000, "EUR")


@pytest.fixture
async def provider(lab: Lab) -> AsyncIterator[StripeProvider]:
    provider = StripeProvider(lab.stripe.secret_key, f"{lab.url}/stripe", return_url="https://parley.test")
    yield provider
    await provider.close()


async def paid_page(lab: Lab, browser: Browser, provider: StripeProvider, *, hold: bool) -> Checkout:
    payer = await provider.open_payer(PayerAsk("payer:1", "org", "Sam", "sam@seeker.test"))
    assert isinstance(payer, Done)
    until = clock_of(lab).now() + timedelta(hours=1)
    if hold:
        page = await provider.open_hold_page(HoldPageAsk("hold:1", "h1", "An hour", HUNDRED, payer.value, until))
    else:
        page = await provider.open_card_page(CardPageAsk("card:1", "h1", payer.value, "EUR", until))
    assert isinstance(page, Done)
    await browser.post(f"/lab/stripe/pay/{page.value.ref}", {"number": "4242424242424242"})
    done = await provider.checkout(page.value.ref)
    assert isinstance(done, Done)
    return done.value


def value(answer: object) -> Intent:
    assert isinstance(answer, Done), answer
    assert isinstance(answer.value, Intent)
    return answer.value


async def test_a_hold_is_taken_in_part_once_and_the_rest_is_free(
    lab: Lab, browser: Browser, provider: StripeProvider
) -> None:
    page = await paid_page(lab, browser, provider, hold=True)
    assert (page.state, page.hold) == (CheckoutState.HELD, "h1")
    assert page.intent is not None
    assert page.intent.held is not None
    assert page.intent.held.amount == HUNDRED
    assert page.intent.held.until - clock_of(lab).now() > timedelta(days=6)
    for key in ("capture:1", "capture:1", "capture:2"):  # the last one: its first answer was lost for a day
        taken = value(await provider.capture(CaptureAsk(key, page.intent.ref, SIXTY)))
        assert taken.state is IntentState.PAID
        assert taken.funding is not None
        assert taken.funding.amount == SIXTY
    assert isinstance(await provider.capture(CaptureAsk("capture:3", page.intent.ref, HUNDRED)), Refused)


async def test_a_hold_is_set_free_as_often_as_it_is_asked(lab: Lab, browser: Browser, provider: StripeProvider) -> None:
    page = await paid_page(lab, browser, provider, hold=True)
    assert page.intent is not None
    for _ in range(2):
        assert value(await provider.cancel(page.intent.ref)).state is IntentState.CANCELLED
    assert isinstance(await provider.capture(CaptureAsk("capture:1", page.intent.ref, SIXTY)), Refused)


async def test_a_hold_that_has_lapsed_is_refused_and_not_lost_in_silence(
    lab: Lab, browser: Browser, provider: StripeProvider
) -> None:
    page = await paid_page(lab, browser, provider, hold=True)
    assert page.intent is not None
    await browser.post("/lab/clock", {"seconds": timedelta(days=8).total_seconds()})
    assert isinstance(await provider.capture(CaptureAsk("capture:1", page.intent.ref, SIXTY)), Refused)
    assert value(await provider.intent(page.intent.ref)).state is IntentState.CANCELLED


async def test_a_kept_card_is_held_and_charged_while_its_owner_is_away(
    lab: Lab, browser: Browser, provider: StripeProvider
) -> None:
    page = await paid_page(lab, browser, provider, hold=False)
    assert page.state is CheckoutState.SAVED
    assert page.card is not None
    (payer,) = [each["id"] for each in await browser.get("/lab/stripe/objects/customer")]
    ask = HoldAsk("hold:off:1", "h1", HUNDRED, payer, page.card)
    first, second = value(await provider.hold(ask)), value(await provider.hold(ask))
    assert first == second
    assert first.state is IntentState.HELD
    found = await provider.find_intent("h1", payer)
    assert isinstance(found, Done)
    assert found.value is not None
    assert found.value.ref == first.ref
    charged = value(await provider.hold(HoldAsk("charge:1", "h2", SIXTY, payer, page.card, take=True)))
    assert charged.funding is not None
    assert charged.funding.amount == SIXTY


async def test_a_bank_that_wants_to_see_the_owner_says_so(provider: StripeProvider) -> None:
    payer = await provider.open_payer(PayerAsk("payer:1", "org", "Sam", None))
    assert isinstance(payer, Done)
    ask = HoldAsk("hold:1", "h1", HUNDRED, payer.value, "pm_card_authenticationRequired")
    answer = await provider.hold(ask)
    assert isinstance(answer, Refused)
    assert answer.why == "authentication_required"
