"""Memory of a person outlives a release: old texts are read as they were meant."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from sqlalchemy import select

from conversations import engine, home, language_offer, last_query
from conversations.advice.expert_search import filters, problem_statement
from conversations.advice.experts import availability, rates
from conversations.discovery import search_state
from conversations.form_controller import revisions
from conversations.moderation import LAST_REPORTED, ReportedCard
from conversations.outgoing_replies import DONE, DonePress
from conversations.people import contact_warnings
from conversations.people.registration import GREETED
from core.kernel.chat_state import service as chat_state
from core.kernel.chat_state.memory import ChatMemory, Topic, declared_topics
from core.kernel.chat_state.model import MemoryRow
from core.kernel.compiled_statements import put
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts import code_guesses
from tests.core.trades import market_in_memory

AT: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEEK: Final = {"0": [[540, 1020]], "4": [[540, 720], [780, 900]]}

# A topic, the text that the release before wrote, and what it means. Lines are added, and never changed.
OLD: Final[list[tuple[Topic[Any], str, Any]]] = [
    (engine.ALBUM, "13579", "13579"),
    (engine.ASKED_IN, "01DRAFT deal:01DEAL", engine.AskedIn("01DRAFT", "deal:01DEAL")),
    (revisions.REFUSED, "01DRAFT:3:price:Too low: 2 €", revisions.AtRevision("01DRAFT", 3, "price:Too low: 2 €")),
    (revisions.REFUSED_ANSWER, "01DRAFT:3:2 €", revisions.AtRevision("01DRAFT", 3, "2 €")),
    (revisions.KEYED, "01DRAFT:3:", revisions.AtRevision("01DRAFT", 3, "")),
    (chat_state.SENT, "01B 01A", ("01B", "01A")),
    (chat_state.ANSWERED, "17 18", ("17", "18")),
    (rates.ASKED_BACK, "tg:7:1", "tg:7:1"),
    (contact_warnings.AROUND, "warned", contact_warnings.WARNED),
    (availability.WEEK_BEFORE, '{"0": [[540, 1020]], "4": [[540, 720], [780, 900]]}', WEEK),
    (
        problem_statement.TOLD,
        "2026-11-23T09:00:00+00:00 01E,01F\nWhy does\nit melt?",
        problem_statement.ToldProblem(AT, ("01E", "01F"), "Why does\nit melt?"),
    ),
    (filters.FILTERS, "now near field:boilers", ("now", "near", "field:boilers")),
    (home.MORE, "all", home.SHOWN_ALL),
    (search_state.CHANGING, "4711 max_price", search_state.OfQuery(4711, "max_price")),
    (search_state.PLACE, "4711 01LISTING", search_state.OfQuery(4711, "01LISTING")),
    (
        last_query.GOODS,
        '{"rest": ["dry"]}\nsomething dry',
        last_query.AskedQuery('{"rest": ["dry"]}', "something dry"),
    ),
    (last_query.ADVICE, '{"rest": ["dry"]}', last_query.AskedQuery('{"rest": ["dry"]}')),
    (search_state.SUPPLY, '{"rest": ["dry"]}', last_query.AskedQuery('{"rest": ["dry"]}')),
    (search_state.SUPPLY, "", None),
    (last_query.LATEST, "find 2026-11-23T09:00:00+00:00", last_query.LatestList("find", AT)),
    (last_query.LATEST, " 2026-11-23T09:00:00+00:00", last_query.LatestList("", AT)),
    (DONE, "2026-11-23T09:00:00+00:00 deal.accept:01D 7", DonePress(AT, "deal.accept:01D 7")),
    (LAST_REPORTED, "listing:01L", ReportedCard("listing", "01L")),
    (GREETED, "telegram", "telegram"),
    (language_offer.OFFERED, "lt", "lt"),
    (code_guesses.WRONG_CODES, "2026-11-23T09:00:00+00:00", code_guesses.WrongCodes((AT,))),
]


@pytest.mark.parametrize(("topic", "text", "meant"), OLD, ids=lambda each: getattr(each, "name", None))
async def test_an_old_row_is_read_and_written_again_as_it_was(topic: Topic[Any], text: str, meant: Any) -> None:
    async with market_in_memory() as market:
        _, ona = await market.newcomer("Ona")

        def keeps(ctx: Ctx) -> None:
            put(ctx.session, MemoryRow, person_id=ona.id, topic=topic.name, text=text)

        def reads(ctx: Ctx) -> Any:
            return ChatMemory(ctx, ona.id).get(topic)

        def writes_again(ctx: Ctx) -> str | None:
            ChatMemory(ctx, ona.id).put(topic, meant)
            return ctx.session.scalar(select(MemoryRow.text).where(MemoryRow.topic == topic.name))

        await market.run(MARKET, keeps)
        assert await market.run(MARKET, reads) == meant
        if meant is not None:
            assert await market.run(MARKET, writes_again) == text
        await market.run(MARKET, lambda ctx: ChatMemory(ctx, ona.id).forget(topic))
        assert await market.run(MARKET, reads) is None


def test_every_topic_has_an_old_row() -> None:
    importlib.import_module("config.wiring")  # with every conversation, and so with every topic
    known = {topic.name for topic, _, _ in OLD}
    assert {name for name in declared_topics() if not name.endswith("_in_test")} == known
