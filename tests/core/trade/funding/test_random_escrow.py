"""Twenty thousand deals, each cut, paid in parts, split and sent by the product's own rules, close at zero."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from core.kernel.money import Money
from core.trade.delivery.rules import shares_of
from core.trade.funding.rules import Planned, drawn, groups, part

DEALS = 20_000
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WHOLE = 10_000  # basis points


def test_every_deal_closes_at_zero() -> None:
    dice = random.Random(20_000)
    for _ in range(DEALS):
        close(dice)


def close(dice: random.Random) -> None:
    lots, bp = plan(dice), dice.choice((0, 1, 250, 333, 5_000))
    received = [(str(number), group.amount) for number, group in enumerate(groups(lots, NOW)) if group.amount]
    left = dict(received)
    zero = Money(0, "EUR")
    released, fees, back, sent = zero, zero, zero, zero
    ruled = dice.randint(0, len(lots))  # from here on a ruling on the whole deal splits what is left
    shares = [lot.amount.share(dice.choice((0, WHOLE, WHOLE, dice.randint(0, WHOLE)))) for lot in lots[:ruled]]
    rest = [lot.amount for lot in lots[ruled:]]
    shares += shares_of(rest, Money.total(rest, "EUR").share(dice.randint(0, WHOLE)))
    for lot, share in zip(lots, shares, strict=True):
        parting = part(lot.amount, share, released, fees, bp)
        released, fees, back = released + parting.released, fees + parting.fee, back + parting.back
        for expected in (parting.net, parting.back):
            for payment, taken in drawn(expected, list(left.items())):
                left[payment] -= taken
                sent += taken
        assert fees == released.share(bp)
        assert min(left.values(), default=zero) >= zero
    captured = Money.total((amount for _, amount in received), "EUR")
    assert released + back == captured
    assert captured - sent == fees == Money.total(left.values(), "EUR")  # nothing is left but the commission


def plan(dice: random.Random) -> list[Planned]:
    first = date(2026, 12, 1)
    count, days = dice.choice((1, 1, 2, 3)), dice.choice((1, 7, 30))
    largest = dice.choice((10, 100_000, 99_999_999))
    return [
        Planned(
            number,
            Money(dice.randint(0, largest), "EUR"),
            first + timedelta(days=days * (number - 1)),
            first + timedelta(days=days * number - 1),
        )
        for number in range(1, count + 1)
    ]
