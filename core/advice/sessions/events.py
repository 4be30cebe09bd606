"""What happens to sessions, as facts for whoever listens. Persons by id; amounts in the session's currency."""

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
    """Nothing comes of this question. `why`: "declined", "expired", "withdrawn", "other_won"."""

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
    """Both have said yes to the time; calendars are told."""


@dataclass(frozen=True, slots=True)
class MoveProposed(SessionFact):
    """One side would rather meet at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class MoveLeft(SessionFact):
    """The proposal is off: it stays as it was."""


@dataclass(frozen=True, slots=True)
class MoveLapsed(SessionFact):
    """Nobody has said yes to the proposal in time: it stays at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SessionMoved(SessionFact):
    """Both have said yes to another time; calendars are told."""


@dataclass(frozen=True, slots=True)
class CardTrouble(SessionFact):
    """The card could not be held a day before; the seeker has until two hours before."""

    why: str


@dataclass(frozen=True, slots=True)
class SessionCalledOff(SessionFact):
    """It will not take place. `why`: "declined", "expired", "not_taken", "withdrawn", "abandoned", "cancelled", "card",
    "noshow_consultant", "noshow_both"; `fee` is what the seeker pays for cancelling late, often nothing."""

    why: str
    fee: Money


@dataclass(frozen=True, slots=True)
class CameIn(SessionFact):
    """One side is here. `side`: "seeker" or "consultant"."""

    side: str


@dataclass(frozen=True, slots=True)
class WentOut(SessionFact):
    """One side is away; the clock stands still."""

    side: str


@dataclass(frozen=True, slots=True)
class FreeTalkBegan(SessionFact):
    """Both are here: the free minutes run, or run on."""


@dataclass(frozen=True, slots=True)
class FreeMinutesLeft(SessionFact):
    """The countdown: so many of the free minutes are left."""

    minutes: int


@dataclass(frozen=True, slots=True)
class FreeMinutePassed(SessionFact):
    """Another minute is gone, of which nobody has to be told: whoever looks sees it."""


@dataclass(frozen=True, slots=True)
class FreeMinutesOver(SessionFact):
    """All free minutes are gone, and the seeker has a little while left to say yes."""


@dataclass(frozen=True, slots=True)
class PaidMinutesLeft(SessionFact):
    """The talk comes to its planned end in so many minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class YesGivenEarly(SessionFact):
    """The seeker has said "continue" to a talk by the minute: the free minutes that are left run first."""


@dataclass(frozen=True, slots=True)
class PaidTalkBegan(SessionFact):
    """From here on it is charged: the seeker has said "continue", and no free minutes are left, or none were.

    `why`: "begins" where there were none, "again" where both are back; nothing where the seeker has just said so.
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
    """Something was said in the room: to be brought to the other side."""

    line_id: str


@dataclass(frozen=True, slots=True)
class TalkEnded(SessionFact):
    """It is over. `why`: "free_end", "silence", "hung_up", "cut_short" (by the consultant), "time_up", "dropped",
    "noshow_seeker"; `due` is charged."""

    why: str
    due: Money


@dataclass(frozen=True, slots=True)
class NothingCharged(SessionFact):
    """The hold is gone, and nothing was taken. `why`: "never_held" where there was none."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class SessionCharged(SessionFact):
    """What was due was taken, and is kept for the complaint window. `rest`: more had been held, and is set free."""

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
    """The link was not used in its time: the session is closed, and what was due is lost."""

    amount: Money


@dataclass(frozen=True, slots=True)
class SessionComplained(SessionFact):
    """The seeker says what was wrong; nothing is paid out until it is settled.

    `amount` is what was charged; when nobody has decided `until` then, `back` of it goes back to the seeker.
    """

    amount: Money
    back: Money
    until: datetime


@dataclass(frozen=True, slots=True)
class ComplaintAnswered(SessionFact):
    """The consultant has said something to it."""


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
    """It begins soon. `when`: "day", "hour", "minutes"; "start" when somebody is not there yet.

    `until`: with "day", until when calling it off costs the seeker nothing.
    """

    when: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionFollowedUp(SessionFact):
    """Two weeks have passed; the seeker may want another session."""


@dataclass(frozen=True, slots=True)
class SessionCompleted(SessionFact):
    """All money has arrived where it goes; both may rate."""
