"""What the code can ask to be said of consultants and their sessions, from its live tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conversations.consulting import expert, session_card
from conversations.consulting.session_notices import CARD_FACTS, PARTS, SESSION_FACTS
from core.experts.model import MISSES_BEFORE_PAUSE
from core.sessions.process import SESSION

SIDES: Final = ("seeker", "consultant")
ENDS: Final = ("declined", "expired", "abandoned", "noshow_consultant", "silence", "free_end")
TURN: Final = frozenset({"name", "until", "at", "price", "due"})
REASONS: Final = ("field", "skill", "words", "free_now", "language")
OWN_VERBS: Final = ("free", "busy", "pause", "back", "edit", "rules", "holiday")


def tables() -> dict[str, frozenset[str]]:
    """Each code with the parts that are filled in."""
    assert MISSES_BEFORE_PAUSE == 2, "the sentences speak of two"
    plain = frozenset[str]()
    codes = dict.fromkeys(_plain(), plain)
    codes |= dict.fromkeys(_turns(), TURN)
    codes |= dict.fromkeys((f"{verb}_button" for verb, _ in session_card.BUTTONS.values()), frozenset({"price"}))
    codes |= dict.fromkeys((f"seek.why_{reason}" for reason in REASONS), frozenset({"part"}))
    codes |= dict.fromkeys((f"expert.paused_{why}" for why in ("own", "holiday", "missed")), frozenset({"until"}))
    price = frozenset({"price", "free"})
    codes |= dict.fromkeys(("session.price_free", "session.price_all"), price)
    codes |= dict.fromkeys(("session.price_free_minute", "session.price_all_minute"), price | {"rate"})
    letter = frozenset({"name", "at"})
    codes |= dict.fromkeys(("invite.subject", "uninvite.subject"), letter)
    codes |= dict.fromkeys(("invite.letter", "uninvite.letter"), letter | {"ref"})
    return codes


def _plain() -> Iterator[str]:
    yield from (f"expert.policy.{each}" for each in expert.POLICIES)
    yield from (f"expert.room.{each}" for each in expert.ROOMS)
    yield from (f"expert.{verb}_button" for verb in OWN_VERBS)
    yield from ("command.experts", "command.expert", "command.sessions")


def _turns() -> Iterator[str]:
    """A state says whose turn it is to both sides at once, or to each in their own words."""
    states = {SESSION.initial} | {each.to for each in SESSION.transitions}
    split = {"slot_held", "requested", "card_trouble", "free_window", "debt", "review_window"}
    yield from (f"session.turn.{state}" for state in states - (split - {"slot_held"}))
    yield from (f"session.turn.{state}.{side}" for state in split - {"slot_held"} for side in SIDES)
    yield from ("session.turn.slot_held.seeker", "session.turn.slot_held.coming")
    yield from ("session.turn.moving_yours", "session.turn.moving_theirs")
    yield from (f"session.turn.over.{why}" for why in ENDS)


def notices() -> dict[str, frozenset[str]]:
    """What is told when something has happened to a session: to both, to each side, or by its reason."""
    parts = frozenset({"who", *PARTS})
    return {code: parts for code in (*SESSION_FACTS.values(), *CARD_FACTS.values()) if code}


def reasons() -> set[str]:
    return {*SIDES, *ENDS, "cancelled", "dropped", "time_up", "noshow_seeker", "day", "hour", "minutes"}
