"""More time: offered while the talk goes on, held before it begins, and never over the next session."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.advice.sessions import card_results, meeting
from core.advice.sessions.model import SessionState
from core.kernel.errors import Refusal
from core.kernel.transaction import PROVIDER
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, agreed


async def test_more_time_is_not_offered_over_the_next_session(they: Counsel) -> None:
    await agreed(they, TUESDAY_TEN + timedelta(hours=1, minutes=15))
    await agreed(they, length=60)  # the free minutes are promised to the other one
    await they.meet(TUESDAY_TEN)
    with pytest.raises(Refusal, match=r"session\.you_have_another"):
        await they.does(they.alex, meeting.offer_extension, 30)
    await they.does(they.alex, meeting.offer_extension, 15)


async def test_more_time_is_held_first_and_charged_with_the_rest(they: Counsel) -> None:
    await agreed(they, length=60)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.alex, meeting.offer_extension, 30)
    await they.does(they.sarah, meeting.take_extension, shown="30 more minutes, €45", place="slack:D1")
    assert (await they.booking()).length == 90
    await they.later(minutes=80)
    assert await they.state() == SessionState.BILLABLE  # the time that was paid for is theirs
    await they.later(minutes=15)

    assert await they.state() == SessionState.REVIEW_WINDOW
    assert (await they.money())["held"] == 9000 + 4500
    await they.later(days=3)
    assert await they.state() == SessionState.COMPLETED
    assert (await they.money())["held"] == 0


async def test_more_time_that_is_secured_while_the_line_is_lost_counts(they: Counsel) -> None:
    await agreed(they, length=60)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await they.does(they.alex, meeting.offer_extension, 30)
    they.silent = {"hold"}
    await they.does(they.sarah, meeting.take_extension, shown="30 more minutes, €45", place="slack:D1")
    await they.does(they.sarah, meeting.go_out)
    extension = next(hold for hold in await they.holds() if hold.purpose == "extension")
    ends = they.market.clock.moment + they.holds_for
    await they.run(PROVIDER, card_results.held, extension.id, intent="pi_more", until=ends, card=None)
    await they.does(they.sarah, meeting.come_in)

    assert (await they.booking()).length == 90
    await they.later(minutes=80)
    assert await they.state() == SessionState.BILLABLE
