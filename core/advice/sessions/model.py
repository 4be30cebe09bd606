"""Booked sessions: the commands with their limits, the process, and the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.advice.availability.local_times import Interval
from core.advice.experts.model import Basis, Policy, Room, Side
from core.kernel.appeals import APPEALS_BIND, appeals
from core.kernel.database import Id, Instant, Minor, OneOf, Table, Versioned, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import Money, MoneyOf
from core.kernel.process import PROVIDER, SYSTEM, TIME, InProcess, Process, Transition

LONGEST_LINE: Final = 3000
MOVES_AT_MOST: Final = 2  # a session may be moved twice; then it is another session
EXTENSIONS_AT_MOST: Final = 3
ASKED_AT_MOST: Final = 5  # consultants at once
TIMES_AT_MOST: Final = 3  # that a seeker proposes

Problem = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]


class BookSession(FrozenModel):
    """Ask for a session at a free slot. `length` in minutes, one that the consultant offers."""

    expert_id: str
    starts_at: AwareDatetime
    length: Annotated[int, Field(ge=15, le=90)]
    problem: Problem


class CallNow(FrozenModel):
    """Ask a consultant who is free now for a session at once; they have two minutes to say yes."""

    expert_id: str
    length: Annotated[int, Field(ge=15, le=90)]
    problem: Problem


class ProposeTimes(FrozenModel):
    """Ask one consultant, or several at once, for one of up to three times; the first yes gets the session."""

    expert_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=ASKED_AT_MOST)]
    times: Annotated[tuple[AwareDatetime, ...], Field(min_length=1, max_length=TIMES_AT_MOST)]
    length: Annotated[int, Field(ge=15, le=90)]
    problem: Problem


@dataclass(frozen=True, slots=True)
class Terms:
    """The price and the rules that were shown before booking. They never change for this session.

    `late_percent` is charged when the seeker cancels within `free_until` of the start, `no_show_percent` when they do
    not come. Both are shares of `price`, which is the most that is ever taken. `free`: minutes without charge.
    """

    price: Money
    basis: Basis
    rate: Money
    commission_bp: int
    policy: Policy
    free_until: timedelta
    late_percent: int
    no_show_percent: int
    free: timedelta

    @property
    def fingerprint(self) -> str:
        """Return the shown terms in a few letters: a booking with this fingerprint accepts only these terms."""
        until, free = (int(each.total_seconds()) // 60 for each in (self.free_until, self.free))
        numbers = (self.price.minor, self.rate.minor, free, until, self.late_percent, self.no_show_percent)
        return "-".join((self.price.currency, self.basis, *map(str, numbers)))


# --- the process ------------------------------------------------------------------------------------------------------

# Silence never charges a seeker: without a "continue" the talk was free. A seeker who said so and talked pays, also if
# the line is lost. Deadlines that depend on the session's own times are passed to `step`.

CARD_WITHIN: Final = timedelta(minutes=15)
ANSWER_WITHIN: Final = timedelta(days=2)
PICKED_CARD_WITHIN: Final = timedelta(hours=12)  # the seeker is not there when the consultant picks a time
INSTANT_ANSWER_WITHIN: Final = timedelta(minutes=2)
LATEST_ANSWER: Final = timedelta(hours=1)  # before the start
CARD_DEADLINE: Final = timedelta(hours=2)  # before the start
NO_SHOW_AFTER: Final = timedelta(minutes=10)
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
    COMPLAINT_RULED = "complaint_ruled"
    COMPLAINT_APPEALED = "complaint_appealed"
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
        Transition(SessionState.SESSION_DISPUTE, "rule", OPERATOR, SessionState.COMPLAINT_RULED),
        Transition(SessionState.SESSION_DISPUTE, "answer", CONSULTANT, SessionState.SESSION_DISPUTE),
        Transition(
            SessionState.SESSION_DISPUTE,
            "session_final_rule",
            TIME,
            SessionState.PAYING_OUT,
            RULE_WITHIN,
            OPERATOR | CONSULTANT,
        ),
        *appeals(SessionState.COMPLAINT_RULED, SessionState.COMPLAINT_APPEALED, SessionState.PAYING_OUT, EITHER),
        # The two can still settle it, or the seeker's bank has kept all of it.
        *(
            Transition(state, event, by, SessionState.PAYING_OUT)
            for state in (SessionState.SESSION_DISPUTE, SessionState.COMPLAINT_RULED, SessionState.COMPLAINT_APPEALED)
            for event, by in (
                ("give_back", CONSULTANT),
                ("grant", CONSULTANT),
                ("take_back", SEEKER),
                ("recalled", SYSTEM),
            )
        ),
        Transition(SessionState.PAYING_OUT, "paid_out", SYSTEM, SessionState.COMPLETED),
        Transition(SessionState.RELEASING, "voided", PROVIDER | SYSTEM, SessionState.CLOSED_FREE),
        Transition(SessionState.RELEASING, "was_captured", PROVIDER, SessionState.PAYING_OUT),
    ),
    binds=frozenset(
        {
            "continue",
            "cancel_early",
            "cancel_late_seeker",
            "cancel_late_consultant",
            "hang_up",
            "complain",
            "give_back",
            "grant",
            "take_back",
            "rule",
        }
    )
    | APPEALS_BIND,
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
PARTS_MONEY: Final = frozenset({"complain", "give_back", "grant", "take_back", "rule", "rule_again"})
# A complaint is not settled yet.
COMPLAINED: Final = frozenset(
    {SessionState.SESSION_DISPUTE, SessionState.COMPLAINT_RULED, SessionState.COMPLAINT_APPEALED}
)
# Its money is parted, and perhaps waits for the consultant's account.
SETTLED: Final = SESSION.final | {SessionState.PAYING_OUT}
# What was due was taken.
CHARGED: Final = frozenset({SessionState.REVIEW_WINDOW, *COMPLAINED, SessionState.PAYING_OUT, SessionState.COMPLETED})
TALKING: Final = frozenset(
    {SessionState.FREE_WINDOW, SessionState.FREE_PAUSED, SessionState.BILLABLE, SessionState.PAID_PAUSED}
)

# --- the tables -------------------------------------------------------------------------------------------------------


class Booking(InProcess[SessionState], Table):
    """One session of a seeker with a consultant, in the process "session"."""

    __tablename__ = "booking"

    state: Mapped[SessionState] = mapped_column(OneOf(SessionState), index=True)
    ref: Mapped[str] = mapped_column(String(8), unique=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("expert.id"))
    consultant: Mapped[str] = mapped_column(Id, index=True)  # person
    consultant_org: Mapped[str] = mapped_column(Id, index=True)
    seeker: Mapped[str] = mapped_column(Id, index=True)  # person
    seeker_org: Mapped[str] = mapped_column(Id)
    made_at: Mapped[datetime] = mapped_column(Instant)
    instant: Mapped[bool] = mapped_column(Boolean)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    length: Mapped[int] = mapped_column(Integer)  # minutes, extensions included
    problem: Mapped[str] = mapped_column(Words)
    room: Mapped[Room] = mapped_column(String(10))
    link: Mapped[str | None] = mapped_column(String(500))  # the consultant's own
    price_minor: Mapped[int] = mapped_column(Minor)
    rate_minor: Mapped[int] = mapped_column(Minor)
    basis: Mapped[Basis] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    commission_bp: Mapped[int] = mapped_column(Integer)
    policy: Mapped[Policy] = mapped_column(String(10))
    free_until_minutes: Mapped[int] = mapped_column(Integer)
    late_percent: Mapped[int] = mapped_column(Integer)
    no_show_percent: Mapped[int] = mapped_column(Integer)
    free_minutes: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer, default=0)  # SEQUENCE of its calendar entry (RFC 5545)
    moves: Mapped[int] = mapped_column(Integer, default=0)
    move_by: Mapped[Side | None] = mapped_column(String(10))  # the side that proposes another time
    move_to: Mapped[datetime | None] = mapped_column(Instant)
    why: Mapped[str | None] = mapped_column(String(40))  # how it ended
    due_minor: Mapped[int] = mapped_column(Minor, default=0)  # the final charge
    ask_id: Mapped[str | None] = mapped_column(Id, index=True)  # shared by all bookings of one group request
    proposed: Mapped[list[str]] = mapped_column(JSON, default=list)  # the seeker's times, ISO 8601
    picked_at: Mapped[datetime | None] = mapped_column(Instant)  # when the consultant said yes to one of them

    __table_args__ = (Index("ix_booking_slot", "expert_id", "starts_at"),)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.length)

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)

    @property
    def times(self) -> tuple[datetime, ...]:
        """Return the seeker's proposed times; empty when they took a slot."""
        return tuple(datetime.fromisoformat(each) for each in self.proposed)

    @property
    def sides(self) -> dict[str, str]:
        """Return the side of each of the two persons."""
        return {self.seeker: "seeker", self.consultant: "consultant"}

    def other_than(self, person_id: str) -> str:
        """Return the person on the other side."""
        return self.consultant if person_id == self.seeker else self.seeker

    @property
    def only_asked(self) -> bool:
        """Return whether this is only a request that the consultant has not accepted: no slot, card or session."""
        return self.ask_id is not None and self.picked_at is None

    price = MoneyOf()
    due = MoneyOf()

    @property
    def terms(self) -> Terms:
        return Terms(
            price=self.price,
            basis=self.basis,
            rate=Money(self.rate_minor, self.currency),
            commission_bp=self.commission_bp,
            policy=self.policy,
            free_until=timedelta(minutes=self.free_until_minutes),
            late_percent=self.late_percent,
            no_show_percent=self.no_show_percent,
            free=timedelta(minutes=self.free_minutes),
        )


class Meeting(Versioned, Table):
    """The server's clock of one session: seconds that have run, and since when they run on."""

    __tablename__ = "meeting"

    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    seeker_here: Mapped[datetime | None] = mapped_column(Instant)  # since when; None: not here
    consultant_here: Mapped[datetime | None] = mapped_column(Instant)
    began_at: Mapped[datetime | None] = mapped_column(Instant)  # both were here for the first time
    running_since: Mapped[datetime | None] = mapped_column(Instant)
    free_seconds: Mapped[int] = mapped_column(Integer, default=0)
    paid_seconds: Mapped[int] = mapped_column(Integer, default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    extension_asked: Mapped[int] = mapped_column(Integer, default=0)  # minutes that the consultant offers
    extensions: Mapped[int] = mapped_column(Integer, default=0)
    extended: Mapped[int] = mapped_column(Integer, default=0)  # minutes that were added to the length, all together

    def here(self, side: str) -> datetime | None:
        """Return since when a side is here; None if it is not."""
        return self.seeker_here if side == "seeker" else self.consultant_here


class ConsentKind(StrEnum):
    CONTINUE = "continue"
    EXTEND = "extend"
    RECORD = "record"


class Consent(Table):
    """A person's consent: what they were told, and where. It is evidence for a bank, and is never changed."""

    __tablename__ = "consent"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id"), index=True)
    kind: Mapped[ConsentKind] = mapped_column(OneOf(ConsentKind))
    person_id: Mapped[str] = mapped_column(Id)
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    terms_version: Mapped[int] = mapped_column(Integer)
    shown: Mapped[str] = mapped_column(Words)  # the sentence on the button's card, as the person read it
    place: Mapped[str] = mapped_column(String(120))  # platform, chat and message
    at: Mapped[datetime] = mapped_column(Instant)


class Line(Table):
    """One message in the room. It is deleted when its time is over; the recap remains."""

    __tablename__ = "session_line"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id"), index=True)
    side: Mapped[Side] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Words)
    files: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Instant)


class HoldState(StrEnum):
    """asked → open (a page) → held or saved; then captured, released, lapsed; refused when the card says no."""

    ASKED = "asked"
    OPEN = "open"
    SAVED = "saved"  # the card is saved, nothing is held yet
    HOLDING = "holding"  # asked to hold on a saved card
    HELD = "held"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    RELEASING = "releasing"
    RELEASED = "released"
    REFUSED = "refused"
    LAPSED = "lapsed"


class HoldPurpose(StrEnum):
    SESSION = "session"
    EXTENSION = "extension"
    DEBT = "debt"  # a charge after the session whose hold was gone


class CardHold(Versioned, Table):
    """Money on the seeker's card for one session. A session that is moved keeps it for as long as it lasts."""

    __tablename__ = "card_hold"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id"))
    number: Mapped[int] = mapped_column(Integer)  # from 1, within the session
    purpose: Mapped[HoldPurpose] = mapped_column(OneOf(HoldPurpose))
    state: Mapped[HoldState] = mapped_column(OneOf(HoldState))
    later: Mapped[bool] = mapped_column(Boolean)  # the card is only kept now, and held a day before the start
    amount_minor: Mapped[int] = mapped_column(Minor)
    captured_minor: Mapped[int] = mapped_column(Minor, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    session_ref: Mapped[str | None] = mapped_column(String(120))
    url: Mapped[str | None] = mapped_column(Words)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)  # when the page expires
    payer_ref: Mapped[str | None] = mapped_column(String(120))
    card_ref: Mapped[str | None] = mapped_column(String(120))
    intent_ref: Mapped[str | None] = mapped_column(String(120), index=True)
    charge_ref: Mapped[str | None] = mapped_column(String(120))
    capture_before: Mapped[datetime | None] = mapped_column(Instant)
    why: Mapped[str | None] = mapped_column(Words)

    __table_args__ = (UniqueConstraint("booking_id", "number"),)

    @property
    def was_held(self) -> bool:
        """Return whether a bank has held it at any time; if not, there is nothing to release."""
        return self.intent_ref is not None

    @property
    def freed(self) -> bool:
        """Return whether more was held than was captured."""
        less = self.state is HoldState.CAPTURED and self.captured < self.amount
        return self.intent_ref is not None and (less or self.state is HoldState.RELEASED)

    amount = MoneyOf()
    captured = MoneyOf()


class Settlement(Table):
    """The split of a session's money, made once."""

    __tablename__ = "session_settlement"

    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    net_minor: Mapped[int] = mapped_column(Minor)  # to the consultant
    fee_minor: Mapped[int] = mapped_column(Minor)  # to the market
    back_minor: Mapped[int] = mapped_column(Minor)  # to the seeker
    at: Mapped[datetime] = mapped_column(Instant)


class Complaint(Table):
    """A complaint: the seeker's words and sum, the consultant's answer, each side's appeal, and the outcome.

    `asked_minor`: what the seeker asks back; None, in old complaints, for all of it. `back_minor`: what goes back of
    the charge, once that is settled. `ruled`: the percent that the consultant keeps, rounded, which older versions
    read. `reason`: an operator's reason. It is empty where the deadline ruled, and None where the two have settled it.
    """

    __tablename__ = "session_complaint"

    booking_id: Mapped[str] = mapped_column(ForeignKey("booking.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Words)
    at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(Words)
    ruled: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(Words)
    asked_minor: Mapped[int | None] = mapped_column(Minor)
    back_minor: Mapped[int | None] = mapped_column(Minor)
    seeker_appeal: Mapped[str | None] = mapped_column(Words)  # reasons why each is not content
    consultant_appeal: Mapped[str | None] = mapped_column(Words)

    def appeal_of(self, side: str) -> str | None:
        """Return why a side is not content with the ruling; None before it appeals."""
        return self.seeker_appeal if side == "seeker" else self.consultant_appeal


class ComplaintRuling(Table):
    """An operator's decision on a complaint, kept for ever. The second one, after an appeal, is by another operator."""

    __tablename__ = "complaint_ruling"

    booking_id: Mapped[str] = mapped_column(ForeignKey("session_complaint.booking_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)  # 1 or 2
    by: Mapped[str] = mapped_column(Id)  # person, an operator
    at: Mapped[datetime] = mapped_column(Instant)
    back_minor: Mapped[int] = mapped_column(Minor)  # to the seeker
    reason: Mapped[str] = mapped_column(Words)
