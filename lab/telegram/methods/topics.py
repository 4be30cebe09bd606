"""The methods for topics: threads inside a person's private chat with the bot, or inside a forum."""

from __future__ import annotations

from typing import Any

from lab.telegram.call import Call, bad_request
from lab.telegram.places import Chat, Group, Json, Message, Place, Topic
from lab.telegram.state import Bot

# The six colours that a topic's icon may have; the first is the default.
COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def create_forum_topic(bot: Bot, call: Call) -> Json:
    """Create a topic. Its id is the id of the service message that announces it."""
    chat = _forum(bot, call)
    name, colour = _name(call), call.integer("icon_color", COLOURS[0])
    if colour not in COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    bot.pace.spend(chat.id)
    announced = open_topic(bot, chat, Topic(name, colour), bot.as_user())
    return {"message_thread_id": announced["message_id"], "name": name, "icon_color": colour}


def open_topic(bot: Bot, chat: Place, topic: Topic, sender: Json) -> Message:
    """Announce a topic, of the bot or of a person."""
    shown = {"name": topic.name, "icon_color": topic.icon_color}
    announced = bot.put(chat, {"forum_topic_created": shown, "is_topic_message": True}, sender=sender)
    announced["message_thread_id"] = announced["message_id"]
    chat.topics[announced["message_id"]] = topic
    return announced


def edit_forum_topic(bot: Bot, call: Call) -> bool:
    chat, number, topic = _topic(bot, call)
    if not call.text("name") or call.text("name") == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = _name(call)
    _note(bot, chat, number, {"forum_topic_edited": {"name": topic.name}})
    return True


def close_forum_topic(bot: Bot, call: Call) -> bool:
    return _turn(bot, call, closed=True)


def reopen_forum_topic(bot: Bot, call: Call) -> bool:
    return _turn(bot, call, closed=False)


def delete_forum_topic(bot: Bot, call: Call) -> bool:
    """Delete a topic with all its messages."""
    chat, number, _ = _topic(bot, call, "can_delete_messages")
    del chat.topics[number]
    for each in [each for each, message in chat.messages.items() if message.get("message_thread_id") == number]:
        del chat.messages[each]
        chat.pinned = [pinned for pinned in chat.pinned if pinned != each]
    bot.changed_in(chat)
    return True


def unpin_all_forum_topic_messages(bot: Bot, call: Call) -> bool:
    chat, number, _ = _topic(bot, call, "can_pin_messages")
    chat.pinned = [each for each in chat.pinned if chat.messages[each].get("message_thread_id") != number]
    bot.changed_in(chat)
    return True


def _turn(bot: Bot, call: Call, *, closed: bool) -> bool:
    """Close or open a topic; only forums have closed topics (Bot API: "in a forum supergroup chat")."""
    if isinstance(bot.chat_of(call), Chat):
        raise bad_request("the chat is not a forum")
    chat, number, topic = _topic(bot, call)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    _note(bot, chat, number, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})
    return True


def _note(bot: Bot, chat: Place, number: int, content: Json) -> None:
    thread = {"message_thread_id": number, "is_topic_message": True}
    bot.tell_service(chat, content | thread, bot.as_user())


def _name(call: Call) -> str:
    name = call.text("name").strip()
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    return name


def _forum(bot: Bot, call: Call, right: str = "can_manage_topics") -> Chat | Group:
    """Return a place with topics in which the bot may do this."""
    chat = bot.chat_of(call)
    if not (bot.habits.topics if isinstance(chat, Chat) else chat.forum):
        raise bad_request("the chat is not a forum")
    if isinstance(chat, Group) and not chat.may(right):
        raise bad_request("not enough rights to create a topic")
    return chat


def _topic(bot: Bot, call: Call, right: str = "can_manage_topics") -> tuple[Chat | Group, int, Topic]:
    chat = _forum(bot, call, right)
    number = call.integer("message_thread_id")
    if number not in chat.topics:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, number, chat.topics[number]


METHODS: dict[str, Any] = {
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "deleteForumTopic": delete_forum_topic,
    "unpinAllForumTopicMessages": unpin_all_forum_topic_messages,
}
