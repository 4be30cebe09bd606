"""Balance settings: whether an owner's available balance is paid out to the bank every day.

Stripe's own default is "daily". In the lab every account starts with "manual", so that a story sees its money lie
still. Set "daily" to see what the default does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing, shape
from lab.stripe.balance import DAY, TARIFFS
from lab.stripe.books import PLATFORM, Books, Call
from lab.stripe.payouts import sweep
from lab.stripe.server import Route


@dataclass(slots=True)
class Schedule:
    """A payout schedule. `round`: how often it was set; a sweep of an earlier round does not happen."""

    interval: str = "manual"
    round: int = 0


def _schedule_of(books: Books, owner: str) -> Schedule:
    schedule: Schedule = books.private.setdefault(f"schedule of {owner or 'the platform'}", Schedule())
    return schedule


def _shown(books: Books, owner: str) -> Thing:
    may = owner == PLATFORM or books.things["account"][owner]["payouts_enabled"]
    return shape(
        "balance_settings",
        payments={
            "debit_negative_balances": False,
            "payouts": {
                "minimum_balance_by_currency": None,
                "schedule": {"interval": _schedule_of(books, owner).interval},
                "statement_descriptor": None,
                "status": "enabled" if may else "disabled",
            },
            "settlement_timing": {"delay_days": TARIFFS["card"].days},
        },
    )


def retrieve_settings(books: Books, call: Call) -> Thing:
    return _shown(books, call.account)


def update_settings(books: Books, call: Call) -> Thing:
    asked_for = ((call.params.get("payments") or {}).get("payouts") or {}).get("schedule") or {}
    interval = asked_for.get("interval", _schedule_of(books, call.account).interval)
    if interval not in ("manual", "daily"):
        raise Refusal(
            "The lab's Stripe plays the intervals manual and daily.", param="payments[payouts][schedule][interval]"
        )
    schedule = _schedule_of(books, call.account)
    schedule.interval, schedule.round = interval, schedule.round + 1
    if interval == "daily":
        _plan(books, call.account, schedule.round)
    settings = _shown(books, call.account)
    books.announce("balance_settings.updated", settings, account=call.account)
    return settings


def _plan(books: Books, owner: str, planned_in: int) -> None:
    """Plan a sweep at the next midnight, and at every one after it while the schedule stands."""
    books.later((books.now() // DAY + 1) * DAY, partial(_pay_out, books, owner, planned_in))


def _pay_out(books: Books, owner: str, planned_in: int) -> None:
    if _schedule_of(books, owner).round == planned_in:
        sweep(books, owner)
        _plan(books, owner, planned_in)


PATH: Final = "/v1/balance_settings"
NAMES: Final = "_balance_settings_{0}_params.BalanceSettings{1}Params"

ROUTES: Final = [
    Route("GET", PATH, NAMES.format("retrieve", "Retrieve"), "", retrieve_settings),
    Route(
        "POST",
        PATH,
        NAMES.format("update", "Update"),
        "payments.payouts.schedule.interval",
        update_settings,
    ),
]
