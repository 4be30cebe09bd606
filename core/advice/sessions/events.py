"""Events about sessions. Persons are ids; amounts are in the session's currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.kernel.events import Event
from core.kernel.money import Money


@dataclass(frozen=True, slots=True)
class SessionFact(Event):
    """`by_person` acted, None when time, the provider or the system did."""

    booking_id: str
    by_person: str | None


@dataclass(frozen=True, slots=True)
class SlotHeld(SessionFact):
    """The slot waits for the seeker's card."""


@dataclass(frozen=True, slots=True)
class TimesProposed(SessionFact):
    """The seeker asks for one of their own times, perhaps others too: the first yes wins."""


@dataclass(frozen=True, slots=True)
class TimePicked(SessionFact):
    """The consultant says yes to `at`; the slot waits for the seeker's card."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PickSecured(SessionFact):
    """The card is good for a time that the consultant has picked already."""


@dataclass(frozen=True, slots=True)
class ProposalEnded(SessionFact):
    """The request ended without a session. `why`: "declined", "expired", "withdrawn", "other_won"."""

    why: str


@dataclass(frozen=True, slots=True)
class CardPageReady(SessionFact):
    """The seeker can add their card at the hold's address."""


@dataclass(frozen=True, slots=True)
class CardPageLapsed(SessionFact):
    """The page has run out; the seeker may ask for another while the session waits."""


@dataclass(frozen=True, slots=True)
class SessionRequested(SessionFact):
    """The card is good; the consultant is asked."""


@dataclass(frozen=True, slots=True)
class OtherTimeOffered(SessionFact):
    """The consultant cannot then, but could at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SessionConfirmed(SessionFact):
    """Both sides have agreed to the time; calendars are updated."""


@dataclass(frozen=True, slots=True)
class MoveProposed(SessionFact):
    """One side would rather meet at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class MoveLeft(SessionFact):
    """The proposal to move is off: the session stays as it was."""


@dataclass(frozen=True, slots=True)
class MoveLapsed(SessionFact):
    """The proposal to move was not accepted in time: the session stays at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SessionMoved(SessionFact):
    """Both sides have agreed to another time; calendars are updated."""


@dataclass(frozen=True, slots=True)
class CardTrouble(SessionFact):
    """The card could not be held a day before; the seeker has until two hours before."""

    why: str


@dataclass(frozen=True, slots=True)
class SessionCalledOff(SessionFact):
    """The session will not take place. `fee`: what the seeker pays for cancelling late, often nothing.

    `why`: "declined", "expired", "not_taken", "withdrawn", "abandoned", "cancelled", "card", "noshow_consultant",
    "noshow_both".
    """

    why: str
    fee: Money


@dataclass(frozen=True, slots=True)
class CameIn(SessionFact):
    """One side is here. `side`: "seeker" or "consultant"."""

    side: str


@dataclass(frozen=True, slots=True)
class WentOut(SessionFact):
    """One side is away; the clock is stopped."""

    side: str


@dataclass(frozen=True, slots=True)
class FreeTalkBegan(SessionFact):
    """Both are here: the free minutes run, or run on."""


@dataclass(frozen=True, slots=True)
class FreeMinutesLeft(SessionFact):
    """The countdown: the number of free minutes left."""

    minutes: int


@dataclass(frozen=True, slots=True)
class FreeMinutePassed(SessionFact):
    """Another minute has passed. The sides are not notified, but their cards show it."""


@dataclass(frozen=True, slots=True)
class FreeMinutesOver(SessionFact):
    """All free minutes are gone, and the seeker has a little while left to say yes."""


@dataclass(frozen=True, slots=True)
class PaidMinutesLeft(SessionFact):
    """The talk comes to its planned end in this many minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class YesGivenEarly(SessionFact):
    """The seeker has said "continue" to a talk by the minute: the free minutes that are left run first."""


@dataclass(frozen=True, slots=True)
class PaidTalkBegan(SessionFact):
    """Charging begins: the seeker has said "continue", and no free minutes are left, or none were.

    `why`: "begins" where there were none, "again" where both are back, empty where the seeker has just said so.
    """

    why: str = ""


@dataclass(frozen=True, slots=True)
class ExtensionOffered(SessionFact):
    """The consultant offers `minutes` more for `price`."""

    minutes: int
    price: Money


@dataclass(frozen=True, slots=True)
class SessionExtended(SessionFact):
    """There are `minutes` more."""

    minutes: int


@dataclass(frozen=True, slots=True)
class LineSaid(SessionFact):
    """A message in the room, to be delivered to the other side."""

    line_id: str


@dataclass(frozen=True, slots=True)
class TalkEnded(SessionFact):
    """It is over. `why`: "free_end", "silence", "hung_up", "cut_short" (by the consultant), "time_up", "dropped",
    "noshow_seeker"; `due` is charged."""

    why: str
    due: Money


@dataclass(frozen=True, slots=True)
class NothingCharged(SessionFact):
    """The hold is released without a capture. `why`: "never_held" where there was none."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class SessionCharged(SessionFact):
    """The amount due was captured, and is kept for the complaint window.

    `rest`: more had been held, and is released.
    """

    amount: Money
    rest: bool = False


@dataclass(frozen=True, slots=True)
class SessionUnpaid(SessionFact):
    """The charge failed; the seeker gets a link."""

    amount: Money


@dataclass(frozen=True, slots=True)
class MoneyDelayed(SessionFact):
    """The provider has not answered for an hour. `why`: "release" or "capture"; at `until` a hold lapses by itself."""

    why: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SessionNeverPaid(SessionFact):
    """The link was not used in time: the session is closed, and the amount due is lost."""

    amount: Money


@dataclass(frozen=True, slots=True)
class SessionComplained(SessionFact):
    """The seeker complains; nothing is paid out until the complaint is settled.

    `amount` was charged. If no operator decides until `until`, `back` of it is refunded.
    """

    amount: Money
    back: Money
    until: datetime


@dataclass(frozen=True, slots=True)
class ComplaintAnswered(SessionFact):
    """The consultant has answered the complaint."""


@dataclass(frozen=True, slots=True)
class SessionSettled(SessionFact):
    """The money is parted. `net` to the consultant, `fee` to the market, `back` to the seeker.

    `again`: the dispute by which a bank had kept this part of it, and has now given it back.
    """

    net: Money
    fee: Money
    back: Money
    again: str = ""


@dataclass(frozen=True, slots=True)
class SessionPaidOut(SessionFact):
    """A payout has gone to the consultant."""


@dataclass(frozen=True, slots=True)
class SessionReminder(SessionFact):
    """The session begins soon. `when`: "day", "hour", "minutes"; "start" when a side is not there yet.

    `until`: with "day", until when cancelling costs the seeker nothing.
    """

    when: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionFollowedUp(SessionFact):
    """Two weeks have passed; the seeker may want another session."""


@dataclass(frozen=True, slots=True)
class SessionCompleted(SessionFact):
    """All money has arrived where it goes; both may rate."""
