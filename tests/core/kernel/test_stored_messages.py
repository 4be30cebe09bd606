"""Outbox rows of the release before still load: a deploy in the middle of a day loses no message."""

from __future__ import annotations

import dataclasses
import importlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from core.kernel.dispatcher import ATTEMPTS, Delivered, Dispatcher
from core.kernel.messages import ANY_CHANNEL, Message, Unreadable, declared_messages, from_json, to_json
from core.kernel.outbox import OutboxMessage, OutboxRow
from core.kernel.transaction import MARKET, Ctx
from tests.core.conftest import Market

Row = tuple[str, str, dict[str, Any]]  # a channel, a kind and a body

# As the release before wrote them. Lines are added, and never changed.
LINES: Final = (Path(__file__).parent / "outbox_rows.jsonl").read_text(encoding="utf-8").splitlines()
ROWS: Final[Sequence[Row]] = [(channel, kind, body) for channel, kind, body in map(json.loads, LINES)]
CHATS: Final = frozenset({"telegram", "slack"})


@pytest.fixture(autouse=True)
def _declared() -> None:
    """Import every transport, and with it every message."""
    importlib.import_module("config.wiring")


class Postman:
    """Delivers everything, and keeps what it was handed."""

    def __init__(self) -> None:
        self.delivered: list[OutboxMessage] = []

    async def carry(self, post: OutboxMessage) -> Delivered:
        self.delivered.append(post)
        return Delivered()


def kept(rows: Sequence[Row], ctx: Ctx) -> list[str]:
    """Put rows into the outbox, due now. Returns their ids, in order."""
    ids = [ctx.new_id() for _ in rows]
    ctx.session.add_all(
        OutboxRow(
            id=id_,
            channel=channel,
            ordering_key=f"lane:{id_}",
            kind=kind,
            body=body,
            created_at=ctx.now,
            due_at=ctx.now,
            attempts=0,
            dead=False,
        )
        for id_, (channel, kind, body) in zip(ids, rows, strict=True)
    )
    return ids


async def sweep(dispatcher: Dispatcher) -> None:
    await dispatcher.sweep()
    await dispatcher.idle()


def same(read: Any, stored: Any) -> bool:
    """Return whether both are equal, apart from another way to write a moment.

    Keys that came later may be there.
    """
    if isinstance(stored, dict):
        return isinstance(read, dict) and all(same(read[key], stored[key]) for key in stored if key in read)
    if isinstance(stored, list):
        return len(read) == len(stored) and all(map(same, read, stored))
    return bool(read == stored) or datetime.fromisoformat(read) == datetime.fromisoformat(stored)


async def test_every_old_row_is_delivered_as_it_was_written(market: Market) -> None:
    postman = Postman()
    channels = {channel for channel, _, _ in ROWS}
    dispatcher = Dispatcher(market.transactions, market.clock, dict.fromkeys(channels, postman))
    ids = await market.run(MARKET, lambda ctx: kept(ROWS, ctx))
    await sweep(dispatcher)
    arrived = {post.id: post for post in postman.delivered}
    for id_, (channel, kind, body) in zip(ids, ROWS, strict=True):
        post = arrived[id_]
        assert not isinstance(post.message, Unreadable)
        assert (post.channel, post.kind) == (channel, kind)
        assert same(post.body, body), (kind, post.body)
    assert await market.run(MARKET, lambda ctx: ctx.session.scalars(select(OutboxRow.id)).all()) == []


def test_every_message_has_an_old_row() -> None:
    declared = {
        (channel, kind)
        for (channel, kind), class_ in declared_messages().items()
        if class_.__module__.startswith(("core.", "conversations."))
    }
    rows = {(ANY_CHANNEL if channel in CHATS else channel, kind) for channel, kind, _ in ROWS}
    assert declared == rows


DISBURSEMENTS = (("payments", "transfer"), ("payments", "refund"), ("payments", "reversal"), ("stars", "refund"))


def test_only_these_keys_of_old_rows_are_read_no_more() -> None:
    unread = {
        (channel, kind, key)
        for channel, kind, body in ROWS
        for key in body
        if key not in fields(declared_messages()[ANY_CHANNEL if channel in CHATS else channel, kind])
    }
    assert unread == {
        ("payments", "evidence.submit", "matter"),  # read as subject_kind
        *((channel, kind, "effect") for channel, kind in DISBURSEMENTS),  # read as disbursement_id
        ("payments", "terms.draw", "paper"),  # read as document
        *((chat, "replies", "pressed") for chat in CHATS),  # read as button_message
        ("stars", "refund", "payment_intent"),
        *(("payments", "transfer", key) for key in ("payment_intent", "ref")),
        *(("payments", "refund", key) for key in ("group", "ref")),
        *(("payments", "reversal", key) for key in ("charge", "group", "payment_intent", "ref")),
    }


def fields(class_: type[Message]) -> frozenset[str]:
    return frozenset(each.name for each in dataclasses.fields(class_))


async def test_a_row_that_nothing_reads_becomes_a_dead_letter_and_holds_up_no_other(market: Market) -> None:
    """It is tried as often as any other, for a newer release may read it meanwhile."""
    postman = Postman()
    dispatcher = Dispatcher(market.transactions, market.clock, {"payments": postman})
    bad: Sequence[Row] = [
        ("payments", "of.tomorrow", {"effect": "e1"}),  # no such kind
        ("payments", "hold", {"hold": "h1"}),  # fields are missing
        ("payments", "transfer", {"effect": "e1", "attempt": "soon"}),  # a value that does not fit
        ("payments", "checkout.open", {"goods": {"quantity": {"amount": "-1", "unit": "t"}}}),  # one that is refused
    ]
    good: Row = ("payments", "hold.cancel", {"hold": "h1", "intent": "pi_1"})
    ids = await market.run(MARKET, lambda ctx: kept([*bad, good], ctx))
    for _ in range(ATTEMPTS):
        await sweep(dispatcher)
        market.clock.advance(hours=7)
    assert [post.id for post in postman.delivered] == ids[-1:]

    def left(ctx: Ctx) -> dict[str, OutboxRow]:
        return {row.id: row for row in ctx.session.scalars(select(OutboxRow))}

    rows = await market.run(MARKET, left)
    assert sorted(rows) == sorted(ids[:-1])
    for id_, (_, kind, body) in zip(ids, bad, strict=False):
        assert (rows[id_].dead, rows[id_].kind, rows[id_].body) == (True, kind, body)
        assert "unreadable" in str(rows[id_].failure)


def test_renamed_keys_keep_their_values() -> None:
    replies = from_json("telegram", "replies", {"address": "1", "replies": [], "pressed": "7"})
    assert to_json(replies)["button_message"] == "7"
    for channel, kind, body in ROWS:
        if (channel, kind) in DISBURSEMENTS:
            assert to_json(from_json(channel, kind, body))["disbursement_id"] == body["effect"]
