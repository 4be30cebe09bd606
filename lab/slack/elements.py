"""Block Kit's elements, to press, pick from, type into or look at, with Slack's limits."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from lab.slack.composition import (
    Confirm,
    ConversationFilter,
    DispatchActionConfig,
    Id,
    Option,
    OptionGroup,
    Part,
    Plain75,
    Plain150,
    RichText,
    SlackFile,
    Url,
    refuse,
)

Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Element(Part):
    action_id: Id | None = None


class Button(Element):
    type: Literal["button"]
    text: Plain75
    url: Url | None = None
    value: str | None = Field(None, max_length=2_000)
    style: Literal["primary", "danger"] | None = None
    confirm: Confirm | None = None
    accessibility_label: str | None = Field(None, max_length=75)


class WorkflowButton(Element):
    type: Literal["workflow_button"]
    text: Plain75
    workflow: dict[str, Any]
    style: Literal["primary", "danger"] | None = None
    accessibility_label: str | None = Field(None, max_length=75)


class IconButton(Element):
    type: Literal["icon_button"]
    icon: Literal["trash"]
    text: Plain75
    value: str | None = Field(None, max_length=2_000)
    confirm: Confirm | None = None
    accessibility_label: str | None = Field(None, max_length=75)
    visible_to_user_ids: list[str] | None = None


class Feedback(Part):
    text: Plain75
    value: str = Field(max_length=2_000)
    accessibility_label: str | None = Field(None, max_length=75)


class FeedbackButtons(Element):
    type: Literal["feedback_buttons"]
    positive_button: Feedback
    negative_button: Feedback


class Overflow(Element):
    type: Literal["overflow"]
    options: Annotated[list[Option], Field(min_length=1, max_length=5)]
    confirm: Confirm | None = None


class Input(Element):
    """The common fields of all elements that hold a value."""

    confirm: Confirm | None = None
    focus_on_load: bool | None = None


class Placeheld(Input):
    placeholder: Plain150 | None = None


class Listed(Placeheld):
    """Options that come with the element, flat or in groups."""

    options: Annotated[list[Option], Field(min_length=1, max_length=100)] | None = None
    option_groups: Annotated[list[OptionGroup], Field(min_length=1, max_length=100)] | None = None

    def all_options(self) -> list[Option]:
        return [*(self.options or []), *(option for group in self.option_groups or [] for option in group.options)]

    @model_validator(mode="after")
    def one_list(self) -> Self:
        if (self.options is None) == (self.option_groups is None):
            raise refuse("must define either `options` or `option_groups`")
        chosen = getattr(self, "initial_options", None) or [getattr(self, "initial_option", None)]
        if any(option is not None and option not in self.all_options() for option in chosen):
            raise refuse("initial option must exactly match one of the options")
        return self


class StaticSelect(Listed):
    type: Literal["static_select"]
    initial_option: Option | None = None


class MultiStaticSelect(Listed):
    type: Literal["multi_static_select"]
    initial_options: Annotated[list[Option], Field(min_length=1, max_length=100)] | None = None
    max_selected_items: int | None = Field(None, ge=1)


class ExternalSelect(Placeheld):
    type: Literal["external_select"]
    initial_option: Option | None = None
    min_query_length: int | None = Field(None, ge=0)


class MultiExternalSelect(Placeheld):
    type: Literal["multi_external_select"]
    initial_options: Annotated[list[Option], Field(min_length=1, max_length=100)] | None = None
    min_query_length: int | None = Field(None, ge=0)
    max_selected_items: int | None = Field(None, ge=1)


class UsersSelect(Placeheld):
    type: Literal["users_select"]
    initial_user: str | None = None


class MultiUsersSelect(Placeheld):
    type: Literal["multi_users_select"]
    initial_users: list[str] | None = None
    max_selected_items: int | None = Field(None, ge=1)


class ConversationsSelect(Placeheld):
    type: Literal["conversations_select"]
    initial_conversation: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: ConversationFilter | None = None


class MultiConversationsSelect(Placeheld):
    type: Literal["multi_conversations_select"]
    initial_conversations: list[str] | None = None
    default_to_current_conversation: bool | None = None
    max_selected_items: int | None = Field(None, ge=1)
    filter: ConversationFilter | None = None


class ChannelsSelect(Placeheld):
    type: Literal["channels_select"]
    initial_channel: str | None = None
    response_url_enabled: bool | None = None


class MultiChannelsSelect(Placeheld):
    type: Literal["multi_channels_select"]
    initial_channels: list[str] | None = None
    max_selected_items: int | None = Field(None, ge=1)


class DatePicker(Placeheld):
    type: Literal["datepicker"]
    initial_date: Date | None = None


class TimePicker(Placeheld):
    type: Literal["timepicker"]
    initial_time: Time | None = None
    timezone: str | None = None


class DateTimePicker(Input):
    type: Literal["datetimepicker"]
    # Ten digits: from September 2001 on.
    initial_date_time: int | None = Field(None, ge=1_000_000_000, le=9_999_999_999)


class Choices(Input):
    options: Annotated[list[Option], Field(min_length=1, max_length=10)]


class Checkboxes(Choices):
    type: Literal["checkboxes"]
    initial_options: Annotated[list[Option], Field(min_length=1, max_length=10)] | None = None


class RadioButtons(Choices):
    type: Literal["radio_buttons"]
    initial_option: Option | None = None


class Typed(Element):
    """An element that is typed into from the keyboard."""

    placeholder: Plain150 | None = None
    initial_value: str | None = Field(None, max_length=3_000)
    dispatch_action_config: DispatchActionConfig | None = None
    focus_on_load: bool | None = None


class PlainTextInput(Typed):
    type: Literal["plain_text_input"]
    multiline: bool | None = None
    min_length: int | None = Field(None, ge=0, le=3_000)
    max_length: int | None = Field(None, ge=1, le=3_000)


class EmailInput(Typed):
    type: Literal["email_text_input"]


class UrlInput(Typed):
    type: Literal["url_text_input"]


class NumberInput(Typed):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    min_value: str | None = None
    max_value: str | None = None


class RichTextInput(Element):
    type: Literal["rich_text_input"]
    placeholder: Plain150 | None = None
    initial_value: RichText | None = None
    min_lines: int | None = Field(None, ge=1)
    max_lines: int | None = Field(None, ge=1)
    dispatch_action_config: DispatchActionConfig | None = None
    focus_on_load: bool | None = None


class FileInput(Element):
    type: Literal["file_input"]
    filetypes: Annotated[list[str], Field(min_length=1)] | None = None
    max_files: int | None = Field(None, ge=1, le=10)


class Image(Part):
    type: Literal["image"]
    alt_text: str = Field(min_length=1, max_length=2_000)
    image_url: Url | None = None
    slack_file: SlackFile | None = None

    @model_validator(mode="after")
    def one_source(self) -> Self:
        if (self.image_url is None) == (self.slack_file is None):
            raise refuse("must define either `image_url` or `slack_file`")
        return self


Select = StaticSelect | ExternalSelect | UsersSelect | ConversationsSelect | ChannelsSelect
MultiSelect = (
    MultiStaticSelect | MultiExternalSelect | MultiUsersSelect | MultiConversationsSelect | MultiChannelsSelect
)
Picker = DatePicker | TimePicker | DateTimePicker | Checkboxes | RadioButtons

InAccessory = Annotated[
    Button | WorkflowButton | Overflow | Image | Select | MultiSelect | Picker, Field(discriminator="type")
]
InActions = Annotated[Button | WorkflowButton | Overflow | Select | MultiSelect | Picker, Field(discriminator="type")]
InInput = Annotated[
    PlainTextInput | EmailInput | UrlInput | NumberInput | RichTextInput | FileInput | Select | MultiSelect | Picker,
    Field(discriminator="type"),
]
InContextActions = Annotated[FeedbackButtons | IconButton, Field(discriminator="type")]
