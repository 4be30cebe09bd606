"""Enterprise Grid: organisations with several workspaces, one installation for all of them, and tokens that end."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.slack.member import Json, Member, texts
from lab.tests.slack.test_slack_install import found, keeper, link, put, redeemed
from lab.tests.slack.test_slack_web_api import error

__all__ = ["keeper"]  # a fixture

# slack_sdk sends the app's id and secret by a class that aiohttp has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BACK = "https://market.example/slack/oauth"
MANIFEST: Json = {
    "oauth_config": {"scopes": {"bot": ["chat:write", "im:write", "users:read", "commands"]}, "redirect_urls": [BACK]},
    "features": {"slash_commands": [{"command": "/parley"}]},
    "settings": {"org_deploy_enabled": True, "interactivity": {"is_enabled": True}},
}


@pytest.fixture
async def organisation(browser: aiohttp.ClientSession) -> tuple[Member, Member]:
    """Return two people in two workspaces of one organisation."""
    await found(browser, "enterprises", name="Baltic Group", id="E0BALTIC")
    for name, team in (("Heat", "T0HEAT"), ("Road", "T0ROAD")):
        await found(browser, "workspaces", name=name, id=team, enterprise="E0BALTIC")
    return await Member.take(browser, "Tom", id="U0TOM", team="T0HEAT"), await Member.take(
        browser, "Una", id="U0UNA", team="T0ROAD"
    )


async def installed(lab: Lab, keeper: AsyncWebClient, person: Member, **visit: Any) -> Any:
    back = parse_qs(urlsplit((await person.does("install", url=link(lab), **visit))["redirect"]).query)
    return await redeemed(lab, keeper, back["code"][0])


async def wire(browser: aiohttp.ClientSession, method: str) -> list[Json]:
    async with browser.get(f"/lab/wire?service=slack&match={method}") as answer:
        return [each["body"] for each in await answer.json() if each["method"] == method]


async def test_one_token_is_good_in_all_workspaces_of_an_organisation(
    lab: Lab, organisation: tuple[Member, Member], keeper: AsyncWebClient, ona: Member, browser: aiohttp.ClientSession
) -> None:
    tom, una = organisation
    answer = await installed(lab, keeper, tom, whole=True)
    assert (answer["team"], answer["is_enterprise_install"]) == (None, True)
    assert answer["enterprise"] == {"id": "E0BALTIC", "name": "Baltic Group"}

    there = AsyncWebClient(token=answer["access_token"], base_url=keeper.base_url)
    for person in (tom, una):
        await there.chat_postMessage(channel=person.id, text=f"hello {person.id}")
        assert texts(await person.screen()) == [f"hello {person.id}"]
    assert await error(there.chat_postMessage(channel=ona.id, text="psst")) == "channel_not_found"
    who = await there.auth_test()
    assert (who["enterprise_id"], who["is_enterprise_install"]) == ("E0BALTIC", True)

    await found(browser, "workspaces", name="Port", id="T0PORT", enterprise="E0BALTIC")
    vera = await Member.take(browser, "Vera", team="T0PORT")
    await there.chat_postMessage(channel=vera.id, text="hello later")
    assert texts(await vera.screen()) == ["hello later"]


async def test_payloads_name_the_organisation(
    lab: Lab, organisation: tuple[Member, Member], keeper: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    tom, una = organisation
    await installed(lab, keeper, tom)  # the workspace alone
    await tom.does("say", text="hello")
    event, *_ = await wire(browser, "message")  # it is not taken, so it comes again
    assert (event["team_id"], event["enterprise_id"]) == ("T0HEAT", "E0BALTIC")
    [authorization] = event["authorizations"]
    assert (authorization["enterprise_id"], authorization["is_enterprise_install"]) == ("E0BALTIC", False)

    await installed(lab, keeper, una, whole=True)
    await una.does("command", text="/parley find")
    form, *_ = await wire(browser, "/parley")
    assert (form["enterprise_id"], form["is_enterprise_install"]) == ("E0BALTIC", "true")

    await found(browser, "workspaces/T0ROAD/uninstall")
    gone, *_ = await wire(browser, "app_uninstalled")
    assert (gone["team_id"], gone["enterprise_id"], gone["authorizations"]) == (None, "E0BALTIC", [])
    async with browser.get("/lab/slack/workspaces") as answer:
        assert {each["id"] for each in await answer.json() if each["installed"]} == {"T0PARLEY"}


async def test_an_app_that_is_not_ready_for_organisations_is_not_installed_in_one(
    lab: Lab, organisation: tuple[Member, Member], ona: Member, browser: aiohttp.ClientSession
) -> None:
    assert "no organisation" in await ona.cannot("install", url=link(lab), whole=True)
    settings = MANIFEST["settings"] | {"org_deploy_enabled": False}
    await put(browser, "app", manifest=MANIFEST | {"settings": settings})
    assert "org_deploy_enabled is off" in await organisation[0].cannot("install", url=link(lab), whole=True)


async def test_a_token_ends_after_twelve_hours_and_is_renewed_once(
    lab: Lab, organisation: tuple[Member, Member], keeper: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    settings = MANIFEST["settings"] | {"token_rotation_enabled": True}
    await put(browser, "app", manifest=MANIFEST | {"settings": settings})
    first = await installed(lab, keeper, organisation[0])
    assert first["access_token"].startswith("xoxe.xoxb-")
    assert first["expires_in"] in {12 * 3600 - 1, 12 * 3600}

    async def renew(token: str) -> Any:
        keys = {"client_id": lab.slack.client_id, "client_secret": lab.slack.client_secret}
        return await keeper.oauth_v2_access(**keys, grant_type="refresh_token", refresh_token=token)

    second = await renew(first["refresh_token"])
    assert await error(renew(first["refresh_token"])) == "invalid_refresh_token"
    for answer in (first, second):
        assert (await AsyncWebClient(token=answer["access_token"], base_url=keeper.base_url).auth_test())["ok"]
    async with browser.post("/lab/clock", json={"seconds": 13 * 3600}) as moved:
        assert moved.status == 200
    for answer in (first, second):
        old = AsyncWebClient(token=answer["access_token"], base_url=keeper.base_url)
        assert await error(old.auth_test()) == "token_expired"
    third = await renew(second["refresh_token"])
    assert (await AsyncWebClient(token=third["access_token"], base_url=keeper.base_url).auth_test())["ok"]
