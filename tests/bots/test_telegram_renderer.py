"""Rendering for Telegram: nothing typed becomes a link or markup, every offset fits, every limit is kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, get_args

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bots.telegram.renderer import Screen, render
from bots.telegram.request import bot_at
from bots.telegram.text import CAPTION_UNITS, JOINER, MESSAGE_UNITS, clean, styled, utf16
from conversations.buttons import read_press
from conversations.reply import (
    Button,
    Card,
    CardList,
    FieldView,
    FormClosed,
    FormErrors,
    FormView,
    Home,
    Line,
    Option,
    Reply,
    Say,
    Toast,
)
from lab.app import Lab
from lab.people import Browser
from lab.tests.phone import Phone

TO_US = {"bot_command", "hashtag", "cashtag"}  # what Telegram marks by itself and leads nowhere else

unhurried = settings(deadline=None)

# Text that Telegram's clients turn into links by themselves, in a generous reading.
LINK = re.compile(r"\w\.[^\W\d_]|[a-z]+://|@\w|\b\d{1,3}(?:\.\d{1,3}){3}\b", re.IGNORECASE)

NASTY = ["@parley_support", "http://evil.example/pay", "t.me/joinchat", "tg://resolve?domain=x", "ona@example.org"]
NASTY += ["https://1.2.3.4/", "10.0.0.1", "<b>bold</b>", "*bold*", "[a](http://b.lt)", "`code`", "||", "пример.рф"]
NASTY += ["👩‍👩‍👧‍👦", "𝔘𝔫𝔦", "ąčęėįšųūž", "\u202egnp.exe", "\x00", "\u2060", "\r\n\t", "200 t", "215,50 €/t"]

bits = st.one_of(st.sampled_from(NASTY), st.text(max_size=8))
words = st.lists(bits, max_size=4).map("".join)
long_words = st.one_of(words, st.builds(lambda word, times: (word or "ž") * times, words, st.integers(1, 900)))
labels = words.map(lambda word: word[:75] or "label")
names = st.text("abcdefghijklmnop_", min_size=1, max_size=20)
drafts = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)
presses = st.builds(lambda draft, seen: f"deal.sign|{draft}|{seen}", drafts, st.integers(0, 999))
buttons = st.one_of(
    st.builds(Button, label=labels, press=presses, style=st.sampled_from(["plain", "primary", "danger"])),
    st.builds(Button, label=labels, press=st.none(), url=st.just("https://parley.example/pay/1")),
)
rows = st.lists(st.lists(buttons, max_size=10).map(tuple), max_size=3).map(tuple)
many_rows = st.one_of(rows, rows.map(lambda few: few * 40))
lines = st.lists(st.builds(Line, label=words, value=long_words, was=st.none() | words), max_size=4).map(tuple)
cards = st.builds(
    Card, title=long_words, text=long_words, lines=lines, turn=long_words, note=words, buttons=many_rows, subject=names
)
card_lists = st.builds(
    CardList,
    subject=names,
    title=words,
    text=long_words,
    items=st.lists(cards, max_size=3).map(lambda few: tuple(few * 4)),
    buttons=rows,
)
options = st.lists(st.builds(Option, value=names, label=labels), max_size=3).map(lambda few: tuple(few * 10))
fields = st.builds(
    FieldView,
    name=names,
    kind=st.sampled_from(["text", "choice", "files"]),
    label=labels,
    ask=words,
    hint=words,
    options=options,
    value=st.none() | words,
    shown=long_words,
    error=words,
    optional=st.booleans(),
)


@st.composite
def forms(draw: st.DrawFn) -> FormView:
    asked = tuple(draw(st.lists(fields, min_size=1, max_size=5)))
    return FormView(
        draft=draw(drafts),
        revision=draw(st.integers(1, 9999)),
        title=draw(words),
        intro=draw(long_words),
        fields=asked,
        current=draw(st.none() | st.sampled_from([field.name for field in asked])),
        submit="Send",
        cancel="Cancel",
        back="Back",
        skip="Skip",
        change="Change",
        more="More by name",
        can_go_back=draw(st.booleans()),
    )


REPLIES: dict[type[BaseModel], st.SearchStrategy[Any]] = {
    Card: cards,
    Say: st.builds(Say, text=long_words, buttons=many_rows),
    CardList: card_lists,
    FormView: forms(),
    FormClosed: st.builds(FormClosed, draft=drafts, text=words),
    Toast: st.builds(Toast, text=words.map(lambda word: word[:200])),
    FormErrors: st.builds(FormErrors, errors=st.dictionaries(names, words, max_size=4)),
    Home: st.builds(Home, title=words, text=words, buttons=rows, sections=st.lists(card_lists, max_size=2).map(tuple)),
}


@pytest.fixture
async def accepted(
    lab: Lab, browser: aiohttp.ClientSession, face: Browser
) -> AsyncIterator[Callable[[Screen], Awaitable[None]]]:
    """Return a check that the pretend Telegram accepts a message. It is as strict as the real one."""
    await face.put("/lab/telegram/settings", {"chat_burst": 1e6, "per_second": 1e6})
    ona = await Phone.buy(browser, "Ona")
    await ona.do("start")
    async with bot_at(lab.telegram.token, f"{lab.url}/telegram") as bot:

        async def accepted(screen: Screen) -> None:
            plain, entities, keyboard = screen.text.plain, screen.text.entities, screen.keyboard
            taken = await bot.send_message(ona.id, plain, entities=entities, reply_markup=keyboard)
            assert taken.text == plain.rstrip()
            assert [each for each in taken.entities if each.type not in TO_US] == list(entities)
            assert taken.reply_markup == keyboard

        yield accepted


def test_every_shape_has_examples() -> None:
    [union, _] = get_args(Reply)
    assert set(REPLIES) == set(get_args(union))


@pytest.mark.parametrize("shape", REPLIES, ids=lambda shape: shape.__name__)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],  # one Telegram takes them all
)
@given(given_one=st.data())
async def test_any_reply_is_within_the_limits_and_holds_no_link(
    accepted: Callable[[Screen], Awaitable[None]], shape: type[BaseModel], given_one: st.DataObject
) -> None:
    reply = given_one.draw(REPLIES[shape])
    screens = render(reply)
    assert screens or isinstance(reply, FormClosed)
    assert len(screens) <= 1 or isinstance(reply, Say)
    for screen in screens:
        assert screen.text.units <= MESSAGE_UNITS
        assert not LINK.search(screen.text.plain)
        assert {each.type for each in screen.text.entities} <= {"bold", "italic", "strikethrough"}
        if screen.keyboard:
            assert all(len(row) <= 8 for row in screen.keyboard.inline_keyboard)
        await accepted(screen)


@unhurried
@given(words.filter(clean), words.filter(clean), words.filter(clean))
def test_read_back_only_titles_and_labels_are_bold(title: str, label: str, value: str) -> None:
    """The offsets, counted in UTF-16, lead back to exactly the words that were meant."""
    [screen] = render(Card(title=title, lines=(Line(label=label, value=value, was="@was"),)))
    content = screen.text.plain.encode("utf-16-le")
    read = [
        (each.type, content[2 * each.offset : 2 * (each.offset + each.length)].decode("utf-16-le"))
        for each in screen.text.entities
    ]
    marked = [("bold", clean(title)), ("bold", clean(f"{label}:")), ("strikethrough", clean("@was"))]
    assert read == marked
    assert screen.text.plain.endswith(clean(value))


@unhurried
@given(long_words)
def test_a_long_speech_loses_no_word(text: str) -> None:
    screens = render(Say(text=text))
    heard = "".join("".join(screen.text.plain.split()) for screen in screens)
    assert heard == "".join((clean(text) or "…").split())


@unhurried
@given(words)
def test_cleaning_twice_changes_nothing_and_shows_what_was_typed(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    unseen = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2060\u2066-\u2069]")
    assert unseen.sub("", "".join(clean(text).split())) == unseen.sub("", "".join(text.split()))


@unhurried
@given(long_words, st.integers(1, 200))
def test_clipping_keeps_whole_characters(text: str, units: int) -> None:
    clipped = styled(text, "bold").clipped(units)
    assert clipped.units <= units
    assert clipped.plain.removesuffix("…") in clean(text)


def test_a_card_says_whose_turn_it_is_however_long_its_text() -> None:
    [screen] = render(Card(title="Pellets", text="dust " * 3_000, turn="Jonas signs by Friday", note="Deal 7"))
    assert screen.text.plain.startswith("Pellets\n\ndust dust")
    assert screen.text.plain.endswith("…\n\n👉 Jonas signs by Friday\n\nDeal 7")


def test_a_short_card_fits_under_a_photo() -> None:
    [screen] = render(Card(title="Pellets", lines=(Line(label="Price", value="215 €/t"),)))
    assert screen.text.plain == f"Pellets\n\nPrice: 215 €/{JOINER}t"  # else a phone shows a command, /t
    assert screen.text.units <= CAPTION_UNITS


def test_every_item_of_a_list_has_its_number_on_its_buttons() -> None:
    open_it = Button(label="Open", press="listing.show|1")
    items = tuple(Card(title=f"Heap {n}", text="wood " * 2_000, buttons=((open_it,),)) for n in range(1, 6))
    [screen] = render(
        CardList(subject="found", title="Found", items=items, buttons=((Button(label="More", press="m"),),))
    )
    assert [f"{n}. Heap {n}" in screen.text.plain for n in range(1, 6)] == [True] * 5
    assert screen.keyboard is not None
    shown = [[button.text for button in row] for row in screen.keyboard.inline_keyboard]
    assert shown == [["1 · Open"], ["2 · Open"], ["3 · Open"], ["4 · Open"], ["5 · Open"], ["More"]]


def test_items_to_open_have_one_row_of_numbers_across_pages() -> None:
    acts = tuple(Button(label=label, press="listing.buy|1") for label in ("Buy now", "Make an offer", "Open"))
    items = tuple(Card(title=f"Heap {n}", opens=f"listing.show|{n}", buttons=(acts,)) for n in range(6, 11))
    [screen] = render(CardList(subject="found", title="Found", items=items, first=6))
    assert [f"{n}. Heap {n}" in screen.text.plain for n in range(6, 11)] == [True] * 5
    assert screen.keyboard is not None
    [row] = screen.keyboard.inline_keyboard
    assert [(key.text, key.callback_data) for key in row] == [(f"{n}", f"listing.show|{n}") for n in range(6, 11)]
    [alone] = render(CardList(subject="found", title="Found", items=items[:1]))
    assert alone.keyboard is not None
    assert [[key.text for key in row] for row in alone.keyboard.inline_keyboard] == [
        ["1 · Buy now", "1 · Make an offer"],
        ["1 · Open"],
    ]


def test_a_desk_counts_through_all_its_sections() -> None:
    open_it = Button(label="Open", press="deal.show|1")
    two = tuple(Card(title=f"Deal {n}", buttons=((open_it,),)) for n in range(2))
    sections = tuple(CardList(subject=name, title=name, items=two) for name in ("Yours", "Theirs"))
    [screen] = render(Home(title="Desk", sections=sections))
    assert screen.text.plain == "Desk\n\nYours\n1. Deal 0\n\n2. Deal 1\n\nTheirs\n3. Deal 0\n\n4. Deal 1"
    assert screen.keyboard is not None
    assert [row[0].text for row in screen.keyboard.inline_keyboard] == [f"{n} · Open" for n in range(1, 5)]


def asked(**more: Any) -> FormView:
    grades = tuple(Option(value=f"g{n}", label=f"Grade {n}") for n in range(20))
    fields = (
        FieldView(name="amount", kind="text", label="Amount", ask="How much?", value="200 t", shown="200 t"),
        FieldView(name="grade", kind="choice", label="Grade", ask="Which grade?", hint="As certified", options=grades),
    )
    form: dict[str, Any] = {"draft": "01JD0000000000000000000000", "revision": 3, "title": "Sell", "fields": fields}
    form |= {"current": "grade", "submit": "Publish", "cancel": "Cancel", "back": "Back", "skip": "Skip"}
    return FormView(**(form | {"change": "Change", "more": "Others: type the name", "can_go_back": True} | more))


def test_a_question_shows_what_is_answered_and_the_ways_on() -> None:
    [screen] = render(asked())
    assert screen.text.plain == "Sell\n\nAmount: 200 t\n\nWhich grade?\nAs certified\nOthers: type the name"
    assert screen.keyboard is not None
    shown = [[button.text for button in row] for row in screen.keyboard.inline_keyboard]
    assert shown[0] == ["Grade 0", "Grade 1", "Grade 2"]
    assert len(shown) == 6  # the search for the others, and the ways out
    assert shown[-1] == ["Back", "Cancel"]
    pressed = read_press(str(screen.keyboard.inline_keyboard[1][0].callback_data))
    assert (pressed.verb, pressed.expected_version, pressed.choice) == ("form.pick", 3, "3")


def test_the_review_lets_every_line_be_changed() -> None:
    [screen] = render(asked(current=None, intro="200 t are left", warning="The same as before"))
    assert screen.text.plain == "Sell\n\n200 t are left\n\nAmount: 200 t\n\n⚠️ The same as before\n\nChange"
    assert screen.keyboard is not None
    shown = [[button.text for button in row] for row in screen.keyboard.inline_keyboard]
    assert shown == [["✎ Amount", "+ Grade"], ["Publish"], ["Cancel"]]
    assert screen.keyboard.inline_keyboard[1][0].style == "primary"


def test_an_invisible_seam_costs_one_unit() -> None:
    assert utf16(clean("@ona")) == utf16("@ona") + 1
    assert clean("@ona") == f"@{JOINER}ona"
