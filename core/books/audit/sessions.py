"""Invariants of sessions and their money."""

from __future__ import annotations

from typing import Final

from core.advice.sessions.model import SESSION, TAKES_THE_SLOT
from core.books.audit.sql_fragments import owed, timed, total, words
from core.money.ledger.invariants import Invariant

TAKEN: Final = total(
    "hold.captured_minor", "card_hold AS hold", "hold.booking_id = booking.id AND hold.state = 'captured'"
)
# The part of it that a bank has taken back while it was held.
GONE: Final = total("from_escrow_minor", "chargeback", "chargeback.subject = booking.id AND chargeback.state <> 'won'")
# A talk that was charged for its minutes, not for a cancellation or a no-show.
CHARGED_TALK: Final = """FROM booking JOIN card_hold ON card_hold.booking_id = booking.id
        WHERE card_hold.state = 'captured' AND card_hold.captured_minor > 0 AND booking.free_minutes > 0
        AND booking.why NOT IN ('cancelled', 'noshow_seeker')"""
# Two overlapping sessions of one consultant, not counting the minutes that were added to a talk.
TWO_AT_ONCE: Final = f"""SELECT one.id, one.ref || ' and ' || other.ref FROM booking AS one
        JOIN meeting ON meeting.booking_id = one.id
        JOIN booking AS other ON other.expert_id = one.expert_id AND other.id <> one.id
        WHERE one.state IN ({words(TAKES_THE_SLOT)}) AND other.state IN ({words(TAKES_THE_SLOT)})
        AND other.starts_at >= one.starts_at AND """

SESSIONS: Final = (
    Invariant(
        "no consultant is in two sessions at once",
        "A slot is one seeker's: the second one would find a consultant who talks to somebody else.",
        TWO_AT_ONCE + "other.starts_at < strftime('%Y-%m-%d %H:%M:%f', one.starts_at, "
        "(one.length - meeting.extended) || ' minutes')",
        TWO_AT_ONCE + "other.starts_at < one.starts_at + (one.length - meeting.extended) * INTERVAL '1 minute'",
    ),
    Invariant(
        "a session that is over holds nothing",
        "What was taken from a card has gone to the consultant, to us, or back.",
        f"""SELECT booking.id, booking.ref FROM booking WHERE booking.state IN ({words(SESSION.final)})
        AND {owed("'escrow:' || booking.id", "booking.currency")} <> 0""",
    ),
    Invariant(
        "nobody is charged for a talk without a yes",
        "A talk is charged after a consent that is on record, a late cancellation and a no-show by the rule shown.",
        f"""SELECT booking.id, booking.ref {CHARGED_TALK}
        AND NOT EXISTS (SELECT 1 FROM consent WHERE consent.booking_id = booking.id AND consent.kind = 'continue')""",
    ),
    Invariant(
        "the yes was given in the talk that it pays for",
        "A yes from before the talk, or after its end, is no yes to go on paying.",
        f"""SELECT booking.id, booking.ref {CHARGED_TALK} AND NOT EXISTS (
            SELECT 1 FROM consent JOIN meeting ON meeting.booking_id = consent.booking_id
            WHERE consent.booking_id = booking.id AND consent.kind = 'continue' AND consent.person_id = booking.seeker
            AND consent.at >= meeting.began_at AND consent.at <= meeting.ended_at)""",
    ),
    Invariant(
        "no hold gives more than it holds",
        "What is taken of a hold is at most what the seeker has let us hold.",
        "SELECT booking_id, number || ' took ' || captured_minor FROM card_hold WHERE captured_minor > amount_minor",
    ),
    Invariant(
        "a hold is taken once",
        "Each charge is in the books under its own hold, and no two holds are one at the provider.",
        """SELECT card_hold.booking_id, 'hold ' || card_hold.number FROM card_hold WHERE card_hold.state = 'captured'
        AND card_hold.captured_minor > 0 AND (
            NOT EXISTS (SELECT 1 FROM ledger_entry WHERE ledger_entry.key
                = 'session:' || card_hold.booking_id || ':captured:' || card_hold.number)
            OR EXISTS (SELECT 1 FROM card_hold AS other
                WHERE other.intent_ref = card_hold.intent_ref AND other.id <> card_hold.id AND other.state = 'captured')
        )""",
    ),
    Invariant(
        "a session's money is parted to the cent",
        "What goes to the consultant, to us and back is all that was taken, less what a bank has taken before.",
        f"""SELECT booking.id, booking.ref FROM session_settlement AS parted
        JOIN booking ON booking.id = parted.booking_id
        WHERE parted.net_minor + parted.fee_minor + parted.back_minor <> {TAKEN} - {GONE}
        OR parted.net_minor < 0 OR parted.fee_minor < 0 OR parted.back_minor < 0""",
    ),
    Invariant(
        "the fee of a session is the share that was shown",
        "The commission is that of the consultant's part, rounded half up once.",
        """SELECT booking.id, booking.ref FROM session_settlement AS parted
        JOIN booking ON booking.id = parted.booking_id WHERE parted.fee_minor
        <> (2 * CAST(parted.net_minor + parted.fee_minor AS BIGINT) * booking.commission_bp + 10000) / 20000""",
    ),
    Invariant(
        "what was taken is held until it is parted",
        "A charge that is not held for its session would be paid out of somebody else's money.",
        f"""SELECT booking.id, booking.ref FROM booking WHERE {owed("'escrow:' || booking.id", "booking.currency")}
        <> CASE WHEN EXISTS (SELECT 1 FROM session_settlement AS parted WHERE parted.booking_id = booking.id)
            THEN 0 ELSE {TAKEN} - {GONE} END""",
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
