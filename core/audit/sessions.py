"""What must always be true of sessions and their money."""

from __future__ import annotations

from typing import Final

from core.audit.questions import owed, timed, words
from core.ledger.invariants import Invariant
from core.sessions.process import SESSION

SESSIONS: Final = (
    Invariant(
        "a session that is over holds nothing",
        "What was taken from a card has gone to the consultant, to us, or back.",
        f"""SELECT booking.id, booking.ref FROM booking WHERE booking.state IN ({words(SESSION.final)})
        AND {owed("'escrow:' || booking.id", "booking.currency")} <> 0""",
    ),
    Invariant(
        "nobody is charged for a talk without a yes",
        "A talk is charged after a consent that is on record, a late cancellation and a no-show by the rule shown.",
        """SELECT booking.id, booking.ref FROM booking JOIN card_hold ON card_hold.booking_id = booking.id
        WHERE card_hold.state = 'captured' AND card_hold.captured_minor > 0 AND booking.free_minutes > 0
        AND booking.why NOT IN ('cancelled', 'noshow_seeker')
        AND NOT EXISTS (SELECT 1 FROM consent WHERE consent.booking_id = booking.id AND consent.kind = 'continue')""",
    ),
    Invariant(
        "no card is charged more than was due",
        "All that is taken for a session is what its clock and its terms say, once.",
        """SELECT booking.id, booking.ref FROM booking JOIN card_hold ON card_hold.booking_id = booking.id
        WHERE card_hold.state = 'captured' GROUP BY booking.id, booking.ref, booking.due_minor
        HAVING SUM(card_hold.captured_minor) > booking.due_minor""",
    ),
    Invariant(
        "no session waits without an end",
        "Every state that time ends has its timer.",
        f"""SELECT booking.id, booking.ref || ' ' || booking.state FROM booking
        WHERE booking.state IN ({timed(SESSION)})
        AND NOT EXISTS (SELECT 1 FROM timer WHERE timer.kind = 'session' AND timer.subject = booking.id)""",
    ),
)
