"""The stored installations of the app, and the renewal of their tokens.

A workspace is named by its own id. An organisation on Enterprise Grid can install the app as a whole, and is then named
by its own id. One token serves all its workspaces, and its people are the same in each. The reasons stand in
docs/decisions/0042-slack-installations.md.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore, SQLAlchemyInstallationStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from sqlalchemy import ColumnElement, FromClause, Table, and_

from core.kernel.clock import Clock

ORGANISATION: Final = "E"  # first letter of an organisation's id; a workspace's is T
RENEWED_BEFORE: Final = timedelta(hours=2)  # before a token ends, which lasts twelve hours
ALWAYS: Final = 60 * 24 * 365 * 10  # minutes: renew whatever the end seems to be
TIMES: Final = ("installed_at", "bot_token_expires_at")


def is_organisation(workspace: str) -> bool:
    return workspace.startswith(ORGANISATION)


class InstallationStore(AsyncSQLAlchemyInstallationStore):
    """slack_sdk's store, also asked by workspace alone. The sender of a message knows no more."""

    async def find_in(self, workspace: str) -> Bot | None:
        """Return the latest installation in a workspace, or of an organisation as a whole."""
        query = self.bots.select().where(self._in(self.bots, workspace), self.bots.c.bot_token.is_not(None))
        query = query.order_by(self.bots.c.installed_at.desc()).limit(1)
        async with self.engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _bot_of(row)

    async def replace_token(self, workspace: str, old: str, renewed: Bot) -> None:
        """Keep a renewed token in place of the old one."""
        expires = renewed.to_dict()["bot_token_expires_at"]
        change = self.bots.update().where(self._in(self.bots, workspace), self.bots.c.bot_token == old)
        change = change.values(
            bot_token=renewed.bot_token,
            bot_refresh_token=renewed.bot_refresh_token,
            bot_token_expires_at=None if expires is None else expires.replace(tzinfo=None),
        )
        async with self.engine.begin() as connection:
            await connection.execute(change)

    async def forget(self, workspace: str) -> None:
        """Delete every token of a workspace, or of an organisation as a whole."""
        async with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                await connection.execute(table.delete().where(self._in(table, workspace)))

    def _in(self, table: Table | FromClause, workspace: str) -> ColumnElement[bool]:
        ours = table.c.client_id == self.client_id
        if is_organisation(workspace):
            return and_(ours, table.c.enterprise_id == workspace, table.c.team_id.is_(None))
        return and_(ours, table.c.team_id == workspace)


def _bot_of(row: Mapping[Any, Any]) -> Bot:
    """Return the installation of a row. The database keeps its times in UTC, without saying so."""
    told = dict(row) | {name: row[name] and row[name].replace(tzinfo=UTC) for name in TIMES}
    bot: Bot = SQLAlchemyInstallationStore.build_bot_entity(told)
    return bot


class TokenRotation:
    """Renews tokens that end, one after the other in each workspace. Other processes may renew the same ones."""

    def __init__(self, store: InstallationStore, rotator: AsyncTokenRotator, machine: Clock) -> None:
        """`machine`: the machine's clock, by which slack_sdk notes the ends."""
        self._store = store
        self._rotator = rotator
        self._machine = machine
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def renewed(self, workspace: str, held: Bot, *, refused: bool = False) -> Bot | None:
        """Return the installation with a token that lasts. None: it is not stored any more.

        `refused`: Slack does not take the held token any more. Raises SlackTokenRotationError if Slack renews nothing.
        """
        if not refused and not self._ends(held):
            return held
        async with self._locks[workspace]:
            stored = await self._store.find_in(workspace)
            if stored is None or stored.bot_token != held.bot_token:  # renewed by another process
                return stored
            try:
                renewed_bot = await self._rotator.perform_bot_token_rotation(
                    bot=stored, minutes_before_expiration=ALWAYS
                )
            except SlackTokenRotationError:
                latest = await self._store.find_in(workspace)
                if latest is None or latest.bot_token == stored.bot_token:
                    raise
                return latest
            if renewed_bot is None:
                return stored
            await self._store.replace_token(workspace, stored.bot_token, renewed_bot)
            return renewed_bot

    def _ends(self, bot: Bot) -> bool:
        """Return whether a token must be renewed by now."""
        if bot.bot_token_expires_at is None:
            return False
        return self._machine.now() + RENEWED_BEFORE >= datetime.fromtimestamp(bot.bot_token_expires_at, UTC)
