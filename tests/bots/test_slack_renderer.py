"""Every reply as Block Kit: within Slack's limits, which the lab checks as Slack does, and never as markup."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.home import home_view
from bots.slack.modal import errors_in, modal, read_submission
from bots.slack.renderer import bare, render
from bots.slack.sender import Errand, outcome_of
from bots.slack.turns import message, typed
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
from core.kernel.dispatcher import Later, Never
from lab.slack.check import check_message, check_view
from lab.slack.form_state import initial_state

DICE = random.Random(3)
ANY = some.text(max_size=60) | some.sampled_from(
    ["<!channel>", "*b* _i_ ~s~ `c`", "<http://x|y>", ":tada:", "x" * 9000]
)
LABEL = some.text(min_size=1, max_size=75)
BUTTON = some.builds(
    Button, label=LABEL, press=some.just("deal.show|1|2"), style=some.sampled_from(["plain", "danger"])
)
ROWS = some.lists(some.lists(BUTTON, min_size=1, max_size=7).map(tuple), max_size=12).map(tuple)
LINES = some.lists(some.builds(Line, label=ANY, value=ANY, was=some.none() | ANY), max_size=9).map(tuple)
CARD = some.builds(
    Card,
    subject=some.none(),
    title=ANY,
    text=ANY,
    lines=LINES,
    table=some.just(()) | some.lists(some.lists(ANY, min_size=1, max_size=25).map(tuple), max_size=4).map(tuple),
    turn=ANY,
    note=ANY,
    buttons=ROWS,
    pictures=some.just(()),
    documents=some.just(()),
)
LIST = some.builds(
    CardList, subject=some.just("s"), title=ANY, text=ANY, items=some.lists(CARD, max_size=9).map(tuple), buttons=ROWS
)
HOME = some.builds(Home, title=ANY, text=ANY, buttons=ROWS, sections=some.lists(LIST, max_size=5).map(tuple))


def field(name: str, kind: str = "text", **more: object) -> FieldView:
    return FieldView.model_validate({"name": name, "kind": kind, "label": name, "ask": f"{name}?", **more})


def form(*fields: FieldView) -> FormView:
    return FormView(
        draft="d1",
        revision=3,
        title="Sell something that has a long name",
        fields=fields,
        current=None,
        submit="Publish",
        cancel="Cancel",
        back="Back",
        skip="Skip",
        change="Change",
    )


@settings(max_examples=60, deadline=None)
@given(some.one_of(CARD, LIST, HOME, some.builds(Say, text=ANY, buttons=ROWS)))
def test_whatever_is_said_slack_takes_it(reply: Reply) -> None:
    drawn = render(reply)
    if drawn is not None:
        check_message(drawn.blocks, DICE)
        check_message(drawn.plain().blocks, DICE, newer=False)
        assert drawn.text
        assert not {"<", ">"} & set(drawn.text)


@settings(max_examples=30, deadline=None)
@given(HOME)
def test_any_desk_fits_the_home_tab(home: Home) -> None:
    check_view(home_view(home), "home", DICE)


@settings(max_examples=30, deadline=None)
@given(ANY, ANY, ANY, some.sampled_from(["text", "long_text", "choice", "choices", "date", "number", "email", "files"]))
def test_any_field_fits_a_window(label: str, hint: str, value: str, kind: str) -> None:
    options = [Option(value=f"v{n}", label=f"Option {n}") for n in range(100)]
    for offered in ([], options):
        shown = field("f", kind, options=offered, value=value, hint=hint, error=hint, shapes_form=True)
        check_view(modal(form(shown.model_copy(update={"label": label}))), "modal", DICE)


@pytest.mark.parametrize("reply", [FormClosed(draft="d"), Say(text=" "), Toast(text=""), FormErrors(errors={})])
def test_nothing_to_say_is_no_message(reply: Reply) -> None:
    assert render(reply) is None


def test_earlier_value_is_struck_through() -> None:
    drawn = render(Card(title="Offer", lines=(Line(label="Price", value="210 €/t", was="215 €/t"),)))
    assert drawn is not None
    (line,) = drawn.blocks[1]["elements"]
    assert [(run["text"], run.get("style")) for run in line["elements"]] == [
        ("Price: ", {"bold": True}),
        ("215 €/t", {"strike": True}),
        (" ", None),
        ("210 €/t", None),
    ]


def test_on_the_desk_figures_stand_in_a_row_and_sentences_on_lines_of_their_own() -> None:
    def drawn(*values: str) -> str:
        card = Card(title="Money", lines=tuple(Line(label="Held", value=each) for each in values))
        money = CardList(subject="money", title="Money", items=(card,))
        return str(home_view(Home(title="Desk", sections=(money,), buttons=(row, row)))["blocks"])

    row = (Button(label="Help", press="help"),)
    assert "' · '" in drawn("1 €", "2 €")
    assert "' · '" not in drawn("1 €. Due on Monday.", "2 €. Due on Tuesday.")
    assert drawn("1 €").count("'divider'") == 2  # above the section, and between it and every other way to go on


def test_without_blocks_the_words_are_all_there() -> None:
    drawn = render(Card(title="Offer <1>", lines=(Line(label="Price", value="210 €/t"),)))
    assert drawn is not None
    assert bare(drawn).text == "Offer &lt;1&gt;\nPrice: 210 €/t"
    assert bare(drawn).blocks == []


def test_a_window_is_read_back_as_it_was_filled() -> None:
    wood = [Option(value="oak", label="Oak"), Option(value="ash", label="Ash")]
    view = modal(
        form(
            field("name", value="Heap"),
            field("wood", "choice", options=wood, value="ash"),
            field("kinds", "choices", options=wood, value="oak,ash"),
            field("note", optional=True),
            field("place", "choice", options=wood, value="elm", shown="Elm"),
            field("photos", "files"),
        )
    )
    check_view(view, "modal", DICE)
    back = read_submission({**view, "state": {"values": initial_state(view["blocks"])}}, final=True)

    assert (back.draft, back.revision, back.final) == ("d1", 3, True)
    assert back.values == {"name": "Heap", "wood": "ash", "kinds": ["oak", "ash"], "note": "", "place": "elm"}


def test_errors_stand_under_their_fields_and_homeless_ones_under_the_first() -> None:
    view = modal(form(field("name"), field("wood", "choice", options=[Option(value="a", label="A")])))
    told = errors_in(view, {"wood": "Choose", "": "Too late", "gone": "Needed"})
    wood = view["blocks"][1]["block_id"]
    assert told == {wood: "Choose", "name": "Too late Needed"}


def test_slack_s_own_markup_becomes_what_was_typed() -> None:
    assert typed("a &lt;b&gt; &amp; <mailto:o@x.lt|o@x.lt> <#C1|sales> <@U1>") == "a <b> & o@x.lt sales @U1"


EDITED = {"subtype": "message_changed", "message": {"text": "hello there", "user": "U1", "ts": "1.2"}}


@pytest.mark.parametrize("more", [EDITED, {"bot_id": "B1"}, {"channel_type": "channel"}, {"subtype": "bot_message"}])
def test_only_what_people_say_in_private_is_heard(more: dict[str, object]) -> None:
    said = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "ts": "1.2", "text": "hello"}
    heard = message({"team_id": "T1", "event_id": "Ev1", "event": said})
    assert heard is not None
    assert heard.key == "slack:msg:T1:D1:1.2"
    assert message({"team_id": "T1", "event_id": "Ev1", "event": {**said, **more}}) is None


@pytest.mark.parametrize(
    ("error", "outcome"),
    [("ratelimited", Later), ("internal_error", Later), ("account_inactive", Never), ("msg_too_long", Never)],
)
def test_permanent_slack_error_is_not_retried(error: str, outcome: type) -> None:
    errand = Errand(AsyncWebClient(), "T1", "D1", [], None, None, None)
    failure = SlackApiError(error, {"ok": False, "error": error})  # type: ignore[no-untyped-call]  # the SDK leaves it
    assert isinstance(outcome_of(failure, errand), outcome)


def test_the_manifest_asks_for_what_the_app_uses() -> None:
    manifest = yaml.safe_load(Path("bots/slack/manifest.yaml").read_text())
    assert [each["command"] for each in manifest["features"]["slash_commands"]] == ["/parley"]
    assert {each["callback_id"] for each in manifest["features"]["shortcuts"]} == {"sell", "find", "deals", "request"}
    heard = {"app_home_opened", "app_mention", "app_uninstalled", "link_shared", "message.im"}
    heard |= {"reaction_added", "tokens_revoked"}
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == heard
