"""The entry point of every chat platform: one transaction for each input, and a reply even after our own errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

import structlog

from conversations.engine import NEWCOMER, Answered, Engine
from conversations.inline_results import Glance, Glances, locale_behind
from conversations.reply import Card, Option
from conversations.turn import Turn, storable_turn
from core.kernel.database import Unavailable
from core.kernel.ids import Ids
from core.kernel.observer import Observer
from core.kernel.request_context import RequestContext, request
from core.kernel.transaction import Transactions
from core.people.accounts.model import Identity, PlatformCode
from core.people.accounts.service import move_workspace, set_workspace_unreachable

log = structlog.get_logger(__name__)


class UpdateHandler:
    """`take(turn)` returns after the commit. Only then may the platform be told that the input has arrived."""

    def __init__(self, transactions: Transactions, engine: Engine, ids: Ids, observer: Observer | None = None) -> None:
        self._observer = observer or Observer()
        self._transactions = transactions
        self._engine = engine
        self._glances = Glances(engine)
        self._ids = ids
        self._is_away = False
        self.outages = 0  # times in which nothing could be stored, and which are over

    async def take(self, turn: Turn) -> Answered:
        """Handle one input. Raises only when no data could be stored; the platform will send the input again."""
        turn = storable_turn(turn)
        begun, outcome = perf_counter(), "unavailable"
        with request(turn.key) as current, self._observer.span("input", platform=turn.identity.platform):
            try:
                answered, outcome = await self._answer(turn)
            except Unavailable:
                self._is_away = True
                raise
            else:
                self.outages, self._is_away = self.outages + self._is_away, False
                return answered
            finally:
                self._report(turn, current, outcome, perf_counter() - begun)

    async def _answer(self, turn: Turn) -> tuple[Answered, str]:
        """Return the answer, and the outcome in one word."""
        try:
            answered = await self._transactions.run(NEWCOMER, lambda ctx: self._engine.handle(ctx, turn))
        except Unavailable:
            raise  # an error of the database, not of the input
        except Exception as fault:
            reference, failure = self._ids.code(6), f"{type(fault).__name__}: {fault}"
            log.exception("input_failed", key=turn.key, reference=reference)
            await self._transactions.run(
                NEWCOMER, lambda ctx: self._engine.apologise(ctx, turn, f"{reference} {failure}", reference)
            )
            return Answered([]), "failed"
        return answered, "repeated" if answered.again else "taken"

    def _report(self, turn: Turn, current: RequestContext, outcome: str, seconds: float) -> None:
        platform, refusals = turn.identity.platform, sorted(set(current.refusals))
        self._observer.input_handled(platform, outcome, seconds, refusals)
        kind, ms = type(turn.input).__name__, round(seconds * 1000)
        log.info("input_handled", platform=platform, input=kind, outcome=outcome, refusals=refusals, ms=ms)

    async def previews(self, identity: Identity, urls: Sequence[str]) -> Mapping[str, Card]:
        """Return the public previews of our links."""
        return await self._transactions.run(NEWCOMER, lambda ctx: self._glances.previews(ctx, identity, urls))

    async def locale_behind(self, url: str) -> str:
        """Return the language of the owner of a linked page; empty if there is none."""
        return await self._transactions.run(NEWCOMER, lambda ctx: locale_behind(ctx, url))

    async def leave(self, platform: PlatformCode, workspace: str) -> None:
        """Mark a workspace as unreachable until its people write there again."""
        await self._transactions.run(NEWCOMER, lambda ctx: set_workspace_unreachable(ctx, platform, workspace))

    async def move(self, platform: PlatformCode, workspace: str, to: str) -> None:
        """Know the people of a workspace under another id from now on: its organisation has installed us as a whole."""
        await self._transactions.run(NEWCOMER, lambda ctx: move_workspace(ctx, platform, workspace, to))

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
