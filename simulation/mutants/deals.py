"""Rules of the trade: stock, offers, signatures, lots, permissions and times."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conversations.steps import Steps
from core.kernel import process
from core.kernel.money import Money
from core.kernel.process import Process, Transition
from core.kernel.quantity import Quantity
from core.trade.deals import access, lifecycle
from core.trade.deals import service as deals
from core.trade.listings import rules as stock
from core.trade.offers import rules as offered
from simulation.mutants.rule import Rules, as_it_was, instead, nothing

rules = Rules(among="trade")


@rules.rule(
    "oversell",
    "No more is sold than there is",
    among="last truck",
    covered_by="a quantity below zero refuses itself; with both off it is seen: oversell_below_nothing",
)
def oversell() -> list[Any]:
    def all_of_it(quantity: Any, remaining: Any, _least: Any = None) -> Any:
        return quantity.to(remaining.unit)

    return [
        instead(stock, "check_left", all_of_it),
        *(instead(part, "check_taking", all_of_it) for part in (stock, offered)),
    ]


@rules.rule(
    "oversell_below_nothing", "No more is sold than there is: neither asked for nor taken off", among="last truck"
)
def _() -> list[Any]:
    exact = as_it_was(Quantity, "__post_init__")

    def also_less_than_nothing(self: Quantity) -> None:
        if self.amount >= 0:
            exact(self)

    return [*oversell(), instead(Quantity, "__post_init__", also_less_than_nothing)]


@rules.rule("one_press_binds", "A step that binds is asked about before it is taken", among="company")
def _() -> list[Any]:
    return [instead(Steps, "_asked", lambda *_: "")]


@rules.rule("limit_ignored", "What a member may not sign alone is approved first", among="company")
def _() -> list[Any]:
    return [instead(deals, "signs_alone", lambda *_: True)]


@rules.rule(
    "budget_ignored",
    "What is above a member's budget of a month is approved first",
    among="company",
    covered_by="a member of a simulated company seldom signs twice in a month; the story of a budget sees it",
)
def _() -> list[Any]:
    return [instead(access, "_signed_this_month", lambda _ctx, deal, _person: Money.zero(deal.currency))]


@rules.rule("not_back_on_shelf", "What a deal that ends has reserved is for sale again", among="company")
def _() -> list[Any]:
    return [instead(lifecycle, "give_back", nothing)]


@rules.rule("anybody_acts", "Only who is in its role takes a step", "wrong_hand_first")
def _() -> list[Any]:
    transition = as_it_was(Process, "transition")

    def any_role(self: Process[Any], state: str, event: str, _roles: Any) -> Transition[Any]:
        line = self._by_key.get((state, event))
        return transition(self, state, event, line.by if line is not None else ())  # type: ignore[no-any-return]

    return [
        instead(Process, "transition", any_role),
        instead(access, "sides", lambda *_: frozenset({"buyer", "seller", "other"})),
        instead(deals, "sides", lambda *_: frozenset({"buyer", "seller", "other"})),
    ]


BY_VERSION = "a press carries the version that was seen, a timer goes with its state, and what is told is compared"


@rules.rule("leaps", "A state is left by a line of its table alone", "stale_press double_press", covered_by=BY_VERSION)
def leaps() -> list[Any]:
    transition = as_it_was(Process, "transition")

    def any_state(self: Process[Any], state: str, event: str, roles: Any) -> Transition[Any]:
        if (state, event) in self._by_key:
            return transition(self, state, event, roles)  # type: ignore[no-any-return]
        found = next((each for each in self.transitions if each.event == event), None)
        if found is None or state in self.final:
            return transition(self, state, event, roles)  # type: ignore[no-any-return]
        return replace(found, source=state)

    return [instead(Process, "transition", any_state)]


@rules.rule("old_timers_leap", "A timer of a state that was left does nothing: it is gone, and its step is refused")
def _() -> list[Any]:
    return [*leaps(), instead(process, "clear_timers", nothing)]
