"""Block Kit as Slack checks it: each limit refused one beyond, with the pointer Slack prints."""

from __future__ import annotations

import random
from typing import Any, get_args

import pytest
from slack_sdk.models import blocks as sdk_blocks

from lab.slack import blocks as lab_blocks
from lab.slack import composition
from lab.slack.check import check_message, check_view, interactive_elements
from lab.slack.refusal import Refusal
from lab.tests.slack.member import Json, button, field, modal, plain, section

DICE = random.Random(7)


def options(count: int) -> list[Json]:
    return [{"text": plain(f"o{number}"), "value": str(number)} for number in range(count)]


def select(count: int, **more: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(count), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


CARD = {"type": "card", "title": {"type": "mrkdwn", "text": "A1 pellets"}, "actions": [button("open")]}
ROW = [{"type": "raw_text", "text": "x"}]

REFUSED_IN_A_MESSAGE: list[tuple[list[Json], str]] = [
    ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([section("x" * 3_001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
    (
        [{"type": "section", "fields": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    ([{"type": "section", "fields": [plain("x" * 2_001)]}], "must be less than 2001 characters"),
    ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be a valid enum value"),
    ([{"type": "header"}], "missing required field: text [json-pointer:/blocks/0]"),
    ([{"type": "marquee"}], "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    ([{"type": "divider", "colour": "red"}], "invalid additional property: colour [json-pointer:/blocks/0]"),
    ([{"type": "divider", "block_id": "x" * 256}], "must be less than 256 characters"),
    ([{"type": "divider", "block_id": "a"}] * 2, "block_id already exists [json-pointer:/blocks/1/block_id]"),
    ([actions(button("a"), button("a"))], "action_id already exists"),
    ([actions(button("x" * 256))], "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
    ([actions(button("a", text=plain("x" * 76)))], "must be less than 76 characters"),
    ([actions(button("a", value="x" * 2_001))], "must be less than 2001 characters"),
    ([actions(*[button(str(number)) for number in range(26)])], "no more than 25 items allowed"),
    ([actions(select(101))], "no more than 100 items allowed"),
    ([actions({"type": "plain_text_input", "action_id": "a"})], "unsupported type: plain_text_input"),
    ([{"type": "context", "elements": [plain("x")] * 11}], "no more than 10 items allowed"),
    ([{"type": "image", "image_url": "https://e.lt/" + "x" * 3_000, "alt_text": "x"}], "must be less than 3001"),
    ([{"type": "image", "image_url": "https://e.lt/x.png"}], "missing required field: alt_text"),
    ([{"type": "markdown", "text": "x" * 7_000}] * 2, "must be less than 12001 characters [json-pointer:/blocks]"),
    ([{"type": "carousel", "elements": [CARD] * 11}], "no more than 10 items allowed"),
    ([{"type": "card"}], "at least one of"),
    ([{"type": "table", "rows": [ROW] * 101}], "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
    ([{"type": "table", "rows": [ROW * 21]}], "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"),
    ([{"type": "alert", "text": plain("x")}], "unsupported type: alert"),
    ([section("x", accessory=select(1, options=[{"text": plain("x"), "value": "x" * 151}]))], "less than 151"),
    ([section("x", accessory=select(1, options=[{"text": plain("x" * 76), "value": "x"}]))], "less than 76"),
    ([section("x", accessory=select(2, initial_option=options(3)[2]))], "must exactly match one of the options"),
    ([section("x", accessory=select(2, placeholder=plain("x" * 151)))], "must be less than 151 characters"),
]

REFUSED_IN_A_VIEW: list[tuple[Json, str]] = [
    (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (modal(close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
    (modal(private_metadata="x" * 3_001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (modal(submit=None), "must define `submit` to use `input` block [json-pointer:/view/blocks/0/input]"),
    (modal(*[section("x")] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
    (modal(field("a", {"type": "button", "text": plain("x")})), "unsupported type: button"),
    (modal(field("a", {"type": "number_input", "action_id": "n"})), "missing required field: is_decimal_allowed"),
    (modal(field("a", {"type": "plain_text_input", "max_length": 3_001})), "[json-pointer:/view/blocks/0/element/max"),
    (modal(field("a", {"type": "datepicker", "initial_date": "tomorrow"})), "/view/blocks/0/element/initial_date]"),
    (modal({**field("a", {"type": "plain_text_input"}), "label": plain("x" * 2_001)}), "must be less than 2001"),
    ({"type": "home", "blocks": [section("x")]}, "must be a valid enum value [json-pointer:/view/type]"),
    ({"type": "modal", "blocks": [section("x")]}, "missing required field: title [json-pointer:/view]"),
]


@pytest.mark.parametrize(("blocks", "complaint"), REFUSED_IN_A_MESSAGE, ids=lambda part: str(part)[:40])
def test_a_message_one_beyond_the_limit_is_refused(blocks: list[Json], complaint: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_message(blocks, DICE)
    assert refused.value.error == "invalid_blocks"
    assert complaint in refused.value.messages[0]
    assert refused.value.answer()["errors"][0] == refused.value.messages[0].removeprefix("[ERROR] ")


@pytest.mark.parametrize(("view", "complaint"), REFUSED_IN_A_VIEW, ids=lambda part: str(part)[:40])
def test_a_view_one_beyond_the_limit_is_refused(view: Json, complaint: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_view(view, "modal", DICE)
    assert refused.value.error == "invalid_arguments"
    assert complaint in refused.value.messages[0]


def test_only_one_table_fits_in_a_message() -> None:
    with pytest.raises(Refusal, match="only_one_table_allowed"):
        check_message([{"type": "table", "rows": [ROW]}] * 2, DICE)


def test_the_newer_blocks_are_taken_and_given_ids() -> None:
    blocks: list[Json] = [
        {"type": "carousel", "elements": [CARD, {**CARD, "subtitle": plain("DAP Kaunas")}]},
        {"type": "container", "title": plain("Details"), "child_blocks": [section("x", accessory=select(3))]},
        {"type": "table", "rows": [ROW], "column_settings": [{"align": "right"}]},
        {"type": "markdown", "text": "# Offer"},
        actions({"type": "overflow", "options": options(2)}, {"type": "datepicker"}),
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]},
    ]
    checked = check_message(blocks, DICE)
    assert all(block["block_id"] for block in checked)
    assert len({id_["action_id"] for _, id_ in interactive_elements(checked)}) >= 4
    assert "block_id" not in blocks[0]


# Only Slack itself makes these blocks: for a call in progress, and for an agent that asks for access.
OF_SLACK_ALONE = {"call", "auth_provider"}


def test_every_block_of_the_sdk_is_known_with_all_its_keys() -> None:
    """Notice a new version of slack_sdk that brings a block, or a key of one."""
    known: dict[str, set[str]] = {}
    for shape in (*vars(lab_blocks).values(), *vars(composition).values()):
        if isinstance(shape, type) and issubclass(shape, composition.Part) and "type" in shape.model_fields:
            for name in get_args(shape.model_fields["type"].annotation):
                known[name] = known.get(name, set()) | set(shape.model_fields)
    kinds = [each for each in vars(sdk_blocks).values() if isinstance(each, type) and each is not sdk_blocks.Block]
    sdk = {str(vars(each)["type"]): each for each in kinds if issubclass(each, sdk_blocks.Block)}
    assert len(sdk) >= 21
    for name, kind in sdk.items():
        attributes = object.__new__(kind).attributes
        assert name in OF_SLACK_ALONE or attributes <= known[name], name
