"""Several workspaces with one app: the link, the page, the code, the token, and uninstalling."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.slack.member import Json, Member, soon, texts
from lab.tests.slack.test_slack_web_api import error

# slack_sdk sends the app's id and secret by a class that aiohttp has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BACK = "https://market.example/slack/oauth"


def link(lab: Lab, **more: str) -> str:
    asked = {"client_id": lab.slack.app.client_id, "scope": "chat:write,im:write,users:read", "redirect_uri": BACK}
    return f"{lab.url}/slack/oauth/v2/authorize?{urlencode(asked | {'state': 's-1'} | more)}"


async def put(browser: aiohttp.ClientSession, path: str, **body: Any) -> Json:
    async with browser.put(f"/lab/slack/{path}", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


async def found(browser: aiohttp.ClientSession, path: str, **body: Any) -> Json:
    async with browser.post(f"/lab/slack/{path}", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


@pytest.fixture
async def tom(browser: aiohttp.ClientSession) -> Member:
    """Return a person in another workspace, without the app."""
    await found(browser, "workspaces", name="Baltic Heat", id="T0HEAT")
    return await Member.take(browser, "Tom", id="U0TOM", team="T0HEAT")


@pytest.fixture
def keeper(lab: Lab) -> AsyncWebClient:
    """Return the app's client without any token, as it redeems codes."""
    return AsyncWebClient(base_url=f"{lab.url}/slack/api/")


async def redeemed(lab: Lab, keeper: AsyncWebClient, code: str, **more: str) -> Any:
    keys = {"client_id": lab.slack.app.client_id, "client_secret": lab.slack.app.client_secret}
    return await keeper.oauth_v2_access(**keys | {"code": code, "redirect_uri": BACK} | more)


async def test_a_second_workspace_installs_the_app(
    lab: Lab, tom: Member, ona: Member, keeper: AsyncWebClient, client: AsyncWebClient
) -> None:
    assert (await tom.screen())["team"] == {"id": "T0HEAT", "name": "Baltic Heat", "installed": False}
    back = urlsplit((await tom.does("install", url=link(lab)))["redirect"])
    given = parse_qs(back.query)
    assert (f"{back.scheme}://{back.netloc}{back.path}", given["state"]) == (BACK, ["s-1"])
    code = given["code"][0]

    assert await error(redeemed(lab, keeper, code, client_secret="wrong")) == "bad_client_secret"
    assert await error(redeemed(lab, keeper, code, client_id="wrong")) == "invalid_client_id"
    assert await error(redeemed(lab, keeper, code, redirect_uri="https://thief.example")) == "bad_redirect_uri"
    assert await error(redeemed(lab, keeper, "made-up")) == "invalid_code"
    answer = await redeemed(lab, keeper, code)
    assert await error(redeemed(lab, keeper, code)) == "code_already_used"
    assert (answer["team"], answer["authed_user"]) == ({"id": "T0HEAT", "name": "Baltic Heat"}, {"id": "U0TOM"})
    assert (answer["token_type"], answer["scope"]) == ("bot", "chat:write,im:write,users:read")

    there = AsyncWebClient(token=answer["access_token"], base_url=client.base_url)
    await there.chat_postMessage(channel=tom.id, text="Welcome to the market")
    assert texts(await tom.screen()) == ["Welcome to the market"]
    assert (await there.auth_test())["user_id"] == answer["bot_user_id"] != lab.slack.bot_user
    assert await error(there.chat_postMessage(channel=ona.id, text="psst")) == "channel_not_found"
    assert await error(client.users_info(user=tom.id)) == "user_not_found"
    again = parse_qs(urlsplit((await tom.does("install", url=link(lab, scope="commands")))["redirect"]).query)
    more = await redeemed(lab, keeper, again["code"][0])
    assert (more["access_token"], "commands" in more["scope"]) == (answer["access_token"], True)


async def test_wrong_install_links_are_refused(lab: Lab, tom: Member) -> None:
    assert "invalid_client_id" in await tom.cannot("install", url=link(lab, client_id="1.2"))
    assert "invalid_scope" in await tom.cannot("install", url=link(lab, scope="chat:write,world:rule"))
    denied = (await tom.does("install", url=link(lab), deny=True))["redirect"]
    assert parse_qs(urlsplit(denied).query) == {"error": ["access_denied"], "state": ["s-1"]}


async def test_the_page_behind_the_link_has_a_button_for_each_person(
    lab: Lab, tom: Member, ona: Member, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(link(lab)) as answer:
        page = await answer.text()
    assert "<li>users:read</li>" in page
    assert "Allow in Baltic Heat, as Tom" in page
    allowed = {"person": "U0TOM", "do": "allow"}
    async with browser.post(link(lab), data=allowed, allow_redirects=False) as answer:
        assert answer.headers["Location"].startswith(f"{BACK}?code=t0heat.")
    async with browser.get(link(lab, client_id="1.2")) as answer:
        assert (answer.status, "invalid_client_id" in await answer.text()) == (400, True)


async def test_an_app_that_is_taken_out_hears_it_and_is_shut_out(
    lab: Lab, app: AsyncApp, ona: Member, client: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    heard: list[Json] = []

    async def gone(event: Json) -> None:
        heard.append(event)

    app.event("tokens_revoked")(gone)
    app.event("app_uninstalled")(gone)
    await found(browser, "workspaces/T0PARLEY/uninstall")
    await soon(lambda: len(heard) == 2)
    assert [each["type"] for each in heard] == ["tokens_revoked", "app_uninstalled"]
    assert heard[0]["tokens"]["bot"] == [lab.slack.bot_user]
    assert await error(client.chat_postMessage(channel=ona.id, text="still here?")) == "account_inactive"
    await ona.does("command", text="/parley find")
    assert "is not a valid command" in texts(await ona.screen())[-1]


async def test_a_token_given_back_opens_nothing(lab: Lab, client: AsyncWebClient) -> None:
    assert (await client.auth_revoke())["revoked"]
    assert await error(client.auth_test()) == "token_revoked"


async def test_one_app_serves_each_workspace_with_its_own_token(
    lab: Lab, tom: Member, ona: Member, keeper: AsyncWebClient
) -> None:
    """Bolt is told the workspace of each event, and answers there."""
    back = parse_qs(urlsplit((await tom.does("install", url=link(lab)))["redirect"]).query)
    theirs = (await redeemed(lab, keeper, back["code"][0]))["access_token"]
    tokens = {"T0HEAT": theirs, "T0PARLEY": lab.slack.bot_token}

    async def authorize(team_id: str) -> AuthorizeResult:
        me = await AsyncWebClient(token=tokens[team_id], base_url=keeper.base_url).auth_test()
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_user_id=me["user_id"],
            bot_id=me["bot_id"],
            bot_token=tokens[team_id],
        )

    app = AsyncApp(client=keeper, authorize=authorize)

    @app.event("message")
    async def echo(event: Json, say: Any) -> None:
        await say(f"heard {event['text']}")

    handler = AsyncSocketModeHandler(app, lab.slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    for member in (tom, ona):
        await member.does("say", text=f"hello from {member.id}")
    for member in (tom, ona):
        assert await member.sees(lambda screen: texts(screen)[1:]) == [f"heard hello from {member.id}"]
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
