"""The course of a session, from the slot that is held while a card is added to the payout, as one table.

Silence never charges anybody: who does not say "continue" has had a free talk. Who said so and talked pays, also when
the line is lost. Deadlines that hang on the session's own times are handed to `step` (see `rules.dues`).
"""

from __future__ import annotations

from datetime import timedelta
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

SESSION: Final = Process(
    name="session",
    initial="slot_held",
    also_begins=frozenset({"proposed"}),
    final=frozenset({"closed", "closed_free", "completed"}),
    transitions=(
        # Times are proposed, to one consultant or to several: no card yet, and no slot. The first yes wins.
        Transition("proposed", "pick_time", CONSULTANT, "slot_held"),
        Transition("proposed", "decline", CONSULTANT, "closed"),
        Transition("proposed", "withdraw", SEEKER, "closed"),
        Transition("proposed", "other_won", SYSTEM, "closed"),
        Transition("proposed", "idle", TIME, "closed", ANSWER_WITHIN, CONSULTANT),
        # The slot is theirs while they add a card.
        Transition("slot_held", "card_ok", PROVIDER, "requested"),
        Transition("slot_held", "abandon", SEEKER, "closed"),
        Transition("slot_held", "hold_expired", TIME, "closed", CARD_WITHIN, SEEKER),
        # The consultant answers.
        Transition("requested", "accept", CONSULTANT | SYSTEM, "confirmed"),  # at once, who has picked the time
        Transition("requested", "other_time", CONSULTANT, "countered"),
        Transition("requested", "decline", CONSULTANT, "releasing"),
        Transition("requested", "withdraw", SEEKER, "releasing"),
        Transition("requested", "request_expired", TIME, "releasing", reminds=CONSULTANT),
        Transition("countered", "take_time", SEEKER, "confirmed"),
        Transition("countered", "withdraw", SEEKER, "releasing"),
        Transition("countered", "decline", CONSULTANT, "releasing"),
        Transition("countered", "request_expired", TIME, "releasing", reminds=SEEKER),
        # Agreed, and waiting for the day.
        Transition("confirmed", "propose_move", EITHER, "confirmed"),
        Transition("confirmed", "take_move", OTHER, "confirmed"),
        Transition("confirmed", "leave_move", EITHER, "confirmed"),
        Transition("confirmed", "move_lapsed", SYSTEM, "confirmed", reminds=OTHER),
        Transition("confirmed", "auth_failed", PROVIDER, "card_trouble"),
        Transition("confirmed", "cancel_early", EITHER, "releasing"),
        Transition("confirmed", "cancel_late_seeker", SEEKER, "charging"),
        Transition("confirmed", "cancel_late_consultant", CONSULTANT, "releasing"),
        Transition("confirmed", "both_joined", SYSTEM, "free_window"),
        Transition("confirmed", "both_joined_paying", SYSTEM, "billable"),  # no free minutes left, said when booked
        Transition("confirmed", "noshow_seeker", TIME, "charging"),
        Transition("confirmed", "noshow_consultant", TIME, "releasing"),
        Transition("card_trouble", "card_ok", PROVIDER, "confirmed"),
        Transition("card_trouble", "cancel_early", EITHER, "releasing"),
        Transition("card_trouble", "card_deadline", TIME, "releasing", reminds=SEEKER),
        # The talk.
        Transition("free_window", "continue", SEEKER, "billable"),
        Transition("free_window", "end_early", EITHER, "releasing"),
        Transition("free_window", "drop", EITHER | SYSTEM, "free_paused"),
        Transition("free_window", "free_over_no_answer", TIME, "releasing"),
        Transition("free_paused", "rejoin", SYSTEM, "free_window"),
        Transition("free_paused", "end_early", EITHER, "releasing"),
        Transition("free_paused", "rejoin_limit", TIME, "releasing", REJOIN_WITHIN),
        Transition("billable", "extend", SYSTEM, "billable"),
        Transition("billable", "hang_up", EITHER, "charging"),
        Transition("billable", "drop", EITHER | SYSTEM, "paid_paused"),
        Transition("billable", "time_up", TIME, "charging"),
        Transition("paid_paused", "extend", SYSTEM, "paid_paused"),  # the bank answers while the line is lost
        Transition("paid_paused", "rejoin", SYSTEM, "billable"),
        Transition("paid_paused", "hang_up", EITHER, "charging"),
        Transition("paid_paused", "rejoin_limit", TIME, "charging", REJOIN_WITHIN),
        # The money.
        Transition("charging", "captured", PROVIDER, "review_window"),
        Transition("charging", "nothing_due", SYSTEM, "releasing"),
        Transition("charging", "capture_failed", PROVIDER, "debt"),
        Transition("debt", "paid_by_link", PROVIDER, "review_window"),
        Transition("debt", "debt_limit", TIME, "closed", PAY_DEBT_WITHIN, SEEKER),
        Transition("review_window", "complain", SEEKER, "session_dispute"),
        Transition("review_window", "give_back", CONSULTANT, "paying_out"),
        Transition("review_window", "window_over", TIME, "paying_out", COMPLAIN_WITHIN),
        Transition("review_window", "recalled", SYSTEM, "paying_out"),  # the seeker's bank has kept all of it
        Transition("session_dispute", "rule", OPERATOR, "paying_out"),
        Transition("session_dispute", "give_back", CONSULTANT, "paying_out"),
        Transition("session_dispute", "answer", CONSULTANT, "session_dispute"),
        Transition("session_dispute", "take_back", SEEKER, "paying_out"),
        Transition("session_dispute", "session_final_rule", TIME, "paying_out", RULE_WITHIN, OPERATOR | CONSULTANT),
        Transition("session_dispute", "recalled", SYSTEM, "paying_out"),
        Transition("paying_out", "paid_out", SYSTEM, "completed"),
        Transition("releasing", "voided", PROVIDER | SYSTEM, "closed_free"),
        Transition("releasing", "was_captured", PROVIDER, "paying_out"),
    ),
)

# States in which the slot is taken from the consultant's calendar.
TAKES_THE_SLOT: Final = frozenset(
    {"slot_held", "requested", "confirmed", "card_trouble", "free_window", "free_paused", "billable", "paid_paused"}
)
# By people, and not while a bank has called it back.
PARTS_MONEY: Final = frozenset({"complain", "give_back", "take_back", "rule"})
SETTLED: Final = SESSION.final | {"paying_out"}  # its money is parted, and perhaps waits for the consultant's account
CHARGED: Final = frozenset({"review_window", "session_dispute", "paying_out", "completed"})  # what was due was taken
TALKING: Final = frozenset({"free_window", "free_paused", "billable", "paid_paused"})
