"""A person's actions in the window reach a real Bolt app, and the app's answers are seen."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from lab.app import Lab
from lab.tests.slack.member import Json, Member, button, field, messages, modal, plain, section, soon, texts


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.upper()), "value": value} for value in values]


async def test_a_message_reaches_the_app_and_is_answered(app: AsyncApp, ona: Member) -> None:
    @app.event("message")
    async def echo(event: Json, say: Any) -> None:
        await say(f"you said: {event['text']}")

    await ona.does("say", text="pellets")

    assert await ona.sees(lambda screen: texts(screen)[1:]) == ["you said: pellets"]


async def test_a_modal_shows_errors_until_it_is_right(app: AsyncApp, ona: Member, client: AsyncWebClient) -> None:
    @app.command("/ask")
    async def ask(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(callback_id="asked"))

    @app.view("asked")
    async def asked(ack: Any, view: Json, body: Json) -> None:
        name = view["state"]["values"]["who"]["name"]["value"]
        if name == "Zeus":
            await ack(response_action="errors", errors={"who": "no gods"})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=f"hello {name}")

    await ona.does("command", text="/ask now")
    form = (await ona.sees(lambda screen: screen["modals"]))[-1]["id"]

    empty = await ona.does("submit", view_id=form, values={})
    assert empty == {"errors": {"who": "Please complete this required field."}}
    short = await ona.does("submit", view_id=form, values={"who": {"name": "Al"}})
    assert short == {"errors": {"who": "Please enter at least 3 characters."}}
    refused = await ona.does("submit", view_id=form, values={"who": {"name": "Zeus"}})
    assert refused == {"errors": {"who": "no gods"}}
    (shown,) = (await ona.screen())["modals"]
    assert shown["errors"] == {"who": "no gods"}
    assert shown["state"]["values"]["who"]["name"]["value"] == "Zeus"

    assert await ona.does("submit", view_id=form, values={"who": {"name": "Rasa"}}) == {}
    assert await ona.sees(texts) == ["hello Rasa"]
    assert (await ona.screen())["modals"] == []


async def test_modals_lie_on_each_other_and_come_back(app: AsyncApp, ona: Member, client: AsyncWebClient) -> None:
    closed: list[str] = []

    @app.command("/ask")
    async def ask(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(callback_id="first"))

    @app.view("first")
    async def first(ack: Any) -> None:
        await ack(response_action="push", view=modal(callback_id="second", notify_on_close=True, title=plain("Two")))

    @app.view("second")
    async def second(ack: Any) -> None:
        await ack(response_action="clear")

    @app.view_closed("second")
    async def gone(ack: Any, view: Json) -> None:
        await ack()
        closed.append(view["callback_id"])

    await ona.does("command", text="/ask")
    (bottom,) = await ona.sees(lambda screen: screen["modals"])
    await ona.does("submit", view_id=bottom["id"], values={"who": {"name": "Rasa"}})
    below, top = (await ona.screen())["modals"]
    assert (top["title"]["text"], top["previous_view_id"]) == ("Two", below["id"])
    assert "not the one on top" in await ona.cannot("submit", view_id=below["id"])

    await ona.does("close", view_id=top["id"])
    assert closed == ["second"]
    (back,) = (await ona.screen())["modals"]
    assert back["state"]["values"]["who"]["name"]["value"] == "Rasa"

    await ona.does("submit", view_id=back["id"], values={})
    top = (await ona.screen())["modals"][-1]
    assert await ona.does("submit", view_id=top["id"], values={"who": {"name": "Rasa"}}) == {}
    assert (await ona.screen())["modals"] == []


async def test_an_app_that_answers_nonsense_leaves_the_modal_open(
    app: AsyncApp, ona: Member, client: AsyncWebClient
) -> None:
    @app.command("/ask")
    async def ask(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(callback_id="asked"))

    @app.view("asked")
    async def asked(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "astray"})

    await ona.does("command", text="/ask")
    (form,) = await ona.sees(lambda screen: screen["modals"])

    errors = (await ona.does("submit", view_id=form["id"], values={"who": {"name": "Rasa"}}))["errors"]

    assert "trouble connecting" in errors[""]
    assert "nowhere" in errors[""]


EVERY_KIND = [
    field("tons", {"type": "number_input", "action_id": "a", "is_decimal_allowed": False, "min_value": "1"}),
    field("mail", {"type": "email_text_input", "action_id": "a"}),
    field("site", {"type": "url_text_input", "action_id": "a"}, optional=True),
    field("day", {"type": "datepicker", "action_id": "a"}),
    field("hour", {"type": "timepicker", "action_id": "a"}),
    field("one", {"type": "static_select", "action_id": "a", "options": options("a1", "b1")}),
    field("many", {"type": "multi_static_select", "action_id": "a", "options": options("x", "y", "z")}),
    field("way", {"type": "radio_buttons", "action_id": "a", "options": options("fca", "dap")}),
    field("also", {"type": "checkboxes", "action_id": "a", "options": options("enplus", "sbp")}, optional=True),
    field("proof", {"type": "file_input", "action_id": "a", "filetypes": ["pdf"], "max_files": 1}),
    field("words", {"type": "rich_text_input", "action_id": "a"}),
    field("note", {"type": "plain_text_input", "action_id": "a", "multiline": True, "max_length": 5}, optional=True),
]


async def test_every_kind_of_input_is_checked_by_the_window_and_told_to_the_app(
    app: AsyncApp, ona: Member, client: AsyncWebClient
) -> None:
    told: list[Json] = []

    @app.command("/sell")
    async def sell(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(*EVERY_KIND, callback_id="sold"))

    @app.view("sold")
    async def sold(ack: Any, view: Json) -> None:
        told.append({block: entry["a"] for block, entry in view["state"]["values"].items()})
        await ack()

    await ona.does("command", text="/sell")
    (form,) = await ona.sees(lambda screen: screen["modals"])
    picture = await ona.uploads("stove.png", b"\x89PNG", "image/png")
    wrong = {"tons": "0.5", "mail": "ona", "site": "nowhere", "hour": "25:00", "note": "far too long"}
    values: Json = {block: {"a": value} for block, value in wrong.items()} | {"proof": {"a": [picture]}}
    errors = (await ona.does("submit", view_id=form["id"], values=values))["errors"]
    assert set(errors) == {"tons", "mail", "site", "day", "hour", "one", "many", "way", "proof", "words", "note"}
    assert told == []
    assert "not among the options" in await ona.cannot(
        "submit", view_id=form["id"], values={"one": {"a": "pellets of gold"}}
    )

    paper = await ona.uploads("enplus.pdf", b"%PDF-", "application/pdf")
    right = {
        "tons": "200",
        "mail": "ona@example.lt",
        "site": "https://example.lt",
        "day": "2026-12-01",
        "hour": "08:30",
    }
    right |= {"one": "a1", "way": "dap", "words": "dry and clean", "note": ""}
    values = {block: {"a": value} for block, value in right.items()}
    values |= {"many": {"a": ["x", "z"]}, "proof": {"a": [paper]}}
    assert await ona.does("submit", view_id=form["id"], values=values) == {}
    (entries,) = told
    assert entries["tons"]["value"] == "200"
    assert entries["one"]["selected_option"]["value"] == "a1"
    assert [each["value"] for each in entries["many"]["selected_options"]] == ["x", "z"]
    assert (entries["also"]["selected_options"], entries["note"]["value"]) == ([], None)
    assert entries["proof"]["files"][0]["id"] == paper
    assert entries["words"]["rich_text_value"]["elements"][0]["elements"][0]["text"] == "dry and clean"


async def test_a_press_brings_the_message_and_all_that_was_picked_in_it(
    app: AsyncApp, ona: Member, client: AsyncWebClient
) -> None:
    pressed: list[Json] = []
    picks = {"type": "static_select", "action_id": "grade", "options": options("a1", "a2")}
    row = {"type": "actions", "block_id": "row", "elements": [picks, button("go", value="lot-7")]}
    posted = await client.chat_postMessage(channel=ona.id, text="Choose", blocks=[row])

    @app.action({"block_id": "row"})
    async def press(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        pressed.append(body)
        if body["actions"][0]["type"] == "button":
            await respond("Chosen", replace_original=True)

    await ona.does("press", block_id="row", action_id="grade", value="a2", ts=posted["ts"])
    assert await ona.does("press", block_id="row", action_id="go", channel=posted["channel"]) == {"acked": True}

    assert await ona.sees(lambda screen: texts(screen) == ["Chosen"])
    pick, press_ = pressed
    assert pick["actions"][0]["selected_option"]["value"] == "a2"
    assert press_["actions"][0]["value"] == "lot-7"
    assert press_["state"]["values"]["row"]["grade"]["selected_option"]["value"] == "a2"
    assert press_["container"]["message_ts"] == posted["ts"] == press_["message"]["ts"]
    assert "not on the screen" in await ona.cannot("press", block_id="row", action_id="go")


async def test_the_home_tab_keeps_what_was_published(app: AsyncApp, ona: Member, client: AsyncWebClient) -> None:
    opened: list[Json] = []

    @app.event("app_home_opened")
    async def home(event: Json) -> None:
        opened.append(event)
        lines = [section(f"visit {len(opened)}", accessory=button("more"), block_id="visit")]
        before = event.get("view", {}).get("hash")
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": lines}, hash=before)

    @app.action("more")
    async def more(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    await ona.does("home")
    shown = await ona.sees(lambda screen: screen["home"])
    assert "view" not in opened[0]
    await ona.does("home")
    await soon(lambda: len(opened) == 2)
    assert opened[1]["view"]["id"] == shown["id"]
    assert await ona.sees(lambda screen: screen["home"]["blocks"][0]["text"]["text"] == "visit 2")

    await ona.does("press", block_id="visit", action_id="more", view_id=shown["id"])
    assert await ona.sees(lambda screen: screen["modals"])


async def test_shortcuts_and_suggested_options(app: AsyncApp, ona: Member, client: AsyncWebClient) -> None:
    picker = {"type": "external_select", "action_id": "town", "min_query_length": 1}

    @app.shortcut("find_town")
    async def find(ack: Any, body: Json) -> None:
        await ack()
        title = "message" if body["type"] == "message_action" else "global"
        view = modal(field("where", picker), title=plain(title), callback_id="found")
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.options("town")
    async def towns(ack: Any, payload: Json) -> None:
        await ack(
            options=[each for each in options("kaunas", "klaipėda") if each["value"].startswith(payload["value"])]
        )

    @app.view("found")
    async def found(ack: Any) -> None:
        await ack()

    await ona.does("shortcut", callback_id="find_town")
    (form,) = await ona.sees(lambda screen: screen["modals"])
    assert form["title"]["text"] == "global"
    offered = await ona.does("suggest", block_id="where", action_id="town", value="ka", view_id=form["id"])
    assert [each["value"] for each in offered] == ["kaunas"]
    assert await ona.does("submit", view_id=form["id"], values={"where": {"town": "kaunas"}}) == {}

    said = await ona.does("say", text="who sells chips?")
    await ona.does("shortcut", callback_id="find_town", ts=said["ts"])
    (form,) = await ona.sees(lambda screen: screen["modals"])
    assert form["title"]["text"] == "message"


async def test_a_shared_file_is_told_twice_and_can_be_fetched(lab: Lab, app: AsyncApp, ona: Member) -> None:
    told: list[Json] = []

    @app.event("file_shared")
    async def shared(event: Json) -> None:
        told.append(event)

    @app.event({"type": "message", "subtype": "file_share"})
    async def arrived(event: Json) -> None:
        told.append(event)

    screen = await ona.screen()
    (im,) = (each["id"] for each in screen["channels"] if each["is_im"])
    file = await ona.uploads("enplus.pdf", b"%PDF-1.7", "application/pdf", share=im)

    await soon(lambda: len(told) == 2)
    assert {each["type"] for each in told} == {"file_shared", "message"}
    (message,) = messages(await ona.screen())
    assert message["files"][0]["id"] == file
    url = message["files"][0]["url_private"]
    async with ona.browser.get(url) as stranger:
        assert "Sign in" in await stranger.text()
    async with ona.browser.get(url, headers={"Authorization": f"Bearer {lab.slack.bot_token}"}) as answer:
        assert await answer.read() == b"%PDF-1.7"


async def test_an_unanswered_command_is_reported_by_slackbot(ona: Member, lab: Lab, app: AsyncApp) -> None:
    @app.command("/parley")
    async def found(ack: Any, command: Json) -> None:
        await ack(f"Looking for {command['text']}")

    await ona.does("command", text="/parley find pellets")
    unanswered = asyncio.create_task(ona.does("command", text="/nothing"))
    await asyncio.sleep(0.2)
    lab.world.clock.advance(timedelta(seconds=4))
    await unanswered

    first, second = messages(await ona.screen())
    assert (first["text"], first["ephemeral"]) == ("Looking for find pellets", True)
    assert second["user"] == "USLACKBOT"


async def test_a_mention_in_a_channel_is_told_as_such(lab: Lab, app: AsyncApp, ona: Member) -> None:
    @app.event("app_mention")
    async def mentioned(event: Json, say: Any) -> None:
        await say("yes?", thread_ts=event["ts"])

    @app.event("message")
    async def overheard() -> None: ...

    said = await ona.does("say", text=f"<@{lab.slack.bot_user}> any chips?", channel="C0GENERAL")

    def general(screen: Json) -> Any:
        return [each for channel in screen["channels"] if not channel["is_im"] for each in channel["messages"]][1:]

    (answer,) = await ona.sees(general)
    assert (answer["text"], answer["thread_ts"]) == ("yes?", said["ts"])


async def test_the_page_hears_that_a_screen_changed(lab: Lab, ona: Member, client: AsyncWebClient) -> None:
    async with lab.world.listen() as news:
        await client.chat_postMessage(channel=ona.id, text="look")
        heard = [news.get_nowait() for _ in range(news.qsize())]
    assert {"kind": "slack", "person": ona.id} in heard


async def test_a_menu_in_a_carousel_tells_which_entry_was_picked(
    app: AsyncApp, ona: Member, client: AsyncWebClient
) -> None:
    picked: list[Json] = []
    menu = {"type": "overflow", "action_id": "menu", "options": options("ask", "save")}
    card = {"type": "card", "block_id": "lot-7", "title": plain("A1 pellets"), "actions": [button("open"), menu]}
    await client.chat_postMessage(channel=ona.id, text="Found", blocks=[{"type": "carousel", "elements": [card]}])

    @app.action("menu")
    async def pick(ack: Any, action: Json) -> None:
        await ack()
        picked.append(action)

    await ona.does("press", block_id="lot-7", action_id="menu", value="save")
    assert "not in the menu" in await ona.cannot("press", block_id="lot-7", action_id="menu", value="buy")
    assert [each["selected_option"]["value"] for each in picked] == ["save"]
