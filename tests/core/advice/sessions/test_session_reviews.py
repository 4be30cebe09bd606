"""Reviews of a session: one tap each, sealed until both have tapped, answered once, and weighed as in trade."""

from __future__ import annotations

import pytest

from core.advice.reviews import service as reviews
from core.advice.reviews.model import AddWords, AnswerReview, RateSession
from core.advice.sessions import meeting, service
from core.advice.sessions.model import SessionState
from core.kernel.errors import NotAllowed, NotFound, Refusal
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, counsel
from tests.core.conftest import Market


@pytest.fixture
async def they(market: Market) -> Counsel:
    """Return a session in which Sarah and Alex have talked, and which is paid."""
    made = await counsel(market)
    await talked(made)
    await made.consent()
    await made.does(made.sarah, meeting.end)
    return made


async def talked(they: Counsel) -> None:
    await they.books(TUESDAY_TEN)
    await they.adds_card()
    await they.does(they.alex, service.accept)
    await they.meet(TUESDAY_TEN)


def stars(they: Counsel, count: int) -> RateSession:
    return RateSession(booking_id=they.booking_id, stars=count)


async def test_reviews_stay_sealed_until_both_have_tapped_and_had_time_for_words(they: Counsel) -> None:
    await they.run(they.sarah, reviews.rate, stars(they, 2))
    await they.run(they.sarah, reviews.rate, stars(they, 4))  # a slip of the finger
    assert await they.run(they.alex, reviews.review_about_me, they.booking_id) is None
    await they.run(they.alex, reviews.rate, stars(they, 5))
    with pytest.raises(Refusal, match="both_rated"):
        await they.run(they.sarah, reviews.rate, stars(they, 1))
    await they.run(they.sarah, reviews.add_words, AddWords(booking_id=they.booking_id, words="Knows his ash."))
    assert await they.run(they.alex, reviews.review_about_me, they.booking_id) is None
    await they.later(minutes=31)

    seen = await they.run(they.alex, reviews.review_about_me, they.booking_id)
    assert seen is not None
    assert (seen.stars, seen.words) == (4, "Knows his ash.")
    with pytest.raises(Refusal, match="window_over"):
        await they.run(they.sarah, reviews.add_words, AddWords(booking_id=they.booking_id, words="Or not."))


async def test_one_side_alone_is_shown_after_two_weeks_and_answered_once(they: Counsel) -> None:
    await they.run(they.sarah, reviews.rate, stars(they, 1))
    await they.later(days=14, minutes=1)
    seen = await they.run(they.alex, reviews.review_about_me, they.booking_id)
    assert seen is not None
    reply = AnswerReview(review_id=seen.id, words="The boiler was not what was described.")
    with pytest.raises(NotAllowed):
        await they.run(they.sarah, reviews.answer, reply)
    await they.run(they.alex, reviews.answer, reply)
    with pytest.raises(Refusal, match="answered"):
        await they.run(they.alex, reviews.answer, reply)

    (public,) = await they.run(they.nina, reviews.reviews_about, seen.about)
    assert public.answer == "The boiler was not what was described."


async def test_it_counts_in_the_consultants_standing_and_one_seeker_alone_gives_no_stars(they: Counsel) -> None:
    await they.run(they.sarah, reviews.rate, stars(they, 5))
    await they.later(days=14, minutes=1)
    booking = await they.booking()

    summary = await they.run(they.nina, reviews.review_summary_of, booking.consultant)
    assert (summary.stars, summary.reviews, summary.sessions, summary.came) == (None, 1, 1, 1.0)
    ranks = await they.run(they.nina, reviews.ranks_of, [booking.consultant_org])
    assert ranks[booking.consultant_org] > 0.75  # better than the market's mean, but not by much


async def test_only_who_was_there_may_say_and_a_free_talk_is_nobodys_business(they: Counsel, market: Market) -> None:
    with pytest.raises(NotFound):
        await they.run(they.nina, reviews.rate, stars(they, 5))
    free = await counsel_again(they)
    with pytest.raises(Refusal, match="nothing_to_rate"):
        await free.run(free.sarah, reviews.rate, stars(free, 5))


async def counsel_again(they: Counsel) -> Counsel:
    """Let Nina have a session with Alex too, which does not help her."""
    they.sarah = they.nina
    await they.books(TUESDAY_TEN.replace(day=25))
    await they.adds_card()
    await they.does(they.alex, service.accept)
    await they.meet(TUESDAY_TEN.replace(day=25))
    await they.does(they.sarah, meeting.end)
    assert await they.state() == SessionState.CLOSED_FREE
    return they
