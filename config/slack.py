"""Slack in one workspace or in many: the tokens that the app uses, and where they are stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bots.slack.installation import STATE_SECONDS, AppKeys, Installer
from bots.slack.installations import InstallationStore, TokenRotation
from bots.slack.workspaces import Workspaces
from config.database import DEFAULT
from config.external_services import SystemClock
from config.settings import Settings

API: Final = "https://slack.com/api/"
MANIFEST: Final = Path(__file__).parents[1] / "bots" / "slack" / "manifest.yaml"
EXAMPLE: Final = "https://market.example"
DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


def manifest(home: str) -> dict[str, Any]:
    """Return the app's manifest, with our own address in the places of the example's."""
    text = MANIFEST.read_text("utf-8").replace(EXAMPLE, home).replace(_host(EXAMPLE), _host(home))
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def _host(address: str) -> str:
    return urlsplit(address).hostname or address


class Slack:
    """The app's workspaces, and the way in for others where the installation has the app's own credentials."""

    def __init__(self, settings: Settings, home: str) -> None:
        token, api = settings.slack_bot_token, settings.slack_api_url or API
        own = AsyncWebClient(token.get_secret_value() if token else None, base_url=api)
        self._engine: AsyncEngine | None = None
        self.installer: Installer | None = None
        if settings.slack_client_id is None or settings.slack_client_secret is None:
            self.workspaces = Workspaces(own)
            return
        url = make_url(settings.database_url or DEFAULT)
        self._engine = create_async_engine(url.set(drivername=DRIVERS[url.get_backend_name()]), hide_parameters=True)
        client_secret = settings.slack_client_secret.get_secret_value()
        installations = InstallationStore(settings.slack_client_id, self._engine)
        rotator = AsyncTokenRotator(
            client_id=settings.slack_client_id, client_secret=client_secret, client=AsyncWebClient(base_url=api)
        )
        self.workspaces = Workspaces(own, installations, TokenRotation(installations, rotator, SystemClock()))
        self.installer = Installer(
            self.workspaces,
            AppKeys(
                settings.slack_client_id,
                client_secret,
                manifest(home)["oauth_config"]["scopes"]["bot"],
            ),
            installations,
            AsyncSQLAlchemyOAuthStateStore(expiration_seconds=STATE_SECONDS, engine=self._engine),
            home=home,
            authorize_url=api.replace("/api/", "/oauth/v2/authorize"),
        )

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
