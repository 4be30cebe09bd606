"""The methods that bring a message to another chat: as a copy, or as a forward that names its origin."""

from __future__ import annotations

from typing import Any, Final

from lab.telegram.call import Call, bad_request
from lab.telegram.entities import marked_caption
from lab.telegram.limits import caption_of
from lab.telegram.methods.editing import CONTENT
from lab.telegram.methods.sending import post
from lab.telegram.places import Chat, Group, Json, Message
from lab.telegram.state import Bot

COPIED: Final[tuple[str, ...]] = (*CONTENT, "location", "venue", "contact", "sticker", "voice", "video_note", "dice")


def copy_message(bot: Bot, call: Call) -> Json:
    """Copy the content without its origin and its keyboard."""
    chat, message = _source(bot, call, call.integer("message_id"), "copy")
    content: Json = {key: message[key] for key in COPIED if key in message}
    if call.value("caption") is not None and message.keys() & {"photo", "document"}:
        content = {key: value for key, value in content.items() if not key.startswith("caption")}
        content |= marked_caption(*caption_of(call))
    return {"message_id": post(bot, chat, call, content)["message_id"]}


def forward_message(bot: Bot, call: Call) -> Message:
    chat, message = _source(bot, call, call.integer("message_id"), "forward")
    return post(bot, chat, call, forwarded(message))


def copy_messages(bot: Bot, call: Call) -> list[Json]:
    """Copy messages in their order; those that cannot be copied are skipped."""
    return [
        {"message_id": post(bot, chat, call, {key: each[key] for key in COPIED if key in each})["message_id"]}
        for chat, each in _sources(bot, call)
    ]


def forward_messages(bot: Bot, call: Call) -> list[Json]:
    return [{"message_id": post(bot, chat, call, forwarded(each))["message_id"]} for chat, each in _sources(bot, call)]


def forwarded(message: Message) -> Json:
    """Return the content of a forward. Its origin and `via_bot` stay the same when it is forwarded again."""
    origin = {"type": "user", "date": message["date"], "sender_user": message["from"]}
    content = {key: message[key] for key in (*COPIED, "via_bot") if key in message}
    return content | {"forward_origin": message.get("forward_origin", origin)}


def may_leave(message: Message) -> bool:
    """Return whether a message may be copied: notes of Telegram, invoices and protected messages may not."""
    return "has_protected_content" not in message and any(key in message for key in COPIED)


def _source(bot: Bot, call: Call, number: int, verb: str) -> tuple[Chat | Group, Message]:
    chat = bot.chat_of(call)
    message = bot.chat_of(call, write=False, name="from_chat_id").messages.get(number)
    if message is None:
        raise bad_request(f"message to {verb} not found")
    if not may_leave(message):
        raise bad_request(f"the message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return chat, message


def _sources(bot: Bot, call: Call) -> list[tuple[Chat | Group, Message]]:
    numbers = [int(number) for number in call.parsed("message_ids", list) or []]
    if not 1 <= len(numbers) <= 100:
        raise bad_request("wrong number of message identifiers specified")
    if numbers != sorted(set(numbers)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    chat = bot.chat_of(call)
    there = bot.chat_of(call, write=False, name="from_chat_id").messages
    found = [there[number] for number in numbers if number in there and may_leave(there[number])]
    if not found:
        raise bad_request("there are no messages to forward")
    return [(chat, message) for message in found]


METHODS: dict[str, Any] = {
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
    "forwardMessage": forward_message,
    "forwardMessages": forward_messages,
}
