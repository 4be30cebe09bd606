"""Sentences on consultants and their sessions that the code can ask for, from its live tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from conversations.advice.aftercare.complaint import COMPLAINT_EVENTS, STEPS, TURNS
from conversations.advice.aftercare.recap import PARTS as RECAP_PARTS
from conversations.advice.aftercare.recap import RECAP_EVENTS
from conversations.advice.aftercare.recording import RECORDING_EVENTS
from conversations.advice.aftercare.review import REVIEW_EVENTS
from conversations.advice.expert_search.question import QUESTION_EVENTS
from conversations.advice.experts import notifications as expert_notices
from conversations.advice.experts import profile as expert
from conversations.advice.experts.notifications import CALENDAR_EVENTS, EXPERT_EVENTS
from conversations.advice.sessions import card as session_card
from conversations.advice.sessions.notifications import (
    ASK_EVENTS,
    CARD_EVENTS,
    CHARGEBACK_EVENTS,
    CHARGEBACK_LOST,
    CHARGEBACK_TURNED,
    FOLLOW_UP_EVENTS,
    PARTS,
    SESSION_EVENTS,
)
from core.advice.availability.busy_times import Fault
from core.advice.experts.model import MISSES_BEFORE_PAUSE
from core.advice.recaps.model import RECORDING, RecapState, RecordingState
from core.advice.reviews.model import SessionReviewState
from core.advice.sessions.fee_vat import Treatment
from core.advice.sessions.model import SESSION

SIDES: Final = ("seeker", "consultant")
ENDS: Final = (
    "declined",
    "expired",
    "not_taken",
    "abandoned",
    "noshow_consultant",
    "noshow_both",
    "silence",
    "free_end",
    "unpaid",
    "other_won",
    "withdrawn",
    "card",
)
TURN: Final = frozenset({"name", "until", "at", "price", "due", "half", "days", "net"})
REASONS: Final = ("field", "skill", "words", "free_now", "language", "topic", "name", "place", "country")
ITEMS: Final = ("hours", "skills", "calendar", "email", "payout")
OWN_VERBS: Final = ("free", "busy", "pause", "back", "edit", "rules", "holiday")


def tables() -> dict[str, frozenset[str]]:
    """Return each code with its placeholders."""
    assert MISSES_BEFORE_PAUSE == 2, "the sentences speak of two"
    plain = frozenset[str]()
    codes = dict.fromkeys(_plain(), plain)
    codes |= dict.fromkeys(_turns(), TURN)
    codes |= dict.fromkeys((f"{verb}_button" for verb, _ in session_card.BUTTONS.values()), plain)
    yes = (f"session.continue{basis}{when}_button" for basis in ("", "_minute") for when in ("", "_early"))
    codes |= dict.fromkeys(yes, frozenset({"price"}))
    codes |= dict.fromkeys((f"seek.why_{reason}" for reason in REASONS), frozenset({"part"}))
    codes |= dict.fromkeys((f"expert.paused_{why}" for why in ("own", "holiday", "missed")), frozenset({"until"}))
    price = frozenset({"price", "free"})
    codes |= dict.fromkeys(("session.price_free", "session.price_all"), price)
    codes |= dict.fromkeys(("session.price_free_minute", "session.price_all_minute"), price | {"rate"})
    letter = frozenset({"name", "at"})
    codes |= dict.fromkeys(("invite.subject", "uninvite.subject"), letter)
    codes |= dict.fromkeys(("invite.letter", "uninvite.letter"), letter | {"ref"})
    return codes | _afterwards()


def _afterwards() -> dict[str, frozenset[str]]:
    """Return the codes on reviews, the recap, and a session that is kept word for word."""
    rated = (*SessionReviewState, "rate")
    kept = (set(RecordingState) - {RecordingState.ASKED}) | {"asked.mine", "asked.yours", "agreed.for_sale"}
    codes = dict.fromkeys((f"rating.turn.{each}" for each in rated), frozenset({"name", "until"}))
    codes |= dict.fromkeys((f"recap.turn.{each}" for each in RecapState), frozenset({"day"}))
    codes |= dict.fromkeys((f"recording.turn.{each}" for each in kept), frozenset({"name", "day", "days"}))
    codes |= dict.fromkeys((f"recap.{part}" for part in RECAP_PARTS), frozenset[str]())
    codes |= dict.fromkeys((f"session.vat.{each}" for each in get_args(Treatment)), frozenset({"vat", "percent"}))
    codes["session.turn.paying_out.waits"] = TURN
    reasons = ("cancelled", "cut_short", *(f"noshow_seeker.{side}" for side in SIDES))
    codes |= dict.fromkeys((f"session.charged_for.{why}" for why in reasons), frozenset({"amount"}))
    sure = frozenset({"due", "net", "price", "name"})
    codes |= dict.fromkeys((f"session.end_sure.{how}" for how in (*SIDES, "minute")), sure)
    codes |= dict.fromkeys((f"session.back.{side}" for side in SIDES), frozenset[str]())
    return codes | dict.fromkeys((f"recording.{verb}_button" for verb in ("agree", "refuse")), frozenset[str]())


def _plain() -> Iterator[str]:
    yield from (f"expert.policy.{each}" for each in expert.POLICIES)
    yield from (f"expert.room.{each}" for each in expert.ROOMS)
    yield from (f"expert.{verb}_button" for verb in OWN_VERBS)
    yield from ("command.experts", "command.expert", "command.sessions", "command.shortlist")
    yield from (f"expert.item.{each}{part}" for each in ITEMS for part in ("", ".why", ".button"))
    yield from (f"seek.only_{each}" for each in ("now", "rated", "near"))
    yield from (f"calendar.fault.{each}" for each in get_args(Fault))
    yield from ("calendar.from_feed", "calendar.from_file")
    yield from ("command.hours", "command.calendar", "command.stats")
    yield from ("recap.kept_recap", "recap.kept_words", "recording.earlier", "recording.later")
    yield from (f"ask.{each}" for each in ("declined", "expired", "withdrawn", "other_won"))
    yield from (f"complaint.step.{each}" for each in STEPS.values())


def _turns() -> Iterator[str]:
    """Yield the codes that say whose turn it is: one for both sides, or one for each."""
    states = {SESSION.initial} | SESSION.also_begins | {each.to for each in SESSION.transitions}
    split = {"proposed", "slot_held", "requested", "card_trouble", "free_window", "debt", "review_window", "countered"}
    split |= {"session_dispute"}
    as_in_trade = set(TURNS)
    yield from (f"session.turn.{state}" for state in states - (split - {"slot_held"}) - as_in_trade)
    yield from (f"session.turn.{state}.{side}" for state in split - {"slot_held"} for side in SIDES)
    yield from (f"session.turn.confirmed.{each}" for each in ("open", "here", "awaited", "both"))
    yield "session.turn.billable.free_first"
    yield from (f"session.turn.session_dispute.answered.{side}" for side in SIDES)
    yield from (f"session.turn.slot_held.{each}" for each in ("seeker", "later", "coming"))
    yield from ("session.turn.moving_yours", "session.turn.moving_theirs")
    yield from (f"session.turn.over.{why}" for why in ENDS)
    yield from ("session.turn.closed_free.consultant",)
    yield from (
        f"session.turn.over.{why}.consultant" for why in ("silence", "free_end", "card", "expired", "noshow_consultant")
    )
    yield from (f"session.turn.recalled.{side}" for side in SIDES)


AFTER_FACTS: Final = (FOLLOW_UP_EVENTS, COMPLAINT_EVENTS, REVIEW_EVENTS, RECAP_EVENTS, RECORDING_EVENTS)
FACTS: Final = (SESSION_EVENTS, CARD_EVENTS, ASK_EVENTS, *AFTER_FACTS)
GONE: Final = {each.event for each in RECORDING.transitions if each.to in RECORDING.final}


def notices() -> dict[str, frozenset[str]]:
    """Return the notices about sessions: to both sides, to each side, or by reason."""
    parts = frozenset({"who", *PARTS})
    codes = {code: parts for facts in FACTS for code in facts.values() if code}
    of_experts = dict.fromkeys(
        [*EXPERT_EVENTS.values(), *CALENDAR_EVENTS.values()], frozenset({"who", *expert_notices.PARTS})
    )
    told = (*CHARGEBACK_EVENTS.values(), CHARGEBACK_LOST, CHARGEBACK_TURNED)
    of_banks = (code for code in told if code.startswith("notice.session"))
    codes |= dict.fromkeys(of_banks, frozenset({"who", "amount", "loss"}))
    codes |= dict.fromkeys(QUESTION_EVENTS.values(), frozenset({"who"}))
    return codes | of_experts | dict.fromkeys(("notice.asked_ended", "notice.session_follow_up"), parts | {"name"})


def reasons() -> set[str]:
    return {
        "missed",
        "picked",
        *SIDES,
        *ENDS,
        *GONE,
        "begins",
        "again",
        "release",
        "capture",
        "cancelled",
        "never_held",
        "card.seeker",
        "dropped",
        "cut_short",
        "cut_short.consultant",
        "noshow_consultant.consultant",
        "noshow_seeker.seeker",
        "time_up",
        "noshow_seeker",
        "day",
        "day.seeker",
        "hour",
        "minutes",
        "start",
        "whole",
        "rest",
        "card_known",
        *(f"card_known.{side}" for side in SIDES),
        "cancelled.free",
        *(f"not_taken.{side}" for side in SIDES),
    }
