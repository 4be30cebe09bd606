"""Block Kit's composition objects (texts, options, dialogs) with the limits Slack documents for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Part(BaseModel):
    """Anything inside a block: no unknown keys, no silent conversion of types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PlainText(Part):
    type: Literal["plain_text"]
    text: str = Field(min_length=1, max_length=3_000)
    emoji: bool | None = None


class Mrkdwn(Part):
    type: Literal["mrkdwn"]
    text: str = Field(min_length=1, max_length=3_000)
    verbatim: bool | None = None


Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]
AnyText = TypeVar("AnyText", PlainText, Mrkdwn)


def at_most(limit: int) -> Callable[[AnyText], AnyText]:
    """Return a check for a text object in a place that allows fewer characters than usual."""

    def check(text: AnyText) -> AnyText:
        if len(text.text) > limit:
            raise PydanticCustomError("text_limit", "must be less than {above} characters", {"above": limit + 1})
        return text

    return check


Plain24 = Annotated[PlainText, AfterValidator(at_most(24))]
Plain30 = Annotated[PlainText, AfterValidator(at_most(30))]
Plain75 = Annotated[PlainText, AfterValidator(at_most(75))]
Plain100 = Annotated[PlainText, AfterValidator(at_most(100))]
Plain150 = Annotated[PlainText, AfterValidator(at_most(150))]
Plain200 = Annotated[PlainText, AfterValidator(at_most(200))]
Plain2000 = Annotated[PlainText, AfterValidator(at_most(2_000))]
Text75 = Annotated[Text, AfterValidator(at_most(75))]
Text150 = Annotated[Text, AfterValidator(at_most(150))]
Text200 = Annotated[Text, AfterValidator(at_most(200))]
Text300 = Annotated[Text, AfterValidator(at_most(300))]
Text2000 = Annotated[Text, AfterValidator(at_most(2_000))]

Id = Annotated[str, Field(min_length=1, max_length=255)]
Url = Annotated[str, Field(min_length=1, max_length=3_000)]


class Option(Part):
    """A choice of a select, a radio group, checkboxes or an overflow menu."""

    text: Text75
    value: str = Field(min_length=1, max_length=150)
    description: Text75 | None = None
    url: Url | None = None


class OptionGroup(Part):
    label: Plain75
    options: Annotated[list[Option], Field(min_length=1, max_length=100)]


class Suggestions(Part):
    """An app's answer to a block_suggestion: options, or groups of them, at most a hundred."""

    options: Annotated[list[Option], Field(max_length=100)] | None = None
    option_groups: Annotated[list[OptionGroup], Field(max_length=100)] | None = None


class Confirm(Part):
    title: Plain100
    text: Text300
    confirm: Plain30
    deny: Plain30
    style: Literal["primary", "danger"] | None = None


class DispatchActionConfig(Part):
    trigger_actions_on: Annotated[
        list[Literal["on_enter_pressed", "on_character_entered"]], Field(min_length=1, max_length=2)
    ]


class ConversationFilter(Part):
    include: list[Literal["im", "mpim", "private", "public"]] | None = None
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None


class SlackFile(Part):
    """A file of the workspace, by id or by url."""

    id: str | None = None
    url: str | None = None


class RichTextPart(BaseModel):
    """One run inside rich text; its kinds carry many optional keys, of which only the kind is checked."""

    model_config = ConfigDict(extra="allow")

    type: Literal["text", "link", "emoji", "user", "usergroup", "channel", "team", "broadcast", "date", "color"]


class RichTextSection(Part):
    type: Literal["rich_text_section"]
    elements: list[RichTextPart]


class RichTextLines(Part):
    type: Literal["rich_text_preformatted", "rich_text_quote"]
    elements: list[RichTextPart]
    border: int | None = None
    language: str | None = None


class RichTextList(Part):
    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[RichTextSection]
    indent: int | None = None
    offset: int | None = None
    border: int | None = None


class RichText(Part):
    """Rich text: both a block of its own and the value of a rich_text_input."""

    type: Literal["rich_text"]
    block_id: Id | None = None
    elements: list[Annotated[RichTextSection | RichTextLines | RichTextList, Field(discriminator="type")]]


def refuse(message: str, **context: Any) -> PydanticCustomError:
    """Refuse in Slack's own words, for rules that span several keys."""
    return PydanticCustomError("slack", message, context or None)
