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
    WEIGHT_ACCEPTED_WITHIN_BP,
    WEIGHT_CLAIM_WITHIN,
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
PROOF_NEEDED_SINCE: Final = 3  # the version of the conditions since which a counter-finding needs papers


@dataclass(frozen=True, slots=True)
class Share:
    """One lot of the plan."""

    quantity: Quantity
    amount: Money
    window_from: date
    window_to: date


def shares(terms: Terms, amount: Money) -> list[Share]:
    """Cut the deal into its lots: quantities, amounts and windows, each adding up to exactly the whole.

    A deal of fewer pieces than lots has as many lots as pieces.
    """
    quantities = cut(terms.quantity, terms.lots)
    windows = cut_window(terms.window_from, terms.window_to, len(quantities))
    parts = zip(quantities, amounts(amount, quantities), *zip(*windows, strict=True), strict=True)
    return [Share(*each) for each in parts]


def cut_window(first: date, last: date, lots: int) -> list[tuple[date, date]]:
    """Cut a window into one stretch of days after the other; more lots than days share days."""
    days = (last - first).days + 1
    starts = [days * i // lots for i in range(lots)]
    ends = [max(days * (i + 1) // lots - 1, start) for i, start in enumerate(starts)]
    return [(first + start * ONE_DAY, first + end * ONE_DAY) for start, end in zip(starts, ends, strict=True)]


def end_of(day: date) -> datetime:
    """Return the moment a day is over everywhere in Europe's trade: midnight UTC."""
    return datetime.combine(day + ONE_DAY, time.min, UTC)


def overdue_at(window_to: date, now: datetime) -> datetime:
    """Return when an unsent lot is late. A deal that was paid after the window leaves the seller the same grace."""
    return max(end_of(window_to), now) + OVERDUE_AFTER


def transit_limit_at(eta: date) -> datetime:
    return end_of(eta) + TRANSIT_LIMIT


def check_eta(eta: date, today: date) -> None:
    """Raise Invalid for an arrival in the past (yesterday is today somewhere) or beyond any journey."""
    _check_day("eta", eta, today - ONE_DAY, today)


def _check_day(field: str, day: date, earliest: date, today: date) -> None:
    if day < earliest:
        raise Invalid("lot.eta_past", field=field, given=day, earliest=today)
    if day > today + LONGEST_JOURNEY:
        raise Invalid("lot.eta_too_far", field=field, given=day, latest=today + LONGEST_JOURNEY)


def comes_early(eta: date, window_from: date) -> bool:
    """Return whether a lot would arrive weeks before it is expected: another month may be meant, or another lot."""
    return window_from - eta > EARLY


def tells_of(unit: str, sold: str) -> bool:
    """Return whether a measurement in this unit says something of goods that are sold in the other.

    A weight says something of goods that are sold by energy, with a calorific value.
    """
    return convertible(unit, sold) or (convertible(sold, "MWh") and convertible(unit, "t"))


def check_measured(measured: Quantity | None, sold: Quantity) -> None:
    """Raise Invalid for a unit that says nothing about what was sold, or an impossible weight for such a lot."""
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
    """Raise Refusal if the other side has weighed it, or the buyer's time to weigh without a file is over."""
    if lot.weighed_by not in (None, by):
        raise Refusal("lot.weighed_by_other")
    if by == "buyer" and not files and lot.arrived_at is not None and now - lot.arrived_at > WEIGHT_CLAIM_WITHIN:
        raise Refusal("claim.weight_too_late", hours=WEIGHT_CLAIM_WITHIN // timedelta(hours=1))


def weighed_pay(agreed: Quality | None, lot: Lot) -> Money:
    """Return what the agreement pays for a lot by the reported weight, if there is one."""
    if lot.measured is None or not convertible(lot.measured.unit, lot.unit):
        return lot.amount
    return quality_formula.worth(agreed, lot.quantity, lot.amount, Measured(weight=lot.measured)).pay


def counts_as_weighed(lot: Lot, pay: Money) -> bool:
    """Return whether a weight counts without asking the seller: it is their own word, or about what was agreed."""
    return lot.weighed_by == "seller" or lot.amount - pay <= lot.amount.share(WEIGHT_ACCEPTED_WITHIN_BP)


def needs_sellers_answer(agreed: Quality | None, lot: Lot) -> bool:
    """Return whether a lot under inspection becomes a claim when it is accepted, or when its time is over."""
    return lot.state == LotState.INSPECTION and not counts_as_weighed(lot, weighed_pay(agreed, lot))


def waived_pay(agreed: Quality | None, lot: Lot, claimed: Finding | None) -> Money:
    """Return the pay of a lot whose claim is given up: the pay on acceptance, without asking the seller.

    `claimed`: the buyer's last finding; a weight that came with it too late is given up with the rest.
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
    """Return whether another weighing answers a claim, and no laboratory."""
    return claimed is not None and claimed.measured.weight is not None and not claimed.measured.figures


# --- claims -----------------------------------------------------------------------------------------------------------


def check_claim(found: Measured, files: Sequence[str], arrived_at: datetime | None, now: datetime) -> None:
    """Raise Invalid for a claim of words alone, Refusal for a weight that was not remarked for two days."""
    if not found and not files:
        raise Invalid("claim.needs_figure", field="files")
    only_weight = found.weight is not None and not found.figures and not files
    if only_weight and arrived_at is not None and now - arrived_at > WEIGHT_CLAIM_WITHIN:
        raise Refusal("claim.weight_too_late", hours=WEIGHT_CLAIM_WITHIN // timedelta(hours=1))


def settles_by_mean(claimed: Finding | None, files: Sequence[str], terms_version: int) -> bool:
    """Return whether two findings within the tolerance settle a claim by themselves: each has its paper.

    Deals that were made on earlier conditions have agreed to settle by the mean without one.
    """
    return terms_version < PROOF_NEEDED_SINCE or (claimed is not None and bool(claimed.files) and bool(files))


def check_shown_late(claimed: Finding | None, found: Measured, files: Sequence[str]) -> None:
    """Raise Invalid without a paper, and for values that say nothing about those of the buyer."""
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
    """Raise Refusal while it is on its way and its day has not passed. It is too early to say that it never came."""
    if lot.state == LotState.DISPATCHED and lot.eta is not None and now < end_of(lot.eta):
        raise Refusal("claim.not_expected_yet", eta=lot.eta)


def check_pay(pay: Money, lot: Lot, field: str = "pay") -> None:
    """Raise Invalid for a figure that is not within the lot's amount. `field`: where it was written."""
    if pay.currency != lot.currency or not 0 <= pay.minor <= lot.amount_minor:
        raise Invalid("claim.pay_outside", field=field, most=lot.amount)


def check_replacement(by_day: date, today: date) -> None:
    """Raise Invalid for a day that is over or too far away."""
    _check_day("by_day", by_day, today, today)


def complete(lot: Lot, found: Measured) -> Measured:
    """Return the findings, with the weight of the arrival if they have no other."""
    return found if found.weight is not None else found.model_copy(update={"weight": lot.measured})


def worth(agreed: Quality | None, lot: Lot, found: Measured) -> Worth:
    """Return what the agreement's formula pays for a lot with these findings."""
    return quality_formula.worth(agreed, lot.quantity, lot.amount, complete(lot, found))


Bearer = Literal["buyer", "seller", "both"]


@dataclass(frozen=True, slots=True)
class Refereed:
    """Result of a referee's value.

    `pay`: for the goods, by the agreement.
    `cost`: the price of the test, which the buyer has advanced.
    `bearer`: the side that bears the cost.
    `test`: the part of the cost that is taken off the seller's pay, and goes to the buyer.
    """

    pay: Money
    cost: Money
    bearer: Bearer
    test: Money

    @property
    def net(self) -> Money:
        """Return what the seller's side is paid, the market's fee included."""
        return self.pay - self.test


def refereed(agreed: Quality | None, lot: Lot, referee: Finding, buyers: Measured, sellers: Measured) -> Refereed:
    """Return the result of a referee's value. The side further from it bears the test; at a tie, each bears half."""
    pay, cost = worth(agreed, lot, referee.measured).pay, Money(referee.cost_minor, lot.currency)
    buyer_nearer = quality_formula.closer(referee.measured, buyers, sellers)
    if buyer_nearer is None:
        return Refereed(pay, cost, "both", min(cost.split([1, 1])[1], pay))
    test = min(cost, pay) if buyer_nearer else Money.zero(lot.currency)
    return Refereed(pay, cost, "seller" if buyer_nearer else "buyer", test)


def most_for_test(agreed: Quality | None, lot: Lot, buyers: Measured, sellers: Measured) -> Money:
    """Return the most that a referee's test may cost the other side.

    It is no more than the two were apart, and no more than a twentieth of the lot.
    """
    one, other = (worth(agreed, lot, each).pay for each in (buyers, sellers))
    return min(max(one, other) - min(one, other), lot.amount.share(TEST_AT_MOST_BP))


def check_cost(by: Side, cost: Money, receipts: Sequence[str], most: Money) -> None:
    """Raise Invalid for a test's cost that the buyer has not advanced, without a receipt, or above its limit."""
    if by != "buyer":
        raise Invalid("claim.cost_is_buyers", field="cost")
    if cost.currency != most.currency or not 0 <= cost.minor <= most.minor:
        raise Invalid("claim.cost_too_much", field="cost", most=most)
    if cost and not receipts:
        raise Invalid("claim.needs_receipt", field="receipts")


def final_pay(agreed: Quality | None, lot: Lot, findings: Sequence[Finding]) -> tuple[Money, bool]:
    """Return what time rules without a ruling: the last measured value, by the formula; else half, and flagged.

    A referee's value counts before both sides' own. If both sides have measured, the mean counts.
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
    """Return the figure that this side has named last."""
    return next((each.pay for each in reversed(proposals) if each.side == side and each.pay is not None), None)


def ended_unpaid(lots: Sequence[Lot]) -> bool:
    """Return whether all lots of a deal have ended and the seller is paid for none of them."""
    return all(lot.state == LotState.DROPPED or (lot.state == LotState.ADJUSTED and not lot.pay_minor) for lot in lots)


def at_stake(lot: Lot) -> Money:
    """Return what a decision on the deal can split of a lot: nothing if it is over or unpaid."""
    held = lot.state != LOT.initial and lot.state not in LOT.final
    return lot.amount if held else Money.zero(lot.currency)


def shares_of(amounts: Sequence[Money], pay: Money) -> list[Money]:
    """Return what the seller gets of each lot, so that together it is exactly what they get of the whole."""
    if not amounts:
        return []
    currency = amounts[0].currency
    weights = [amount.minor for amount in amounts]
    return pay.split(weights) if sum(weights) else [Money.zero(currency) for _ in amounts]
