"""Users on Slack: their names, the channels they read, and the files they send. A payload only refers to these."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.platform import SLACK
from bots.slack.workspaces import NotInstalled, Workspaces
from core.kernel.errors import Invalid
from core.people.accounts.model import Identity
from core.people.files.checker import FileChecker
from core.people.files.model import LARGEST, Checked

log = structlog.get_logger(__name__)

KNOWN_SECONDS = 3600.0  # how long a name, a language and a zone are believed
MOST_KNOWN = 10_000
FETCHES = 2
# Slack's errors that pass: with any other, the same request fails again. docs.slack.dev/reference/methods
PASSING: Final = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
SLACKS: Final = (".slack.com", ".slack-gov.com")


class Unreachable(Exception):
    """Slack has no such user for us, so no answer can reach them."""


@dataclass(slots=True)
class People:
    """Asks Slack once an hour and remembers, for a name costs a round trip of the three seconds there are."""

    workspaces: Workspaces
    _known: dict[tuple[str, str], tuple[float, Identity]] = field(default_factory=dict)
    _addresses: dict[tuple[str, str], str] = field(default_factory=dict)

    async def identity(self, team: str, user: str) -> Identity:
        """Return the user's identity. If the look-up fails, their id serves as their name."""
        now = asyncio.get_running_loop().time()
        until, known = self._known.get((team, user), (0.0, None))
        if known is not None and now < until:
            return known
        try:
            client = await self.workspaces.client(team)
            asked = await client.users_info(user=user, include_locale=True)
        except (NotInstalled, SlackApiError, aiohttp.ClientError, TimeoutError) as failure:
            log.warning("slack_person_unknown", user=user, why=str(failure))
            return known or Identity(SLACK.code, team, user, user)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        found = identity_of(team, user, asked["user"])
        self._known[team, user] = (now + KNOWN_SECONDS, found)
        return found

    async def address(self, team: str, user: str) -> str:
        """Return the channel of a user's direct messages with the app. Raises SlackApiError, NotInstalled,
        Unreachable.
        """
        if (team, user) not in self._addresses:
            client = await self.workspaces.client(team)
            try:
                opened = await client.conversations_open(users=user)
            except SlackApiError as failure:
                if failure.response.get("error") in PASSING:
                    raise
                raise Unreachable(f"{team}/{user}: {failure.response.get('error')}") from failure
            self._addresses[team, user] = str(opened["channel"]["id"])
        return self._addresses[team, user]


def identity_of(team: str, user: str, told: Mapping[str, Any]) -> Identity:
    profile = told.get("profile") or {}
    name = profile.get("real_name") or told.get("real_name") or told.get("name") or user
    return Identity(SLACK.code, team, user, name, told.get("locale") or "en", told.get("tz") or "UTC")


async def fetched(
    client: AsyncWebClient, files: Sequence[Mapping[str, Any]], checker: FileChecker
) -> tuple[list[Checked], list[Invalid]]:
    """Return the files with their bytes, checked, and the reasons why others are left out."""
    outcomes = await asyncio.gather(*(_fetched(client, file, checker) for file in files))
    return (
        [each for each in outcomes if isinstance(each, Checked)],
        [each for each in outcomes if isinstance(each, Invalid)],
    )


async def _fetched(client: AsyncWebClient, file: Mapping[str, Any], checker: FileChecker) -> Checked | Invalid:
    name = str(file.get("name") or "file")
    address = file.get("url_private_download") or file.get("url_private")
    if not address or not is_slacks(str(address), client.base_url):  # deleted, or kept by another service
        return Invalid("file.broken", name=name)
    if (file.get("size") or 0) > LARGEST:
        return Invalid("file.too_large", name=name, limit=LARGEST // 1024 // 1024)
    try:
        return await checker.fetch(name, lambda: _download(client, str(address), name))
    except Invalid as refusal:
        return refusal


def is_slacks(address: str, api: str) -> bool:
    """Return whether Slack itself keeps the file at this address. For a file on another service Slack returns that
    service's address (docs.slack.dev/reference/methods/files.remote.info). Anybody may have named it: it must not get
    our token.
    """
    try:
        asked, ours = urlsplit(address), urlsplit(api)
        same = (asked.scheme, asked.hostname, asked.port) == (ours.scheme, ours.hostname, ours.port)
    except ValueError:
        return False
    return same or (asked.scheme == "https" and f".{asked.hostname}".endswith(SLACKS))


async def _download(client: AsyncWebClient, address: str, name: str) -> bytes:
    """Raises Invalid. Without the token Slack answers with its sign-in page, and that all is well."""
    assert client.session is not None, "files are fetched after the start"
    headers = {"Authorization": f"Bearer {client.token}"}
    for _ in range(FETCHES):
        try:
            async with client.session.get(address, headers=headers) as answer:
                if answer.status == 200:
                    # One byte more than we take is enough to see that it is too large.
                    return await _read(answer)
        except (aiohttp.ClientError, TimeoutError) as failure:
            log.warning("slack_file_not_fetched", why=type(failure).__name__)
    raise Invalid("file.unreachable", name=name)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        content += chunk
        if len(content) > LARGEST:
            break
    return bytes(content)
