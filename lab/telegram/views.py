"""What a phone shows: the Bot API's objects turned into the shapes of lab/FACE.md."""

from __future__ import annotations

import re
from typing import Any, Final

from lab.telegram.limits import utf16
from lab.telegram.state import ACTION_LIFE, Bot, Chat, Message

MARKED: Final = re.compile(
    r"(?P<bot_command>(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?)|(?P<url>https?://\S+)|(?P<email>[\w.+-]+@[\w-]+\.[\w.]+)"
)


def chat_view(bot: Bot, chat: Chat) -> dict[str, Any]:
    """The whole phone. A chat action fades after five seconds, as Telegram lets it."""
    fresh = chat.action is not None and bot.world.clock.now() - chat.action[1] < ACTION_LIFE
    return {
        "person": person_view(chat),
        "blocked": chat.blocked,
        "messages": [message_view(chat, each) for each in chat.messages.values()],
        "toasts": chat.toasts,
        "commands": bot.commands_for(chat.person),
        "action": chat.action[0] if chat.action and fresh else None,
        "inline": chat.inline_results,
        "topics": [{"id": number, "name": topic["name"]} for number, topic in chat.topics.items()],
    }


def person_view(chat: Chat) -> dict[str, Any]:
    person = chat.person
    return {
        "platform": "telegram",
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "language": person.language,
        "blocked": chat.blocked,
    }


def message_view(chat: Chat, message: Message) -> dict[str, Any]:
    """A message as the page draws it (shape: lab/FACE.md)."""
    seen: dict[str, Any] = {
        "id": message["message_id"],
        "from": "bot" if message["from"]["is_bot"] else "person",
        "date": message["date"],
        "edited": "edit_date" in message,
    }
    same = ("text", "entities", "caption", "caption_entities", "location", "invoice", "successful_payment")
    seen |= {key: message[key] for key in same if key in message}
    if "photo" in message:
        largest = message["photo"][-1]
        url = f"/lab/telegram/files/{largest['file_id']}"
        seen["photo"] = {"url": url, "width": largest["width"], "height": largest["height"]}
    if "document" in message:
        document = message["document"]
        seen["document"] = {
            "url": f"/lab/telegram/files/{document['file_id']}",
            "name": document["file_name"],
            "mime": document["mime_type"],
            "size": document["file_size"],
        }
    if "media_group_id" in message:
        seen["album"] = message["media_group_id"]
    if "reply_to_message" in message:
        seen["reply_to"] = message["reply_to_message"]["message_id"]
    if "reply_markup" in message:
        seen["keyboard"] = message["reply_markup"]["inline_keyboard"]
    if "message_thread_id" in message:
        seen["topic"] = message["message_thread_id"]
    if message["message_id"] in chat.pinned:
        seen["pinned"] = True
    if chat.reactions.get(message["message_id"]):
        seen["reactions"] = chat.reactions[message["message_id"]]
    return seen


def marked(text: str) -> dict[str, Any]:
    """A person's text with the entities Telegram finds in it by itself: commands, links, addresses."""
    entities = [
        {"type": found.lastgroup, "offset": utf16(text[: found.start()]), "length": utf16(found[0])}
        for found in MARKED.finditer(text)
    ]
    return {"text": text} | ({"entities": entities} if entities else {})


def marked_caption(caption: str) -> dict[str, Any]:
    """The same for a caption; nothing when there is none."""
    if not caption:
        return {}
    found = marked(caption)
    return {"caption": found["text"]} | ({"caption_entities": found["entities"]} if "entities" in found else {})
