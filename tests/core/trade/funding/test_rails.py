"""Rails: the ones that fit, the one proposed, and when money that can be called back may be passed on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.lot_sizes import LARGEST_PAYMENT_MINOR
from core.kernel.money import Money
from core.trade.funding.rails.model import DEBIT_CHARGEBACK, FACTS, MOST_TRUST, Rail
from core.trade.funding.rails.service import fitting, proposed, safe_from, trusted
from tests.core.amounts import eur

ALL = tuple(Rail)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "offered", "rails"),
    [
        (eur(1_000), ALL, {Rail.BANK_TRANSFER, Rail.CARD, Rail.SEPA_DEBIT, Rail.STABLECOIN}),
        (eur(1_000), (Rail.CARD,), {Rail.CARD}),
        (Money(1_000, "GBP"), ALL, {Rail.CARD}),
        (Money(1_000, "USD"), ALL, {Rail.CARD, Rail.STABLECOIN}),
        (Money(1_000, "SEK"), ALL, {Rail.CARD}),
        (eur(LARGEST_PAYMENT_MINOR + 1), ALL, set()),
    ],
)
def test_a_rail_carries_its_currencies_and_no_more_than_eight_digits(
    amount: Money, offered: tuple[Rail, ...], rails: set[Rail]
) -> None:
    assert set(fitting(amount, offered)) == rails


@pytest.mark.parametrize(
    ("amount", "business", "rail"),
    [
        (eur(1), True, Rail.BANK_TRANSFER),
        (eur(1), False, Rail.CARD),
        (Money(1, "SEK"), True, Rail.CARD),  # a bank transfer cannot carry kronor
    ],
)
def test_a_business_is_proposed_a_bank_transfer(amount: Money, business: bool, rail: Rail) -> None:
    assert proposed(amount, ALL, business=business) is rail


def test_only_a_debit_has_to_wait() -> None:
    waits = {rail: safe_from(rail, NOW) - NOW for rail in Rail}
    assert waits.pop(Rail.SEPA_DEBIT) == DEBIT_CHARGEBACK == timedelta(days=56)
    assert set(waits.values()) == {timedelta(0)}
    assert set(FACTS) == set(Rail)


@given(stood=st.integers(0, 10**9), early=st.integers(0, 10**9), amount=st.integers(1, 10**9))
def test_trust_exceeds_neither_settled_money_nor_the_maximum(stood: int, early: int, amount: int) -> None:
    if trusted(eur(stood), eur(early), eur(amount)):
        assert early + amount <= stood
        assert early + amount <= MOST_TRUST
    else:
        assert early + amount > min(stood, MOST_TRUST)


def test_a_new_buyer_is_trusted_with_nothing() -> None:
    assert not trusted(eur(0), eur(0), eur(1))
