"""Reviews of sessions: a tap, a few words, the seal, the answer, and the score computed from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BindParameter, Select, bindparam, distinct, func, or_, select

from core.advice.experts.model import Expert
from core.advice.reviews.events import SessionRated, SessionReviewAnswered, SessionReviewsOpened, SessionReviewsShown
from core.advice.reviews.model import (
    SESSION_REVIEW,
    AddWords,
    AnswerReview,
    PersonScore,
    RateSession,
    SessionReview,
    SessionReviewWindow,
)
from core.advice.sessions.model import SESSION, Booking, Meeting, SessionState
from core.advice.sessions.service import booking_for
from core.kernel.compiled_statements import put, select_rows
from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.money import Money
from core.kernel.process import StepRow, enter, step
from core.kernel.transaction import Ctx
from core.trade.reviews import rules
from core.trade.reviews.rules import Counted

NOT_COME = ("noshow_consultant", "cancel_late_consultant")


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """A consultant's reviews in numbers. `came`: the share, 0 to 1, of agreed sessions kept; None before any."""

    stars: float | None
    reviews: int
    sessions: int
    came: float | None


# --- actions of people ------------------------------------------------------------------------------------------------


def open_window(ctx: Ctx, booking: Booking) -> None:
    """Open the reviews of a paid talk that has ended."""
    if ctx.session.get(SessionReviewWindow, booking.id) is not None:
        return
    window = SessionReviewWindow(id=booking.id, seeker=booking.seeker, consultant=booking.consultant)
    enter(ctx, SESSION_REVIEW, window, SESSION_REVIEW.initial)
    ctx.session.add(window)
    ctx.announce_change(SessionReviewsOpened(booking.id, None))


def rate(ctx: Ctx, command: RateSession) -> SessionReview:
    """Rate with stars. A second tap corrects the first, until the other side has tapped. Raises Refusal, NotFound."""
    window = _open(ctx, command.booking_id)
    mine = review_by_me(ctx, window.id)
    if mine is not None:
        if window.state != SESSION_REVIEW.initial:
            raise Refusal("rating.both_rated")
        mine.stars = command.stars
    else:
        mine = _written(ctx, window, command.stars)
    ctx.announce_change(SessionRated(window.id, ctx.actor.person))
    if window.state == SESSION_REVIEW.initial and len(_all_of(ctx, window.id)) == 2:
        step(ctx, SESSION_REVIEW, window, "both_rated", ("system",))
        ctx.session.flush()
    return mine


def add_words(ctx: Ctx, command: AddWords) -> SessionReview:
    """Add a few words to one's stars, while only their author can read them. Raises Refusal, NotFound."""
    window = _open(ctx, command.booking_id)
    mine = review_by_me(ctx, window.id)
    if mine is None:
        raise Refusal("rating.stars_first")
    mine.words = command.words
    ctx.announce_change(SessionRated(window.id, ctx.actor.person))
    return mine


def answer(ctx: Ctx, command: AnswerReview) -> SessionReview:
    """Answer a review once, in public. Raises NotFound, NotAllowed, Refusal."""
    review = ctx.session.get(SessionReview, command.review_id, with_for_update=True)
    if review is None or review.shown_at is None:
        raise NotFound
    if review.about != ctx.actor.person:
        raise NotAllowed
    if review.answer is not None:
        raise Refusal("rating.answered")
    review.answer, review.answered_at = command.words, ctx.now
    ctx.announce_change(SessionReviewAnswered(review.booking_id, ctx.actor.person))
    return review


def time_is_up(ctx: Ctx, booking_id: str, event: str) -> None:
    """Show the reviews to everybody."""
    window = ctx.session.get_one(SessionReviewWindow, booking_id)
    step(ctx, SESSION_REVIEW, window, event, ("time",))
    written = _all_of(ctx, booking_id)
    for review in written:
        review.shown_at = ctx.now
    ctx.session.flush()
    for review in written:
        _update_score(ctx, review.about)
    if written:
        ctx.announce(SessionReviewsShown(booking_id, None))


# --- queries ----------------------------------------------------------------------------------------------------------


def window_of(ctx: Ctx, booking_id: str) -> SessionReviewWindow | None:
    """Return the session's reviews; None for a talk that cost nothing, which has no public reviews."""
    return ctx.session.get(SessionReviewWindow, booking_for(ctx, booking_id).id)


def review_by_me(ctx: Ctx, booking_id: str) -> SessionReview | None:
    """Return the acting person's review, sealed or not."""
    return next((each for each in _all_of(ctx, booking_id) if each.author == ctx.actor.person), None)


def review_about_me(ctx: Ctx, booking_id: str) -> SessionReview | None:
    """Return the other side's review, once it is shown."""
    shown = (each for each in _all_of(ctx, booking_id) if each.shown_at is not None)
    return next((each for each in shown if each.about == ctx.actor.person), None)


def reviews_about(ctx: Ctx, person_id: str, limit: int = 10) -> list[SessionReview]:
    """Return the public reviews of a person, the newest first."""
    query = (
        select(SessionReview)
        .where(SessionReview.about == person_id, SessionReview.shown_at.is_not(None))
        .order_by(SessionReview.shown_at.desc(), SessionReview.id)
        .limit(limit)
    )
    return list(ctx.session.scalars(query))


def ranks_of(ctx: Ctx, organisations: Collection[str]) -> Mapping[str, float]:
    """Return a rank of 0 to 1 for each reviewed consultant among these; the search for consultants orders by it."""
    query = (
        select(Expert.organisation_id, func.max(PersonScore.rank))
        .join(PersonScore, PersonScore.person_id == Expert.person_id)
        .where(Expert.organisation_id.in_(organisations))
        .group_by(Expert.organisation_id)
    )
    return dict(ctx.session.execute(query).all())  # each row is a pair


_PERSON: BindParameter[str] = bindparam("person")
_SCORE = PersonScore.person_id == _PERSON
_SESSIONS = (
    select(func.count())
    .select_from(Booking)
    .join(Meeting, Meeting.booking_id == Booking.id)
    .where(or_(Booking.consultant == _PERSON, Booking.seeker == _PERSON))
    .where(Meeting.began_at.is_not(None), Booking.due_minor > 0)
)


def _ended_by(*events: str) -> Select[int]:
    """Return the count of a consultant's sessions that reached one of these events."""
    steps = select(func.count(distinct(Booking.id))).join(StepRow, StepRow.subject == Booking.id)
    return steps.where(Booking.consultant == _PERSON, StepRow.process == SESSION.name, StepRow.event.in_(events))


_SUMMARY = select(
    select(PersonScore.stars).where(_SCORE).scalar_subquery(),
    select(PersonScore.reviews).where(_SCORE).scalar_subquery(),
    _SESSIONS.scalar_subquery(),
    # Agreed sessions that did begin, or should have; and those of them that the consultant did not keep.
    _ended_by(*NOT_COME, "both_joined", "both_joined_paying", "noshow_seeker").scalar_subquery(),
    _ended_by(*NOT_COME).scalar_subquery(),
)


def review_summary_of(ctx: Ctx, person_id: str) -> ReviewSummary:
    """Return a person's reviews in numbers from their sessions, on either side."""
    ((stars, reviews, sessions, agreed, missed),) = select_rows(ctx.session, _SUMMARY, person=person_id)
    came = 1 - missed / agreed if agreed else None
    return ReviewSummary(stars=stars, reviews=reviews or 0, sessions=sessions, came=came)


# --- steps that more than one of them take ----------------------------------------------------------------------------


def _open(ctx: Ctx, booking_id: str) -> SessionReviewWindow:
    """Return the open window, locked: of two simultaneous taps, only one may be the first."""
    booking = booking_for(ctx, booking_id)
    window = ctx.session.get(SessionReviewWindow, booking.id, with_for_update=True)
    if window is None:
        raise Refusal("rating.nothing_to_rate")
    if window.state in SESSION_REVIEW.final:
        raise Refusal("rating.window_over")
    return window


def _written(ctx: Ctx, window: SessionReviewWindow, stars: int) -> SessionReview:
    booking = ctx.session.get_one(Booking, window.id)
    person = ctx.actor.person
    if person not in (window.seeker, window.consultant):
        raise NotAllowed
    review = SessionReview(
        id=ctx.new_id(),
        booking_id=window.id,
        author=person,
        about=window.consultant if person == window.seeker else window.seeker,
        stars=stars,
        words="",
        written_at=ctx.now,
        value_minor=booking.due_minor,
        currency=booking.currency,
    )
    ctx.session.add(review)
    return review


def _all_of(ctx: Ctx, booking_id: str) -> list[SessionReview]:
    return list(ctx.session.scalars(select(SessionReview).where(SessionReview.booking_id == booking_id)))


def _update_score(ctx: Ctx, person_id: str) -> None:
    """Recompute the score as `core.trade.reviews.rules` says: many small fake sessions cannot raise it."""
    shown = SessionReview.shown_at.is_not(None)
    written = ctx.session.scalars(select(SessionReview).where(SessionReview.about == person_id, shown)).all()
    stars, count = ctx.session.execute(select(func.sum(SessionReview.stars - 1), func.count()).where(shown)).one()
    mean = rules.market_mean(int(stars or 0) / 4, count)
    others = _met(ctx, {review.author for review in written}, person_id)
    counted = [
        Counted(
            author=review.author,
            mark=(review.stars - 1) / 4,
            value_eur=rules.in_euros(Money(review.value_minor, review.currency)),
            age_days=(ctx.now - review.written_at) / timedelta(days=1),
            trust=rules.trust_in(others.get(review.author, 0)),
        )
        for review in written
    ]
    score = rules.standing(counted, mean)
    put(ctx.session, PersonScore, person_id=person_id, rank=score.score, stars=score.shown, reviews=len(written))


def _met(ctx: Ctx, authors: Collection[str], but: str) -> dict[str, int]:
    """Return with how many others than `but` each of these has had paid sessions."""
    met: dict[str, set[str]] = {author: set() for author in authors}
    query = select(Booking.seeker, Booking.consultant).where(
        Booking.state == SessionState.COMPLETED,
        Booking.due_minor > 0,
        or_(Booking.seeker.in_(authors), Booking.consultant.in_(authors)),
    )
    for seeker, consultant in ctx.session.execute(query.distinct()):
        for one, other in ((seeker, consultant), (consultant, seeker)):
            if one in met and other != but:
                met[one].add(other)
    return {author: len(others) for author, others in met.items()}
