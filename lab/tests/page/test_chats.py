"""The two chats as people use them, in a real browser, through the real client libraries."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update

from lab.app import Lab
from lab.tests.phone import Phone
from lab.tests.slack.member import Member, button, field, modal, plain, section, soon

pytestmark = pytest.mark.browser

# The place of a box at rest: a turn of the wheel moves it for a while.
STANDS = """(box) => new Promise((tell) => {
    let at = box.scrollTop, still = 0;
    const look = () => {
        still = box.scrollTop === at ? still + 1 : 0;
        at = box.scrollTop;
        if (still > 20) tell(at); else requestAnimationFrame(look);
    };
    look();
})"""


def photo(name: str, colour: str) -> FilePayload:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(content, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}


async def heard(bot: Bot, after: int = 0) -> Update:
    """Return the next update that the bot gets."""
    updates: tuple[Update, ...] = await soon(lambda: bot.get_updates(offset=after + 1, timeout=1))
    return updates[0]


async def test_a_newcomer_joins_presses_start_and_a_button(page: Page, lab: Lab, bot: Bot) -> None:
    await page.goto(lab.url)
    phone = page.locator(".pane.telegram")
    await phone.get_by_role("textbox", name="Name").fill("Ona Kazlauskienė")
    await phone.get_by_role("button", name="Join on Telegram").click()
    await phone.get_by_role("button", name="START").click()

    started = await heard(bot)
    assert started.message
    assert started.message.text == "/start"
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("I sell", callback_data="sell")]])
    await started.message.reply_html("😀 <b>Welcome</b> to <i>Parley</i>", reply_markup=keys)
    await expect(phone.locator(".words b")).to_have_text("Welcome")
    await phone.get_by_role("button", name="I sell").click()

    pressed = await heard(bot, started.update_id)
    assert pressed.callback_query
    await pressed.callback_query.answer("Good to know")
    await pressed.callback_query.edit_message_text("You are a seller now")
    await expect(phone.get_by_role("status").filter(has_text="Good to know")).to_be_visible()
    await expect(phone.locator(".theirs .bubble")).to_contain_text("You are a seller now")
    await expect(phone.locator(".theirs .stamp")).to_contain_text("edited")
    await expect(phone.get_by_role("button", name="I sell")).to_have_count(0)


async def test_an_alert_waits_for_the_person(page: Page, lab: Lab, bot: Bot, rasa: Phone) -> None:
    await rasa.do("start")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Sign", callback_data="sign")]])
    await bot.send_message(rasa.id, "Your turn", reply_markup=keys)
    await page.goto(lab.url)
    phone = page.locator(".pane.telegram")
    await phone.get_by_role("button", name="Sign").click()
    pressed = await heard(bot, (await heard(bot)).update_id)
    assert pressed.callback_query
    await pressed.callback_query.answer("Jonas signed before you", show_alert=True)
    await expect(phone.get_by_role("alertdialog")).to_contain_text("Jonas signed before you")
    await page.keyboard.press("Escape")
    await expect(phone.get_by_role("alertdialog")).to_have_count(0)


async def test_photos_replies_and_changes_reach_the_bot(page: Page, lab: Lab, bot: Bot, rasa: Phone) -> None:
    await rasa.do("start")
    asked = await bot.send_message(rasa.id, "How many tonnes?")
    last = (await heard(bot)).update_id
    await page.goto(lab.url)
    phone = page.locator(".pane.telegram")
    box = phone.get_by_role("textbox", name="Message")
    await phone.locator(".theirs").get_by_role("button", name="Reply to this message").click()
    await box.fill("200")
    await page.keyboard.press("Enter")
    answer = await heard(bot, last)
    assert answer.message
    assert answer.message.reply_to_message
    assert answer.message.reply_to_message.message_id == asked.message_id
    await phone.locator(".mine").last.get_by_role("button", name="Change this message").click()
    await box.fill("225")
    await page.keyboard.press("Enter")
    changed = await heard(bot, answer.update_id)
    assert changed.edited_message
    assert changed.edited_message.text == "225"

    await phone.get_by_role("button", name="Attach").click()
    async with page.expect_file_chooser() as choosing:
        await phone.get_by_role("menuitem", name="Photo").click()
    photos = [photo("truck-1.png", "olive"), photo("truck-2.png", "peru")]
    await (await choosing.value).set_files(photos)
    await box.fill("Both trucks")
    await page.keyboard.press("Enter")
    await expect(phone.locator(".photos.many-2 img")).to_have_count(2)
    await expect(phone.locator(".mine").last).to_contain_text("Both trucks")
    album = await heard(bot, changed.update_id)
    assert album.message
    assert album.message.photo
    assert album.message.caption == "Both trucks"


@pytest.mark.usefixtures("rasa")
async def test_a_deep_link_pressed_in_slack_starts_the_bot_on_telegram(
    page: Page, lab: Lab, bot: Bot, app: AsyncApp, jonas: Member
) -> None:
    room = (await app.client.conversations_open(users=jonas.id))["channel"]["id"]
    name = (await bot.get_me()).username
    await app.client.chat_postMessage(channel=room, text=f"<https://t.me/{name}?start=link_418205|Join your accounts>")
    await page.goto(lab.url)
    await page.get_by_role("link", name="Join your accounts").click()
    started = await heard(bot)
    assert started.message
    assert started.message.text == "/start link_418205"


@pytest.mark.usefixtures("rasa")
async def test_a_reply_that_is_also_sent_to_the_channel_stands_below_what_came_before(
    page: Page, lab: Lab, app: AsyncApp, jonas: Member
) -> None:
    room = (await app.client.conversations_open(users=jonas.id))["channel"]["id"]
    root = (await app.client.chat_postMessage(channel=room, text="You have a deal"))["ts"]
    await app.client.chat_postMessage(channel=room, text="The terms, opened meanwhile")
    await app.client.chat_postMessage(channel=room, text="For the record", thread_ts=root)
    await app.client.chat_postMessage(channel=room, text="Your turn: pay", thread_ts=root, reply_broadcast=True)
    await page.goto(lab.url)
    said = page.locator(".pane.slack .s-message .s-body")
    await expect(said).to_have_text(
        ["You have a deal", "For the record", "The terms, opened meanwhile", "Your turn: pay"]
    )
    await expect(page.locator(".pane.slack .s-message").last).to_contain_text("Replied to a thread")


async def test_written_text_is_never_markup(page: Page, lab: Lab, rasa: Phone, jonas: Member) -> None:
    nasty = "<img src=x onerror=\"document.body.dataset.owned='1'\">"
    await rasa.do("say", text=nasty)
    await jonas.does("say", text=nasty)
    await page.goto(lab.url)
    await expect(page.locator(".pane.telegram .words")).to_have_text(nasty)
    await expect(page.locator(".pane.slack .s-body")).to_contain_text("img src=x")
    assert await page.locator(".words img, .s-body img").count() == 0
    assert await page.evaluate("document.body.dataset.owned") is None


async def test_only_what_changed_is_drawn_again(page: Page, lab: Lab, bot: Bot, rasa: Phone) -> None:
    await rasa.do("start")
    for number in range(200):
        await rasa.do("say", text=f"line {number}")
    edited = await bot.send_message(rasa.id, "Truck 1: planned")
    await page.goto(lab.url)
    chat = page.locator(".pane.telegram .chat")
    await expect(chat.locator(".message")).to_have_count(202)
    await page.evaluate("document.querySelectorAll('.message').forEach((each) => { each.dataset.old = '1'; })")
    await bot.edit_message_text("Truck 1: on its way", chat_id=rasa.id, message_id=edited.message_id)
    await expect(chat.locator(".message").last).to_contain_text("on its way")
    assert await chat.locator(".message:not([data-old])").count() == 1

    await chat.hover()
    await page.mouse.wheel(0, -900)
    await expect(page.get_by_role("button", name="Go to the newest message").first).to_be_visible()
    before = await chat.evaluate(STANDS)
    await bot.send_message(rasa.id, "Truck 2: planned")
    await expect(chat.locator(".message").last).to_contain_text("Truck 2")
    assert await chat.evaluate(STANDS) == before


async def test_an_answer_that_is_taller_than_the_window_is_read_from_its_top(
    page: Page, lab: Lab, bot: Bot, rasa: Phone
) -> None:
    await rasa.do("start")
    await page.goto(lab.url)
    chat = page.locator(".pane.telegram .chat")
    box = page.locator(".pane.telegram").get_by_role("textbox", name="Message")
    await box.fill("pellets")
    await box.press("Enter")
    await expect(chat.locator(".message").last).to_contain_text("pellets")
    rows = [[InlineKeyboardButton(f"Row {number}", callback_data=str(number))] for number in range(8)]
    words = "\n".join(f"line {number}" for number in range(24))
    sent = await bot.send_message(rasa.id, f"First of all\n{words}", reply_markup=InlineKeyboardMarkup(rows))

    async def top() -> float:
        last, whole = "box.querySelector('.message:last-child')", "getBoundingClientRect().top"
        return float(await chat.evaluate(f"(box) => {last}.{whole} - box.{whole}"))

    await expect(chat.locator(".message").last).to_contain_text("First of all")
    await page.wait_for_timeout(300)
    assert 0 <= await top() < 40
    await chat.get_by_role("button", name="Row 7").click()
    await bot.edit_message_text(
        f"Another list\n{words}", chat_id=rasa.id, message_id=sent.message_id, reply_markup=InlineKeyboardMarkup(rows)
    )
    await expect(chat.locator(".message").last).to_contain_text("Another list")
    await page.wait_for_timeout(300)
    assert 0 <= await top() < 40


async def test_a_modal_keeps_what_was_typed_and_shows_errors_at_their_fields(
    page: Page, lab: Lab, app: AsyncApp, jonas: Member
) -> None:
    inputs = [
        field("tonnes", {"type": "number_input", "action_id": "v", "is_decimal_allowed": True}),
        field("note", {"type": "plain_text_input", "action_id": "v", "multiline": True}, optional=True),
    ]
    opened: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []

    @app.command("/parley")
    async def command(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        answer = await client.views_open(trigger_id=body["trigger_id"], view=modal(*inputs, callback_id="sell"))
        opened.append(answer["view"])

    @app.view("sell")
    async def submitted(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if float(values["tonnes"]["v"]["value"]) < 25:
            await ack(response_action="errors", errors={"tonnes": "A truck holds 25 t"})
            return
        sent.append(values)
        await ack()

    await page.goto(lab.url)
    window = page.locator(".pane.slack")
    await window.get_by_role("textbox", name="Message or /parley command").fill("/parley sell")
    await page.keyboard.press("Enter")
    dialog = window.get_by_role("dialog", name="Ask")
    await dialog.get_by_label("note").fill("dry, under a roof")
    await dialog.get_by_label("tonnes").fill("20")
    more = section("Prices near you: *215 €/t*")
    await app.client.views_update(view_id=opened[0]["id"], view=modal(more, *inputs, callback_id="sell"))
    await expect(dialog.locator(".b-text b")).to_have_text("215 €/t")
    await expect(dialog.get_by_label("tonnes")).to_be_focused()
    await expect(dialog.get_by_label("note")).to_have_value("dry, under a roof")

    await page.keyboard.press("Enter")
    await expect(dialog.get_by_text("A truck holds 25 t")).to_be_visible()
    await dialog.get_by_label("tonnes").fill("200")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_have_count(0)
    assert [values["tonnes"]["v"]["value"] for values in sent] == ["200"]
    assert [values["note"]["v"]["value"] for values in sent] == ["dry, under a roof"]


async def test_a_dangerous_button_asks_first_and_the_answer_is_for_one(
    page: Page, lab: Lab, app: AsyncApp, jonas: Member
) -> None:
    sure = {
        "title": plain("Reject?"),
        "text": plain("The seller hears of it."),
        "confirm": plain("Reject"),
        "deny": plain("Keep"),
    }

    @app.action("reject")
    async def reject(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Rejected. You can still make a new offer.", replace_original=False)

    room = (await app.client.conversations_open(users=jonas.id))["channel"]["id"]
    actions = {"type": "actions", "elements": [button("reject", style="danger", confirm=sure)]}
    await app.client.chat_postMessage(channel=room, text="offer", blocks=[section("~219~ *215 €/t*"), actions])
    await page.goto(lab.url)
    window = page.locator(".pane.slack")
    await window.get_by_role("button", name="Press").click()
    await window.get_by_role("alertdialog", name="Reject?").get_by_role("button", name="Keep").click()
    await expect(window.locator(".ephemeral")).to_have_count(0)
    await window.get_by_role("button", name="Press").click()
    await window.get_by_role("alertdialog", name="Reject?").get_by_role("button", name="Reject").click()
    await expect(window.locator(".ephemeral")).to_contain_text("Only visible to you")
    await expect(window.locator(".ephemeral")).to_contain_text("Rejected.")


async def test_options_come_from_the_app_as_one_types(page: Page, lab: Lab, app: AsyncApp, jonas: Member) -> None:
    chosen: list[str] = []

    @app.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        town = {
            "type": "external_select",
            "action_id": "town",
            "min_query_length": 2,
            "placeholder": plain("Type a town"),
        }
        view = {"type": "home", "blocks": [section("Where to?", block_id="where", accessory=town)]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.options("town")
    async def towns(ack: Any, payload: dict[str, Any]) -> None:
        fitting = [each for each in ("Kaunas", "Klaipėda") if each.startswith(payload["value"])]
        await ack(options=[{"text": plain(each), "value": each.lower()} for each in fitting])

    @app.action("town")
    async def town(ack: Any, action: dict[str, Any]) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])

    await page.goto(lab.url)
    window = page.locator(".pane.slack")
    await window.get_by_role("tab", name="Home").click()
    await window.get_by_role("combobox", name="Type a town").fill("Ka")
    await window.get_by_role("option", name="Kaunas").click()
    assert await soon(lambda: chosen) == ["kaunas"]
