"""The stored installations of the Slack app: of a workspace, of one on Enterprise Grid, of a whole organisation."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bots.slack import turns
from bots.slack.installations import InstallationStore, TokenRotation
from config.external_services import SystemClock
from config.slack import DRIVERS

CLIENT = "1.2"


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    url = make_url(database)
    made = create_async_engine(url.set(drivername=DRIVERS[url.get_backend_name()]))
    yield made
    await made.dispose()


@pytest.fixture(params=["UTC", "Europe/Vilnius", "America/New_York"])
def machine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Set the machine's own zone: slack_sdk reads the database's times as if they were local."""
    before, zone = os.environ.get("TZ"), str(request.param)
    os.environ["TZ"] = zone
    time.tzset()
    yield zone
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


async def keep(engine: AsyncEngine, token: str, **more: Any) -> None:
    """Keep an installation as slack_bolt's own flow does, in earlier releases too."""
    made = Installation(app_id="A1", user_id="U1", bot_token=token, bot_id="B1", bot_user_id="UB1", **more)
    await AsyncSQLAlchemyInstallationStore(CLIENT, engine).async_save(made)


class Rotator:
    """Slack's side of a renewal: each refresh token is good once."""

    def __init__(self) -> None:
        self.good, self.renewals = {"r1"}, 0

    async def perform_bot_token_rotation(self, *, bot: Bot, minutes_before_expiration: int) -> Bot:
        assert minutes_before_expiration > 0
        if bot.bot_refresh_token not in self.good:
            refusal = SlackApiError("refused", {"error": "invalid_refresh_token"})  # type: ignore[no-untyped-call]  # the SDK's
            raise SlackTokenRotationError(refusal)
        self.renewals += 1
        renewed = Bot(**bot.to_dict_for_copying())
        renewed.bot_token, renewed.bot_refresh_token = f"xoxe-{self.renewals}", f"r{self.renewals + 1}"
        renewed.bot_token_expires_at = int((datetime.now(UTC) + timedelta(hours=12)).timestamp())
        self.good = {renewed.bot_refresh_token}
        return renewed


async def test_installations_stored_before_are_found_and_forgotten_each_for_itself(engine: AsyncEngine) -> None:
    await keep(engine, "xoxb-alone", team_id="T0ALONE")
    await keep(engine, "xoxb-heat", team_id="T0HEAT", enterprise_id="E0BALTIC")
    await keep(engine, "xoxb-all", enterprise_id="E0BALTIC", is_enterprise_install=True)
    store = InstallationStore(CLIENT, engine)

    async def tokens() -> list[str | None]:
        found = [await store.find_in(each) for each in ("T0ALONE", "T0HEAT", "E0BALTIC")]
        return [each.bot_token if each is not None else None for each in found]

    assert await tokens() == ["xoxb-alone", "xoxb-heat", "xoxb-all"]
    assert await InstallationStore("another app", engine).find_in("T0ALONE") is None
    await store.forget("E0BALTIC")
    assert await tokens() == ["xoxb-alone", "xoxb-heat", None]
    await store.forget("T0HEAT")
    assert await tokens() == ["xoxb-alone", None, None]


async def test_a_renewed_token_takes_the_place_of_the_old_one_in_any_zone(engine: AsyncEngine, machine: str) -> None:
    store, slack = InstallationStore(CLIENT, engine), Rotator()
    rotation = TokenRotation(store, slack, SystemClock())  # type: ignore[arg-type]  # a rotator that counts
    await keep(engine, "xoxe-0", team_id="T0HEAT", bot_refresh_token="r1", bot_token_expires_in=12 * 3600)
    held = await store.find_in("T0HEAT")
    assert held is not None
    assert abs((held.bot_token_expires_at or 0) - time.time() - 12 * 3600) < 60, machine
    assert await rotation.renewed("T0HEAT", held) is held  # it lasts

    renewed = await rotation.renewed("T0HEAT", held, refused=True)
    assert renewed is not None
    assert renewed.bot_token == "xoxe-1"
    stored = await store.find_in("T0HEAT")
    assert stored is not None
    assert (stored.bot_token, stored.bot_refresh_token) == ("xoxe-1", "r2")
    assert stored.bot_token_expires_at == renewed.bot_token_expires_at


async def test_one_process_renews_and_the_other_reads(engine: AsyncEngine) -> None:
    store, slack = InstallationStore(CLIENT, engine), Rotator()
    one, other = (TokenRotation(store, slack, SystemClock()) for _ in range(2))  # type: ignore[arg-type]  # as above
    await keep(engine, "xoxe-0", team_id="T0HEAT", bot_refresh_token="r1", bot_token_expires_in=60)  # nearly over
    held = await store.find_in("T0HEAT")
    assert held is not None
    first, second = await one.renewed("T0HEAT", held), await other.renewed("T0HEAT", held)
    assert first is not None
    assert second is not None
    assert (first.bot_token, second.bot_token, slack.renewals) == ("xoxe-1", "xoxe-1", 1)
    await store.forget("T0HEAT")
    assert await one.renewed("T0HEAT", first, refused=True) is None


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ({"team_id": "T1", "event": {}}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "event": {}}, "T1"),
        (
            {
                "team_id": "T1",
                "authorizations": [{"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": True}],
            },
            "E1",
        ),
        ({"team_id": None, "enterprise_id": "E1", "event": {"type": "app_uninstalled"}, "authorizations": []}, "E1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true", "command": "/parley"}, "E1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false", "command": "/parley"}, "T1"),
        (
            {
                "team": None,
                "enterprise": {"id": "E1"},
                "is_enterprise_install": True,
                "user": {"id": "U", "team_id": "T1"},
            },
            "E1",
        ),
        ({"team": {"id": "T1"}, "enterprise": None, "is_enterprise_install": False, "user": {"id": "U"}}, "T1"),
    ],
)
def test_a_payload_names_its_installation(payload: dict[str, Any], named: str) -> None:
    assert turns.workspace_of(payload) == named


def test_revoked_token_of_a_person_removes_nothing() -> None:
    assert not turns.bot_tokens({"event": {"tokens": {"oauth": ["U1"], "bot": []}}})
    assert turns.bot_tokens({"event": {"tokens": {"oauth": [], "bot": ["UB1"]}}})
