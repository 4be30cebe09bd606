"""Stripe's answers and their meaning for the market: refused for good, not yet, or unknown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import stripe

from config.external_services import clock_of
from config.reference import reference
from core.kernel.lot_sizes import largest_payment, smallest_payment
from core.kernel.money import CURRENCIES, Money
from lab.app import Lab
from lab.people import Browser
from payments.provider import AccountRequest, CheckoutRequest, Done, RefundRequest, Refused, TransferRequest, Unknown
from payments.provider_models import CheckoutState
from payments.stripe.objects import money, newer_or_older, refusal, units
from payments.stripe.provider import StripeProvider
from tests.payments.conftest import disturb

HOME = "https://parley.test"
ANNA = AccountRequest("account:anna:1", "anna", "Anna's pellets", "LT", "anna@seller.test")


@pytest.fixture
async def provider(lab: Lab) -> AsyncIterator[StripeProvider]:
    provider = StripeProvider(lab.stripe.secret_key, f"{lab.url}/stripe", return_url=HOME)
    yield provider
    await provider.close()


def checkout(lab: Lab, **changes: Any) -> CheckoutRequest:
    usual: dict[str, Any] = {
        "key": "checkout:1",
        "payment": "1",
        "deal": "7",
        "group": "deal_7",
        "title": "Pellets",
        "amount": Money(20_000, "EUR"),
        "expires_at": clock_of(lab).now() + timedelta(hours=2),
    }
    return CheckoutRequest(**(usual | changes))


async def test_the_same_ask_has_one_effect_and_another_under_its_key_is_refused(
    lab: Lab, provider: StripeProvider
) -> None:
    ask = checkout(lab)
    first, second = await provider.open_checkout(ask), await provider.open_checkout(ask)
    assert isinstance(first, Done)
    assert first == second
    other = await provider.open_checkout(checkout(lab, amount=Money(1, "EUR")))
    assert isinstance(other, Refused)
    assert other.final


async def test_a_page_expires_as_often_as_it_is_asked_to(lab: Lab, provider: StripeProvider) -> None:
    opened = await provider.open_checkout(checkout(lab))
    assert isinstance(opened, Done)
    for _ in range(2):
        closed = await provider.expire_checkout(opened.value.ref)
        assert isinstance(closed, Done)
        assert closed.value.state == CheckoutState.EXPIRED
    assert isinstance(await provider.expire_checkout("cs_nothing"), Refused)


async def test_request_that_stripe_rejects_is_refused(lab: Lab, provider: StripeProvider) -> None:
    too_soon = await provider.open_checkout(checkout(lab, expires_at=clock_of(lab).now() + timedelta(minutes=5)))
    assert isinstance(too_soon, Refused)
    refund = await provider.refund(RefundRequest("refund:1:1", "1", Money(1, "EUR"), "pi_nothing"))
    assert refund == Refused("resource_missing")
    assert isinstance(await provider.checkout("cs_nothing"), Refused)
    assert isinstance(await provider.account("acct_nothing"), Refused)


async def test_a_seller_who_is_not_ready_is_refused_but_not_for_good(lab: Lab, provider: StripeProvider) -> None:
    opened = await provider.open_account(ANNA)
    assert isinstance(opened, Done)
    ask = TransferRequest("transfer:1:1", "1", Money(100, "EUR"), "ch_nothing", opened.value.ref, "deal_7")
    assert await provider.transfer(ask) == Refused("insufficient_capabilities_for_transfer", final=False)


@pytest.mark.parametrize("kind", ["outage", "drop", "answer_lost"])
async def test_silence_is_unknown(browser: Browser, provider: StripeProvider, kind: str) -> None:
    # aiohttp by itself reads once more when a connection breaks.
    await disturb(browser, kind, times=1 if kind == "outage" else 2)
    assert isinstance(await provider.balance(), Unknown)
    assert isinstance(await provider.balance(), Done)


async def test_a_key_that_is_refused_is_nobodys_no(lab: Lab) -> None:
    stranger = StripeProvider("sk_test_wrong", f"{lab.url}/stripe", return_url=HOME)
    assert isinstance(await stranger.balance(), Unknown)
    await stranger.close()


def test_a_rate_limit_says_how_long_to_wait() -> None:
    assert refusal(stripe.RateLimitError("slow down", headers={"Retry-After": "7"})) == Unknown("rate limit", 7.0)
    assert refusal(stripe.RateLimitError("slow down")) == Unknown("rate limit")
    conflict = stripe.APIError("in progress", http_status=409, code="idempotency_key_in_use")
    assert refusal(conflict) == Unknown("idempotency_key_in_use")


async def test_a_seller_opens_one_account_and_gets_links_to_it(lab: Lab, provider: StripeProvider) -> None:
    first, second = await provider.open_account(ANNA), await provider.open_account(ANNA)
    assert isinstance(first, Done)
    assert first == second
    account = first.value
    link = await provider.account_link("link:1", account.ref)
    assert isinstance(link, Done)
    async with aiohttp.ClientSession() as browser, browser.post(link.value) as page:
        assert f"{HOME}/onboarded" in await page.text()
    ready = await provider.account(account.ref)
    assert isinstance(ready, Done)
    assert ready.value.ready


async def test_where_the_newer_accounts_are_closed_to_us_the_older_ones_serve() -> None:
    error: Any = stripe.InvalidRequestError  # the SDK leaves it untyped

    async def newer() -> str:
        raise error("Unrecognized request URL", None, http_status=404)

    async def older() -> str:
        return "acct_1"

    async def invalid() -> str:
        raise error("Not a country", "country", http_status=400)

    assert await newer_or_older(newer, older) == Done("acct_1")
    assert await newer_or_older(invalid, older) == Refused("Not a country")


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_one_payment_is_never_more_than_the_eight_digits_that_stripe_takes_nor_less_than_its_least(
    currency: str,
) -> None:
    """docs.stripe.com/currencies: a króna is counted in hundredths. A dozen currencies have a minimum of about half a
    euro. Amounts in a currency without a minimum are changed to euros.
    """
    assert units(largest_payment(currency)) <= 99_999_999
    rate = reference()[0].rates.per_euro.get(currency, 1)
    assert smallest_payment(currency).amount / rate > 1


@pytest.mark.parametrize(("ours", "theirs"), [(Money(5, "ISK"), 500), (Money(5, "JPY"), 5), (Money(5, "EUR"), 5)])
def test_amounts_are_counted_as_stripe_counts_them(ours: Money, theirs: int) -> None:
    assert units(ours) == theirs
    assert money(theirs, ours.currency.lower()) == ours
