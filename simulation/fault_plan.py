"""The faults of one world and their rates: every seed has its own mixture and its own bursts.

A kind strikes at a point where something crosses a boundary of the product. Rates are drawn over orders of magnitude.
Nearly half of the kinds are absent from any one world: so faults that hide each other are seen apart.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from simulation.engine.dice import between
from simulation.engine.trace import Trace

# Kind: the highest rate, as a share of the crossings that it may strike. See docs of `reliability` for the rows that
# they stand for.
KINDS: Final[Mapping[str, float]] = {
    # the process
    "kill_before_commit": 0.01,
    "kill_after_commit": 0.01,
    "kill_before_call": 0.02,
    "kill_after_call": 0.02,
    "kill_before_telling": 0.01,
    "kill_after_telling": 0.01,
    "kill_idle": 0.002,
    "kill_minute_ten": 0.5,  # share of the moments when the session clock rings
    "kill_at_yes": 0.3,  # when a person says that they will pay
    "long_outage": 0.3,  # share of the kills: hours away instead of seconds
    "locked": 0.02,
    # the chats
    "update_twice": 0.2,
    "update_late": 0.1,
    "update_ack_lost": 0.1,
    "chat_error": 0.1,
    "chat_slow_down": 0.05,
    "chat_answer_lost": 0.1,
    "chat_slow": 0.2,
    "chat_blocked": 0.002,
    "chat_poison": 0.01,  # share of the messages: the chat will never accept it
    # the payment provider
    "call_refused": 0.1,
    "call_error_before": 0.05,
    "call_error_after": 0.05,
    "call_slow_down": 0.05,
    "call_lost": 0.1,
    "call_answer_lost": 0.1,
    "call_slow": 0.2,
    "call_twice": 0.05,
    "hint_lost": 0.3,
    "hint_twice": 0.3,
    "hint_late": 0.3,
    "paid_heard_late": 0.1,  # share of the webhooks that report a payment: what follows it is reported first
    "hint_answer_lost": 0.1,
    "sweeps_asleep": 1.0,  # no sweep asks the provider for half a day at a time
    # people and banks
    "double_press": 0.2,
    "double_yes": 0.4,
    "comes_late": 0.3,
    "stays_away": 0.1,
    "falls_silent": 0.2,  # share of the presses within a session
    "stale_press": 0.05,
    "wrong_person": 0.03,
    "odd_words": 0.03,
    "card_declined": 0.2,
    "pays_too_late": 0.1,
    "pays_odd_sum": 0.3,
    "hold_lapses": 0.8,
    "hold_gone": 0.3,  # share of the captures: the bank has just let go
    "card_fails_later": 0.3,  # share of the saved cards: kept, and refused when it matters
    "dispute": 0.15,
    "dispute_soon": 0.15,  # before the product has heard of the payment
    "dispute_at_once": 0.15,
    "refund_bounces": 0.2,
    "seller_restricted": 0.1,
    "walks_away": 0.1,
}
# Rates of rare faults, which only come in worlds that ask for them.
ASKED_FOR: Final[Mapping[str, float]] = {
    "wrong_hand_first": 0.3,  # share of the presses: another person presses the same button, just before
    "keys_kept": 1.0,  # the provider forgets no idempotency key; it may do so only after a day
    "paid_heard_last": 0.9,  # share of the webhooks that report a payment: everything else is reported first
    "hold_unanswered": 0.7,  # share of the calls that hold money on a card: the answer is lost
    "restricted_soon": 0.9,  # share of the transfers: their seller is restricted just after
    "dispute_later": 0.7,  # share of the payments: weeks after, when the goods have come
    "dispute_lost_again": 0.7,  # share of the won disputes: the card scheme decides otherwise
}
PRESENT: Final = 0.55  # share of the kinds that a world has
BURST_HOURS: Final = (0.5, 30.0)
BURST: Final = 6.0  # times the rate, during a burst
RAISED: Final = 3.0  # times the highest rate, for a kind that a world asks for
MOST: Final = 0.9  # share of the crossings, however bad it is
BURST_KINDS: Final = 4  # kinds in one burst


@dataclass(frozen=True, slots=True)
class FaultBurst:
    """Correlated faults: these kinds at once, from one second of the world to another."""

    kinds: frozenset[str]
    begins: float
    ends: float


class FaultPlan:
    """The faults of one world. `strikes` is asked at every boundary; `clear` ends them all."""

    def __init__(
        self, dice: random.Random, trace: Trace, lasts: float, *, calm: bool = False, raised: Collection[str] = ()
    ) -> None:
        """Draw the rates. `lasts`: seconds until the faults end. `raised`: kinds that this world always has, at raised
        rates.
        """
        self._dice = dice
        self._trace = trace
        self._over = calm
        self.points = 0
        self.rates = {
            kind: between(dice, most / 50, most) for kind, most in KINDS.items() if dice.random() < PRESENT and not calm
        }
        self.bursts = [self._burst(lasts) for _ in range(dice.randrange(4))] if self.rates else []
        self.rates |= {kind: ASKED_FOR.get(kind) or min(KINDS[kind] * RAISED, MOST) for kind in raised}
        self._raised = frozenset(raised)

    def _burst(self, lasts: float) -> FaultBurst:
        kinds = self._dice.sample(sorted(self.rates), min(BURST_KINDS, len(self.rates)))
        begins = self._dice.random() * lasts
        return FaultBurst(frozenset(kinds), begins, begins + 3600 * between(self._dice, *BURST_HOURS))

    def strikes(self, kind: str, at: float) -> bool:
        """Return whether the fault strikes here. `at`: seconds of the world."""
        self.points += 1
        rate = self.rates.get(kind)
        if rate is None or self._over:
            return False
        if kind not in self._raised and self._in_burst(kind, at):
            rate = min(rate * BURST, MOST)
        if self._dice.random() >= rate:
            return False
        self._trace.note(f"fault {kind}")
        return True

    def _in_burst(self, kind: str, at: float) -> bool:
        return any(burst.begins <= at < burst.ends and kind in burst.kinds for burst in self.bursts)

    def clear(self) -> None:
        self._over = True
