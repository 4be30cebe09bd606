"""Slack's rules for an app: scopes, rates, its manifest, old clients, and which of people's actions reach it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.slack.member import Json, Member, button, field, messages, modal, plain, section, soon, texts
from lab.tests.slack.test_slack_install import found, put
from lab.tests.slack.test_slack_web_api import error, refused

MANIFEST: Json = {
    "features": {
        "slash_commands": [{"command": "/parley", "description": "Trade"}],
        "shortcuts": [{"name": "Sell", "type": "global", "callback_id": "sell", "description": "Sell"}],
        "unfurl_domains": ["market.example"],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "im:history", "links:read", "links:write"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.im", "link_shared"]}},
}


async def test_a_token_does_what_its_scopes_allow(
    ona: Member, client: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    assert (await client.users_info(user=ona.id))["user"]["profile"]["email"]
    await put(browser, "workspaces/T0PARLEY", scopes=["chat:write", "users:read"])
    assert "email" not in (await client.users_info(user=ona.id))["user"]["profile"]
    missing = await refused(client.conversations_open(users=ona.id))
    assert (missing["error"], missing["needed"], missing["provided"]) == (
        "missing_scope",
        "im:write",
        "chat:write,users:read",
    )
    posted = await client.chat_postMessage(channel=ona.id, text="allowed")
    assert posted.headers["X-OAuth-Scopes"] == "chat:write,users:read"


async def test_each_method_has_its_calls_a_minute(lab: Lab, ona: Member, client: AsyncWebClient) -> None:
    for _ in range(20):
        await client.users_list()  # tier 2
    with pytest.raises(SlackApiError) as caught:
        await client.users_list()
    answer: Any = caught.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "3")
    await client.users_info(user=ona.id)  # another method has its own
    lab.world.clock.advance(timedelta(seconds=3))
    await client.users_list()
    lab.slack.app.pace = 10
    lab.world.clock.advance(timedelta(seconds=60))
    for _ in range(30):
        await client.users_list()


async def test_a_manifest_binds(lab: Lab, app: AsyncApp, ona: Member, browser: aiohttp.ClientSession) -> None:
    heard: list[str] = []

    @app.event("message")
    async def hear(event: Json) -> None:
        heard.append(event["text"])

    @app.event("app_home_opened")
    async def opened() -> None:
        heard.append("home")

    @app.command("/parley")
    async def parley(ack: Any) -> None:
        await ack("yes?")

    shown = await put(browser, "app", manifest=MANIFEST)
    assert shown["scopes"] == ["chat:write", "commands", "im:history", "links:read", "links:write"]
    await ona.does("home")
    await ona.does("say", text="in the channel", channel="C0GENERAL")
    await ona.does("say", text="to the app")
    await soon(lambda: heard)
    assert heard == ["to the app"]
    await ona.does("command", text="/parley")
    await ona.does("command", text="/market")
    assert [each["text"] for each in messages(await ona.screen())[1:]] == ["yes?", "/market is not a valid command."]
    assert "there is no shortcut 'find'" in await ona.cannot("shortcut", callback_id="find")
    assert [each["command"] for each in (await ona.screen())["commands"]] == ["/parley"]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"oauth_config": {"scopes": {"bot": ["chat:rule"]}}}, "there are no scopes chat:rule"),
        ({"settings": {"event_subscriptions": {"bot_events": ["message.im"]}}}, "needs the scope im:history"),
        ({"settings": {"event_subscriptions": {"bot_events": ["moon_rises"]}}}, "knows no event moon_rises"),
        ({"features": {"slash_commands": [{"command": "/x"}]}}, "need the scope commands"),
    ],
)
async def test_a_manifest_that_slack_would_not_take(
    browser: aiohttp.ClientSession, wrong: Json, complaint: str
) -> None:
    async with browser.put("/lab/slack/app", json={"manifest": wrong}) as answer:
        assert (answer.status, complaint in (await answer.json())["detail"]) == (422, True)


async def test_an_old_client_refuses_newer_blocks(
    ona: Member, client: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    card = {"type": "card", "title": plain("A1"), "actions": [button("open")]}
    blocks = [{"type": "carousel", "elements": [card]}]
    await client.chat_postMessage(channel=ona.id, text="Found", blocks=blocks)
    await put(browser, "workspaces/T0PARLEY", new_blocks=False)
    answer = await refused(client.chat_postMessage(channel=ona.id, text="Found", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == ["unsupported type: carousel [json-pointer:/blocks/0/type]"]
    await client.chat_postMessage(channel=ona.id, text="Found", blocks=[section("A1")])


async def test_a_link_of_ours_is_told_and_unfurled(
    app: AsyncApp, ona: Member, client: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    await put(browser, "app", unfurl_domains=["market.example"])
    url = "https://www.market.example/lot/7?a=1&b=2"
    told: list[Json] = []

    @app.event("link_shared")
    async def shared(event: Json) -> None:
        told.append(event)
        preview: Json = {url: {"blocks": [section("Lot 7")]}}
        await client.chat_unfurl(unfurl_id=event["unfurl_id"], source=event["source"], unfurls=preview)

    @app.event("message")
    async def overheard() -> None: ...

    said = await ona.does("say", text=f"look: {url} & https://elsewhere.example/", channel="C0GENERAL")
    assert said["text"] == ("look: <https://www.market.example/lot/7?a=1&amp;b=2> &amp; <https://elsewhere.example/>")
    await soon(lambda: told)
    assert told[0]["links"] == [{"domain": "www.market.example", "url": url}]

    def previews(screen: Json) -> Any:
        channel = next(each for each in screen["channels"] if not each["is_im"])
        return channel["messages"][-1].get("attachments")

    (preview,) = await ona.sees(previews)
    assert preview["from_url"] == url
    assert preview["blocks"][0].items() >= section("Lot 7").items()


async def test_a_button_of_a_preview_says_under_which_link_it_was_pressed(
    app: AsyncApp, ona: Member, client: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    await put(browser, "app", unfurl_domains=["market.example"])
    url, pressed = "https://market.example/lot/7", []
    look = {"type": "button", "action_id": "look", "text": plain("Look"), "value": "lot 7"}
    blocks = [section("Lot 7"), {"type": "actions", "block_id": "ways", "elements": [look]}]

    @app.event("link_shared")
    async def shared(event: Json) -> None:
        await client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls={url: {"blocks": blocks}})

    @app.event("message")
    async def overheard() -> None: ...

    @app.action("look")
    async def looked(ack: AsyncAck, body: Json) -> None:
        pressed.append(body)
        await ack()

    said = await ona.does("say", text=url, channel="C0GENERAL")
    await ona.sees(lambda screen: "Lot 7" in str(screen["channels"]))
    here = {"channel": "C0GENERAL", "ts": said["ts"]}
    assert (await ona.does("press", block_id="ways", action_id="look", **here))["acked"]
    (body,) = pressed
    assert body["actions"][0]["value"] == "lot 7"
    assert body["container"].items() >= {
        "type": "message_attachment", "is_app_unfurl": True, "app_unfurl_url": url, "message_ts": said["ts"],
    }.items()  # fmt: skip
    assert "other" in await ona.cannot("press", block_id="other", action_id="look", **here)


async def test_a_message_written_now_comes_when_it_is_due(lab: Lab, ona: Member, client: AsyncWebClient) -> None:
    now = int(lab.world.clock.now().timestamp())
    assert await error(client.chat_scheduleMessage(channel=ona.id, text="x", post_at=now - 1)) == "time_in_past"
    far = now + 121 * 86_400
    assert await error(client.chat_scheduleMessage(channel=ona.id, text="x", post_at=far)) == "time_too_far"
    due = await client.chat_scheduleMessage(channel=ona.id, text="Your lot ends today", post_at=now + 600)
    never = await client.chat_scheduleMessage(channel=ona.id, text="Never mind", post_at=now + 600)
    await client.chat_deleteScheduledMessage(
        channel=never["channel"], scheduled_message_id=never["scheduled_message_id"]
    )
    listed = await client.chat_scheduledMessages_list()
    assert [each["id"] for each in listed["scheduled_messages"]] == [due["scheduled_message_id"]]
    lab.world.clock.advance(timedelta(minutes=10, seconds=1))
    assert await ona.sees(texts) == ["Your lot ends today"]


async def test_changes_to_messages_reach_the_app(app: AsyncApp, ona: Member, client: AsyncWebClient) -> None:
    told: list[Json] = []

    async def tell(event: Json) -> None:
        told.append(event)

    for kind in ("message", "reaction_added", "reaction_removed"):
        app.event(kind)(tell)
    posted = await client.chat_postMessage(channel=ona.id, text="Agreed?")
    said = await ona.does("say", text="200 t", thread_ts=posted["ts"])
    await ona.does("edit", ts=said["ts"], text="220 t")
    await ona.does("react", ts=posted["ts"], name="thumbsup")
    await ona.does("react", ts=posted["ts"], name="thumbsup", remove=True)
    await ona.does("delete", ts=said["ts"])
    assert "no message of theirs" in await ona.cannot("edit", ts=posted["ts"], text="mine now")
    await soon(lambda: len(told) == 5)
    by_kind = {each.get("subtype", each["type"]): each for each in told}
    assert set(by_kind) == {"message", "message_changed", "message_deleted", "reaction_added", "reaction_removed"}
    changed = by_kind["message_changed"]
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("200 t", "220 t")
    (root,) = messages(await ona.screen())
    assert (root["reply_count"], root["reply_users"], root["reactions"]) == (1, [ona.id], [])


async def test_own_messages_come_back_and_bolt_lets_them_pass(
    lab: Lab, app: AsyncApp, ona: Member, client: AsyncWebClient
) -> None:
    heard: list[str] = []

    @app.event("message")
    async def hear(event: Json) -> None:
        heard.append(event["text"])

    await client.chat_postMessage(channel=ona.id, text="an echo")
    await ona.does("say", text="a word")
    await soon(lambda: heard)
    assert heard == ["a word"]
    assert [each.status for each in lab.world.wire if each.method == "echo"] == [200]


async def test_now_and_then_a_message_comes_twice(app: AsyncApp, ona: Member, browser: aiohttp.ClientSession) -> None:
    heard: list[Json] = []

    @app.event("message")
    async def hear(body: Json) -> None:
        heard.append(body)

    await put(browser, "app", double_every=2)
    await ona.does("say", text="one")
    await ona.does("say", text="two")
    await soon(lambda: len(heard) == 3)
    assert [each["event"]["text"] for each in heard if each["event"]["text"] == "two"] == ["two", "two"]
    assert len({each["event_id"] for each in heard}) == 3


async def test_channels_are_joined_and_left(
    app: AsyncApp, ona: Member, client: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    joined: list[Json] = []

    @app.event("member_joined_channel")
    async def join(event: Json) -> None:
        joined.append(event)

    public = await found(browser, "channels", name="pellets", app=False)
    secret = await found(browser, "channels", name="deal-room", members=[ona.id], private=True, app=False)
    assert await error(client.chat_postMessage(channel=public["id"], text="hello")) == "not_in_channel"
    assert await error(client.conversations_info(channel=secret["id"])) == "channel_not_found"
    assert await error(client.conversations_join(channel=secret["id"])) == "channel_not_found"
    assert (await client.conversations_join(channel=public["id"]))["channel"]["is_member"]
    await ona.does("join", channel=public["id"])
    await ona.does("invite_app", channel=secret["id"])
    await soon(lambda: len(joined) == 2)
    assert [(each["user"], each.get("inviter")) for each in joined] == [
        (ona.id, None),
        ((await client.auth_test())["user_id"], ona.id),
    ]
    assert (await client.conversations_info(channel=secret["id"]))["channel"]["is_private"]
    made = (await client.conversations_create(name="deal-7", is_private=True))["channel"]
    await client.conversations_invite(channel=made["id"], users=ona.id)
    await client.bookmarks_add(channel_id=made["id"], title="Deal 7", type="link", link="https://market.example/7")
    rooms = {each["name"]: each for each in (await ona.screen())["channels"]}
    assert [each["title"] for each in rooms["deal-7"]["bookmarks"]] == ["Deal 7"]
    assert await error(client.conversations_create(name="Deal 7")) == "invalid_name_specials"
    assert await error(client.conversations_create(name="deal-7")) == "name_taken"
    await client.conversations_leave(channel=made["id"])


async def test_too_many_suggestions_are_no_suggestions(app: AsyncApp, ona: Member, client: AsyncWebClient) -> None:
    picker = {"type": "external_select", "action_id": "town", "min_query_length": 1}

    @app.shortcut("towns")
    async def open_form(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field("where", picker)))

    @app.options("town")
    async def towns(ack: Any) -> None:
        await ack(options=[{"text": plain(f"town {number}"), "value": str(number)} for number in range(101)])

    await ona.does("shortcut", callback_id="towns")
    (form,) = await ona.sees(lambda screen: screen["modals"])
    why = await ona.cannot("suggest", block_id="where", action_id="town", value="t", view_id=form["id"])
    assert "at most 100 items" in why


async def test_a_stack_of_modals_is_closed_at_once(app: AsyncApp, ona: Member, client: AsyncWebClient) -> None:
    closed: list[tuple[str, bool]] = []

    @app.shortcut("ask")
    async def ask(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(callback_id="first", notify_on_close=True))

    @app.view("first")
    async def first(ack: Any) -> None:
        await ack(response_action="push", view=modal(callback_id="second", notify_on_close=True))

    async def gone(ack: Any, body: Json) -> None:
        await ack()
        closed.append((body["view"]["callback_id"], body["is_cleared"]))

    app.view_closed("first")(gone)
    app.view_closed("second")(gone)
    await ona.does("shortcut", callback_id="ask")
    (form,) = await ona.sees(lambda screen: screen["modals"])
    await ona.does("submit", view_id=form["id"], values={"who": {"name": "Rasa"}})
    top = (await ona.screen())["modals"][-1]["id"]
    await ona.does("close", view_id=top, all=True)
    assert closed == [("second", True), ("first", True)]
    assert (await ona.screen())["modals"] == []


async def test_deactivated_account(app: AsyncApp, ona: Member, client: AsyncWebClient) -> None:
    told: list[Json] = []

    @app.event("user_change")
    async def changed(event: Json) -> None:
        told.append(event)

    await ona.does("deactivate")
    await soon(lambda: told)
    assert told[0]["user"] == {**told[0]["user"], "id": ona.id, "deleted": True}
    assert (await client.users_info(user=ona.id))["user"]["deleted"]
    assert await error(client.conversations_open(users=ona.id)) == "user_disabled"
    assert "no account" in await ona.cannot("say", text="still me")
