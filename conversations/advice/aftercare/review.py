"""Review of a session: one tap and a few optional words. The reviewed side can answer once, in public."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Values
from conversations.forms.free_text_form import own_words
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Flow, Router
from core.advice.experts.service import expert_for
from core.advice.reviews import events
from core.advice.reviews import service as reviews
from core.advice.reviews.model import (
    SESSION_REVIEW,
    AddWords,
    AnswerReview,
    RateSession,
    SessionReview,
    SessionReviewWindow,
)
from core.advice.sessions.model import Booking
from core.advice.sessions.service import booking_for
from core.kernel.errors import Refusal
from core.kernel.timers import deadline_of

STARS: Final = (1, 2, 3, 4, 5)
KIND: Final = "rating"
SHOWN: Final = 10

router = Router()

# The sentence for each event; "" redraws the card without a sentence.
REVIEW_EVENTS: Final[dict[type[Any], str]] = {
    events.SessionReviewsOpened: "notice.session_reviews_opened",
    events.SessionRated: "",
    events.SessionReviewsShown: "notice.session_reviews_shown",
    events.SessionReviewAnswered: "notice.session_review_answered",
}


# --- what is pressed and written --------------------------------------------------------------------------------------


@router.press("rating.rate")
def rate(chat: ChatContext, press: Press) -> None:
    if press.choice not in map(str, STARS):
        raise Refusal("talk.unknown_button")
    reviews.rate(chat.ctx, RateSession(booking_id=press.subject, stars=int(press.choice)))
    chat.reply(Toast(text=chat.words("rating.rated_toast")))


WORDS = own_words("session_words")
ANSWER = own_words("session_answer")


def _add_words(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    reviews.add_words(chat.ctx, AddWords(booking_id=str(defaults.subject), words=values["words"]))


def _answer(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    reviews.answer(chat.ctx, AnswerReview(review_id=str(defaults.subject), words=values["words"]))


router.flow(Flow(WORDS, finish=_add_words))
router.flow(Flow(ANSWER, finish=_answer))


def _opens(form: str) -> Callable[[ChatContext, Press], None]:
    def enter(chat: ChatContext, press: Press) -> None:
        chat.as_new_message = True
        chat.open(form, FormDefaults({}, press.subject))

    return enter


router.press("rating.words")(_opens("session_words"))
router.press("rating.answer")(_opens("session_answer"))


@router.press("rating.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(review_card(chat, press.subject))


# --- the card of one session's reviews --------------------------------------------------------------------------------


def review_card(chat: ChatContext, booking_id: str, note: str = "") -> Card:
    """Return five stars to tap; later the reviews, sealed or shown."""
    words, booking = chat.words, booking_for(chat.ctx, booking_id)
    window = reviews.window_of(chat.ctx, booking.id)
    if window is None:
        raise Refusal("rating.nothing_to_rate")
    name = chat.name_of(booking.other_than(chat.person.id))
    mine, theirs = reviews.review_by_me(chat.ctx, booking.id), reviews.review_about_me(chat.ctx, booking.id)
    lines = []
    if mine is not None:
        lines.append(Line(label=words("rating.mine"), value=_review_in_words(mine)))
    if theirs is not None:
        lines.append(Line(label=words("rating.theirs", name=name), value=_review_in_words(theirs)))
    lines += [
        Line(label=words("rating.answer_label"), value=each.answer)
        for each in (mine, theirs)
        if each is not None and each.answer
    ]
    return Card(
        subject=f"{KIND}:{booking.id}",
        title=words("rating.card", ref=booking.ref, name=name),
        lines=tuple(lines),
        turn=_turn(chat, window, mine, name),
        note=note,
        buttons=_buttons(chat, booking, window, mine, theirs),
        as_new_message=chat.as_new_message,
    )


def _turn(chat: ChatContext, window: SessionReviewWindow, mine: SessionReview | None, name: str) -> str:
    code = f"rating.turn.{window.state}"
    if window.state == SESSION_REVIEW.initial:
        code = "rating.turn.rate" if mine is None else "rating.turn.sealed"
    timer = deadline_of(chat.ctx.session, SESSION_REVIEW.name, window.id)
    return chat.words(code, name=name, until="" if timer is None else timer.due_at)


def _buttons(
    chat: ChatContext,
    booking: Booking,
    window: SessionReviewWindow,
    mine: SessionReview | None,
    theirs: SessionReview | None,
) -> tuple[tuple[Button, ...], ...]:
    words, rows = chat.words, []
    if window.state == SESSION_REVIEW.initial:
        rows.append(
            tuple(
                Button(label=f"{stars} ★", press=press("rating.rate", booking.id, choice=str(stars))) for stars in STARS
            )
        )
    if mine is not None and window.state not in SESSION_REVIEW.final:
        label = words("rating.change_words_button" if mine.words else "rating.words_button")
        rows.append((Button(label=label, press=press("rating.words", booking.id)),))
    if theirs is not None and theirs.answer is None:
        label = words("rating.answer_button")
        rows.append((Button(label=label, press=press("rating.answer", theirs.id)),))
    return tuple(rows)


def _review_in_words(review: SessionReview) -> str:
    stars = "★" * review.stars + "☆" * (5 - review.stars)
    return f"{stars} {review.words}".strip()


# --- what everybody may read ------------------------------------------------------------------------------------------


@router.press("rating.about")
def about(chat: ChatContext, button: Press) -> None:
    """Show the reviews of a consultant by seekers, newest first, with the consultant's answers."""
    words, expert = chat.words, expert_for(chat.ctx, button.subject)
    name = chat.name_of(expert.person_id)
    back = (Button(label=words("rating.back_button", name=name), press=press("seek.show", expert.id)),)
    written = reviews.reviews_about(chat.ctx, expert.person_id, SHOWN)
    if not written:
        chat.reply(Say(text=words("rating.none", name=name), buttons=(back,)))
        return
    items = tuple(
        Card(
            title=_review_in_words(review),
            lines=(Line(label=words("rating.answer_of", name=name), value=review.answer),) if review.answer else (),
            turn=words("rating.on", day=review.written_at.astimezone(words.zone).date()),
        )
        for review in written
    )
    title = words("rating.about", name=name)
    chat.reply(
        CardList(
            subject="session_reviews", title=title, items=items, buttons=(back,), as_new_message=chat.as_new_message
        )
    )


def session_reputation(chat: ChatContext, person_id: str) -> str:
    """Return "★ 4.6 (12 reviews), 31 sessions, came to 97 %", or that there is no review yet."""
    words, of = chat.words, reviews.review_summary_of(chat.ctx, person_id)
    parts = []
    if of.stars is not None:
        stars = Decimal(of.stars).quantize(Decimal("0.1"))
        parts.append(words("standing.stars", stars=stars, count=of.reviews))
    elif of.reviews:
        parts.append(words("standing.few", count=of.reviews))
    else:
        parts.append(words("standing.unrated" if of.sessions else "standing.new"))
    if of.sessions:
        parts.append(words("standing.sessions", count=of.sessions))
    if of.came is not None:
        parts.append(words("standing.came", percent=round(of.came * 100)))
    return ", ".join(parts)
