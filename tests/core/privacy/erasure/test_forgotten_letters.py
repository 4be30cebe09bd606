"""Account deletion clears the person's own messages, and no others.

An id or a name is matched whole, and only where it names a person.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from bots.slack.platform import SLACK
from bots.telegram.platform import TELEGRAM
from core.kernel.chat_state.model import CardPointer, ShownCard
from core.kernel.chat_state.service import point_to
from core.kernel.inbox import InboxRow, keep_answer, take_in
from core.kernel.transaction import MARKET, Ctx, person
from core.people.accounts.model import Identity
from core.people.accounts.service import meet
from core.privacy.erasure import service
from tests.core.conftest import Market

Letters = dict[tuple[Identity, str], dict[str, Any]]

ON_TELEGRAM = Identity(TELEGRAM.code, "", "1732312", "Ann")
ON_SLACK = Identity(SLACK.code, "T0OURS", "U0123", "Ann")


def update(user: int, **message: Any) -> dict[str, Any]:
    """Return a message on Telegram as it is received."""
    who = {"id": user, "is_bot": False, "first_name": "X"}
    return {"update_id": 5, "message": {"message_id": 9, "date": 5, "chat": {"id": user}, "from": who, **message}}


def event(team: str, user: str, text: str = "/parley") -> dict[str, Any]:
    """Return a message on Slack as it is received."""
    return {
        "team_id": team,
        "api_app_id": "A1",
        "event": {"type": "message", "user": user, "channel": "D1", "text": text},
    }


THEIRS: Letters = {
    (ON_TELEGRAM, "a message"): update(1732312, text="/find pellets"),
    (ON_TELEGRAM, "a press"): {"update_id": 6, "callback_query": {"id": "77", "from": {"id": 1732312}, "data": "x"}},
    (ON_TELEGRAM, "passed on by somebody"): update(
        4711, forward_origin={"type": "user", "sender_user": {"id": 1732312, "first_name": "Ann"}}
    ),
    (ON_TELEGRAM, "their contact, sent by somebody"): update(4711, contact={"user_id": 1732312, "first_name": "Ann"}),
    (ON_SLACK, "a message"): event("T0OURS", "U0123"),
    (ON_SLACK, "a press"): {"team": {"id": "T0OURS"}, "user": {"id": "U0123"}, "actions": []},
    (ON_SLACK, "a command"): {"team_id": "T0OURS", "user_id": "U0123", "command": "/parley"},
    (ON_SLACK, "named by somebody"): event("T0OURS", "U9999", "ask <@U0123> for the price"),
}
OTHERS: Letters = {
    (ON_TELEGRAM, "a longer id"): update(17323129, text="/find pellets"),
    (ON_TELEGRAM, "their figure"): update(4711, text="1732312 EUR"),
    (ON_TELEGRAM, "a number of theirs"): {**update(4711), "update_id": 1732312},
    (ON_TELEGRAM, "a moment"): update(4711, date=1732312),
    (ON_SLACK, "a longer id"): event("T0OURS", "U01234"),
    (ON_SLACK, "the same id in another workspace"): event("T0THEIRS", "U0123"),
    (ON_SLACK, "their word"): event("T0OURS", "U9999", "grade U0123"),
}


def each_of(letters: Letters) -> list[tuple[Identity, dict[str, Any]]]:
    return [(who, letter) for (who, _), letter in letters.items()]


def names_of(letters: Letters) -> list[str]:
    return [f"{who.platform}: {what}" for who, what in letters]


async def leaves(market: Market, who: Identity, before: Any) -> None:
    met = await market.run(MARKET, partial(meet, identity=who, address="chat-1"))
    await market.run(MARKET, before)
    await market.run(person(met.id), service.erase)


async def letter_after(market: Market, who: Identity, letter: dict[str, Any]) -> tuple[Any, Any]:
    """Return the stored message and its answer after this person has deleted their account."""

    def comes(ctx: Ctx) -> None:
        take_in(ctx.session, "key", letter, ctx.now)
        keep_answer(ctx.session, "key", ["an answer"])

    await leaves(market, who, comes)
    row = await market.run(MARKET, lambda ctx: ctx.session.get_one(InboxRow, "key"))
    return row.body, row.answer


@pytest.mark.parametrize(("who", "letter"), each_of(THEIRS), ids=names_of(THEIRS))
async def test_message_from_or_about_the_person_is_cleared(
    market: Market, who: Identity, letter: dict[str, Any]
) -> None:
    assert await letter_after(market, who, letter) == ({}, None)


@pytest.mark.parametrize(("who", "letter"), each_of(OTHERS), ids=names_of(OTHERS))
async def test_message_from_others_stays(market: Market, who: Identity, letter: dict[str, Any]) -> None:
    assert await letter_after(market, who, letter) == (letter, ["an answer"])


async def test_a_line_in_somebodys_chat_is_forgotten_where_it_says_the_name_and_not_a_word_around_it(
    market: Market,
) -> None:
    lines = {"1": "20 t from Ann, 215 €/t", "2": "20 t to Hannover", "3": "Annual supply, 40 t", "4": "Ann: 3 t"}

    def shown(ctx: Ctx) -> None:
        for subject, line in lines.items():
            point_to(ctx, "telegram", "", "chat-9", subject=subject, card=ShownCard(f"m{subject}", line))

    await leaves(market, ON_TELEGRAM, shown)

    def left(ctx: Ctx) -> dict[str, str]:
        return {each.subject: each.folded for each in ctx.session.query(CardPointer)}

    assert await market.run(MARKET, left) == {**lines, "1": "", "4": ""}
