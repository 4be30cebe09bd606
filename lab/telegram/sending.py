"""The methods that put a new message into a chat."""

from __future__ import annotations

import secrets
from typing import Any

from lab.telegram.call import Call, bad_request
from lab.telegram.limits import caption_in, caption_of, keyboard_of, text_of
from lab.telegram.state import Bot, Chat, Message

CHAT_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"}
    | {"choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)


def send_message(bot: Bot, call: Call) -> Message:
    chat = bot.chat_of(call)
    text, entities = text_of(call)
    content: dict[str, Any] = {"text": text} | ({"entities": entities} if entities else {})
    options = call.parsed("link_preview_options", dict)
    if options:
        content["link_preview_options"] = options
    return post(bot, chat, call, content)


def send_photo(bot: Bot, call: Call) -> Message:
    return _send_file(bot, call, "photo")


def send_document(bot: Bot, call: Call) -> Message:
    return _send_file(bot, call, "document")


def send_location(bot: Bot, call: Call) -> Message:
    chat = bot.chat_of(call)
    latitude, longitude = call.number("latitude"), call.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong location specified")
    return post(bot, chat, call, {"location": {"latitude": latitude, "longitude": longitude}})


def send_media_group(bot: Bot, call: Call) -> list[Message]:
    """An album: each part becomes a message of its own, held together by `media_group_id`."""
    chat = bot.chat_of(call)
    media = call.parsed("media", list)
    if not media:
        raise bad_request("there are no messages to send")
    if len(media) > 10:
        raise bad_request("too many messages to send as an album")
    if len(media) < 2:  # the reference demands 2 to 10, and so does the lab
        raise bad_request("there must be at least two messages in an album")
    kinds = {part.get("type") for part in media}
    if not kinds <= {"photo", "document"}:
        raise bad_request("can't parse InputMedia: type can't be used in sendMediaGroup")
    if len(kinds) > 1:
        raise bad_request("document can't be mixed with other media types")
    bot.pace.spend(chat.person.id, len(media))
    contents = [media_content(bot, call, part) for part in media]
    group = {"media_group_id": str(secrets.randbelow(10**17))} | _reply(chat, call)
    return [bot.put(chat, content | group, sender=bot.as_user()) for content in contents]


def send_chat_action(bot: Bot, call: Call) -> bool:
    chat = bot.chat_of(call)
    if call.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.action = (call.text("action"), bot.world.clock.now())
    bot.changed(chat.person.id)
    return True


def media_content(bot: Bot, call: Call, part: dict[str, Any]) -> dict[str, Any]:
    """The content of a message from an InputMedia object."""
    kind = part.get("type")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type must be photo or document here")
    caption, entities = caption_in(part)
    return bot.files.given(call, part.get("media"), kind) | captioned(caption, entities)


def captioned(caption: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
    if not caption:
        return {}
    return {"caption": caption} | ({"caption_entities": entities} if entities else {})


def shown_keyboard(markup: dict[str, Any] | None) -> dict[str, Any]:
    """Only an inline keyboard becomes part of the message object."""
    return {"reply_markup": markup} if markup and markup.get("inline_keyboard") else {}


def _send_file(bot: Bot, call: Call, kind: str) -> Message:
    chat = bot.chat_of(call)
    content = bot.files.given(call, call.fields.get(kind), kind) | captioned(*caption_of(call))
    return post(bot, chat, call, content)


def post(bot: Bot, chat: Chat, call: Call, content: dict[str, Any]) -> Message:
    """One new message of the bot, with what every send method takes: reply, keyboard and topic."""
    content = content | _reply(chat, call) | shown_keyboard(keyboard_of(call))
    thread = call.integer("message_thread_id")
    if thread:
        if thread not in chat.topics:
            raise bad_request("message thread not found")
        content |= {"message_thread_id": thread, "is_topic_message": True}
    bot.pace.spend(chat.person.id)
    chat.action = None
    return bot.put(chat, content, sender=bot.as_user())


def _reply(chat: Chat, call: Call) -> dict[str, Any]:
    wanted = call.parsed("reply_parameters", dict) or {}
    number = int(wanted.get("message_id") or call.integer("reply_to_message_id"))
    if not number:
        return {}
    replied = chat.messages.get(number)
    if replied is not None:
        return {"reply_to_message": {key: value for key, value in replied.items() if key != "reply_to_message"}}
    if wanted.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendLocation": send_location,
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
}
