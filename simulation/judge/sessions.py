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
TOLD_FOR: Final = timedelta(minutes=1)
BY_A_PRESS: Final = ("hung_up", "cut_short")
BEGUN: Final = 2  # minutes: the last one is charged as a whole, and seconds are counted with pauses between
LATE: Final = timedelta(minutes=1)
GONE: Final = ("failed", "canceled")
AGED: Final = 86_400  # seconds for which an unneeded hold may stand


@dataclass
class Course:
    """One session, as it went. `taken`: cents by hold; `back`: cents that went back.

    `ran`: the clock after the yes and beyond the free minutes; `free`: before the yes.

    `a_minute`: cents, if it is charged by the minute, up to `price`.
    `said_yes`, `wanted_more`: how often its seeker pressed these.
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
    wanted_more: int = 0
    called_off: bool = False
    kept: bool = False


def charged_rightly(tables: Tables, stripe: StripeAccount, recorder: Recorder) -> list[str]:
    courses = courses_of(tables, recorder)
    wrong = _read_charges(courses, stripe)
    for each in courses.values():
        wrong += [f"session {each.ref} ({each.why}): {what}" for what in wrong_with(each)]
    return wrong


def wrong_with(course: Course) -> list[str]:
    """Return what is wrong with one session, in words."""
    wrong = []
    taken = sum(course.taken.values())
    by_rule = course.why == "noshow_seeker" or (course.why == "cancelled" and course.called_off)
    if taken and course.free_minutes and not course.said_yes and not by_rule:
        wrong.append(f"{taken} cents were taken, and nobody had said yes")
    more = sum(cents for hold, cents in course.taken.items() if course.purposes[hold] == "extension")
    if more and not course.wanted_more:
        wrong.append(f"{more} cents were taken for more time, and nobody had wanted it")
    if taken - course.back > course.due:
        wrong.append(f"{taken} cents were taken, {course.back} went back, and {course.due} were due")
    unpaid = "debt_limit" in course.events
    ran = course.ran - (TOLD_FOR if course.why in BY_A_PRESS else timedelta())
    if course.events & BEGAN_TO_PAY and ran >= RAN and not taken and not unpaid:
        wrong.append(f"the clock ran for {course.ran} after the yes, and it was free")
    if course.state == SessionState.COMPLETED and taken < course.due and not unpaid:
        wrong.append(f"{taken} cents were taken of {course.due} that were due")
    least = min(course.a_minute * (ran // RAN), course.price)
    if course.state == SessionState.COMPLETED and "drop" not in course.events and course.due < least and not unpaid:
        wrong.append(f"the clock ran for {course.ran} after the yes, and {course.due} cents were due, not {least}")
    most = course.a_minute * (course.ran // RAN + BEGUN)
    if course.events & BEGAN_TO_PAY and most and course.due > most and "drop" not in course.events:
        wrong.append(f"the clock ran for {course.ran} beyond the free minutes, and {course.due} cents were due")
    if "continue" in course.events and not course.kept:
        wrong.append("it went on for money, and no yes is kept")
    return wrong


def courses_of(tables: Tables, recorder: Recorder) -> dict[str, Course]:
    """Return all sessions by their key."""
    by_minute = "CASE WHEN basis = 'minute' THEN rate_minor ELSE 0 END"
    columns = f"id, ref, state, why, free_minutes, due_minor, {by_minute}, price_minor"
    courses = {row[0]: Course(*row) for row in tables.rows(f"SELECT {columns} FROM booking")}
    for hold, booking, purpose in tables.rows("SELECT id, booking_id, purpose FROM card_hold"):
        courses[booking].purposes[hold] = purpose
    for course in courses.values():
        course.said_yes = recorder.yes["session.continue", course.booking]
        course.wanted_more = recorder.yes["session.take_more", course.booking]
        course.called_off = course.booking in recorder.cancelled
    for (booking,) in tables.rows("SELECT booking_id FROM consent WHERE kind = 'continue'"):
        courses[booking].kept = True
    began: dict[str, tuple[str, datetime]] = {}
    for booking, event, at, to in tables.rows(
        "SELECT subject, event, at, \"to\" FROM step WHERE process = 'session' ORDER BY at, id"
    ):
        moment, course = datetime.fromisoformat(at), courses[booking]
        course.events.add(event)
        if booking in began:
            state, since = began.pop(booking)
            ran = _there(tables, since, moment)
            course.ran, course.free = (
                (course.ran + ran, course.free) if state == RUNS else (course.ran, course.free + ran)
            )
        if to in (RUNS, FREE):
            began[booking] = to, moment
    for course in courses.values():
        left = max(timedelta(minutes=course.free_minutes) - course.free, timedelta())
        course.ran = max(course.ran - left, timedelta())
    return courses


def _there(tables: Tables, begins: datetime, ends: datetime) -> timedelta:
    """Return how long the product was running in this time: while it is away, no session's clock runs."""
    away = (min(ends, back) - max(begins, gone) for gone, back in tables.outages)
    return ends - begins - sum((each for each in away if each > timedelta()), timedelta())


def _read_charges(courses: dict[str, Course], stripe: StripeAccount) -> list[str]:
    """Read what was charged to cards, hold by hold. Return in words the charges without a hold or charged twice."""
    wrong = []
    owner = {hold: course for course in courses.values() for hold in course.purposes}
    by_intent: dict[str, Course] = {}
    for intent in stripe.things("payment_intent"):
        hold = (intent.get("metadata") or {}).get("hold")
        if hold is None or not intent["amount_received"]:
            continue
        course = owner.get(hold)
        if course is None:
            wrong.append(f"consent: {intent['id']} was charged for a hold that is not ours")
            continue
        if hold in course.taken:
            wrong.append(f"session {course.ref}: hold {hold} was charged twice")
        by_intent[intent["id"]] = course
        course.taken[hold] = course.taken.get(hold, 0) + intent["amount_received"]
    for refund in stripe.things("refund"):
        if refund["payment_intent"] in by_intent and refund["status"] not in GONE:
            by_intent[refund["payment_intent"]].back += refund["amount"]
    return wrong


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
    for course in courses_of(tables, recorder).values():
        for event in ("drop", "noshow_seeker", "noshow_consultant", "auth_failed", "capture_failed", "extend"):
            found[event] += event in course.events
        found["yes pressed twice or more"] += course.said_yes > 1
    begun = tables.rows(
        "SELECT began_at, starts_at FROM meeting JOIN booking ON id = booking_id WHERE began_at NOT NULL"
    )
    at = datetime.fromisoformat
    found["late join"] = sum(at(began) - at(starts) >= LATE for began, starts in begun)
    found["page or hold lapsed"] = tables.rows("SELECT COUNT(*) FROM card_hold WHERE state = 'lapsed'")[0][0]
    return found
