"""Pure decisions about sessions: price, policy, deadlines, the final charge, and the time on the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from core.advice.availability.slots import FURTHEST
from core.advice.experts.model import Policy as PolicyName
from core.advice.experts.model import Rate
from core.advice.free_minutes import FREE_WINDOW
from core.advice.sessions.model import (
    ANSWER_WITHIN,
    CARD_DEADLINE,
    CARD_WITHIN,
    GRACE,
    INSTANT_ANSWER_WITHIN,
    LATEST_ANSWER,
    NO_SHOW_AFTER,
    PICKED_CARD_WITHIN,
    Terms,
)
from core.kernel.decimals import half_up
from core.kernel.errors import Invalid
from core.kernel.money import Money

COMMISSION_BP: Final = 1_500  # fee on a session's charge, where the settings name no other
HOLD_AT_ONCE: Final = timedelta(days=5)  # a card holds for seven days at most, Visa for less when its owner is away
AUTHORISE_BEFORE: Final = timedelta(hours=24)  # well within the four days and eighteen hours that Visa then gives
CHECK_IN_BEFORE: Final = timedelta(minutes=10)
PROPOSED_AHEAD: Final = timedelta(hours=2)  # the nearest time that may be proposed
A_DAY_BEFORE: Final = timedelta(hours=24)
TO_DECIDE: Final = timedelta(hours=3)  # after a reminder, before cancelling begins to cost
REMINDERS: Final = {"hour": timedelta(hours=1), "minutes": CHECK_IN_BEFORE}
ENDS_SOON: Final = timedelta(minutes=5)  # before the planned end of a paid talk, to offer more time
REQUESTS_OPEN_AT_MOST: Final = 3  # questions of one seeker that wait for a first yes
BANK_SHOWS_WITHIN: Final = timedelta(days=7)  # most banks show a hold gone sooner (after a hold on a card)
UNRULED_PERCENT: Final = 50  # for a dispute that no operator decided within its time


@dataclass(frozen=True, slots=True)
class Policy:
    """`late_percent` inside `free_until` before the start, `no_show_percent` for not coming; shares of the price."""

    free_until: timedelta
    late_percent: int
    no_show_percent: int


# As consultants' markets have them: free to cancel until hours before, a half or the whole after that.
POLICIES: Final = {
    "flexible": Policy(timedelta(hours=2), 0, 50),
    "standard": Policy(timedelta(hours=24), 50, 100),
    "strict": Policy(timedelta(hours=48), 100, 100),
}


def reminders(terms: Terms) -> dict[str, timedelta]:
    """Return how long before the start both are reminded; the first reminder comes while cancelling is still free."""
    return {"day": max(A_DAY_BEFORE, terms.free_until + TO_DECIDE), **REMINDERS}


def terms_of(rate: Rate, length: int, policy: PolicyName, commission_bp: int, *, free: bool) -> Terms:
    """Return the highest price of a session of this many minutes, and its conditions.

    `free=False`: the pair, or the seeker this week, has had its free minutes; all of the talk is charged.
    """
    window = FREE_WINDOW if free else timedelta()
    rule = POLICIES[policy]
    return Terms(
        price=price_of(rate, length, window),
        basis=rate.basis,
        rate=rate.amount,
        commission_bp=commission_bp,
        policy=policy,
        free_until=rule.free_until,
        late_percent=rule.late_percent,
        no_show_percent=rule.no_show_percent,
        free=window,
    )


def price_of(rate: Rate, length: int, free: timedelta) -> Money:
    """Return the whole price, for the session or for the planned minutes that are not free."""
    if rate.basis == "session":
        return rate.amount
    minutes = length - int(free.total_seconds()) // 60
    return Money(rate.minor * minutes, rate.currency)


def answer_by(now: datetime, starts_at: datetime, *, instant: bool) -> datetime:
    """Return when a request expires: after two days, an hour before the start, or two minutes if instant."""
    if instant:
        return now + INSTANT_ANSWER_WITHIN
    return min(now + ANSWER_WITHIN, max(starts_at - LATEST_ANSWER, now + INSTANT_ANSWER_WITHIN))


def move_answer_by(now: datetime, starts_at: datetime, move_to: datetime, free_until: timedelta) -> datetime:
    """Return when a proposal to move expires: after two days, and at the latest an hour before either time. While
    cancelling is free, it also expires in good time before that ends. If little time is left until such a limit, half
    of it is given.
    """
    first, free = min(starts_at, move_to), starts_at - free_until
    ends = [now + ANSWER_WITHIN, max(first - LATEST_ANSWER, now + (first - now) / 2)]
    if free > now:
        ends.append(max(free - TO_DECIDE, now + (free - now) / 2))
    return max(min(ends), now + INSTANT_ANSWER_WITHIN)


def check_times(times: Sequence[datetime], now: datetime) -> None:
    """Raise Invalid for a proposed time too near to be answered, or further ahead than calendars reach."""
    for time in times:
        if time < now + PROPOSED_AHEAD:
            raise Invalid("session.proposed_too_soon", field="times", at=time)
        if time > now + FURTHEST:
            raise Invalid("session.proposed_too_far", field="times", at=time, days=FURTHEST.days)


def pick_by(now: datetime, times: Sequence[datetime]) -> datetime:
    """Return when a group request expires: after two days, an hour before the first time at the latest."""
    return min(now + ANSWER_WITHIN, min(times) - LATEST_ANSWER)


def card_after_pick_by(now: datetime, at: datetime) -> datetime:
    """Return the card's deadline: half a day, or less: at the latest it is an hour before the start."""
    return max(min(now + PICKED_CARD_WITHIN, at - LATEST_ANSWER), now + CARD_WITHIN)


def confirmed_deadlines(starts_at: datetime, now: datetime) -> dict[str, datetime]:
    """Return the no-show deadlines: ten minutes after the start, or after now for a session that begins at once."""
    due = max(starts_at, now) + NO_SHOW_AFTER
    return {"noshow_seeker": due, "noshow_consultant": due}


def card_deadline(starts_at: datetime, now: datetime) -> datetime:
    return max(starts_at - CARD_DEADLINE, now + CARD_WITHIN)


def hold_later(now: datetime, ends_at: datetime) -> bool:
    """Return whether a hold placed today would expire before the charge. Then the card is only saved for now."""
    return ends_at > now + HOLD_AT_ONCE


def authorise_at(starts_at: datetime, now: datetime) -> datetime:
    return max(starts_at - AUTHORISE_BEFORE, now)


def free_left(used: timedelta, terms: Terms) -> timedelta:
    return max(terms.free - used, timedelta())


def charged_of(free: timedelta, paid: timedelta, terms: Terms) -> timedelta:
    """Return the charged part of the time since the yes. After an early yes, unused free minutes stay free."""
    return max(paid - free_left(free, terms), timedelta())


def free_over_at(now: datetime, used: timedelta, terms: Terms) -> datetime:
    """Return when silence ends the talk free: after the free minutes that are left, and two to answer in."""
    return now + free_left(used, terms) + GRACE


def free_minutes_left(used: timedelta, terms: Terms) -> int:
    """Return the free minutes left as people count them: the running one is included."""
    return minutes_of(free_left(used, terms))


def is_late(now: datetime, starts_at: datetime, terms: Terms) -> bool:
    return now > starts_at - terms.free_until


def late_fee(terms: Terms) -> Money:
    return share(terms.price, terms.late_percent)


def no_show_fee(terms: Terms) -> Money:
    return share(terms.price, terms.no_show_percent)


def net_of(due: Money, terms: Terms) -> Money:
    """Return the amount for the consultant, after our fee."""
    return due - due.share(terms.commission_bp)


def share(amount: Money, percent: int) -> Money:
    """Return this percentage of an amount, rounded half up, never more than all of it."""
    return Money(min(half_up(Fraction(amount.minor * percent, 100)), amount.minor), amount.currency)


def back_of(charged: Money, part: Fraction) -> Money:
    """Return the refund when this part of a charge goes back, rounded half up. A part of all is that sum itself."""
    return Money(half_up(charged.minor * part), charged.currency)


def unruled_back(asked: Money) -> Money:
    """Return the refund when no operator decides a complaint within its time: half of what was asked, rounded down."""
    return asked - share(asked, UNRULED_PERCENT)


def percent_kept(back: Money, charged: Money) -> int:
    """Return the percent of a charge that the consultant keeps, rounded half up."""
    return 100 - half_up(Fraction(back.minor * 100, charged.minor)) if charged else 100


@dataclass(frozen=True, slots=True)
class MoreTime:
    """The extensions of a talk: their price, their minutes, and how long the talk used them."""

    price: Money
    minutes: int
    used: timedelta


def due_for(terms: Terms, paid: timedelta, more: MoreTime, promised: timedelta | None = None) -> Money:
    """Return the price of a talk that was continued, with `paid` as its charged time. It is one price, or the rate of
    each minute begun, at least one.

    Extensions are charged by each minute begun, also where the talk has one price. Half an hour added and five minutes
    used costs five minutes. The total is never more than price and extensions together.

    `promised`: the charged time that one price was for, given if the consultant did not stay for it. Then each minute
    begun is charged as its share of the price.
    """
    if terms.basis == "session":
        used = min(minutes_of(more.used), more.minutes)
        return _given(terms.price, paid - more.used, promised) + part_of(more.price, used, more.minutes)
    minutes = max(minutes_of(paid), 1)
    return min(Money(terms.rate.minor * minutes, terms.rate.currency), terms.price + more.price)


def _given(price: Money, paid: timedelta, promised: timedelta | None) -> Money:
    """Return the one price, or the given part of it, by the time that a consultant had promised."""
    whole = 0 if promised is None else minutes_of(promised)
    return part_of(price, min(minutes_of(paid), whole), whole) if whole else price


def part_of(price: Money, used: int, whole: int) -> Money:
    """Return the price of `used` out of `whole` minutes, rounded half up; the full price when `whole` is zero."""
    return Money(half_up(Fraction(price.minor * used, whole)), price.currency) if whole else price


def price_of_more(terms: Terms, planned: int, minutes: int) -> Money:
    """Return the price of more minutes: each at its rate, or a share of the one price."""
    if terms.basis == "minute":
        return Money(terms.rate.minor * minutes, terms.rate.currency)
    return part_of(terms.price, minutes, planned)


def minutes_of(time: timedelta) -> int:
    """Return the minutes as they are charged and shown: the last one begun counts."""
    return -(-int(time.total_seconds()) // 60)


def check_length(length: int, offered: list[int]) -> None:
    """Raises Invalid for a length that the consultant does not offer."""
    if length not in offered:
        raise Invalid("session.length", field="length", given=length, known=tuple(offered))


def out_of(charges: Sequence[Money], amount: Money) -> list[Money]:
    """Split `amount` over the charges, the earlier ones first, so that none gives more than it has."""
    left, parts = amount, []
    for charge in charges:
        share = min(left, charge)
        parts.append(share)
        left -= share
    return parts
