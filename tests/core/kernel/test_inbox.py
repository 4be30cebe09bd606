"""Messages that one person sends in a moment are processed one after the other, on either database."""

from __future__ import annotations

import asyncio
from functools import partial

from core.kernel.chat_state.memory import ChatMemory, Topic
from core.kernel.inbox import after_their_last
from core.kernel.transaction import Ctx
from tests.core.conftest import Market

TOPIC = Topic("said_in_test", str)


async def test_messages_sent_in_a_moment_keep_each_others_words(market: Market) -> None:
    actor, ona = await market.newcomer("Ona")

    def says(word: str, ctx: Ctx) -> None:
        after_their_last(ctx.session, "telegram::id-Ona")
        memory = ChatMemory(ctx, ona.id)
        before = memory.get(TOPIC)
        memory.put(TOPIC, f"{before or ''} {word}".strip())

    words = [f"word{number}" for number in range(8)]
    await asyncio.gather(*(market.run(actor, partial(says, word)) for word in words))

    said = await market.run(actor, lambda ctx: ChatMemory(ctx, ona.id).get(TOPIC))
    assert said is not None
    assert sorted(said.split()) == words
