"""Events about sessions. Persons are ids; amounts are in the session's currency."""

from __future__ import annotations

from datetime import datetime

from core.kernel.events import Event
from core.kernel.money import Money


class SessionFact(Event):
    """`by_person` acted, None when time, the provider or the system did."""

    booking_id: str
    by_person: str | None


class SlotHeld(SessionFact):
    """The slot waits for the seeker's card."""


class TimesProposed(SessionFact):
    """The seeker asks for one of their own times, perhaps others too: the first yes wins."""


class TimePicked(SessionFact):
    """The consultant says yes to `at`; the slot waits for the seeker's card."""

    at: datetime


class PickSecured(SessionFact):
    """The card is good for a time that the consultant has picked already."""


class ProposalEnded(SessionFact):
    """The request ended without a session. `why`: "declined", "expired", "withdrawn", "other_won"."""

    why: str


class CardPageReady(SessionFact):
    """The seeker can add their card at the hold's address."""


class CardPageLapsed(SessionFact):
    """The page has run out; the seeker may ask for another while the session waits."""


class SessionRequested(SessionFact):
    """The card is good; the consultant is asked."""


class OtherTimeOffered(SessionFact):
    """The consultant cannot then, but could at `at`."""

    at: datetime


class SessionConfirmed(SessionFact):
    """Both sides have agreed to the time; calendars are updated."""


class MoveProposed(SessionFact):
    """One side would rather meet at `at`."""

    at: datetime


class MoveLeft(SessionFact):
    """The proposal to move is off: the session stays as it was."""


class MoveLapsed(SessionFact):
    """The proposal to move was not accepted in time: the session stays at `at`."""

    at: datetime


class SessionMoved(SessionFact):
    """Both sides have agreed to another time; calendars are updated."""


class CardTrouble(SessionFact):
    """The card could not be held a day before; the seeker has until two hours before."""

    why: str


class SessionCalledOff(SessionFact):
    """The session will not take place. `fee`: what the seeker pays for cancelling late, often nothing.

    `why`: "declined", "expired", "not_taken", "withdrawn", "abandoned", "cancelled", "card", "noshow_consultant",
    "noshow_both".
    """

    why: str
    fee: Money


class CameIn(SessionFact):
    """One side is here. `side`: "seeker" or "consultant"."""

    side: str


class WentOut(SessionFact):
    """One side is away; the clock is stopped."""

    side: str


class FreeTalkBegan(SessionFact):
    """Both are here: the free minutes run, or run on."""


class FreeMinutesLeft(SessionFact):
    """The countdown: the number of free minutes left."""

    minutes: int


class FreeMinutePassed(SessionFact):
    """Another minute has passed. The sides are not notified, but their cards show it."""


class PaidTimePassed(SessionFact):
    """The paid talk runs on. The sides are not notified, but their cards show its minutes and its cost."""


class FreeMinutesOver(SessionFact):
    """All free minutes are gone, and the seeker has a little while left to say yes."""


class PaidMinutesLeft(SessionFact):
    """The talk comes to its planned end in this many minutes."""

    minutes: int


class YesGivenEarly(SessionFact):
    """The seeker has said "continue" to a talk by the minute: the free minutes that are left run first."""


class PaidTalkBegan(SessionFact):
    """Charging begins: the seeker has said "continue", and no free minutes are left, or none were.

    `why`: "begins" where there were none, "again" where both are back, empty where the seeker has just said so.
    """

    why: str = ""


class ExtensionOffered(SessionFact):
    """The consultant offers `minutes` more for `price`."""

    minutes: int
    price: Money


class SessionExtended(SessionFact):
    """There are `minutes` more."""

    minutes: int


class LineSent(SessionFact):
    """A message in the room, to be delivered to the other side."""

    line_id: str


class TalkEnded(SessionFact):
    """It is over. `why`: "free_end", "silence", "hung_up", "cut_short" (by the consultant), "time_up", "dropped",
    "noshow_seeker"; `due` is charged."""

    why: str
    due: Money


class NothingCharged(SessionFact):
    """The hold is released without a capture. `why`: "never_held" where there was none."""

    why: str = ""


class SessionCharged(SessionFact):
    """The amount due was captured, and is kept for complaints. `rest`: more had been held, and is released."""

    amount: Money
    rest: bool = False


class SessionUnpaid(SessionFact):
    """The charge failed; the seeker gets a link."""

    amount: Money


class MoneyDelayed(SessionFact):
    """The provider has not answered for an hour. `why`: "release" or "capture"; at `until` a hold lapses by itself."""

    why: str
    until: datetime


class SessionNeverPaid(SessionFact):
    """The link was not used in time: the session is closed, and the amount due is lost."""

    amount: Money


class SessionComplained(SessionFact):
    """The seeker complains; nothing is paid out until the complaint is settled.

    `amount` was charged. If no operator decides until `until`, `back` of it is refunded.
    """

    amount: Money
    back: Money
    until: datetime


class ComplaintAnswered(SessionFact):
    """The consultant has answered the complaint."""


class ComplaintRuled(SessionFact):
    """An operator has decided that `back` goes to the seeker. It counts at `until`, unless a side appeals."""

    back: Money
    until: datetime


class ComplaintAppealed(SessionFact):
    """A side is not content with the ruling. Another operator looks at it."""


class SessionSettled(SessionFact):
    """The money is parted. `net` to the consultant, `fee` to the market, `back` to the seeker.

    `again`: the dispute by which a bank had kept this part of it, and has now given it back.
    """

    net: Money
    fee: Money
    back: Money
    again: str = ""


class SessionPaidOut(SessionFact):
    """A payout has gone to the consultant."""


class SessionReminder(SessionFact):
    """The session begins soon. `when`: "day", "hour", "minutes"; "start" when a side is not there yet.

    `until`: with "day", until when cancelling costs the seeker nothing.
    """

    when: str
    until: datetime | None = None


class SessionFollowedUp(SessionFact):
    """Two weeks have passed; the seeker may want another session."""


class SessionCompleted(SessionFact):
    """All money has arrived where it goes; both may rate."""
