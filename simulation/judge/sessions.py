"""The invariants of ended sessions: no charge without a yes, none twice, and no free session after one.

They are worked out from people's presses, from the steps, and from the charges at the lab's Stripe. They do not use the
product's own sums.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from core.advice.sessions.model import SessionState
from lab.stripe.api.shapes import Thing
from simulation.judge.tables import Tables
from simulation.recorder import Recorder
from simulation.services.stripe_account import StripeAccount

BEGAN_TO_PAY: Final = frozenset({"continue", "both_joined_paying"})
RUNS: Final = SessionState.BILLABLE  # the state of a session that goes on after the yes
FREE: Final = SessionState.FREE_WINDOW
RAN: Final = timedelta(minutes=1)  # a session that ran at least so long after the yes must not be free
# a person who ends a session pays the sum shown to them up to this long before they confirm it
TOLD_FOR: Final = timedelta(minutes=2)
BY_A_PRESS: Final = ("hung_up", "cut_short")
BEGUN: Final = 2  # minutes: the last one is charged as a whole, and seconds are counted with pauses between
LATE: Final = timedelta(minutes=1)
GONE: Final = ("failed", "canceled")
AGED: Final = 86_400  # seconds for which an unneeded hold may stand


@dataclass
class Lifecycle:
    """One session, as it went. `taken`: cents by hold; `back`: cents that went back.

    `ran`: the clock after the yes and beyond the free minutes; `free`: before the yes.

    `a_minute`: cents, if it is charged by the minute, up to `price`.
    `said_yes`, `asked_for_more`: how often its seeker pressed these.
    `kept`: whether the product has it on record.
    """

    booking: str
    ref: str
    state: str  # as the row has it
    why: str | None
    free_minutes: int
    due: int
    a_minute: int = 0
    price: int = 0
    purposes: dict[str, str] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    back: int = 0
    events: set[str] = field(default_factory=set)
    ran: timedelta = timedelta()
    free: timedelta = timedelta()
    said_yes: int = 0
    asked_for_more: int = 0
    called_off: bool = False
    kept: bool = False


def charged_rightly(tables: Tables, stripe: StripeAccount, recorder: Recorder) -> list[str]:
    courses = courses_of(tables, recorder)
    wrong = _read_charges(courses, stripe)
    for each in courses.values():
        wrong += [f"session {each.ref} ({each.why}): {what}" for what in wrong_with(each)]
    return wrong


def wrong_with(lifecycle: Lifecycle) -> list[str]:
    """Return what is wrong with one session, in words."""
    wrong = []
    taken = sum(lifecycle.taken.values())
    by_rule = lifecycle.why == "noshow_seeker" or (lifecycle.why == "cancelled" and lifecycle.called_off)
    if taken and lifecycle.free_minutes and not lifecycle.said_yes and not by_rule:
        wrong.append(f"{taken} cents were taken, and nobody had said yes")
    more = sum(cents for hold, cents in lifecycle.taken.items() if lifecycle.purposes[hold] == "extension")
    if more and not lifecycle.asked_for_more:
        wrong.append(f"{more} cents were taken for more time, and no side had asked for it")
    if taken - lifecycle.back > lifecycle.due:
        wrong.append(f"{taken} cents were taken, {lifecycle.back} went back, and {lifecycle.due} were due")
    unpaid = "debt_limit" in lifecycle.events
    ran = lifecycle.ran - (TOLD_FOR if lifecycle.why in BY_A_PRESS else timedelta())
    if lifecycle.events & BEGAN_TO_PAY and ran >= RAN and not taken and not unpaid:
        wrong.append(f"the clock ran for {lifecycle.ran} after the yes, and it was free")
    if lifecycle.state == SessionState.COMPLETED and taken < lifecycle.due and not unpaid:
        wrong.append(f"{taken} cents were taken of {lifecycle.due} that were due")
    least = min(lifecycle.a_minute * (ran // RAN), lifecycle.price)
    if (
        lifecycle.state == SessionState.COMPLETED
        and "drop" not in lifecycle.events
        and lifecycle.due < least
        and not unpaid
    ):
        wrong.append(
            f"the clock ran for {lifecycle.ran} after the yes, and {lifecycle.due} cents were due, not {least}"
        )
    most = lifecycle.a_minute * (lifecycle.ran // RAN + BEGUN)
    if lifecycle.events & BEGAN_TO_PAY and most and lifecycle.due > most and "drop" not in lifecycle.events:
        wrong.append(f"the clock ran for {lifecycle.ran} beyond the free minutes, and {lifecycle.due} cents were due")
    if "continue" in lifecycle.events and not lifecycle.kept:
        wrong.append("it went on for money, and no yes is kept")
    return wrong


def courses_of(tables: Tables, recorder: Recorder) -> dict[str, Lifecycle]:
    """Return all sessions by their key."""
    by_minute = "CASE WHEN basis = 'minute' THEN rate_minor ELSE 0 END"
    columns = f"id, ref, state, why, free_minutes, due_minor, {by_minute}, price_minor"
    courses = {row[0]: Lifecycle(*row) for row in tables.rows(f"SELECT {columns} FROM booking")}
    for hold, booking, purpose in tables.rows("SELECT id, booking_id, purpose FROM card_hold"):
        courses[booking].purposes[hold] = purpose
    for lifecycle in courses.values():
        lifecycle.said_yes = recorder.yes["session.continue_now", lifecycle.booking]
        lifecycle.asked_for_more = recorder.yes["session.take_more_now", lifecycle.booking]
        lifecycle.called_off = lifecycle.booking in recorder.cancelled
    for (booking,) in tables.rows("SELECT booking_id FROM consent WHERE kind = 'continue'"):
        courses[booking].kept = True
    began: dict[str, tuple[str, datetime]] = {}
    for booking, event, at, to in tables.rows(
        "SELECT subject, event, at, \"to\" FROM step WHERE process = 'session' ORDER BY at, id"
    ):
        moment, lifecycle = datetime.fromisoformat(at), courses[booking]
        lifecycle.events.add(event)
        if booking in began:
            state, since = began.pop(booking)
            ran = _there(tables, since, moment)
            lifecycle.ran, lifecycle.free = (
                (lifecycle.ran + ran, lifecycle.free) if state == RUNS else (lifecycle.ran, lifecycle.free + ran)
            )
        if to in (RUNS, FREE):
            began[booking] = to, moment
    for lifecycle in courses.values():
        left = max(timedelta(minutes=lifecycle.free_minutes) - lifecycle.free, timedelta())
        lifecycle.ran = max(lifecycle.ran - left, timedelta())
    return courses


def _there(tables: Tables, begins: datetime, ends: datetime) -> timedelta:
    """Return how long the product was running in this time: while it is away, no session's clock runs."""
    away = (min(ends, back) - max(begins, gone) for gone, back in tables.outages)
    return ends - begins - sum((each for each in away if each > timedelta()), timedelta())


def _read_charges(courses: dict[str, Lifecycle], stripe: StripeAccount) -> list[str]:
    """Read what was charged to cards, hold by hold. Return in words the charges without a hold or charged twice."""
    wrong = []
    owner = {hold: lifecycle for lifecycle in courses.values() for hold in lifecycle.purposes}
    by_intent: dict[str, Lifecycle] = {}
    for intent in stripe.things("payment_intent"):
        hold = (intent.get("metadata") or {}).get("hold")
        if hold is None or not intent["amount_received"]:
            continue
        lifecycle = owner.get(hold)
        if lifecycle is None:
            wrong.append(f"consent: {intent['id']} was charged for a hold that is not ours")
            continue
        if hold in lifecycle.taken:
            wrong.append(f"session {lifecycle.ref}: hold {hold} was charged twice")
        by_intent[intent["id"]] = lifecycle
        lifecycle.taken[hold] = lifecycle.taken.get(hold, 0) + intent["amount_received"]
    for refund in stripe.things("refund"):
        if refund["payment_intent"] in by_intent and refund["status"] not in GONE:
            by_intent[refund["payment_intent"]].back += refund["amount"]
    return wrong


def complaints_settled_as_ruled(tables: Tables) -> list[str]:
    """Check that the last ruling on a complaint is what went back. No operator rules twice, and no side appeals twice.

    A bank that has called the money back changes what is left to part, so those sessions are passed over.
    """
    wrong = [
        f"session {ref}: {back} cents went back, and the last ruling says {ruled}"
        for ref, ruled, back in tables.rows(
            "SELECT b.ref, r.back_minor, s.back_minor FROM complaint_ruling r"
            " JOIN booking b ON b.id = r.booking_id JOIN session_settlement s ON s.booking_id = b.id"
            " WHERE r.number = (SELECT MAX(number) FROM complaint_ruling WHERE booking_id = b.id)"
            " AND EXISTS (SELECT 1 FROM step WHERE subject = b.id AND process = 'session'"
            " AND event IN ('appeal_over', 'rule_again', 'review_limit'))"
            " AND NOT EXISTS (SELECT 1 FROM chargeback WHERE subject = b.id) AND r.back_minor != s.back_minor"
        )
    ]
    wrong += [
        f"session {ref}: one operator has ruled on it twice"
        for (ref,) in tables.rows(
            "SELECT b.ref FROM complaint_ruling r JOIN booking b ON b.id = r.booking_id"
            ' GROUP BY b.ref HAVING COUNT(DISTINCT r."by") < COUNT(*)'
        )
    ]
    return wrong + [
        f"session {ref}: a side has appealed {times} times"
        for ref, times in tables.rows(
            "SELECT b.ref, COUNT(*) FROM step JOIN booking b ON b.id = step.subject"
            " WHERE step.process = 'session' AND step.event = 'appeal' GROUP BY b.ref, step.actor HAVING COUNT(*) > 1"
        )
    ]


def held_twice(stripe: StripeAccount) -> list[str]:
    """Return the holds that are held more than once at the provider."""
    held = Counter((each.get("metadata") or {}).get("hold") for each in _held(stripe))
    return [f"hold: {hold} is held {times} times" for hold, times in held.items() if hold and times > 1]


def _held(stripe: StripeAccount) -> list[Thing]:
    return [each for each in stripe.things("payment_intent") if each["status"] == "requires_capture"]


def nothing_held_in_vain(tables: Tables, stripe: StripeAccount) -> list[str]:
    """Check that a card is free again when its session is over."""
    over = dict(
        tables.rows(
            "SELECT card_hold.id, booking.ref FROM card_hold JOIN booking ON booking.id = card_hold.booking_id"
            " WHERE booking.state IN ('closed', 'closed_free', 'completed')"
        )
    )
    aged = stripe.lab.books.now() - AGED
    holds = [str((each.get("metadata") or {}).get("hold")) for each in _held(stripe) if each["created"] < aged]
    return [f"hold: session {over[hold]} is over, and its card is still held" for hold in holds if hold in over]


def disturbances_of(tables: Tables, recorder: Recorder) -> dict[str, int]:
    """Return how often each disturbance came to the sessions of this world, for the census."""
    found: dict[str, int] = defaultdict(int)
    for lifecycle in courses_of(tables, recorder).values():
        for event in (
            *("drop", "noshow_seeker", "noshow_consultant", "auth_failed", "capture_failed", "extend"),
            *("complain", "rule", "appeal", "rule_again"),
        ):
            found[event] += event in lifecycle.events
        found["yes pressed twice or more"] += lifecycle.said_yes > 1
    begun = tables.rows(
        "SELECT began_at, starts_at FROM meeting JOIN booking ON id = booking_id WHERE began_at NOT NULL"
    )
    at = datetime.fromisoformat
    found["late join"] = sum(at(began) - at(starts) >= LATE for began, starts in begun)
    found["page or hold lapsed"] = tables.rows("SELECT COUNT(*) FROM card_hold WHERE state = 'lapsed'")[0][0]
    return found
