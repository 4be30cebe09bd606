"""Money held on a card through the real client: captured in part, released, lapsed, and a kept card charged later."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from config.external_services import clock_of
from core.kernel.dispatcher import Delivered, Later, Never, Outcome
from core.kernel.messages import from_json
from core.kernel.money import Money
from core.kernel.outbox import OutboxMessage
from lab.app import Lab
from lab.people import Browser
from payments.card_holds import Holding
from payments.provider import CaptureRequest, CardPageRequest, Done, HoldPageRequest, HoldRequest, PayerRequest, Refused
from payments.provider_models import Checkout, CheckoutState, Intent, IntentState
from payments.stripe.provider import StripeProvider

HOUR = timedelta(hours=1)
HUNDRED = Money(10_000, "EUR")
SIXTY = Money(6_000, "EUR")


@pytest.fixture
async def provider(lab: Lab) -> AsyncIterator[StripeProvider]:
    provider = StripeProvider(lab.stripe.secret_key, f"{lab.url}/stripe", return_url="https://parley.test")
    yield provider
    await provider.close()


async def paid_page(
    lab: Lab, browser: Browser, provider: StripeProvider, *, hold: bool, number: str = "4242424242424242"
) -> Checkout:
    payer = await provider.open_payer(PayerRequest("payer:1", "org", "Sam", "sam@seeker.test"))
    assert isinstance(payer, Done)
    until = clock_of(lab).now() + timedelta(hours=1)
    if hold:
        page = await provider.open_hold_page(HoldPageRequest("hold:1", "h1", "An hour", HUNDRED, payer.value, until))
    else:
        page = await provider.open_card_page(CardPageRequest("card:1", "h1", payer.value, "EUR", until))
    assert isinstance(page, Done)
    await browser.post(f"/lab/stripe/pay/{page.value.ref}", {"number": number})
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
        taken = value(await provider.capture(CaptureRequest(key, page.intent.ref, SIXTY)))
        assert taken.state is IntentState.PAID
        assert taken.funding is not None
        assert taken.funding.amount == SIXTY
    assert isinstance(await provider.capture(CaptureRequest("capture:3", page.intent.ref, HUNDRED)), Refused)


async def test_a_hold_is_set_free_as_often_as_it_is_asked(lab: Lab, browser: Browser, provider: StripeProvider) -> None:
    page = await paid_page(lab, browser, provider, hold=True)
    assert page.intent is not None
    for _ in range(2):
        assert value(await provider.cancel(page.intent.ref)).state is IntentState.CANCELLED
    assert isinstance(await provider.capture(CaptureRequest("capture:1", page.intent.ref, SIXTY)), Refused)


async def test_a_hold_that_has_lapsed_is_refused_and_not_lost_in_silence(
    lab: Lab, browser: Browser, provider: StripeProvider
) -> None:
    page = await paid_page(lab, browser, provider, hold=True)
    assert page.intent is not None
    await browser.post("/lab/clock", {"seconds": timedelta(days=8).total_seconds()})
    assert isinstance(await provider.capture(CaptureRequest("capture:1", page.intent.ref, SIXTY)), Refused)
    assert value(await provider.intent(page.intent.ref)).state is IntentState.CANCELLED


async def test_a_kept_card_is_held_and_charged_while_its_owner_is_away(
    lab: Lab, browser: Browser, provider: StripeProvider
) -> None:
    page = await paid_page(lab, browser, provider, hold=False)
    assert page.state is CheckoutState.SAVED
    assert page.card is not None
    (payer,) = [each["id"] for each in await browser.get("/lab/stripe/objects/customer")]
    ask = HoldRequest("hold:off:1", "h1", HUNDRED, payer, page.card)
    first, second = value(await provider.hold(ask)), value(await provider.hold(ask))
    assert first == second
    assert first.state is IntentState.HELD
    found = await provider.find_intent("h1", payer)
    assert isinstance(found, Done)
    assert found.value is not None
    assert found.value.ref == first.ref
    charged = value(await provider.hold(HoldRequest("charge:1", "h2", SIXTY, payer, page.card, take=True)))
    assert charged.funding is not None
    assert charged.funding.amount == SIXTY


async def test_a_bank_that_wants_to_see_the_owner_says_so(provider: StripeProvider) -> None:
    payer = await provider.open_payer(PayerRequest("payer:1", "org", "Sam", None))
    assert isinstance(payer, Done)
    ask = HoldRequest("hold:1", "h1", HUNDRED, payer.value, "pm_card_authenticationRequired")
    answer = await provider.hold(ask)
    assert isinstance(answer, Refused)
    assert answer.why == "authentication_required"


# --- unknown outcomes -------------------------------------------------------------------------------------------------


async def carried(
    lab: Lab, provider: StripeProvider, kind: str, body: Mapping[str, Any], *, hours_ago: float = 0
) -> Outcome:
    """Return the outcome of a post that was written so many hours ago."""
    clock = clock_of(lab)
    asked = {"hold": "h1", "attempt": 1, "amount": HUNDRED.minor, "currency": "EUR", **body}
    told = from_json("payments", kind, asked)
    post = OutboxMessage("p1", "payments", "session:1", told, clock.now() - timedelta(hours=hours_ago), attempts=1)
    return await Holding(provider, clock).kinds()[kind](post)


async def kept_card(lab: Lab, browser: Browser, provider: StripeProvider, number: str) -> dict[str, str]:
    page = await paid_page(lab, browser, provider, hold=False, number=number)
    (payer,) = [each["id"] for each in await browser.get("/lab/stripe/objects/customer")]
    return {"payer": payer, "card": str(page.card)}


async def test_unheard_decline_of_a_card_is_known_a_day_later(
    lab: Lab, browser: Browser, provider: StripeProvider
) -> None:
    card = await kept_card(lab, browser, provider, "4000000000000341")
    assert isinstance(
        await provider.hold(HoldRequest("hold:h1:1", "h1", HUNDRED, card["payer"], card["card"])), Refused
    )
    outcome = await carried(lab, provider, "hold", card, hours_ago=21)
    assert isinstance(outcome, Never)
    assert outcome.why == "card_declined"


@pytest.mark.parametrize("work", ["before", "after"])
async def test_a_failure_that_is_kept_for_a_day_holds_up_no_card(
    lab: Lab, browser: Browser, provider: StripeProvider, work: str
) -> None:
    """A key answers 500 for a day after its first failure.

    The work is looked for, and requested again if it was not done.
    """
    card = await kept_card(lab, browser, provider, "4242424242424242")

    async def fails_and(kind: str, body: Mapping[str, Any], *matches: str) -> Outcome:
        for match in matches:
            await browser.post("/lab/stripe/troubles", {"status": 500, "match": match, "times": 1, "work": work})
        assert isinstance(await carried(lab, provider, kind, body), Later)
        return await carried(lab, provider, kind, body)

    async def intent() -> Any:
        (only,) = await browser.get("/lab/stripe/objects/payment_intent")
        return only

    assert isinstance(await fails_and("hold", card, "POST /v1/payment_intents"), Delivered)
    held = await intent()
    assert held["status"] == "requires_capture"
    body: dict[str, Any] = {"intent": held["id"], "amount": SIXTY.minor}
    assert isinstance(await fails_and("capture", body, "/capture"), Delivered)
    assert (await intent())["amount_received"] == SIXTY.minor
    body = {"person": "sam", "name": "Sam", "email": None, "ref": "A1", "expires": str(clock_of(lab).now() + HOUR)}
    assert isinstance(await fails_and("hold.page", body, "POST /v1/customers"), Delivered)
    assert isinstance(await fails_and("hold.page", {**body, "hold": "h2"}, "POST /v1/checkout"), Never)
