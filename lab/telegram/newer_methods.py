"""The part of the Bot API that is newer than python-telegram-bot: methods, parameters and fields, with their version.

The library stops at Bot API 10.0. A bot reaches the rest by plain calls, and the lab checks these by this table. What
the library learns is taken out again (core.telegram.org/bots/api-changelog).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class NewerMethod:
    """A method: the version that brought it, its parameters, and the type that it answers with."""

    since: str
    parameters: frozenset[str]
    answers: Literal["Message", "bool"] = "bool"


_EPHEMERAL: Final = frozenset({"chat_id", "receiver_user_id", "ephemeral_message_id"})
_RICH: Final = frozenset(
    {"business_connection_id", "chat_id", "message_thread_id", "direct_messages_topic_id", "rich_message"}
    | {"disable_notification", "protect_content", "allow_paid_broadcast", "message_effect_id"}
    | {"suggested_post_parameters", "reply_parameters", "reply_markup", "ephemeral_message_parameters"}
)
_TEXT: Final = frozenset({"text", "parse_mode", "entities", "rich_message", "link_preview_options", "reply_markup"})
_CAPTION: Final = frozenset({"caption", "parse_mode", "caption_entities", "show_caption_above_media", "reply_markup"})

METHODS: Final[Mapping[str, NewerMethod]] = {
    "sendRichMessage": NewerMethod("10.1", _RICH, "Message"),
    "sendRichMessageDraft": NewerMethod(
        "10.1", frozenset({"chat_id", "message_thread_id", "draft_id", "rich_message", "can_stop", "keep_on_stop"})
    ),
    "answerChatJoinRequestQuery": NewerMethod("10.1", frozenset({"chat_join_request_query_id", "result"})),
    "sendChatJoinRequestWebApp": NewerMethod("10.1", frozenset({"chat_join_request_query_id", "web_app_url"})),
    "editEphemeralMessageText": NewerMethod("10.2", _EPHEMERAL | _TEXT),
    "editEphemeralMessageMedia": NewerMethod("10.2", _EPHEMERAL | {"media", "reply_markup"}),
    "editEphemeralMessageCaption": NewerMethod("10.2", _EPHEMERAL | _CAPTION),
    "editEphemeralMessageReplyMarkup": NewerMethod("10.2", _EPHEMERAL | {"reply_markup"}),
    "deleteEphemeralMessage": NewerMethod("10.2", _EPHEMERAL),
}
# Parameters that methods of the library have got since. All methods that send got the first one (10.3).
EPHEMERAL_PARAMETERS: Final = "ephemeral_message_parameters"
PARAMETERS: Final[Mapping[str, frozenset[str]]] = {
    "editMessageText": frozenset({"rich_message"}),  # 10.1
    "sendMessageDraft": frozenset({"can_stop", "keep_on_stop"}),  # 10.3
    "promoteChatMember": frozenset({"can_send_welcome_messages"}),  # 10.3
    **{
        f"send{kind}": frozenset({EPHEMERAL_PARAMETERS})
        for kind in (
            *("Message", "Animation", "Audio", "Document", "LivePhoto", "Photo", "Sticker", "Video", "VideoNote"),
            *("Voice", "Contact", "Location", "Venue"),
        )
    },
}
# Fields that types of the library have got since.
FIELDS: Final = frozenset(
    {"Message.rich_message"}  # 10.1
    | {"Message.receiver_user", "Message.ephemeral_message_id", "BotCommand.is_ephemeral"}  # 10.2
)

_BY_LOWER_NAME: Final = {name.lower(): method for name, method in METHODS.items()}
_PARAMETERS_BY_LOWER_NAME: Final = {name.lower(): each for name, each in PARAMETERS.items()}


def newer_method(name: str) -> NewerMethod | None:
    """Return a method that the library does not know. Telegram takes names in any case."""
    return _BY_LOWER_NAME.get(name.lower())


def newer_parameters(name: str) -> frozenset[str]:
    """Return the parameters of a method that the library does not know."""
    method = newer_method(name)
    return method.parameters if method is not None else _PARAMETERS_BY_LOWER_NAME.get(name.lower(), frozenset())
