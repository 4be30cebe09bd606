"""The app in one workspace or in many: a client for each, with the token that its installation brought.

The workspace of the operator's own token, if there is one, is always there. Others come by an install link
(`installation.py`), and go when a user there removes the app. Deals outlive that: their parties hear of them elsewhere,
or when the app comes back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from bots.slack.installations import InstallationStore, TokenRotation, is_organisation

log = structlog.get_logger(__name__)

EXPIRED: Final = "token_expired"

Renew = Callable[[bool], Awaitable[str]]  # whether the token was refused; returns the one to use


class NotInstalled(Exception):
    """The app is not installed in that workspace, or no longer."""


class RotatingClient(AsyncWebClient):
    """A client that has its token renewed, before it ends and when Slack says that it has ended."""

    def __init__(self, token: str, renew: Renew, **more: Any) -> None:
        super().__init__(token, **more)
        self._renew = renew

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        """Raises SlackApiError, NotInstalled."""
        self.token = await self._renew(False)
        try:
            return await super().api_call(api_method, **given)
        except SlackApiError as failure:
            if failure.response.get("error") != EXPIRED:
                raise
            self.token = await self._renew(True)
            return await super().api_call(api_method, **given)


@dataclass(frozen=True, slots=True)
class Installed:
    """The app as one workspace knows it, or one organisation."""

    workspace: str
    client: AsyncWebClient
    bot_id: str | None
    bot_user: str | None

    def as_authorized(self) -> AuthorizeResult:
        whole = is_organisation(self.workspace)
        return AuthorizeResult(
            enterprise_id=self.workspace if whole else None,
            team_id=None if whole else self.workspace,
            bot_id=self.bot_id,
            bot_user_id=self.bot_user,
            bot_token=self.client.token,
        )


class Workspaces:
    """`own`: the client of the operator's own workspace; without a token there is none.

    `store`: the installations in others, if they are allowed. `rotation` renews their tokens.
    """

    def __init__(
        self, own: AsyncWebClient, store: InstallationStore | None = None, rotation: TokenRotation | None = None
    ) -> None:
        self._own = own
        self._store = store
        self._rotation = rotation
        self._installed: dict[str, Installed] = {}
        self._bots: dict[str, Bot] = {}  # with tokens that end
        self._ourselves: Installed | None = None
        self._open = False

    @property
    def known(self) -> bool:
        """Return whether we know who we are: updates are not accepted before."""
        return self._open

    @property
    def own(self) -> AsyncWebClient:
        return self._own

    async def open(self) -> None:
        """Learn who we are. Raises SlackApiError when the token is wrong."""
        # One pool of connections for all calls; by itself a client would open one for each.
        self._own.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._own.timeout))
        if self._own.token is not None:
            self._ourselves = await self._introduce()
            self._installed[self._ourselves.workspace] = self._ourselves
        self._open = True

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
        named = who["enterprise_id"] if who.get("is_enterprise_install") else who["team_id"]
        return Installed(str(named), self._own, who.get("bot_id"), who["user_id"])

    async def at(self, workspace: str) -> Installed:
        """Raises NotInstalled."""
        known = self._installed.get(workspace)
        if known is None:
            known = self._installed[workspace] = await self._found(workspace)
        return known

    async def client(self, workspace: str) -> AsyncWebClient:
        """Raises NotInstalled."""
        return (await self.at(workspace)).client

    async def forget(self, workspace: str) -> None:
        """Forget a workspace in which the app was removed, or its token was revoked."""
        self.mistrust(workspace)
        if self._store is not None:
            await self._store.forget(workspace)

    def mistrust(self, workspace: str) -> None:
        """Drop a token that did not work: the next call loads the one that is stored now."""
        if self._ourselves is None or workspace != self._ourselves.workspace:
            self._installed.pop(workspace, None)
            self._bots.pop(workspace, None)

    async def _found(self, workspace: str) -> Installed:
        bot = await self._store.find_in(workspace) if self._store is not None else None
        if bot is not None:
            return Installed(workspace, self._client_of(workspace, bot), bot.bot_id, bot.bot_user_id)
        if (
            self._ourselves is None and self._own.token is not None
        ):  # a process that only sends has not asked who we are
            return Installed(workspace, self._own, None, None)
        raise NotInstalled(workspace)

    def _client_of(self, workspace: str, bot: Bot) -> AsyncWebClient:
        address, session = self._own.base_url, self._own.session
        if self._rotation is None or bot.bot_token_expires_at is None:
            return AsyncWebClient(bot.bot_token, base_url=address, session=session)
        self._bots[workspace] = bot

        async def renew(refused: bool) -> str:
            return await self._renewed(workspace, refused=refused)

        return RotatingClient(bot.bot_token, renew, base_url=address, session=session)

    async def _renewed(self, workspace: str, *, refused: bool) -> str:
        """Return the token to use in a workspace. Raises NotInstalled."""
        assert self._rotation is not None, "only rotating clients ask"
        held = self._bots.get(workspace)
        if held is None:
            raise NotInstalled(workspace)
        try:
            renewed_bot = await self._rotation.renewed(workspace, held, refused=refused)
        except SlackTokenRotationError as failure:
            # The held token may last a while yet. If it does not, Slack says so, and the operator reads both.
            log.error("slack_token_not_renewed", workspace=workspace, why=str(failure))  # noqa: TRY400 - it says why
            return held.bot_token
        if renewed_bot is None:
            self.mistrust(workspace)
            raise NotInstalled(workspace)
        self._bots[workspace] = renewed_bot
        return renewed_bot.bot_token
