"""Block Kit's blocks and the two kinds of view, with Slack's limits and the surfaces that allow them."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from lab.slack.composition import (
    Id,
    Mrkdwn,
    Part,
    Plain24,
    Plain150,
    Plain200,
    Plain2000,
    PlainText,
    RichText,
    SlackFile,
    Text,
    Text150,
    Text200,
    Text2000,
    Url,
    refuse,
)
from lab.slack.elements import Button, Image, InAccessory, InActions, InContextActions, InInput, Overflow

ChatAddress = Literal["message", "modal", "home"]

# Blocks that are not allowed everywhere: docs.slack.dev/reference/block-kit/blocks, "Available in surfaces".
SURFACES: Final[dict[str, frozenset[ChatAddress]]] = {
    "alert": frozenset({"modal"}),
    "context_actions": frozenset({"message"}),
    "file": frozenset({"message"}),
    "markdown": frozenset({"message"}),
    "plan": frozenset({"message"}),
    "table": frozenset({"message"}),
    "task_card": frozenset({"message"}),
}


class Block(Part):
    block_id: Id | None = None


class Section(Block):
    type: Literal["section"]
    text: Text | None = None
    fields: Annotated[list[Text2000], Field(min_length=1, max_length=10)] | None = None
    accessory: InAccessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        if self.text is None and self.fields is None:
            raise refuse("missing required field: text or fields")
        return self


class Header(Block):
    type: Literal["header"]
    text: Plain150


class Divider(Block):
    type: Literal["divider"]


class ImageBlock(Block):
    type: Literal["image"]
    alt_text: str = Field(min_length=1, max_length=2_000)
    image_url: Url | None = None
    slack_file: SlackFile | None = None
    title: Plain2000 | None = None

    @model_validator(mode="after")
    def one_source(self) -> Self:
        if (self.image_url is None) == (self.slack_file is None):
            raise refuse("must define either `image_url` or `slack_file`")
        return self


class Actions(Block):
    type: Literal["actions"]
    elements: Annotated[list[InActions], Field(min_length=1, max_length=25)]


class Context(Block):
    type: Literal["context"]
    elements: Annotated[
        list[Annotated[PlainText | Mrkdwn | Image, Field(discriminator="type")]], Field(min_length=1, max_length=10)
    ]


class ContextActions(Block):
    type: Literal["context_actions"]
    elements: Annotated[list[InContextActions], Field(min_length=1, max_length=5)]


class InputBlock(Block):
    type: Literal["input"]
    label: Plain2000
    element: InInput
    hint: Plain2000 | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None

    @model_validator(mode="after")
    def files_stay_in_the_form(self) -> Self:
        if self.element.type == "file_input" and self.dispatch_action:
            raise refuse("`dispatch_action` is not supported for `file_input`")
        return self


class Markdown(Block):
    type: Literal["markdown"]
    text: str = Field(min_length=1, max_length=12_000)


class Video(Block):
    type: Literal["video"]
    alt_text: str
    title: Plain200
    thumbnail_url: Url
    video_url: Url
    author_name: str | None = Field(None, max_length=50)
    description: Plain200 | None = None
    provider_icon_url: Url | None = None
    provider_name: str | None = None
    title_url: Url | None = None


class FileBlock(Block):
    type: Literal["file"]
    external_id: str
    source: Literal["remote"]


class Cell(Part):
    type: Literal["raw_text"]
    text: str = Field(min_length=1)


class NumberCell(Part):
    type: Literal["raw_number"]
    value: float
    text: str | None = None


class ColumnSettings(Part):
    align: Literal["left", "center", "right"] | None = None
    is_wrapped: bool | None = None


class Table(Block):
    type: Literal["table"]
    rows: Annotated[
        list[
            Annotated[
                list[Annotated[Cell | NumberCell | RichText, Field(discriminator="type")]],
                Field(min_length=1, max_length=20),
            ]
        ],
        Field(min_length=1, max_length=100),
    ]
    column_settings: Annotated[list[ColumnSettings | None], Field(max_length=20)] | None = None


class Alert(Block):
    type: Literal["alert"]
    text: Text
    level: Literal["default", "info", "warning", "error", "success"] | None = None


class Card(Block):
    type: Literal["card"]
    hero_image: Image | None = None
    icon: Image | None = None
    title: Text150 | None = None
    subtitle: Text150 | None = None
    body: Text200 | None = None
    actions: (
        Annotated[list[Annotated[Button | Overflow, Field(discriminator="type")]], Field(min_length=1, max_length=25)]
        | None
    ) = None

    @model_validator(mode="after")
    def shows_something(self) -> Self:
        if not (self.hero_image or self.title or self.body or self.actions):
            raise refuse("at least one of `hero_image`, `title`, `actions` or `body` is required")
        return self


class Carousel(Block):
    type: Literal["carousel"]
    elements: Annotated[list[Card], Field(min_length=1, max_length=10)]


class UrlSource(Part):
    type: Literal["url"]
    url: Url
    text: str


class TaskCard(Block):
    type: Literal["task_card"]
    task_id: str
    title: str
    status: Literal["pending", "in_progress", "complete", "error"]
    details: RichText | None = None
    output: RichText | None = None
    sources: list[UrlSource] | None = None


class Plan(Block):
    type: Literal["plan"]
    title: str
    tasks: list[TaskCard] | None = None


Plainest = (
    Section | Header | Divider | ImageBlock | Actions | Context | InputBlock | Markdown | RichText | Table | Alert
)


class Container(Block):
    type: Literal["container"]
    child_blocks: Annotated[
        list[Annotated[Plainest | Card | Carousel, Field(discriminator="type")]], Field(min_length=1, max_length=10)
    ]
    title: Plain150 | None = None
    rich_text_title: RichText | None = None
    subtitle: Text150 | None = None
    width: Literal["narrow", "standard", "wide", "full"] | None = None
    icon: Image | None = None
    is_collapsible: bool | None = None
    default_collapsed: bool | None = None
    has_header_divider: bool | None = None

    @model_validator(mode="after")
    def has_a_title(self) -> Self:
        if self.title is None and self.rich_text_title is None:
            raise refuse("missing required field: title or rich_text_title")
        if self.is_collapsible and self.has_header_divider:
            raise refuse("`has_header_divider` cannot be set when `is_collapsible` is true")
        return self


AnyBlock = Annotated[
    Plainest | ContextActions | Video | FileBlock | Card | Carousel | TaskCard | Plan | Container,
    Field(discriminator="type"),
]


class Message(Part):
    """The part of a message that Block Kit governs."""

    blocks: Annotated[list[AnyBlock], Field(max_length=50)]


class View(Part):
    blocks: Annotated[list[AnyBlock], Field(min_length=1, max_length=100)]
    private_metadata: str | None = Field(None, max_length=3_000)
    callback_id: str | None = Field(None, max_length=255)
    external_id: str | None = Field(None, max_length=255)


class Home(View):
    type: Literal["home"]


class Modal(View):
    type: Literal["modal"]
    title: Plain24
    submit: Plain24 | None = None
    close: Plain24 | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None


class ViewArgument(Part):
    """`view` as an argument of views.*; the outer key gives the pointers Slack prints."""

    view: Annotated[Home | Modal, Field(discriminator="type")]
