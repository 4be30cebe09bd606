"""Two providers at once: which one a seller gets, and that each is asked only about its own money."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from core.kernel.money import Money
from core.kernel.transaction import MARKET
from core.trade.funding.providers import choose_provider, plain, provider_in, provider_of, qualified
from payments.direct import DirectSettlement
from payments.provider import AccountRequest, Done, RefundRequest, Refused, TransferRequest, Unknown
from payments.provider_models import Account, Refund, RefundState
from payments.router import ProviderRouter, Routes
from tests.core.conftest import Market

TEN = Money(1_000, "EUR")
ROUTES = Routes("near", {"USD": "far"}, {"SE": "far"})


class Named(DirectSettlement):
    """A provider that remembers what it was asked for."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.asked: list[Any] = []

    async def open_account(self, *_: object, **__: object) -> Done[Account]:
        return Done(Account("acct_1", ready=True))

    async def transfer(self, *requests: Any, **_: object) -> Done[str]:
        self.asked += [(each.charge, each.account) for each in requests]
        return Done("tr_1")

    async def refund(self, *requests: Any, **_: object) -> Done[Refund]:
        self.asked += [each.intent for each in requests]
        return Done(Refund("re_1", requests[0].disbursement_id, RefundState.SUCCEEDED))

    async def find_transfer(self, *_: object, **__: object) -> Done[str | None]:
        return Done("tr_9" if self.code == "far" else None)

    async def balance(self, *_: object, **__: object) -> Done[dict[str, Money]]:
        return Done({"EUR": TEN})


Both = tuple[Named, Named, ProviderRouter]


@pytest.fixture
def both() -> Both:
    near, far = Named("near"), Named("far")
    return near, far, ProviderRouter([near, far], ROUTES)


def test_a_further_provider_serves_its_currencies_then_its_countries() -> None:
    asked = (("EUR", "LT"), ("USD", "LT"), ("EUR", "SE"), ("EUR", None), (None, "SE"))
    assert [ROUTES.code_for(*each) for each in asked] == ["near", "far", "far", "near", "far"]


def test_a_reference_names_its_provider_unless_that_is_the_first() -> None:
    assert (provider_in("ch_1"), plain("ch_1")) == (None, "ch_1")
    assert (provider_in(qualified("far", "ch_1")), plain(qualified("far", "ch_1"))) == ("far", "ch_1")


async def test_references_of_a_further_provider_lead_back_to_it(both: Both) -> None:
    near, far, router = both
    opened = await router.open_account(AccountRequest("k", "o", "Sven", "SE", None, "far"))
    assert opened == Done(Account("far:acct_1", ready=True))
    assert await router.transfer(TransferRequest("k", "e", TEN, "far:ch_1", "far:acct_1", "deal_d")) == Done("far:tr_1")
    assert await router.refund(RefundRequest("k", "e", TEN, "pi_1")) == Done(Refund("re_1", "e", RefundState.SUCCEEDED))
    assert (near.asked, far.asked) == (["pi_1"], [("ch_1", "acct_1")])
    assert await router.find_transfer("e", "deal_d") == Done("far:tr_9")
    assert await router.balance() == Done({"EUR": TEN + TEN})


async def test_money_of_one_provider_is_never_sent_to_an_account_at_another(both: Both) -> None:
    near, far, router = both
    answer = await router.transfer(TransferRequest("k", "e", TEN, "ch_1", "far:acct_1", "deal_d"))
    assert answer == Refused("the seller's account is at another provider", final=False)
    assert near.asked == far.asked == []


async def test_nothing_is_known_of_a_provider_that_is_not_held_any_more(both: Both) -> None:
    *_, router = both
    assert isinstance(await router.intent("gone:pi_1"), Unknown)
    assert isinstance(await router.disputes(datetime(2026, 1, 1, tzinfo=UTC)), Done)


def test_two_providers_of_one_code_or_a_route_to_none_are_refused() -> None:
    with pytest.raises(ValueError, match="code of its own"):
        ProviderRouter([Named("near"), Named("near")], ROUTES)
    with pytest.raises(ValueError, match="no provider is called far"):
        ProviderRouter([Named("near")], ROUTES)


async def test_a_sellers_provider_is_chosen_once(market: Market) -> None:
    _, anna = await market.newcomer("Anna")
    assert await market.run(MARKET, partial(provider_of, organisation_id=anna.organisation_id)) is None
    for code in ("near", "far"):
        chosen = partial(choose_provider, organisation_id=anna.organisation_id, code=code)
        assert await market.run(MARKET, chosen) == "near"
