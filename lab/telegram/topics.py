"""The methods for topics: threads inside a person's private chat with the bot."""

from __future__ import annotations

from typing import Any

from lab.telegram.call import Call, bad_request
from lab.telegram.state import Bot, Chat

# The six colours a topic's icon may have; the first is the default.
COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def create_forum_topic(bot: Bot, call: Call) -> dict[str, Any]:
    """The topic's id is the id of the service message that announces it."""
    chat = bot.chat_of(call)
    topic = {"name": _name(call), "icon_color": call.integer("icon_color", COLOURS[0])}
    if topic["icon_color"] not in COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    bot.pace.spend(chat.person.id)
    announced = bot.put(chat, {"forum_topic_created": topic, "is_topic_message": True}, sender=bot.as_user())
    announced["message_thread_id"] = announced["message_id"]
    chat.topics[announced["message_id"]] = topic
    return topic | {"message_thread_id": announced["message_id"]}


def edit_forum_topic(bot: Bot, call: Call) -> bool:
    chat, topic = _topic(bot, call)
    if call.text("name") == topic["name"]:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic["name"] = _name(call)
    bot.changed(chat.person.id)
    return True


def delete_forum_topic(bot: Bot, call: Call) -> bool:
    """The topic goes with all its messages."""
    chat, _ = _topic(bot, call)
    number = call.integer("message_thread_id")
    del chat.topics[number]
    chat.messages = {
        each: message for each, message in chat.messages.items() if message.get("message_thread_id") != number
    }
    bot.changed(chat.person.id)
    return True


def _name(call: Call) -> str:
    name = call.text("name").strip()
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    return name


def _topic(bot: Bot, call: Call) -> tuple[Chat, dict[str, Any]]:
    chat = bot.chat_of(call)
    topic = chat.topics.get(call.integer("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, topic


METHODS = {
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "deleteForumTopic": delete_forum_topic,
}
