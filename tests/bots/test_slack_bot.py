"""The app at work: real Bolt, the real engine and database, against the pretend Slack over HTTP and websocket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy import select

from bots.slack.app import SlackBot
from core.kernel.transaction import MARKET
from core.people.accounts.model import Person
from lab.app import Lab
from lab.people import Browser
from lab.tests.slack.member import Json, messages, soon, texts
from lab.tests.slack.member import Member as Window
from tests.bots.outside import disturb, passed
from tests.bots.sample_market import Stall
from tests.bots.slack_app import buttons, entered, inputs, last, photo, said, slack, window


@pytest.fixture
async def app(lab: Lab, stall: Stall) -> AsyncIterator[SlackBot]:
    """Return the app, connected by Socket Mode."""
    app = slack(lab, stall, app_token=lab.slack.app_token)
    await app.start()
    yield app
    await stall.settle()
    await app.stop()


@pytest.fixture
async def ona(browser: aiohttp.ClientSession, app: SlackBot) -> Window:
    return await Window.take(browser, "Ona Kazlauskienė", id="U0ONA", locale="lt-LT")


async def test_a_command_opens_a_window_that_says_what_is_wrong_and_ends_in_a_card(ona: Window) -> None:
    await ona.does("command", text="/parley heap")
    form = await window(ona)
    refused = await ona.does("submit", view_id=form["id"], values=entered(form, wood="wood3", name="x" * 501))
    assert list(refused["errors"]) == ["name"]

    sent = await ona.does("submit", view_id=form["id"], values=entered(form, name="Alder"))

    assert sent == {}
    card = await last(ona, "Alder")
    assert "State: |open" in said(card["blocks"])
    assert (await ona.screen())["modals"] == []


async def test_a_window_whose_answer_was_lost_is_sent_again_and_closes(
    face: Browser, ona: Window, stall: Stall
) -> None:
    await ona.does("command", text="/parley heap")
    form = await window(ona)
    filled = entered(form, wood="wood3", name="Alder")
    await disturb(face, "slack", "answer_lost", where="delivery", match="view_submission")
    in_vain = await ona.does("submit", view_id=form["id"], values=filled)
    assert "Try again" in in_vain["errors"][""]

    assert await ona.does("submit", view_id=form["id"], values=filled) == {}

    await last(ona, "This form was sent already")
    await stall.settle()
    screen = await ona.screen()
    assert screen["modals"] == []
    assert len([each for each in messages(screen) if "State: |open" in said(each.get("blocks", []))]) == 1


async def test_a_message_that_slack_sends_twice_is_answered_once(face: Browser, ona: Window, stall: Stall) -> None:
    async def taken_twice() -> bool:
        return [each["status"] for each in await passed(face, "slack", "message")] == [200, 200]

    await disturb(face, "slack", "duplicate", where="delivery", match="message")
    await ona.does("say", text="hello")

    await last(ona, "You said: hello")
    await soon(taken_twice)
    await stall.settle()
    assert len(texts(await ona.screen())) == 2


async def test_slacks_escaping_of_typed_words_is_undone_and_not_repeated(ona: Window) -> None:
    await ona.does("say", text="salt & https://a.b <!channel> *now*")

    answer = await last(ona, "You said")
    assert said(answer["blocks"]) == "You said: salt & https://a.b <!channel> *now*"
    assert answer["text"] == "You said: salt &amp; https://a.b &lt;!channel&gt; *now*"
    assert {block["type"] for block in answer["blocks"]} == {"rich_text"}


async def test_a_press_edits_the_card_in_place_and_gets_a_word_for_oneself(ona: Window) -> None:
    await ona.does("say", text="heap2 birch")
    card = await last(ona, "birch")

    assert await ona.does("press", **buttons(card["blocks"])[0]) == {"acked": True}

    def pressed(screen: Json) -> bool:
        _, shown, word = [*messages(screen), {}, {}][:3]
        return "State: |sold" in said(shown["blocks"]) and word.get("text") == "Well done"

    await ona.sees(pressed)
    _, shown, word = messages(await ona.screen())
    assert (shown["ts"], word["ephemeral"]) == (card["ts"], True)


async def test_card_sent_again_folds_the_old_one_into_a_line(ona: Window, stall: Stall) -> None:
    await ona.does("say", text="heap2 birch")
    await last(ona, "birch")
    await ona.does("say", text="heap2 birch")

    await ona.sees(lambda screen: len(messages(screen)) == 4)
    await stall.settle()
    cards = [each for each in messages(await ona.screen()) if "blocks" in each]
    assert [len(buttons(card["blocks"])) for card in cards] == [0, 1]
    assert [len(card["blocks"]) for card in cards] == [1, len(cards[1]["blocks"])]
    assert "birch" in said(cards[1]["blocks"])


async def test_without_a_press_to_open_it_upon_a_form_waits_behind_a_button(ona: Window) -> None:
    await ona.does("say", text="/heap")
    door = await last(ona, "Sell a heap")
    await ona.does("press", **buttons(door["blocks"])[0])
    form = await window(ona)

    await ona.does("submit", view_id=form["id"], values=entered(form, wood="wood1", name="Ash"))

    await last(ona, "Ash")
    shown = await ona.screen()
    assert not any("Sell a heap" in said(each.get("blocks", [])) for each in messages(shown))


async def test_the_nearest_answer_is_proposed_when_the_text_is_none(ona: Window) -> None:
    await ona.does("say", text="/heap")
    await last(ona, "Sell a heap")
    await ona.does("say", text="wood")
    door = await last(ona, "Did you mean Wood 0?")
    nearest, open_it, _ = buttons(door["blocks"])
    await ona.does("press", **nearest)
    form = await window(ona)
    assert "Wood 0" in str([block["element"].get("initial_option") for block in form["blocks"] if "element" in block])
    assert open_it != nearest


async def test_a_form_closed_is_kept_and_can_be_gone_on_with(ona: Window) -> None:
    await ona.does("command", text="/parley heap")
    form = await window(ona)
    name = {"view_id": form["id"], "action_id": "value", "block_id": inputs(form)["name"]["block_id"]}
    await ona.does("press", **name, value="Ash")  # values are sent while they are typed
    await ona.does("close", view_id=form["id"])

    question = await last(ona, "form.put_aside")
    await ona.does("press", **buttons(question["blocks"])[0])
    again = await window(ona)
    assert again["title"]["text"] == "Sell a heap"
    assert inputs(again)["name"]["element"]["initial_value"] == "Ash"


async def test_choice_on_which_others_depend_redraws_the_window(ona: Window) -> None:
    await ona.does("command", text="/parley trade")
    form = await window(ona)
    assert list(inputs(form)) == ["note", "goods"]

    choice = {"view_id": form["id"], "action_id": "shapes", "block_id": inputs(form)["goods"]["block_id"]}
    await ona.does("press", **choice, value="chips")
    await ona.sees(lambda screen: "grade" in inputs(screen["modals"][-1]))
    chips = inputs(await window(ona))["grade"]
    await ona.does("press", **choice, value="pellets")
    await ona.sees(lambda screen: inputs(screen["modals"][-1])["grade"]["block_id"] != chips["block_id"])

    form = await window(ona)
    assert [each["value"] for each in inputs(form)["grade"]["element"]["options"]] == ["pellets-A", "pellets-B"]
    assert await ona.does("submit", view_id=form["id"], values=entered(form, note="dry", grade="pellets-B")) == {}
    await last(ona, "Grade: |pellets-B")


async def test_a_photo_in_a_form_comes_back_with_the_card_and_a_wrong_file_is_told_of(ona: Window) -> None:
    await ona.does("command", text="/parley heap")
    form = await window(ona)
    wrong = await ona.uploads("heap.jpg", b"no picture", "image/jpeg")
    values = {"wood": "wood1", "name": "Oak"}
    refused = await ona.does("submit", view_id=form["id"], values=entered(form, **values, photos=[wrong]))
    assert refused == {"errors": {"photos": "heap.jpg (JPEG, PNG, WebP, PDF, ≤ 10 MB)"}}
    await last(ona, "heap.jpg is none of")

    right = await ona.uploads("heap.png", photo(), "image/png")
    assert await ona.does("submit", view_id=form["id"], values=entered(form, **values, photos=[right])) == {}

    await last(ona, "Oak")
    *_, picture, _ = messages(await ona.screen())
    assert [each["name"] for each in picture["files"]] == ["heap.png"]


async def test_files_sent_as_a_message_are_taken_one_by_one(ona: Window) -> None:
    direct = next(each["id"] for each in (await ona.screen())["channels"] if each["is_im"])
    await ona.uploads("heap.png", photo(), "image/png", share=direct)
    await last(ona, "What is this file for?")
    await ona.uploads("song.mp3", b"la la", "audio/mpeg", share=direct)
    await last(ona, "song.mp3 is none of JPEG, PNG, WebP, PDF")


async def test_the_home_tab_shows_the_desk_and_keeps_up_with_what_is_pressed_on_it(ona: Window, stall: Stall) -> None:
    await ona.does("home", tab="home")
    home = await ona.sees(lambda screen: screen["home"])
    mark = await stall.transactions.run(MARKET, lambda ctx: ctx.session.scalars(select(Person.security_phrase)).one())
    assert said(home["blocks"]) == f"{mark} Member of Ona Kazlauskienė|1 waiting|offer from Jonas"

    await ona.does("press", view_id=home["id"], **buttons(home["blocks"])[0])
    await ona.sees(lambda screen: "0 waiting" in said(screen["home"]["blocks"]))


async def test_a_shortcut_is_a_command(ona: Window) -> None:
    assert await ona.does("shortcut", callback_id="heap") == {"acked": True}
    assert (await window(ona))["title"]["text"] == "Sell a heap"


async def test_message_that_slack_could_not_take_comes_later_and_once(face: Browser, ona: Window, stall: Stall) -> None:
    await disturb(face, "slack", "outage", match="chat.postMessage")
    await ona.does("say", text="both")
    await soon(lambda: passed(face, "slack", "chat.postMessage"))
    await stall.settle()
    await stall.later(hours=1)

    await last(ona, "second")
    assert [each["text"] for each in messages(await ona.screen())][1:] == ["first", "second"]


async def test_a_window_too_late_to_open_waits_behind_a_button_where_it_was_asked_for(
    face: Browser, ona: Window, stall: Stall
) -> None:
    await disturb(face, "slack", "outage", match="views.open")
    await ona.does("command", text="/parley heap", channel="C0GENERAL")
    await stall.settle()
    await face.post("/lab/clock", {"seconds": 4})
    await stall.later(hours=1)

    def beside(screen: Json) -> list[Json]:
        return [each for place in screen["channels"] if not place["is_im"] for each in place["messages"]]

    (door,) = await ona.sees(beside)
    assert door["ephemeral"]
    assert not any("Sell a heap" in said(each.get("blocks", [])) for each in messages(await ona.screen()))
    await ona.does("press", **buttons(door["blocks"])[0], channel="C0GENERAL", ts=door["ts"])
    assert (await window(ona))["title"]["text"] == "Sell a heap"


async def test_nothing_is_acknowledged_that_could_not_be_stored(ona: Window, stall: Stall) -> None:
    mend = stall.break_inbox()
    assert await ona.does("command", text="/parley heap2 elm") == {}
    assert "failed with the error" in texts(await ona.screen())[-1]
    mend()
    await ona.does("command", text="/parley heap2 elm")
    await last(ona, "elm")
