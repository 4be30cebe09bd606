"""Text that people type never becomes markup, a mention or a link to those who would make it one.

The judges are not ours. The lab's Telegram finds entities as Telegram does, and Slack's own rules say which parts of a
message are markup. Mail, calendars, tables and PDFs are read by the libraries that read them elsewhere.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.mail.sender import MailSender
from bots.slack.blocks import clean as slack_clean
from bots.slack.modal import modal
from bots.slack.renderer import render as on_slack
from bots.telegram.renderer import render as on_telegram
from bots.telegram.text import JOINER
from bots.telegram.text import clean as telegram_clean
from config.platforms import PLATFORMS
from conversations.charts import drawn as chart
from conversations.reply import (
    Bars,
    Button,
    Card,
    CardList,
    Chart,
    FieldView,
    FormView,
    Home,
    Line,
    Option,
    Reply,
    Say,
)
from conversations.wording import Wordings
from core.books.statements.rules import DANGEROUS, as_csv
from core.kernel.outbox import OutboxMessage
from core.people.accounts.letters import Letter
from documents.evidence.document import drawn as document
from lab.telegram.entities import found

NASTY = (
    *("@parley_support", "https://evil.example/pay", "t.me/joinchat", "ona@example.org", "10.0.0.1", "пример.рф"),
    *("<b>b</b>", "*b*", "_i_", "~s~", "`c`", "[a](http://b.lt)", "||", "&lt;", "<!channel>", "<@U1>", "<#C1|x>"),
    *(
        "<https://evil.example|your bank>",
        ":tada:",
        "\u202egnp.exe",
        "\x00",
        "\u2060",
        "\r\n",
        "$\\frac{1}{2}$",
        "${x}",
    ),
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "BEGIN:VALARM", "\r\nBcc: eve@example.org", "ąčęė", "👩‍👩‍👧‍👦"),
)
typed = st.lists(st.sampled_from(NASTY) | st.text(max_size=6), min_size=1, max_size=4).map("".join)
said = typed.filter(lambda words: bool(telegram_clean(words)) and bool(slack_clean(words)))
unhurried = settings(max_examples=60, deadline=None)
LINKS = frozenset({"mention", "url", "email", "text_link", "text_mention", "phone_number", "custom_emoji"})
PLAIN_RUNS = frozenset({"text"})


def replies(words: str) -> list[Reply]:
    """Return the same words in every place where a user's words can stand."""
    button = Button(label=(words[:75] or "x"), press="deal.show|1")
    card = Card(
        subject="deal:1",
        title=words,
        text=words,
        lines=(Line(label=words, value=words, was=words),),
        table=((words, words), (words, words)),
        turn=words,
        note=words,
        buttons=((button,),),
    )
    listed = CardList(subject="found", title=words, text=words, items=(card, card), side_by_side=True)
    options = (Option(value="a", label=words[:75]),)
    fields = (
        FieldView(name="a", kind="text", label=words, ask=words, hint=words, value=words, shown=words, error=words),
        FieldView(name="b", kind="choice", label=words, ask=words, options=options),
    )
    form = FormView(
        draft="d",
        revision=1,
        title=words,
        intro=words,
        note=words,
        warning=words,
        fields=fields,
        current="a",
        submit="Send",
        cancel="Cancel",
        back="Back",
        skip="Skip",
        change="Change",
    )
    return [
        card,
        listed,
        form,
        Say(text=words, buttons=((button,),)),
        Home(title=words, text=words, sections=(listed,)),
    ]


@unhurried
@given(said)
def test_on_telegram_nothing_typed_leads_anywhere(words: str) -> None:
    for reply in replies(words):
        for screen in on_telegram(reply):
            given_ones = [each.to_dict() for each in screen.text.entities]
            seen = {each["type"] for each in found(screen.text.plain, given_ones)}
            assert not seen & LINKS, (words, seen)


@unhurried
@given(said)
def test_on_slack_nothing_typed_is_markup(words: str) -> None:
    for reply in replies(words):
        drawn = [modal(reply)] if isinstance(reply, FormView) else []
        message = on_slack(reply)
        assert message is not None
        for part in parts_of([*drawn, *message.blocks, *(message.plainer or [])]):
            assert part.get("type") != "mrkdwn", part
            if part.get("type") == "plain_text":
                assert part["emoji"] is False, "a :name: would become a picture"
            if part.get("type") == "rich_text_section":
                assert {run["type"] for run in part["elements"]} <= PLAIN_RUNS
        assert not {"<", ">"} & set(message.text)
        assert slack_clean(html.unescape(message.text)) == html.unescape(message.text)


@unhurried
@given(said)
def test_typed_text_is_read_back_as_it_was_typed(words: str) -> None:
    """Check that both platforms show the very words, apart from invisible seams and characters."""
    [screen, *_] = on_telegram(Say(text=words))
    message = on_slack(Say(text=words))
    assert message is not None
    runs = [part["text"] for part in parts_of(message.blocks) if part.get("type") == "text"]
    assert "".join(runs) == slack_clean(words)
    assert screen.text.plain.replace(JOINER, "") == telegram_clean(words).replace(JOINER, "")


def test_an_address_of_our_own_can_be_followed_and_copied_as_it_is() -> None:
    """Check that the address holds no invisible character, since its owner copies it to cards and pages."""
    address = "https://t.me/parley_bot?start=e_01J"
    card = Card(title="Alex", lines=(Line(label="A link straight to you", value=address, leads=True),))
    [screen, *_] = on_telegram(card)
    assert address in screen.text.plain
    assert "url" in {each["type"] for each in found(screen.text.plain, [])}
    message = on_slack(card)
    assert message is not None
    assert [part["url"] for part in parts_of(message.blocks) if part.get("type") == "link"] == [address]


def parts_of(drawn: Any) -> Iterator[dict[str, Any]]:
    if isinstance(drawn, dict):
        yield drawn
        for each in drawn.values():
            yield from parts_of(each)
    elif isinstance(drawn, list):
        for each in drawn:
            yield from parts_of(each)


# --- what is not a message --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "written"), [("en-US", "a,b\r\nx,1.50\r\n"), ("de-DE", "a;b\r\nx;1,50\r\n")])
def test_a_table_is_parted_as_the_spreadsheets_of_its_readers_read_it(locale: str, written: str) -> None:
    point = Wordings(PLATFORMS).speak(locale).point
    assert as_csv(["a", "b"], [["x", f"1{point}50"]], point).decode("utf-8-sig") == written


@unhurried
@given(st.lists(st.lists(typed, min_size=2, max_size=2), max_size=4))
def test_in_a_table_nothing_is_a_formula(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(as_csv(["a", "b"], rows).decode("utf-8-sig"), newline="")))[1:]
    assert [len(row) for row in read] == [2] * len(rows)
    for cell, was in zip((cell for row in read for cell in row), (cell for row in rows for cell in row), strict=True):
        assert not cell.lstrip(" ").startswith(DANGEROUS)
        assert cell.removeprefix("'") in (was, was.removeprefix("'"))


@unhurried
@given(typed)
def test_a_letter_has_the_headers_that_we_wrote(words: str) -> None:
    sender = MailSender("smtp://localhost:25", "Parley <parley@example.org>", lambda code, _locale: (code, code))
    told = Letter(to="ona@example.org", subject=words, text=words)
    post = OutboxMessage("p1", "mail", "mail:ona", told, datetime(2026, 11, 23, tzinfo=UTC))
    letter = message_from_bytes(sender.written(post, told).as_bytes(), policy=default)
    assert letter["To"] == "ona@example.org"
    assert letter["Bcc"] is None
    assert letter.get_content_type() == "text/plain"


def test_a_formula_in_a_name_is_only_a_name_on_the_market_s_picture() -> None:
    """The library that draws it would read mathematics between two dollars, and stop at what is none."""
    nasty = "$\\frac{1}{$ and $x$"
    picture = chart(
        Chart(title=nasty, scale=nasty, values=(1.0, 2.0), middle=1.5, middle_label=nasty, own=(1.2,), own_label=nasty)
    )
    assert picture.content.startswith(b"\x89PNG")
    bars = Bars(title=nasty, names=(nasty, ""), heights=(0.0, 7650.0), labels=("", nasty))
    assert chart(bars).content.startswith(b"\x89PNG")


@pytest.mark.parametrize("words", ["https://evil.example", "<b>**bold**</b> __x__", "\x00\x07\u202eabc", "a" * 2_000])
def test_a_paper_for_the_bank_holds_no_link_and_no_script(words: str) -> None:
    record: dict[str, Any] = dict.fromkeys(
        (
            *("signatures", "lots", "findings", "negotiation", "timeline", "chat"),
            *("payments", "settlements", "payouts_and_refunds"),
        ),
        (),
    )
    record["matter"] = "deal"
    record["deal"] = {"ref": "ABC123", "seller": words, "terms": {"note": words}}
    record["dispute"] = {"ref": "D1", "why": words, "amount": "1.00 EUR"}
    paper = document(record, datetime(2026, 11, 23, tzinfo=UTC))
    assert paper.startswith(b"%PDF-")
    assert not re.search(rb"/URI|/JavaScript|/JS\b|/Launch|/GoToR", paper)
