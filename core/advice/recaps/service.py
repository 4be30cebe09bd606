"""The recap, from the draft to the seeker; the kept talk, word for word; and the deletion of both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, or_, select

from core.advice.recaps import events, rules
from core.advice.recaps.model import (
    LINES_KEPT,
    RECAP,
    RECORDING,
    EditRecap,
    Recap,
    RecapState,
    Recording,
    RecordingState,
)
from core.advice.recaps.rules import SpokenLine
from core.advice.sessions import meeting
from core.advice.sessions.model import SETTLED, TALKING, Booking, ConsentKind, Line, SessionState
from core.advice.sessions.service import booking_for, mine, side_of, sides
from core.kernel.errors import NotFound, Refusal, Stale
from core.kernel.money import Money
from core.kernel.process import enter, step
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.service import person_of
from core.people.files.service import erase
from core.shop.purchases import service as purchases
from core.shop.purchases.model import Thing

LINES = "session_lines"
KEPT_LONG_ENOUGH = "kept_long_enough"

# --- the recap --------------------------------------------------------------------------------------------------------


def talk_is_over(ctx: Ctx, booking: Booking, *, paid: bool) -> None:
    """Draft the recap of a paid talk, and set the timer that deletes its lines."""
    set_timer(ctx.session, Timer(LINES, booking.id, KEPT_LONG_ENOUGH, ctx.now + LINES_KEPT))
    recording = ctx.session.get(Recording, booking.id)
    if recording is not None and recording.state == RecordingState.AGREED:
        ctx.announce(events.RecordingForSale(booking.id, None))
    if not paid or ctx.session.get(Recap, booking.id) is not None:
        return
    names = {"seeker": person_of(ctx, booking.seeker).name, "consultant": person_of(ctx, booking.consultant).name}
    lines = (SpokenLine(names[line.side], line.text) for line in lines_of(ctx, booking.id))
    made = rules.draft(booking.problem, lines, list(names.values()))
    recap = Recap(id=booking.id, topics=list(made.topics), decisions=list(made.decisions), steps=list(made.steps))
    enter(ctx, RECAP, recap, RECAP.initial)
    ctx.session.add(recap)
    ctx.announce_change(events.RecapDrafted(booking.id, None))


def edit_recap(ctx: Ctx, command: EditRecap, expected_version: int | None = None) -> Recap:
    """Replace the draft by the consultant's own words. Raises Stale once it is sent, NotAllowed, NotFound."""
    recap = _recap(ctx, command.booking_id, expected_version)
    booking = booking_for(ctx, recap.id)
    step(ctx, RECAP, recap, "edit", sides(ctx, booking))
    recap.topics, recap.decisions, recap.steps = list(command.topics), list(command.decisions), list(command.steps)
    ctx.announce_change(events.RecapEdited(booking.id, ctx.actor.person))
    return recap


def send_recap(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Recap:
    """Send the recap to the seeker, as it is. Raises Refusal for an empty one."""
    recap = _recap(ctx, booking_id, expected_version)
    if not (recap.topics or recap.decisions or recap.steps):
        raise Refusal("recap.empty")
    step(ctx, RECAP, recap, "send", sides(ctx, booking_for(ctx, recap.id)))
    ctx.announce_change(events.RecapSent(recap.id, ctx.actor.person))
    return recap


def recap_of(ctx: Ctx, booking_id: str) -> Recap | None:
    """Return the recap as the acting person may see it: the draft is visible to the consultant only."""
    booking = booking_for(ctx, booking_id)
    recap = ctx.session.get(Recap, booking.id)
    hidden = recap is not None and recap.state == RecapState.DRAFT and side_of(ctx, booking) == "seeker"
    return None if hidden else recap


# --- a talk word for word ---------------------------------------------------------------------------------------------


def ask_recording(ctx: Ctx, booking_id: str, *, shown: str, place: str) -> Recording:
    """Ask the other side to keep the talk in the room. The request is also the asking side's own consent.

    It can be made once: after a refusal the other side is not asked again. Raises Stale, Refusal.
    """
    booking = mine(ctx, booking_id, None)
    if booking.state not in TALKING or booking.room != "chat":
        raise Stale
    if ctx.session.get(Recording, booking.id) is not None:
        raise Refusal("recording.asked_already")
    person = ctx.actor.person
    assert person is not None, "a stranger does not find the session"
    recording = Recording(id=booking.id, asked_by=person, asked_at=ctx.now)
    enter(ctx, RECORDING, recording, RECORDING.initial)
    ctx.session.add(recording)
    _consent(ctx, booking, shown, place)
    ctx.announce(events.RecordingAsked(booking.id, person))
    return recording


def agree_recording(
    ctx: Ctx, booking_id: str, *, shown: str, place: str, expected_version: int | None = None
) -> Recording:
    """Record the other side's consent."""
    recording, booking = _recording(ctx, booking_id, expected_version)
    step(ctx, RECORDING, recording, "agree", roles(ctx, booking, recording))
    _consent(ctx, booking, shown, place)
    ctx.announce(events.RecordingAgreed(booking.id, ctx.actor.person))
    return recording


def refuse_recording(ctx: Ctx, booking_id: str, expected_version: int | None = None) -> Recording:
    """Record the other side's refusal, or the asking side's withdrawal."""
    recording, booking = _recording(ctx, booking_id, expected_version)
    _end_recording(ctx, booking, recording, "refuse", roles(ctx, booking, recording))
    return recording


def recording_of(ctx: Ctx, booking_id: str) -> Recording | None:
    return ctx.session.get(Recording, booking_for(ctx, booking_id).id)


def roles(ctx: Ctx, booking: Booking, recording: Recording) -> list[str]:
    """Return the acting person's side, and "other" when they are the one to answer."""
    side = side_of(ctx, booking)
    return [] if side is None else [side] if recording.asked_by == ctx.actor.person else [side, "other"]


def may_buy(ctx: Ctx, booking_id: str) -> bool:
    """Return whether the acting person can have the talk kept now: the seeker can, once it is over."""
    booking, recording = booking_for(ctx, booking_id), recording_of(ctx, booking_id)
    over = booking.state not in (SessionState.CONFIRMED, *TALKING)
    agreed = recording is not None and recording.state == RecordingState.AGREED
    return over and agreed and side_of(ctx, booking) == "seeker"


def bought(ctx: Ctx, purchase_id: str, booking_id: str) -> None:
    """Keep a paid talk for a year. A talk that was deleted meanwhile cannot be sold, so its price is refunded."""
    recording = ctx.session.get(Recording, booking_id, with_for_update=True)
    if recording is None or recording.state != RecordingState.AGREED:
        purchases.give_back(ctx, purchase_id, purchases.purchase_for(ctx, purchase_id).price)
        return
    step(ctx, RECORDING, recording, "buy", ("system",))
    ctx.announce_change(events.RecordingKept(booking_id, None))


def given_back(ctx: Ctx, booking_id: str) -> None:
    """Stop keeping a talk whose price was refunded."""
    booking, recording = ctx.session.get_one(Booking, booking_id), ctx.session.get(Recording, booking_id)
    if recording is not None and recording.state == RecordingState.KEPT:
        _end_recording(ctx, booking, recording, "given_back", ("system",))


def lines_of(ctx: Ctx, booking_id: str) -> list[Line]:
    """Return all lines kept of a talk, in order. For internal use: the caller decides which persons may read them."""
    return list(ctx.session.scalars(select(Line).where(Line.booking_id == booking_id).order_by(Line.at, Line.id)))


def words_of(ctx: Ctx, booking_id: str) -> list[Line]:
    """Return a bought talk, for both sides. Raises NotFound."""
    recording = recording_of(ctx, booking_id)
    if recording is None or recording.state != RecordingState.KEPT:
        raise NotFound
    return lines_of(ctx, booking_id)


# --- deletion ---------------------------------------------------------------------------------------------------------


def forget(ctx: Ctx, booking_id: str) -> None:
    """Delete all that is kept of a talk, at the wish of either side. What is held back from the seeker is paid back.

    Raises Refusal while a complaint may still need it.
    """
    booking = mine(ctx, booking_id, None)
    if booking.state not in SETTLED:
        raise Refusal("recap.still_needed")
    recap, recording = ctx.session.get(Recap, booking.id), ctx.session.get(Recording, booking.id)
    if recording is not None and recording.state not in RECORDING.final:
        if recording.state == RecordingState.KEPT and side_of(ctx, booking) == "consultant":
            _give_back(ctx, booking)
        event = "forget" if recording.state != RecordingState.ASKED else "refuse"
        _end_recording(ctx, booking, recording, event, roles(ctx, booking, recording))
    if recap is not None and recap.state not in RECAP.final:
        step(ctx, RECAP, recap, "forget", sides(ctx, booking))
        _empty(recap)
    delete_lines(ctx, booking.id)
    ctx.announce_change(events.TalkForgotten(booking.id, ctx.actor.person))


def kept_until(ctx: Ctx, kind: str, booking_id: str) -> datetime | None:
    """Return when the recap, the recording or the lines are deleted automatically; shown beside each of them."""
    timer = deadline_of(ctx.session, kind, booking_id)
    return None if timer is None else timer.due_at


def kept_for(ctx: Ctx, person_id: str) -> list[Booking]:
    """Return a person's sessions with stored records, the latest first."""
    recaps = select(Recap.id).where(Recap.state.not_in(RECAP.final))
    recordings = select(Recording.id).where(Recording.state.not_in(RECORDING.final))
    with_lines = select(Line.booking_id)
    query = select(Booking).where(
        or_(Booking.seeker == person_id, Booking.consultant == person_id),
        or_(Booking.id.in_(recaps), Booking.id.in_(recordings), Booking.id.in_(with_lines)),
    )
    return list(ctx.session.scalars(query.order_by(Booking.starts_at.desc()).limit(20)))


def line_count(ctx: Ctx, booking_id: str) -> int:
    return ctx.session.scalar(select(func.count()).where(Line.booking_id == booking_id)) or 0


# --- timer handlers ---------------------------------------------------------------------------------------------------


def recap_time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    recap = ctx.session.get_one(Recap, booking_id)
    step(ctx, RECAP, recap, event, ("time",))
    _empty(recap)
    ctx.session.flush()


def recording_time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    booking, recording = ctx.session.get_one(Booking, booking_id), ctx.session.get_one(Recording, booking_id)
    kept = recording.state == RecordingState.KEPT
    _end_recording(ctx, booking, recording, event, ("time",))
    if kept:
        delete_lines(ctx, booking_id)


def lines_time_is_up(ctx: Ctx, booking_id: str) -> None:
    """Delete the lines after thirty days, unless the talk was bought."""
    recording = ctx.session.get(Recording, booking_id)
    if recording is None or recording.state != RecordingState.KEPT:
        delete_lines(ctx, booking_id)


# --- steps that more than one of them take ----------------------------------------------------------------------------


def _recap(ctx: Ctx, booking_id: str, expected_version: int | None) -> Recap:
    recap = ctx.session.get(Recap, booking_for(ctx, booking_id).id)
    if recap is None:
        raise NotFound
    if expected_version is not None and expected_version != recap.version:
        raise Stale
    return recap


def _recording(ctx: Ctx, booking_id: str, expected_version: int | None) -> tuple[Recording, Booking]:
    booking = booking_for(ctx, booking_id)
    recording = ctx.session.get(Recording, booking.id)
    if recording is None:
        raise NotFound
    if expected_version is not None and expected_version != recording.version:
        raise Stale
    return recording, booking


def _consent(ctx: Ctx, booking: Booking, shown: str, place: str) -> None:
    nothing = Money.zero(booking.currency)
    meeting.keep_consent(ctx, booking, ConsentKind.RECORD, nothing, shown=shown, place=place)
    ctx.session.flush()


def _end_recording(
    ctx: Ctx, booking: Booking, recording: Recording, event: str, by: list[str] | tuple[str, ...]
) -> None:
    step(ctx, RECORDING, recording, event, by)
    recording.gone_why, recording.gone_by = event, ctx.actor.person
    ctx.announce_change(events.RecordingGone(booking.id, ctx.actor.person, event))


def _give_back(ctx: Ctx, booking: Booking) -> None:
    purchase = purchases.purchase_of(ctx, Thing.RECAP, booking.id)
    if purchase is not None:
        purchases.give_back(ctx, purchase.id, purchase.price)


def _empty(recap: Recap) -> None:
    recap.topics, recap.decisions, recap.steps = [], [], []


def delete_lines(ctx: Ctx, booking_id: str) -> None:
    sent = [file for line in lines_of(ctx, booking_id) for file in line.files]
    ctx.session.execute(delete(Line).where(Line.booking_id == booking_id))
    if sent:
        erase(ctx, sent)
