"""Pure decisions about lots: how a deal is cut into them, and when their time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Final, Literal

from core.kernel.decimals import half_up_to
from core.kernel.errors import Invalid, Refusal
from core.kernel.lot_sizes import amounts, cut
from core.kernel.money import Money
from core.kernel.quantity import Quantity, converted, convertible
from core.trade.deals.model import Side
from core.trade.delivery.model import (
    LONGEST_JOURNEY,
    LOT,
    OVERDUE_AFTER,
    TEST_AT_MOST_BP,
    TRANSIT_LIMIT,
    WEIGHT_CLAIM_WITHIN,
    WEIGHT_TAKEN_WITHIN_BP,
    Finding,
    Lot,
    LotState,
    Proposal,
)
from core.trade.offers import quality_formula
from core.trade.offers.model import Terms
from core.trade.offers.quality_formula import Measured, Quality, Worth

AT_MOST_OF_A_LOT: Final = Fraction(3, 2)  # above that a number has slipped: 470 for 47.0
ONE_DAY: Final = timedelta(days=1)
EARLY: Final = timedelta(days=14)  # before its window


@dataclass(frozen=True, slots=True)
class Share:
    """One lot of the plan."""

    quantity: Quantity
    amount: Money
    window_from: date
    window_to: date


def shares(terms: Terms, amount: Money) -> list[Share]:
    """The deal cut into its lots: quantities, amounts and windows, each adding up to exactly the whole.

    A deal of fewer pieces than lots has as many lots as pieces.
    """
    quantities = cut(terms.quantity, terms.lots)
    windows = cut_window(terms.window_from, terms.window_to, len(quantities))
    parts = zip(quantities, amounts(amount, quantities), *zip(*windows, strict=True), strict=True)
    return [Share(*each) for each in parts]


def cut_window(first: date, last: date, lots: int) -> list[tuple[date, date]]:
    """One stretch of days after the other; more lots than days share days."""
    days = (last - first).days + 1
    starts = [days * i // lots for i in range(lots)]
    ends = [max(days * (i + 1) // lots - 1, start) for i, start in enumerate(starts)]
    return [(first + start * ONE_DAY, first + end * ONE_DAY) for start, end in zip(starts, ends, strict=True)]


def end_of(day: date) -> datetime:
    """The moment a day is over everywhere in Europe's trade: midnight UTC."""
    return datetime.combine(day + ONE_DAY, time.min, UTC)


def overdue_at(window_to: date, now: datetime) -> datetime:
    """When an unsent lot is late. A deal that was paid after the window leaves the seller the same grace."""
    return max(end_of(window_to), now) + OVERDUE_AFTER


def transit_limit_at(eta: date) -> datetime:
    return end_of(eta) + TRANSIT_LIMIT


def check_eta(eta: date, today: date) -> None:
    """Raises Invalid for an arrival in the past (yesterday is today somewhere) or beyond any journey."""
    if eta < today - ONE_DAY:
        raise Invalid("lot.eta_past", field="eta", given=eta, earliest=today)
    if eta > today + LONGEST_JOURNEY:
        raise Invalid("lot.eta_too_far", field="eta", given=eta, latest=today + LONGEST_JOURNEY)


def comes_early(eta: date, window_from: date) -> bool:
    """Whether a lot would arrive weeks before anybody expects it: another month may be meant, or another lot."""
    return window_from - eta > EARLY


def tells_of(unit: str, sold: str) -> bool:
    """Whether a measurement in this unit says something of goods that are sold in the other: of what is sold by its
    energy a weight does, with a calorific value."""
    return convertible(unit, sold) or (convertible(sold, "MWh") and convertible(unit, "t"))


def check_measured(measured: Quantity | None, sold: Quantity) -> None:
    """Raises Invalid for a unit that says nothing about what was sold, and for a weight that no such lot can have."""
    if measured is None:
        return
    if convertible(measured.unit, sold.unit):
        unit, agreed = sold.unit, converted(sold, sold.unit)
    elif convertible(sold.unit, "MWh") and convertible(measured.unit, "t"):  # with a calorific value it says something
        unit, agreed = "t", converted(sold, "MWh")  # each tonne has a megawatt-hour at least
    else:
        raise Invalid("lot.measured_unit", field="measured", given=measured.unit, unit=sold.unit)
    if converted(measured.positive(), unit) > agreed * AT_MOST_OF_A_LOT:
        most = Quantity(half_up_to(agreed * AT_MOST_OF_A_LOT, 0), unit)
        raise Invalid("lot.measured_too_much", field="measured", given=measured, sold=sold, most=most)


def check_weighing(by: Side, lot: Lot, files: Sequence[str], now: datetime) -> None:
    """Raises Refusal for what the other side has weighed, and for less than was said when the time to weigh is over."""
    if lot.weighed_by not in (None, by):
        raise Refusal("lot.weighed_by_other")
    if by == "buyer" and not files and lot.arrived_at is not None and now - lot.arrived_at > WEIGHT_CLAIM_WITHIN:
        raise Refusal("claim.weight_too_late", hours=WEIGHT_CLAIM_WITHIN // timedelta(hours=1))


def weighed_pay(agreed: Quality | None, lot: Lot) -> Money:
    """What the agreement pays for a lot by the weight that was reported, where one was."""
    if lot.measured is None or not convertible(lot.measured.unit, lot.unit):
        return lot.amount
    return quality_formula.worth(agreed, lot.quantity, lot.amount, Measured(weight=lot.measured)).pay


def counts_as_weighed(lot: Lot, pay: Money) -> bool:
    """Whether a reported weight counts without asking the seller: it is their own word, or about what was agreed."""
    return lot.weighed_by == "seller" or lot.amount - pay <= lot.amount.share(WEIGHT_TAKEN_WITHIN_BP)


def asks_seller(agreed: Quality | None, lot: Lot) -> bool:
    """Whether a lot that is looked at becomes a claim when it is accepted, or when its time is over."""
    return lot.state == LotState.INSPECTION and not counts_as_weighed(lot, weighed_pay(agreed, lot))


def waived_pay(agreed: Quality | None, lot: Lot, claimed: Finding | None) -> Money:
    """What a lot is paid with whose claim is given up: what accepting it would have paid without asking the seller.

    `claimed`: what the buyer has found last; a weight that came with it too late is given up with the rest.
    """
    pay = weighed_pay(agreed, lot)
    late = (
        claimed is not None
        and claimed.measured.weight is not None
        and lot.weighed_by == "buyer"
        and not claimed.files
        and lot.arrived_at is not None
        and claimed.at - lot.arrived_at > WEIGHT_CLAIM_WITHIN
    )
    return lot.amount if lot.never_came or late or not counts_as_weighed(lot, pay) else pay


def by_weight_alone(claimed: Finding | None) -> bool:
    """Whether a claim is one that another weighing answers, and no laboratory."""
    return claimed is not None and claimed.measured.weight is not None and not claimed.measured.figures


# --- claims -----------------------------------------------------------------------------------------------------------


def check_claim(found: Measured, files: Sequence[str], arrived_at: datetime | None, now: datetime) -> None:
    """Raises Invalid for a claim of words alone, Refusal for a weight that nobody remarked for two days."""
    if not found and not files:
        raise Invalid("claim.needs_figure", field="files")
    only_weight = found.weight is not None and not found.figures and not files
    if only_weight and arrived_at is not None and now - arrived_at > WEIGHT_CLAIM_WITHIN:
        raise Refusal("claim.weight_too_late", hours=WEIGHT_CLAIM_WITHIN // timedelta(hours=1))


def check_shown_late(claimed: Finding | None, found: Measured, files: Sequence[str]) -> None:
    """Raises Invalid without a paper, and for values that say nothing about those of the buyer."""
    if not files:
        raise Invalid("claim.needs_paper", field="files")
    theirs = claimed.measured if claimed is not None else Measured()
    if by_weight_alone(claimed):
        compared = found.weight is not None
    else:
        compared = not theirs.figures or bool(theirs.figures.keys() & found.figures.keys())
    if not compared:
        raise Invalid("claim.nothing_to_compare", field="moisture")


def check_missed(lot: Lot, now: datetime) -> None:
    """Raises Refusal while it is on its way and its day has not passed: nobody can say yet that it never came."""
    if lot.state == LotState.DISPATCHED and lot.eta is not None and now < end_of(lot.eta):
        raise Refusal("claim.not_expected_yet", eta=lot.eta)


def check_pay(pay: Money, lot: Lot, field: str = "pay") -> None:
    """Raises Invalid for a figure that is not within the lot's amount. `field`: where it was written."""
    if pay.currency != lot.currency or not 0 <= pay.minor <= lot.amount_minor:
        raise Invalid("claim.pay_outside", field=field, most=lot.amount)


def check_replacement(by_day: date, today: date) -> None:
    """Raises Invalid for a day that is over or too far away."""
    if by_day < today:
        raise Invalid("lot.eta_past", field="by_day", given=by_day, earliest=today)
    if by_day > today + LONGEST_JOURNEY:
        raise Invalid("lot.eta_too_far", field="by_day", given=by_day, latest=today + LONGEST_JOURNEY)


def complete(lot: Lot, found: Measured) -> Measured:
    """What was found, with the weight of the arrival where no other was given."""
    return found if found.weight is not None else found.model_copy(update={"weight": lot.measured})


def worth(agreed: Quality | None, lot: Lot, found: Measured) -> Worth:
    """What the agreement's formula pays for a lot that was found to be so."""
    return quality_formula.worth(agreed, lot.quantity, lot.amount, complete(lot, found))


Bearer = Literal["buyer", "seller", "both"]


@dataclass(frozen=True, slots=True)
class Refereed:
    """What comes of a referee's value.

    `pay`: for the goods, by the agreement. `cost`: of the test, which the buyer has advanced; `bearer`: who bears it.
    `test`: what of it is taken off what the seller is paid, and goes to the buyer.
    """

    pay: Money
    cost: Money
    bearer: Bearer
    test: Money

    @property
    def net(self) -> Money:
        """What the seller's side is paid, the market's fee included."""
        return self.pay - self.test


def refereed(agreed: Quality | None, lot: Lot, referee: Finding, buyers: Measured, sellers: Measured) -> Refereed:
    """Whose figure is further from the referee's bears the test; where both are equally far, each bears half."""
    pay, cost = worth(agreed, lot, referee.measured).pay, Money(referee.cost_minor, lot.currency)
    buyer_nearer = quality_formula.closer(referee.measured, buyers, sellers)
    if buyer_nearer is None:
        return Refereed(pay, cost, "both", min(cost.split([1, 1])[1], pay))
    test = min(cost, pay) if buyer_nearer else Money.zero(lot.currency)
    return Refereed(pay, cost, "seller" if buyer_nearer else "buyer", test)


def most_for_test(agreed: Quality | None, lot: Lot, buyers: Measured, sellers: Measured) -> Money:
    """What a referee's test may cost the other side: no more than the two were apart, and a twentieth of the lot."""
    one, other = (worth(agreed, lot, each).pay for each in (buyers, sellers))
    return min(max(one, other) - min(one, other), lot.amount.share(TEST_AT_MOST_BP))


def check_cost(by: Side, cost: Money, receipts: Sequence[str], most: Money) -> None:
    """Raises Invalid for the cost of a test that the buyer has not advanced, without a receipt, or above its limit."""
    if by != "buyer":
        raise Invalid("claim.cost_is_buyers", field="cost")
    if cost.currency != most.currency or not 0 <= cost.minor <= most.minor:
        raise Invalid("claim.cost_too_much", field="cost", most=most)
    if cost and not receipts:
        raise Invalid("claim.needs_receipt", field="receipts")


def final_pay(agreed: Quality | None, lot: Lot, findings: Sequence[Finding]) -> tuple[Money, bool]:
    """What time rules when nobody did: the last value that somebody measured, by the formula; else half, and flagged.

    A referee's value counts before both sides' own; of those the mean.
    """
    by: dict[str, Measured] = {finding.finder: finding.measured for finding in findings if finding.measured}
    if "referee" in by:
        return worth(agreed, lot, by["referee"]).pay, False
    values = [by[finder] for finder in ("buyer", "seller") if finder in by]
    if not values:
        return lot.amount.split([1, 1])[0], True
    found = quality_formula.mean(*values) if len(values) > 1 else values[0]
    return worth(agreed, lot, found).pay, False


def last(findings: Sequence[Finding], finder: str) -> Finding | None:
    return next((finding for finding in reversed(findings) if finding.finder == finder), None)


def figure_of(proposals: Sequence[Proposal], side: str) -> Money | None:
    """The figure that this side has named last."""
    return next((each.pay for each in reversed(proposals) if each.side == side and each.pay is not None), None)


def ended_unpaid(lots: Sequence[Lot]) -> bool:
    """Whether a deal's lots have all come to an end and the seller is paid for none of them."""
    return all(lot.state == LotState.DROPPED or (lot.state == LotState.ADJUSTED and not lot.pay_minor) for lot in lots)


def at_stake(lot: Lot) -> Money:
    """What a decision on the whole deal can part of a lot: nothing of one that is over, or that is not paid for yet."""
    held = lot.state != LOT.initial and lot.state not in LOT.final
    return lot.amount if held else Money.zero(lot.currency)


def shares_of(amounts: Sequence[Money], pay: Money) -> list[Money]:
    """What the seller gets of each lot, so that together it is exactly what they get of the whole."""
    if not amounts:
        return []
    currency = amounts[0].currency
    weights = [amount.minor for amount in amounts]
    return pay.split(weights) if sum(weights) else [Money.zero(currency) for _ in amounts]
