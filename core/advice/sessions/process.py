"""The lifecycle of a session as one table, from the slot held for the card to the payout.

Silence never charges a seeker: without a "continue" the talk was free. A seeker who said so and talked pays, also when
the line is lost. Deadlines that depend on the session's own times are passed to `step` (see
`rules.confirmed_deadlines`).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from core.advice.experts.rules import FREE_MINUTES
from core.kernel.process import PROVIDER, SYSTEM, TIME, Process, Transition

CARD_WITHIN: Final = timedelta(minutes=15)
ANSWER_WITHIN: Final = timedelta(days=2)
PICKED_CARD_WITHIN: Final = timedelta(hours=12)  # the seeker is not there when the consultant picks a time
INSTANT_ANSWER_WITHIN: Final = timedelta(minutes=2)
LATEST_ANSWER: Final = timedelta(hours=1)  # before the start
CARD_DEADLINE: Final = timedelta(hours=2)  # before the start
NO_SHOW_AFTER: Final = timedelta(minutes=10)
FREE_WINDOW: Final = timedelta(minutes=FREE_MINUTES)
GRACE: Final = timedelta(minutes=2)  # to answer "continue?" after the free minutes
REJOIN_WITHIN: Final = timedelta(minutes=10)
PAY_DEBT_WITHIN: Final = timedelta(days=7)
COMPLAIN_WITHIN: Final = timedelta(days=2)
RULE_WITHIN: Final = timedelta(days=14)

SEEKER = frozenset({"seeker"})
CONSULTANT = frozenset({"consultant"})
EITHER = SEEKER | CONSULTANT
OTHER = frozenset({"other"})  # the side that did not propose it
OPERATOR = frozenset({"operator"})


class SessionState(StrEnum):
    SLOT_HELD = "slot_held"
    PROPOSED = "proposed"
    CLOSED = "closed"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    COUNTERED = "countered"
    RELEASING = "releasing"
    CARD_TROUBLE = "card_trouble"
    CHARGING = "charging"
    FREE_WINDOW = "free_window"
    BILLABLE = "billable"
    FREE_PAUSED = "free_paused"
    PAID_PAUSED = "paid_paused"
    REVIEW_WINDOW = "review_window"
    DEBT = "debt"
    SESSION_DISPUTE = "session_dispute"
    PAYING_OUT = "paying_out"
    COMPLETED = "completed"
    CLOSED_FREE = "closed_free"


SESSION: Final = Process(
    name="session",
    initial=SessionState.SLOT_HELD,
    also_begins=frozenset({SessionState.PROPOSED}),
    final=frozenset({SessionState.CLOSED, SessionState.CLOSED_FREE, SessionState.COMPLETED}),
    transitions=(
        # Times are proposed, to one consultant or to several: no card yet, and no slot. The first yes wins.
        Transition(SessionState.PROPOSED, "pick_time", CONSULTANT, SessionState.SLOT_HELD),
        Transition(SessionState.PROPOSED, "decline", CONSULTANT, SessionState.CLOSED),
        Transition(SessionState.PROPOSED, "withdraw", SEEKER, SessionState.CLOSED),
        Transition(SessionState.PROPOSED, "other_won", SYSTEM, SessionState.CLOSED),
        Transition(SessionState.PROPOSED, "idle", TIME, SessionState.CLOSED, ANSWER_WITHIN, CONSULTANT),
        # The slot is theirs while they add a card.
        Transition(SessionState.SLOT_HELD, "card_ok", PROVIDER, SessionState.REQUESTED),
        Transition(SessionState.SLOT_HELD, "abandon", SEEKER, SessionState.CLOSED),
        Transition(SessionState.SLOT_HELD, "hold_expired", TIME, SessionState.CLOSED, CARD_WITHIN, SEEKER),
        # The consultant's answer. One who has picked the time gives it at once.
        Transition(SessionState.REQUESTED, "accept", CONSULTANT | SYSTEM, SessionState.CONFIRMED),
        Transition(SessionState.REQUESTED, "other_time", CONSULTANT, SessionState.COUNTERED),
        Transition(SessionState.REQUESTED, "decline", CONSULTANT, SessionState.RELEASING),
        Transition(SessionState.REQUESTED, "withdraw", SEEKER, SessionState.RELEASING),
        Transition(SessionState.REQUESTED, "request_expired", TIME, SessionState.RELEASING, reminds=CONSULTANT),
        Transition(SessionState.COUNTERED, "take_time", SEEKER, SessionState.CONFIRMED),
        Transition(SessionState.COUNTERED, "withdraw", SEEKER, SessionState.RELEASING),
        Transition(SessionState.COUNTERED, "decline", CONSULTANT, SessionState.RELEASING),
        Transition(SessionState.COUNTERED, "request_expired", TIME, SessionState.RELEASING, reminds=SEEKER),
        # Agreed, and waiting for the day.
        Transition(SessionState.CONFIRMED, "propose_move", EITHER, SessionState.CONFIRMED),
        Transition(SessionState.CONFIRMED, "take_move", OTHER, SessionState.CONFIRMED),
        Transition(SessionState.CONFIRMED, "leave_move", EITHER, SessionState.CONFIRMED),
        Transition(SessionState.CONFIRMED, "move_lapsed", SYSTEM, SessionState.CONFIRMED, reminds=OTHER),
        Transition(SessionState.CONFIRMED, "auth_failed", PROVIDER, SessionState.CARD_TROUBLE),
        Transition(SessionState.CONFIRMED, "cancel_early", EITHER, SessionState.RELEASING),
        Transition(SessionState.CONFIRMED, "cancel_late_seeker", SEEKER, SessionState.CHARGING),
        Transition(SessionState.CONFIRMED, "cancel_late_consultant", CONSULTANT, SessionState.RELEASING),
        Transition(SessionState.CONFIRMED, "both_joined", SYSTEM, SessionState.FREE_WINDOW),
        # No free minutes left, said when booked.
        Transition(SessionState.CONFIRMED, "both_joined_paying", SYSTEM, SessionState.BILLABLE),
        Transition(SessionState.CONFIRMED, "noshow_seeker", TIME, SessionState.CHARGING),
        Transition(SessionState.CONFIRMED, "noshow_consultant", TIME, SessionState.RELEASING),
        Transition(SessionState.CARD_TROUBLE, "card_ok", PROVIDER, SessionState.CONFIRMED),
        Transition(SessionState.CARD_TROUBLE, "cancel_early", EITHER, SessionState.RELEASING),
        Transition(SessionState.CARD_TROUBLE, "card_deadline", TIME, SessionState.RELEASING, reminds=SEEKER),
        # The talk.
        Transition(SessionState.FREE_WINDOW, "continue", SEEKER, SessionState.BILLABLE),
        Transition(SessionState.FREE_WINDOW, "end_early", EITHER, SessionState.RELEASING),
        Transition(SessionState.FREE_WINDOW, "drop", EITHER | SYSTEM, SessionState.FREE_PAUSED),
        Transition(SessionState.FREE_WINDOW, "free_over_no_answer", TIME, SessionState.RELEASING),
        Transition(SessionState.FREE_PAUSED, "rejoin", SYSTEM, SessionState.FREE_WINDOW),
        Transition(SessionState.FREE_PAUSED, "end_early", EITHER, SessionState.RELEASING),
        Transition(SessionState.FREE_PAUSED, "rejoin_limit", TIME, SessionState.RELEASING, REJOIN_WITHIN),
        Transition(SessionState.BILLABLE, "extend", SYSTEM, SessionState.BILLABLE),
        Transition(SessionState.BILLABLE, "hang_up", EITHER, SessionState.CHARGING),
        Transition(SessionState.BILLABLE, "drop", EITHER | SYSTEM, SessionState.PAID_PAUSED),
        Transition(SessionState.BILLABLE, "time_up", TIME, SessionState.CHARGING),
        # The bank answers while the line is lost.
        Transition(SessionState.PAID_PAUSED, "extend", SYSTEM, SessionState.PAID_PAUSED),
        Transition(SessionState.PAID_PAUSED, "rejoin", SYSTEM, SessionState.BILLABLE),
        Transition(SessionState.PAID_PAUSED, "hang_up", EITHER, SessionState.CHARGING),
        Transition(SessionState.PAID_PAUSED, "rejoin_limit", TIME, SessionState.CHARGING, REJOIN_WITHIN),
        # The money.
        Transition(SessionState.CHARGING, "captured", PROVIDER, SessionState.REVIEW_WINDOW),
        Transition(SessionState.CHARGING, "nothing_due", SYSTEM, SessionState.RELEASING),
        Transition(SessionState.CHARGING, "capture_failed", PROVIDER, SessionState.DEBT),
        Transition(SessionState.DEBT, "paid_by_link", PROVIDER, SessionState.REVIEW_WINDOW),
        Transition(SessionState.DEBT, "debt_limit", TIME, SessionState.CLOSED, PAY_DEBT_WITHIN, SEEKER),
        Transition(SessionState.REVIEW_WINDOW, "complain", SEEKER, SessionState.SESSION_DISPUTE),
        Transition(SessionState.REVIEW_WINDOW, "give_back", CONSULTANT, SessionState.PAYING_OUT),
        Transition(SessionState.REVIEW_WINDOW, "window_over", TIME, SessionState.PAYING_OUT, COMPLAIN_WITHIN),
        # The seeker's bank has kept all of it.
        Transition(SessionState.REVIEW_WINDOW, "recalled", SYSTEM, SessionState.PAYING_OUT),
        Transition(SessionState.SESSION_DISPUTE, "rule", OPERATOR, SessionState.PAYING_OUT),
        Transition(SessionState.SESSION_DISPUTE, "give_back", CONSULTANT, SessionState.PAYING_OUT),
        Transition(SessionState.SESSION_DISPUTE, "answer", CONSULTANT, SessionState.SESSION_DISPUTE),
        Transition(SessionState.SESSION_DISPUTE, "take_back", SEEKER, SessionState.PAYING_OUT),
        Transition(
            SessionState.SESSION_DISPUTE,
            "session_final_rule",
            TIME,
            SessionState.PAYING_OUT,
            RULE_WITHIN,
            OPERATOR | CONSULTANT,
        ),
        Transition(SessionState.SESSION_DISPUTE, "recalled", SYSTEM, SessionState.PAYING_OUT),
        Transition(SessionState.PAYING_OUT, "paid_out", SYSTEM, SessionState.COMPLETED),
        Transition(SessionState.RELEASING, "voided", PROVIDER | SYSTEM, SessionState.CLOSED_FREE),
        Transition(SessionState.RELEASING, "was_captured", PROVIDER, SessionState.PAYING_OUT),
    ),
)

# States in which the slot is taken from the consultant's calendar.
TAKES_THE_SLOT: Final = frozenset(
    {
        SessionState.SLOT_HELD,
        SessionState.REQUESTED,
        SessionState.CONFIRMED,
        SessionState.CARD_TROUBLE,
        SessionState.FREE_WINDOW,
        SessionState.FREE_PAUSED,
        SessionState.BILLABLE,
        SessionState.PAID_PAUSED,
    }
)
# By people, and not while a bank has called it back.
PARTS_MONEY: Final = frozenset({"complain", "give_back", "take_back", "rule"})
# Its money is parted, and perhaps waits for the consultant's account.
SETTLED: Final = SESSION.final | {SessionState.PAYING_OUT}
# What was due was taken.
CHARGED: Final = frozenset(
    {SessionState.REVIEW_WINDOW, SessionState.SESSION_DISPUTE, SessionState.PAYING_OUT, SessionState.COMPLETED}
)
TALKING: Final = frozenset(
    {SessionState.FREE_WINDOW, SessionState.FREE_PAUSED, SessionState.BILLABLE, SessionState.PAID_PAUSED}
)
