"""The entry point of every chat platform: one transaction for each input, and a reply even after our own errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from conversations.engine import NEWCOMER, Answered, Engine
from conversations.inline_results import Glance, Glances, locale_behind
from conversations.reply import Card, Option
from conversations.turn import Turn
from core.kernel.database import Unavailable
from core.kernel.ids import Ids
from core.kernel.transaction import Transactions
from core.people.accounts.model import Identity, PlatformCode
from core.people.accounts.service import set_workspace_unreachable

log = structlog.get_logger(__name__)


class UpdateHandler:
    """`take(turn)` returns after the commit. Only then may the platform be told that the input has arrived."""

    def __init__(self, transactions: Transactions, engine: Engine, ids: Ids) -> None:
        self._transactions = transactions
        self._engine = engine
        self._glances = Glances(engine)
        self._ids = ids

    async def take(self, turn: Turn) -> Answered:
        """Handle one input. Raises only when no data could be stored; the platform will send the input again."""
        try:
            return await self._transactions.run(NEWCOMER, lambda ctx: self._engine.handle(ctx, turn))
        except Unavailable:
            raise  # an error of the database, not of the input
        except Exception as fault:
            reference, failure = self._ids.code(6), f"{type(fault).__name__}: {fault}"
            log.exception("input_failed", key=turn.key, reference=reference)
            await self._transactions.run(
                NEWCOMER, lambda ctx: self._engine.apologise(ctx, turn, f"{reference} {failure}", reference)
            )
            return Answered([])

    async def previews(self, identity: Identity, urls: Sequence[str]) -> Mapping[str, Card]:
        """Return the public previews of our links."""
        return await self._transactions.run(NEWCOMER, lambda ctx: self._glances.previews(ctx, identity, urls))

    async def locale_behind(self, url: str) -> str:
        """Return the language of the owner of a linked page; empty if there is none."""
        return await self._transactions.run(NEWCOMER, lambda ctx: locale_behind(ctx, url))

    async def leave(self, platform: PlatformCode, workspace: str) -> None:
        """Mark a workspace as unreachable until its people write there again."""
        await self._transactions.run(NEWCOMER, lambda ctx: set_workspace_unreachable(ctx, platform, workspace))

    async def glance(
        self, identity: Identity, text: str, after: str | None, door: str, *, here: bool = False, anyone: bool = False
    ) -> Glance | None:
        """Return results for a partly typed text (see `Glances.glance`). `door`: a link prefix for an id."""
        return await self._transactions.run(
            NEWCOMER, lambda ctx: self._glances.glance(ctx, identity, text, after, door, here=here, anyone=anyone)
        )

    async def options(self, identity: Identity, draft: str, name: str, part: str) -> Sequence[Option]:
        """Return the options of a form's field for a part of a name."""
        return await self._transactions.run(
            NEWCOMER, lambda ctx: self._glances.options(ctx, identity, draft, name, part)
        )
