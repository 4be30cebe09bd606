"""The smaller methods, each called once by the SDK, and each refused once."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.slack.member import Member, messages
from lab.tests.slack.test_slack_web_api import error, refused


async def test_reactions_and_pins_can_be_removed(ona: Member, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=ona.id, text="Lot 7")
    where = {"channel": posted["channel"], "timestamp": posted["ts"]}
    await client.reactions_add(name="eyes", **where)
    await client.reactions_remove(name="eyes", **where)
    assert await error(client.reactions_remove(name="eyes", **where)) == "no_reaction"
    assert await error(client.reactions_add(name="Not A Name", **where)) == "invalid_name"
    await client.pins_add(**where)
    await client.pins_remove(**where)
    assert await error(client.pins_remove(**where)) == "no_pin"
    link = await client.chat_getPermalink(channel=posted["channel"], message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/p{posted['ts'].replace('.', '')}")
    assert await error(client.chat_getPermalink(channel=posted["channel"], message_ts="1.0")) == "message_not_found"


async def test_a_thread_is_answered_and_told_to_all(ona: Member, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=ona.id, text="Lot 7")
    await client.chat_postMessage(channel=ona.id, text="sold", thread_ts=root["ts"], reply_broadcast=True)
    await client.chat_postEphemeral(channel=root["channel"], user=ona.id, text="psst", thread_ts=root["ts"])
    first, told, whispered = messages(await ona.screen())
    assert (first["reply_count"], first["latest_reply"]) == (1, told["ts"])
    assert (told["subtype"], whispered["thread_ts"]) == ("thread_broadcast", root["ts"])


async def test_people_and_teams_are_described(ona: Member, client: AsyncWebClient) -> None:
    profile = (await client.users_profile_get(user=ona.id))["profile"]
    assert (profile["first_name"], profile["last_name"]) == ("Ona", "Kazlauskienė")
    assert (await client.team_info())["team"]["domain"] == "parley"
    user = (await client.users_info(user=ona.id))["user"]
    assert (user["tz"], user["tz_offset"] in {7_200, 10_800}) == ("Europe/Vilnius", True)
    assert "locale" not in user


async def test_a_file_of_the_app_is_deleted(ona: Member, client: AsyncWebClient) -> None:
    done = await client.files_upload_v2(
        channel=(await client.conversations_open(users=ona.id))["channel"]["id"], content=b"x", filename="x.txt"
    )
    hers = await ona.uploads("y.txt", b"y", "text/plain")
    assert await error(client.files_delete(file=hers)) == "cant_delete_file"
    await client.files_delete(file=done["file"]["id"])
    assert messages(await ona.screen())[-1]["files"] == [{"id": done["file"]["id"], "mode": "tombstone"}]
    assert await error(client.files_info(file=done["file"]["id"])) == "file_not_found"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"colour": "red"}, "chat.postMessage has no argument colour"),
        ({"icon_emoji": ":tree:"}, "the lab does not do icon_emoji of chat.postMessage"),
        ({"metadata": {"event_type": "lot"}}, ""),
    ],
)
async def test_unknown_arguments_are_refused(
    ona: Member, client: AsyncWebClient, arguments: dict[str, object], complaint: str
) -> None:
    given = {"channel": ona.id, "text": "x"} | arguments
    answer = await refused(client.api_call("chat.postMessage", json=given))
    assert answer["error"] in {"invalid_arguments", "not_in_the_lab", "invalid_metadata_format"}
    assert complaint in str(answer.get("response_metadata"))


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_an_app_takes_itself_out(lab: Lab, client: AsyncWebClient, browser: aiohttp.ClientSession) -> None:
    page = lab.slack.app
    assert await error(client.apps_uninstall(client_id=page.client_id, client_secret="x")) == "bad_client_secret"
    await client.apps_uninstall(client_id=page.client_id, client_secret=page.client_secret)
    assert await error(client.auth_test()) == "account_inactive"
    async with browser.get("/lab/slack/workspaces") as answer:
        assert [each["installed"] for each in await answer.json()] == [False]
