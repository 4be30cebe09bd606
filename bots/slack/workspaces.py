"""The app in one workspace or in many: a client for each, with the token that its installation brought.

The workspace of the operator's own token is always there. Others come by an install link (`installation.py`), and go
when a user there removes the app. Deals outlive that: their parties hear of them elsewhere, or when the app comes back.
"""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.web.async_client import AsyncWebClient
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential


class NotInstalled(Exception):
    """The app is not installed in that workspace, or no longer."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The app as one workspace knows it."""

    team: str
    client: AsyncWebClient
    bot_id: str | None
    bot_user: str | None

    def as_authorized(self) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=self.team,
            bot_id=self.bot_id,
            bot_user_id=self.bot_user,
            bot_token=self.client.token,
        )


class Workspaces:
    """`own`: the client of the operator's own workspace. `store`: the installations in others, if they are allowed."""

    def __init__(self, own: AsyncWebClient, store: AsyncInstallationStore | None = None) -> None:
        self._own = own
        self._store = store
        self._installed: dict[str, Installed] = {}
        self._ourselves: Installed | None = None

    @property
    def known(self) -> bool:
        """Return whether we know who we are: updates are not accepted before."""
        return self._ourselves is not None

    @property
    def own(self) -> AsyncWebClient:
        return self._own

    async def open(self) -> None:
        """Learn who we are. Raises SlackApiError when the token is wrong."""
        # One pool of connections for all calls; by itself a client would open one for each.
        self._own.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._own.timeout))
        self._ourselves = await self._introduce()
        self._installed[self._ourselves.team] = self._ourselves

    async def close(self) -> None:
        if self._own.session is not None:
            await self._own.session.close()

    @retry(
        retry=retry_if_exception_type((aiohttp.ClientError, TimeoutError)),
        stop=stop_after_attempt(5),
        wait=wait_exponential(0.5),
        reraise=True,
    )
    async def _introduce(self) -> Installed:
        who = await self._own.auth_test()
        return Installed(str(who["team_id"]), self._own, who.get("bot_id"), who["user_id"])

    async def at(self, team: str) -> Installed:
        """Raises NotInstalled."""
        known = self._installed.get(team)
        if known is None:
            known = self._installed[team] = await self._found(team)
        return known

    async def client(self, team: str) -> AsyncWebClient:
        """Raises NotInstalled."""
        return (await self.at(team)).client

    async def forget(self, team: str) -> None:
        """Forget a workspace in which the app was removed, or its token was revoked."""
        self.mistrust(team)
        if self._store is not None:
            await self._store.async_delete_all(enterprise_id=None, team_id=team)

    def mistrust(self, team: str) -> None:
        """Drop a token that did not work: the next call loads the one that is stored now."""
        if self._ourselves is None or team != self._ourselves.team:
            self._installed.pop(team, None)

    async def _found(self, team: str) -> Installed:
        bot = await self._store.async_find_bot(enterprise_id=None, team_id=team) if self._store is not None else None
        if bot is not None:
            client = AsyncWebClient(bot.bot_token, base_url=self._own.base_url, session=self._own.session)
            return Installed(team, client, bot.bot_id, bot.bot_user_id)
        if self._ourselves is None:  # a process that only sends has not asked who we are
            return Installed(team, self._own, None, None)
        raise NotInstalled(team)
