"""Installs the app in other workspaces by a link: Slack asks the user, then sends a code for the token.

All of it is slack_bolt's own flow over slack_sdk's own stores (tables `slack_installations`, `slack_bots` and
`slack_oauth_states`). This module only configures where they are stored. The state in the link is valid for ten
minutes, once, in the browser that requested it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.workspaces import Workspaces

log = structlog.get_logger(__name__)

BEGIN: Final = "/slack/install"
END: Final = "/slack/oauth"
STATE_SECONDS: Final = 600

Answer = tuple[int, str, Mapping[str, Sequence[str]]]  # status, body, headers


@dataclass(frozen=True, slots=True)
class AppKeys:
    """The app's credentials, as Slack's page of the app calls them."""

    client_id: str
    client_secret: str
    scopes: Sequence[str]


class Installer:
    """`home`: our own public address; `authorize_url`: Slack's page that asks whether we may come in."""

    def __init__(
        self,
        workspaces: Workspaces,
        keys: AppKeys,
        installations: AsyncInstallationStore,
        states: AsyncOAuthStateStore,
        *,
        home: str,
        authorize_url: str,
    ) -> None:
        self._workspaces = workspaces
        self._flow = AsyncOAuthFlow(
            client=AsyncWebClient(base_url=workspaces.own.base_url),
            settings=AsyncOAuthSettings(
                client_id=keys.client_id,
                client_secret=keys.client_secret,
                scopes=keys.scopes,
                redirect_uri=f"{home}{END}",
                install_path=BEGIN,
                redirect_uri_path=END,
                install_page_rendering_enabled=False,  # a user who follows the link has decided
                authorization_url=authorize_url,
                installation_store=installations,
                installation_store_bot_only=True,
                state_store=states,
                state_expiration_seconds=STATE_SECONDS,
                callback_options=AsyncCallbackOptions(success=self._installed, failure=_not_installed),
            ),
        )

    async def begin(self, query: str, headers: Mapping[str, str]) -> Answer:
        """Redirect a user who follows the link to Slack's page."""
        return _answer(await self._flow.handle_installation(_request(query, headers)))

    async def end(self, query: str, headers: Mapping[str, str]) -> Answer:
        """Handle the return from Slack's page, with a code or with a refusal."""
        return _answer(await self._flow.handle_callback(_request(query, headers)))

    async def _installed(self, done: AsyncSuccessArgs) -> BoltResponse:
        made = done.installation
        named = made.enterprise_id if made.is_enterprise_install else made.team_id
        if named is not None:
            self._workspaces.mistrust(named)  # its token is another one now
        return BoltResponse(status=302, headers={"Location": "/slack/installed"})


async def _not_installed(failed: AsyncFailureArgs) -> BoltResponse:
    log.info("slack_not_installed", why=failed.reason)
    return BoltResponse(status=302, headers={"Location": "/slack/not-installed"})


def _request(query: str, headers: Mapping[str, str]) -> AsyncBoltRequest:
    return AsyncBoltRequest(body="", query=query, headers=dict(headers), mode="http")


def _answer(response: BoltResponse) -> Answer:
    return response.status, response.body or "", response.headers
