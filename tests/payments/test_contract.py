"""Contract of every provider: the same request has one effect, a look changes nothing, and nothing ever raises."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from config.external_services import clock_of
from core.kernel.money import Money
from core.trade.funding.rails.model import Rail
from lab.app import Lab
from lab.people import Browser
from payments.direct import DirectSettlement
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
from payments.router import ProviderRouter, Routes
from payments.stripe.provider import StripeProvider
from tests.payments.conftest import disturb

TEN = Money(1_000, "EUR")


@pytest.fixture(params=["stripe", "direct", "router"])
async def provider(request: pytest.FixtureRequest, lab: Lab) -> AsyncIterator[Provider]:
    made: Provider = DirectSettlement()
    if request.param != "direct":
        stripe = StripeProvider(lab.stripe.secret_key, f"{lab.url}/stripe", return_url="https://parley.test")
        made = stripe if request.param == "stripe" else ProviderRouter([stripe, made], Routes(stripe.code))
    yield made
    await made.close()


def requests(lab: Lab, provider: Provider) -> dict[str, Callable[[], Awaitable[Answer[Any]]]]:
    """Return every request that changes something, on objects that do not exist."""
    later = clock_of(lab).now() + timedelta(hours=2)
    return {
        "payer": lambda: provider.open_payer(PayerRequest("k1", "o1", "Ben", "ben@buyer.test")),
        "page": lambda: provider.open_checkout(CheckoutRequest("k2", "p1", "d1", "deal_d1", "Pellets", TEN, later)),
        "transfer in": lambda: provider.open_checkout(
            CheckoutRequest("k3", "p2", "d1", "deal_d1", "Pellets", TEN, later, Rail.BANK_TRANSFER, "cus_nobody")
        ),
        "hold page": lambda: provider.open_hold_page(HoldPageRequest("k4", "h1", "Advice", TEN, "cus_nobody", later)),
        "card page": lambda: provider.open_card_page(CardPageRequest("k5", "h1", "cus_nobody", "EUR", later)),
        "hold": lambda: provider.hold(HoldRequest("k6", "h1", TEN, "cus_nobody", "pm_nothing")),
        "capture": lambda: provider.capture(CaptureRequest("k7", "pi_nothing", TEN)),
        "payout": lambda: provider.transfer(TransferRequest("k8", "e1", TEN, "ch_nothing", "acct_nobody", "deal_d1")),
        "reversal": lambda: provider.reverse(ReversalRequest("k9", "e2", TEN, "tr_nothing")),
        "refund": lambda: provider.refund(RefundRequest("k10", "e3", TEN, "pi_nothing")),
        "credit": lambda: provider.send_credit(CreditRequest("k11", "e4", TEN, "cus_nobody")),
        "earnings": lambda: provider.pay_out(EarningsRequest("k12", TEN)),
        "seller": lambda: provider.open_account(AccountRequest("k13", "o2", "Anna", "LT", "anna@seller.test")),
        "evidence": lambda: provider.submit_evidence(EvidenceRequest("k14", "du_nothing", b"%PDF-1.4", {})),
    }


async def test_the_same_ask_has_the_same_answer(lab: Lab, provider: Provider) -> None:
    for name, ask in requests(lab, provider).items():
        first, second = await ask(), await ask()
        assert first == second, name
        assert isinstance(first, Done | Refused), name


async def test_missing_object_is_refused_and_a_search_finds_nothing(lab: Lab, provider: Provider) -> None:
    for answer in (
        await provider.checkout("cs_nothing"),
        await provider.intent("pi_nothing"),
        await provider.expire_checkout("cs_nothing"),
        await provider.cancel("pi_nothing"),
        await provider.refund_as_it_is("re_nothing"),
        await provider.account("acct_nobody"),
        await provider.account_link("k", "acct_nobody"),
        await provider.dispute("du_nothing"),
        await provider.credit("cus_nobody"),
    ):
        assert isinstance(answer, Refused)
    assert await provider.find_transfer("e1", "deal_d1") == Done(None)
    assert isinstance(await provider.balance(), Done)
    since = clock_of(lab).now() - timedelta(days=1)
    for many in (
        await provider.movements(since, clock_of(lab).now()),
        await provider.news(since),
        await provider.disputes(since),
    ):
        assert isinstance(many, Done)


async def test_an_outage_is_unknown_and_never_raises(lab: Lab, browser: Browser, provider: Provider) -> None:
    """A provider that needs no outside service has no outage."""
    alone = isinstance(provider, DirectSettlement)
    await disturb(browser, "outage", times=100)
    for name, ask in requests(lab, provider).items():
        assert isinstance(await ask(), Refused if alone else Unknown), name
