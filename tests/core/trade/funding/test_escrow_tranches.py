"""Tranches: a deal too large or too long for one payment is paid in parts. Only paid lots are sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Invalid, Stale
from core.kernel.lot_sizes import LARGEST_PAYMENT_MINOR
from core.kernel.money import UnitPrice
from core.kernel.quantity import Quantity
from core.people.accounts.service import organisation_of
from core.trade.deals import service as deals
from core.trade.deals.model import DealState
from core.trade.delivery.model import LotState
from core.trade.delivery.rules import shares
from core.trade.funding import rules, service
from core.trade.funding.events import TrancheAwaited, TrancheLapsed
from core.trade.funding.model import FUND_AHEAD, HOLD_LIMIT, RELEASED_AFTER
from core.trade.funding.rails import service as rails
from core.trade.funding.rails.model import Rail
from core.trade.listings.service import listing_for
from core.trade.offers.model import Terms
from core.trade.offers.rules import check_total
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.goods import VILNIUS, tonnes
from tests.core.trades import Trade, agreed

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LONG = date(2027, 3, 20)  # four lots of four weeks each: too long to hold from today


def planned(*amounts: int, days: int = 7) -> list[rules.Planned]:
    first = NOW.date() + timedelta(days=3)
    return [
        rules.Planned(n, eur(amount), first + timedelta(days=(n - 1) * days), first + timedelta(days=n * days - 1))
        for n, amount in enumerate(amounts, 1)
    ]


def test_a_small_short_deal_is_paid_at_once_and_now() -> None:
    (group,) = rules.groups(planned(5_000_00, 5_000_00, 5_000_00), NOW)
    assert (group.first, group.last, group.amount, group.due) == (1, 3, eur(15_000_00), NOW)


def test_a_large_deal_is_cut_where_one_payment_ends() -> None:
    groups = rules.groups(planned(600_000_00, 300_000_00, 200_000_00, 900_000_00), NOW)
    assert [(group.first, group.last) for group in groups] == [(1, 2), (3, 3), (4, 4)]
    assert [group.due.date() - NOW.date() for group in groups[1:]] == [timedelta(days=7), timedelta(days=14)]


def test_a_deal_far_away_is_asked_for_when_it_may_be_held() -> None:
    far = rules.Planned(1, eur(100_00), date(2027, 8, 1), date(2027, 8, 31))
    (group,) = rules.groups([far], NOW)
    assert group.due == datetime(2027, 9, 1, tzinfo=UTC) + RELEASED_AFTER - HOLD_LIMIT


@given(
    st.lists(st.integers(0, LARGEST_PAYMENT_MINOR), min_size=1, max_size=52),
    st.integers(1, 60),
)
def test_every_lot_is_in_one_tranche_that_a_payment_can_carry(amounts: list[int], days: int) -> None:
    groups = rules.groups(planned(*amounts, days=days), NOW)
    assert [n for group in groups for n in range(group.first, group.last + 1)] == list(range(1, len(amounts) + 1))
    assert sum(group.amount.minor for group in groups) == sum(amounts)
    for group in groups:
        assert group.amount.minor <= LARGEST_PAYMENT_MINOR
        assert group.due >= NOW


@pytest.mark.parametrize(
    ("amount", "unit", "price", "lots", "needed"),
    [
        (10_000, "t", "200", 1, 3),  # 2,000,000 EUR
        (10_000, "t", "200", 3, None),
        (3, "pallet", "600000", 2, 3),  # two are in one lot
        (3, "pallet", "600000", 3, None),
        (7, "pallet", "333334", 3, 4),  # the lots are 3, 2 and 2; the first is too large
        (2, "pallet", "900000", 52, None),  # in two lots
        ("0.5", "t", "199999.98", 1, None),
    ],
)
def test_one_lot_has_to_fit_one_payment(
    amount: int | str, unit: str, price: str, lots: int, needed: int | None
) -> None:
    quantity, each = Quantity(Decimal(amount), unit), UnitPrice(Decimal(price), "EUR", unit)
    offered = Terms(
        product_id="wood_pellets",
        quantity=quantity,
        price=each,
        incoterm="DAP",
        place=VILNIUS,
        window_from=date(2026, 12, 1),
        window_to=date(2026, 12, 31),
        lots=lots,
    )
    if needed is None:
        check_total(offered)
        assert max(share.amount.minor for share in shares(offered, offered.total())) <= LARGEST_PAYMENT_MINOR
    else:
        with pytest.raises(Invalid) as refused:
            check_total(offered)
        assert refused.value.parts["lots"] == needed


async def two_tranches(market: Market) -> Trade:
    trade = await agreed(market, window_to=LONG)
    await trade.sign()
    await trade.seller_can_be_paid()
    return trade


async def test_a_deal_too_large_for_one_payment_is_paid_by_any_rail_that_carries_its_parts(market: Market) -> None:
    """2,100,000 EUR in four parts: none is above the limit of a bank transfer."""
    trade = await agreed(market, 10_000, 4, quantity=tonnes(10_000))
    await trade.sign()
    deal = await trade.deal()
    assert set(await trade.as_market(lambda ctx: rails.rails_for(ctx, deal))) == set(rails.OFFERED)
    await market.run(trade.buyer, lambda ctx: service.pay_by(ctx, deal.id, Rail.BANK_TRANSFER))
    last = trade.asked("checkout.open")[-1]
    assert (last["rail"], last["amount"]) == ("bank_transfer", 525_000_00)


async def test_a_business_is_asked_for_each_part_of_a_large_deal_by_bank_transfer(market: Market) -> None:
    trade = await agreed(market, 10_000, 4, quantity=tonnes(10_000))
    await trade.as_market(lambda ctx: setattr(organisation_of(ctx, trade.buying), "vat_number", "LT119511515"))
    await trade.sign()
    assert [body["rail"] for body in trade.asked("checkout.open")] == ["bank_transfer"]


async def test_only_what_is_paid_for_can_be_sent(market: Market) -> None:
    market.watch(TrancheAwaited)
    trade = await two_tranches(market)
    tranches = await trade.as_market(lambda ctx: service.tranches_of(ctx, trade.deal_id))
    assert [(each.first_lot, each.last_lot, each.amount_minor) for each in tranches] == [
        (1, 2, 10_500_00),
        (3, 4, 10_500_00),
    ]
    await trade.pay()
    assert await trade.states() == (
        DealState.FUNDED,
        [LotState.PLANNED, LotState.PLANNED, LotState.WAITING, LotState.WAITING],
    )
    with pytest.raises(Stale):
        await trade.dispatch((await trade.lots())[2])
    due = tranches[1].due_at
    assert due == datetime.combine((await trade.lots())[2].window_from, time.min, UTC) - FUND_AHEAD
    for lot in (await trade.lots())[:2]:
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.FUNDED
    await trade.pass_days((due - market.clock.now()).days + 1)
    await trade.provider_answers()
    assert market.facts == [TrancheAwaited(trade.deal_id, 2, eur(10_500_00))]
    await trade.pay(intent="pi_2")
    for lot in (await trade.lots())[2:]:
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.COMPLETED
    money = await trade.money()
    assert (money.released, money.commission, money.held) == (eur(21_000_00), eur(525_00), eur(0))
    charges = [body["charge"] for body in trade.asked("transfer")]
    assert charges == ["ch_pi_1", "ch_pi_1", "ch_pi_2", "ch_pi_2"]  # each payout out of the payment that brought it
    await market.books_hold()


async def test_unpaid_part_ends_with_its_lots_alone(market: Market) -> None:
    market.watch(TrancheLapsed)
    trade = await two_tranches(market)
    await trade.pay()
    for lot in (await trade.lots())[:2]:
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
    await trade.pass_days(70)
    await trade.provider_answers()
    assert await trade.states() == (
        DealState.COMPLETED,
        [LotState.ACCEPTED, LotState.ACCEPTED, LotState.DROPPED, LotState.DROPPED],
    )
    assert len(market.facts) == 1
    stock = await trade.as_market(lambda ctx: listing_for(ctx, trade.listing_id).remaining)
    assert str(stock) == "450 t"
    await market.books_hold()


async def test_credit_beside_one_part_pays_no_refund_of_another(market: Market) -> None:
    """Too large for one payment: three lots and one. The first part brings 2,000 too much; the last lot is given up."""
    trade = await agreed(market, 6000, quantity=tonnes(6000), window_to=date(2026, 12, 20))
    await trade.sign()
    await trade.seller_can_be_paid()
    await trade.pay(eur(947_000_00))
    for lot in (await trade.lots())[:3]:
        await trade.deliver(lot)
        await trade.accept(lot)
    await trade.provider_answers()
    market.clock.advance(days=14)
    await trade.pass_days(0.5)
    await trade.provider_answers()
    await trade.pay(intent="pi_2")
    await market.run(trade.buyer, lambda ctx: deals.ask_cancel(ctx, trade.deal_id))
    await market.run(trade.seller, lambda ctx: deals.agree_cancel(ctx, trade.deal_id))
    await trade.provider_answers()

    def given_back() -> list[tuple[str, int]]:
        return [(body["payment_intent"], body["amount"]) for body in trade.asked("refund")]

    # The first part has left only our fee on its lots. The rest comes from the part that paid for the lot.
    assert given_back() == [("pi_1", 23_625_00), ("pi_2", 291_375_00)]
    assert await trade.states() == (DealState.CANCELLED, [LotState.ACCEPTED] * 3 + [LotState.DROPPED])
    market.clock.advance(days=20)
    await trade.pass_days(0.5)
    await trade.provider_answers()
    assert given_back()[2:] == [("pi_1", 2_000_00)]
    await market.books_hold()
