"""Marks and entities as Telegram reads them: the words of its refusals, and the links that it finds."""

from __future__ import annotations

import pytest

from lab.telegram.call import Refusal
from lab.telegram.entities import found
from lab.telegram.limits import check_markup
from lab.telegram.markdown import parse_markdown
from lab.telegram.markup import parse_html


def spans(parsed: tuple[str, list[dict[str, object]]]) -> tuple[str, set[tuple[object, object, object]]]:
    text, entities = parsed
    return text, {(each["type"], each["offset"], each["length"]) for each in entities}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("🏟_abac \\* asd _", "🏟abac * asd ", {("italic", 2, 11)}),
        ("*bold _both_* ~gone~", "bold both gone", {("bold", 0, 9), ("italic", 5, 4), ("strikethrough", 10, 4)}),
        ("__under _both___", "under both", {("underline", 0, 10), ("italic", 6, 4)}),
        ("||hidden|| `a_b*c`", "hidden a_b*c", {("spoiler", 0, 6), ("code", 7, 5)}),
        ("```python\nx = 1```", "x = 1", {("pre", 0, 5)}),
        ("[the deal](https://e\\.lt/a\\)b)", "the deal", {("text_link", 0, 8)}),
        (">one\n>two\nthree", "one\ntwo\nthree", {("blockquote", 0, 8)}),
        (">long||", "long", {("expandable_blockquote", 0, 4)}),
        ("200 t\\. \\- 5\\!", "200 t. - 5!", set()),
    ],
)
def test_markdown_that_telegram_takes(source: str, text: str, entities: set[tuple[str, int, int]]) -> None:
    assert spans(parse_markdown(source)) == (text, entities)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("200 t.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("5 - 3", "Character '-' is reserved"),
        ("a > b", "Character '>' is reserved"),
        ("🏟 🏟_abacaba", "Can't find end of Italic entity at byte offset 9"),
        ("🏟 🏟_abac * asd ", "Can't find end of Bold entity at byte offset 15"),
        ("🏟 🏟`", "Can't find end of Code entity at byte offset 9"),
        ("🏟 🏟```", "Can't find end of Pre entity at byte offset 9"),
        ("[e\\.lt](asd", "Can't find end of a URL at byte offset 7"),
        ("a]", "Character ']' is reserved"),
    ],
)
def test_markdown_that_telegram_refuses(source: str, complaint: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_markdown(source)
    assert complaint in refused.value.description


def test_html_keeps_its_tags_apart() -> None:
    assert spans(parse_html("a <b>b <i>c</i></b> &amp; <tg-spoiler>d</tg-spoiler>")) == (
        "a b c & d",
        {("bold", 2, 3), ("italic", 4, 1), ("spoiler", 8, 1)},
    )
    with pytest.raises(Refusal, match="Unmatched end tag"):
        parse_html("<b>a <i>b</b></i>")


def test_telegram_makes_links_of_words() -> None:
    text = "🪵 see parley.lt or https://e.org/a. Ask @parley_help, a.b@e.lt, /find@bot, #chips, $EUR; not 3.5 t or a/b"
    seen = [
        (each["type"], text.encode("utf-16-le")[2 * each["offset"] :][: 2 * each["length"]].decode("utf-16-le"))
        for each in found(text, [])
    ]
    assert seen == [
        ("url", "parley.lt"),
        ("url", "https://e.org/a"),
        ("mention", "@parley_help"),
        ("email", "a.b@e.lt"),
        ("bot_command", "/find@bot"),
        ("hashtag", "#chips"),
        ("cashtag", "$EUR"),
    ]
    code = [{"type": "code", "offset": 0, "length": len(text) + 1}]
    assert found(text, code) == code


def inline(*buttons: dict[str, object]) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "a", **each} for each in buttons]]}


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        (inline({"callback_data": "x"}, {"pay": True}), "BUTTON_POS_INVALID"),
        (inline({"switch_inline_query": "x" * 257}), "BUTTON_DATA_INVALID"),
        (inline({"copy_text": {"text": "x" * 257}}), "BUTTON_COPY_TEXT_INVALID"),
        (inline({"url": "http://intranet/x"}), "Wrong HTTP URL"),
        (inline({"url": "https://e.lt", "callback_data": "x"}), "Text buttons are unallowed"),
        (inline({"text": " ", "callback_data": "x"}), "text is empty"),
        (inline({"callback_data": "x", "style": "pink"}), "invalid button style"),
        ({"keyboard": []}, "at least one button"),
        ({"force_reply": True, "input_field_placeholder": "x" * 65}, "PLACEHOLDER_INVALID"),
        ({"keys": []}, "object expected as reply markup"),
    ],
)
def test_keyboards_that_telegram_refuses(markup: dict[str, object], complaint: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_markup(markup)
    assert complaint in refused.value.description


def test_an_empty_switch_is_a_fine_button() -> None:
    check_markup({"inline_keyboard": [[{"text": "Share", "switch_inline_query": ""}]]})
