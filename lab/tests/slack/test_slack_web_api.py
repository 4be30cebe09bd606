"""The Web API refuses what Slack refuses, in Slack's words, and the SDK's own calls succeed."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.slack.member import Json, Member, messages, modal, section, texts


async def refused(call: Awaitable[Any]) -> Json:
    """Return Slack's answer to a refused call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer: Any = caught.value.response
    return dict(answer.data)


async def error(call: Awaitable[Any]) -> str:
    return str((await refused(call))["error"])


@pytest.fixture
async def trigger(lab: Lab, ona: Member) -> str:
    return lab.slack.work.new_trigger(ona.id)


async def test_tokens_open_only_what_they_are_for(lab: Lab, client: AsyncWebClient) -> None:
    me = await client.auth_test()
    assert (me["team_id"], me["user_id"]) == ("T0PARLEY", lab.slack.bot_user)
    assert await error(client.auth_test(token="xoxb-somebody-else")) == "invalid_auth"
    assert await error(AsyncWebClient(base_url=client.base_url).auth_test()) == "not_authed"
    assert await error(client.auth_test(token=lab.slack.app_token)) == "not_allowed_token_type"
    assert await error(client.apps_connections_open(app_token=lab.slack.bot_token)) == "not_allowed_token_type"
    assert await error(client.api_call("chat.shout")) == "unknown_method"
    opened = await client.apps_connections_open(app_token=lab.slack.app_token)
    assert opened["url"].startswith("ws://127.0.0.1:")


async def test_a_message_is_posted_changed_and_deleted(ona: Member, client: AsyncWebClient) -> None:
    opened = await client.conversations_open(users=ona.id)
    im = opened["channel"]["id"]
    posted = await client.chat_postMessage(channel=im, text="draft", blocks=[section("*draft*")])
    assert posted["message"]["blocks"][0]["block_id"]

    await client.chat_update(channel=im, ts=posted["ts"], text="final")
    (message,) = messages(await ona.screen())
    assert (message["text"], message["edited"], "blocks" in message) == ("final", True, False)

    assert await error(client.chat_update(channel=ona.id, ts=posted["ts"], text="x")) == "channel_not_found"
    await client.chat_postEphemeral(channel=im, user=ona.id, text="psst")
    assert [each["ephemeral"] for each in messages(await ona.screen())] == [False, True]
    history = await client.conversations_history(channel=im)
    assert [each["text"] for each in history["messages"]] == ["final"]

    await client.reactions_add(channel=im, timestamp=posted["ts"], name="eyes")
    await client.pins_add(channel=im, timestamp=posted["ts"])
    assert await error(client.reactions_add(channel=im, timestamp=posted["ts"], name="eyes")) == "already_reacted"

    await client.chat_delete(channel=im, ts=posted["ts"])
    assert texts(await ona.screen()) == ["psst"]
    assert await error(client.chat_delete(channel=im, ts=posted["ts"])) == "message_not_found"


async def test_an_update_keeps_what_it_does_not_speak_of(ona: Member, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=ona.id, markdown_text="# Lot 7")
    im = posted["channel"]
    await client.chat_update(channel=im, ts=posted["ts"], attachments=[{"text": "more", "fallback": "more"}])
    await client.chat_update(channel=im, ts=posted["ts"], text="Lot 7", blocks=[section("Lot 7")])
    (message,) = messages(await ona.screen())
    assert message["blocks"][0]["type"] == "section"
    assert message["attachments"][0]["text"] == "more"
    assert message["edited"] is False
    both = client.api_call("chat.postMessage", json={"channel": im, "text": "x", "markdown_text": "y"})
    assert await error(both) == "markdown_text_conflict"


async def test_a_link_is_unfurled_where_it_stands(ona: Member, client: AsyncWebClient) -> None:
    said = await ona.does("say", text="see https://parley.example/lot/7")
    im = (await client.conversations_open(users=ona.id))["channel"]["id"]
    preview: Json = {"https://parley.example/lot/7": {"blocks": [section("Lot 7")]}}
    await client.chat_unfurl(channel=im, ts=said["ts"], unfurls=preview)
    (message,) = messages(await ona.screen())
    assert message["attachments"][0]["blocks"][0].items() >= section("Lot 7").items()
    elsewhere: Json = {"https://parley.example/lot/8": {"blocks": [section("Lot 8")]}}
    assert await error(client.chat_unfurl(channel=im, ts=said["ts"], unfurls=elsewhere)) == "cannot_unfurl_url"


async def test_messages_that_slack_does_not_take(ona: Member, client: AsyncWebClient) -> None:
    assert await error(client.chat_postMessage(channel="C0NOWHERE", text="hello")) == "channel_not_found"
    assert await error(client.api_call("chat.postMessage", json={"channel": ona.id})) == "no_text"
    assert await error(client.chat_postMessage(channel=ona.id, text="x" * 40_001)) == "msg_too_long"
    assert await error(client.chat_postMessage(channel=ona.id, text="late", thread_ts="1.0")) == "thread_not_found"
    assert await error(client.chat_postMessage(channel=ona.id, blocks="{", text="x")) == "invalid_blocks_format"
    hers = await ona.does("say", text="mine")
    im = (await client.conversations_open(users=ona.id))["channel"]["id"]
    assert await error(client.chat_update(channel=im, ts=hers["ts"], text="stolen")) == "cant_update_message"
    missing = await refused(client.api_call("chat.update", json={"channel": im}))
    assert missing["response_metadata"]["messages"] == ["[ERROR] missing required field: ts"]


async def test_a_burst_is_allowed_then_one_message_a_second(lab: Lab, ona: Member, client: AsyncWebClient) -> None:
    for number in range(20):
        await client.chat_postMessage(channel=ona.id, text=str(number))

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=ona.id, text="too much")
    answer: Any = caught.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")

    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await client.chat_postMessage(channel=ona.id, text="patient")
    lab.world.clock.advance(timedelta(minutes=1))
    assert (await client.chat_postMessage(channel=ona.id, text="rested"))["ok"]


async def test_a_trigger_opens_once_and_for_three_seconds(lab: Lab, client: AsyncWebClient, trigger: str) -> None:
    assert await error(client.views_open(trigger_id="1.2.made-up", view=modal())) == "invalid_trigger_id"
    assert await error(client.views_push(trigger_id=trigger, view=modal())) == "not_found"
    fresh = lab.slack.work.new_trigger("U0ONA")
    await client.views_open(trigger_id=fresh, view=modal())
    assert await error(client.views_open(trigger_id=fresh, view=modal())) == "exchanged_trigger_id"
    slow = lab.slack.work.new_trigger("U0ONA")
    lab.world.clock.advance(timedelta(seconds=4))
    assert await error(client.views_open(trigger_id=slow, view=modal())) == "expired_trigger_id"


async def test_a_refused_view_leaves_the_trigger_unused(client: AsyncWebClient, trigger: str) -> None:
    assert await error(client.views_open(trigger_id=trigger, view=modal(title=None))) == "invalid_arguments"
    assert (await client.views_open(trigger_id=trigger, view=modal()))["ok"]


async def test_a_modal_update_needs_the_latest_hash(ona: Member, client: AsyncWebClient, trigger: str) -> None:
    opened = (await client.views_open(trigger_id=trigger, view=modal(external_id="listing-7")))["view"]
    view = modal(external_id="listing-7", submit={"type": "plain_text", "text": "Save"})
    updated = (await client.views_update(external_id="listing-7", view=view, hash=opened["hash"]))["view"]
    assert (updated["id"], updated["hash"] == opened["hash"]) == (opened["id"], False)
    assert await error(client.views_update(view_id=opened["id"], view=view, hash=opened["hash"])) == "hash_conflict"

    await ona.does("close", view_id=opened["id"])
    assert await error(client.views_update(view_id=opened["id"], view=view)) == "not_found"
    assert await error(client.views_update(external_id="listing-7", view=view)) == "not_found"


async def test_typed_values_survive_an_update(lab: Lab, ona: Member, client: AsyncWebClient, trigger: str) -> None:
    opened = (await client.views_open(trigger_id=trigger, view=modal()))["view"]
    await ona.does("press", block_id="who", action_id="name", value="Rasa", view_id=opened["id"])
    updated = (await client.views_update(view_id=opened["id"], view=modal(callback_id="next")))["view"]
    assert updated["state"]["values"]["who"]["name"]["value"] == "Rasa"


async def test_no_more_than_three_modals_lie_on_each_other(lab: Lab, ona: Member, client: AsyncWebClient) -> None:
    view_id = None
    for _ in range(3):
        trigger = lab.slack.work.new_trigger(ona.id, view_id)
        opened = await (client.views_push if view_id else client.views_open)(trigger_id=trigger, view=modal())
        view_id = opened["view"]["id"]
    trigger = lab.slack.work.new_trigger(ona.id, view_id)
    assert await error(client.views_push(trigger_id=trigger, view=modal())) == "push_limit_reached"


async def test_the_home_tab_is_published_against_its_hash(ona: Member, client: AsyncWebClient) -> None:
    home: Json = {"type": "home", "blocks": [section("Welcome")]}
    first = (await client.views_publish(user_id=ona.id, view=home))["view"]
    await client.views_publish(user_id=ona.id, view=home, hash=first["hash"])
    assert await error(client.views_publish(user_id=ona.id, view=home, hash=first["hash"])) == "hash_conflict"
    assert await error(client.views_publish(user_id="U0NOBODY", view=home)) == "invalid_arguments"
    assert await error(client.views_publish(user_id=ona.id, view=modal())) == "invalid_arguments"


async def test_a_file_goes_up_in_three_steps_and_comes_down_with_the_token(
    lab: Lab, ona: Member, client: AsyncWebClient, browser: aiohttp.ClientSession
) -> None:
    im = (await client.conversations_open(users=ona.id))["channel"]["id"]
    done = await client.files_upload_v2(
        channel=im, content=b"%PDF-1.7 invoice", filename="invoice.pdf", title="Invoice 7", initial_comment="Here"
    )
    file = done["file"]
    assert (file["title"], file["mimetype"], file["size"]) == ("Invoice 7", "application/pdf", 16)
    (message,) = messages(await ona.screen())
    assert (message["text"], message["files"][0]["id"]) == ("Here", file["id"])
    assert (await client.files_info(file=file["id"]))["file"]["name"] == "invoice.pdf"
    async with browser.get(file["url_private"], headers={"Authorization": f"Bearer {client.token}"}) as answer:
        assert await answer.read() == b"%PDF-1.7 invoice"
    async with browser.get(f"/lab/slack/files/{file['id']}") as answer:
        assert await answer.read() == b"%PDF-1.7 invoice"
    assert await error(client.files_info(file="F0NOTHING")) == "file_not_found"


async def test_people_and_conversations_are_listed_page_by_page(
    ona: Member, browser: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    await Member.take(browser, "Jonas", email="jonas@example.lt")
    names = [each["real_name"] async for page in await client.users_list(limit=1) for each in page["members"]]
    assert names == ["Ona Kazlauskienė", "Jonas"]
    assert (await client.users_lookupByEmail(email="Jonas@example.lt"))["user"]["real_name"] == "Jonas"
    assert (await client.users_info(user=ona.id, include_locale=True))["user"]["locale"] == "lt-LT"
    assert await error(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await error(client.users_lookupByEmail(email="nobody@example.lt")) == "users_not_found"
    listed = await client.conversations_list(types="im,public_channel")
    assert {each["is_im"] for each in listed["channels"]} == {True, False}
    members = await client.conversations_members(channel="C0GENERAL")
    assert ona.id in members["members"]
    thread = await client.chat_postMessage(channel="C0GENERAL", text="top")
    await client.chat_postMessage(channel="C0GENERAL", text="answer", thread_ts=thread["ts"])
    replies = await client.conversations_replies(channel="C0GENERAL", ts=thread["ts"])
    assert [each["text"] for each in replies["messages"]] == ["top", "answer"]


async def test_a_response_url_answers_five_times_within_half_an_hour(
    lab: Lab, app: AsyncApp, ona: Member, browser: aiohttp.ClientSession
) -> None:
    urls: list[str] = []

    @app.command("/parley")
    async def parley(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        urls.append(body["response_url"])
        await respond("public", response_type="in_channel")

    async def post(url: str) -> tuple[int, str]:
        async with browser.post(url, json={"text": "again"}) as answer:
            return answer.status, await answer.text()

    await ona.does("command", text="/parley")
    await ona.sees(lambda screen: texts(screen) == ["public"])
    assert [await post(urls[0]) for _ in range(4)] == [(200, "ok")] * 4
    assert "used_url" in (await post(urls[0]))[1]

    await ona.does("command", text="/parley")
    lab.world.clock.advance(timedelta(minutes=31))
    assert (await post(urls[1]))[0] == 404
