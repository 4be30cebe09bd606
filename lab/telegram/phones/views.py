"""The views of a phone: the Bot API's objects turned into the shapes of lab/FACE.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from lab.telegram.places import Chat, Group, Json, Message, Person, Place, Talk
from lab.telegram.state import ACTION_LIFE, Bot

DRAFT_LIFE: Final = timedelta(seconds=30)
# Kinds of message that the phone shows by their name only.
OTHERS: Final = ("sticker", "voice", "video", "video_note", "audio", "dice", "poll")
AS_THEY_ARE: Final = (
    *("text", "entities", "caption", "caption_entities", "location", "invoice", "successful_payment", "quote"),
    "rich_message",
)


def place_view(bot: Bot, place: Place, person: Person) -> Json:
    """Return one place as this person's phone shows it. A chat action fades after 5 seconds, a draft after 30."""
    now = bot.world.clock.now()
    own = bot.chats[person.id]
    fresh = place.action is not None and now - place.action[1] < ACTION_LIFE
    seen: Json = {
        "id": phone_id(place, person),
        "kind": place.kind,
        "title": title_of(bot, place, person),
        "person": person_view(own),
        "blocked": own.blocked,
        "messages": [message_view(place, each, person) for each in place.messages.values()],
        "toasts": own.toasts,
        "commands": commands_in(bot, place, person),
        "action": place.action[0] if place.action and fresh else None,
        "inline": {number: list(search.results.values()) for number, search in bot.searches.items() if search.answered}
        if isinstance(place, Chat)
        else {},
        "topics": [
            {"id": number, "name": topic.name, "closed": topic.closed, "color": topic.icon_color}
            for number, topic in place.topics.items()
        ],
        "pinned": place.pinned,
        "menu_button": place.menu_button or bot.menu_button,
    }
    if place.keyboard:
        seen["keyboard"] = keyboard_view(place.keyboard)
    if place.force_reply:
        seen["force_reply"] = {key: value for key, value in place.force_reply.items() if value is not None}
    if isinstance(place, Chat):
        seen["stars"] = sum(paid["total_amount"] for charge, paid in own.charges.items() if charge not in own.refunded)
        if place.draft and now - place.draft[1] < DRAFT_LIFE:
            seen["draft"] = place.draft[0]
    return seen | (group_view(bot, place) if isinstance(place, Group) else {})


def person_view(chat: Chat) -> Json:
    person = chat.person
    return {
        "platform": "telegram",
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "language": person.language,
        "blocked": chat.blocked,
        "resident": chat.resident,
    }


def group_view(bot: Bot, group: Group) -> Json:
    members = [
        {"id": number, "name": bot.chats[number].person.name, "status": status}
        for number, status in group.members.items()
    ]
    seen = {"id": group.id, "title": group.title, "kind": group.kind, "members": members, "bot": group.bot}
    return seen | ({"migrated_to": group.migrated_to} if group.migrated_to else {})


def phone_id(place: Place, person: Person) -> int:
    """Return the person's id of a place; a talk with another person has that person's id."""
    return place.other(person.id).id if isinstance(place, Talk) else place.id


def title_of(bot: Bot, place: Place, person: Person) -> str:
    if isinstance(place, Group):
        return place.title
    return place.other(person.id).name if isinstance(place, Talk) else bot.name


def commands_in(bot: Bot, place: Place, person: Person) -> list[dict[str, str]]:
    if isinstance(place, Group):
        return bot.commands_for(person, place) if place.bot_inside else []
    return bot.commands_for(person) if isinstance(place, Chat) else []


def keyboard_view(markup: Json) -> Json:
    rows = [[_reply_button(button) for button in row] for row in markup["keyboard"]]
    seen: Json = {"rows": rows, "once": bool(markup.get("one_time_keyboard"))}
    placeholder = markup.get("input_field_placeholder")
    return seen | ({"placeholder": placeholder} if placeholder else {})


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        return {"text": button}
    requests = {"contact": button.get("request_contact"), "location": button.get("request_location")}
    return {"text": button["text"]} | {key: True for key, is_requested in requests.items() if is_requested}


def message_view(place: Place, message: Message, viewer: Person) -> Json:
    """Return a message as the page draws it (shape: lab/FACE.md)."""
    number, sender = message["message_id"], message["from"]
    seen: Json = {
        "id": number,
        "from": "bot" if sender["is_bot"] else "person",
        "sender": {"id": sender["id"], "name": _name(sender), "is_bot": sender["is_bot"]},
        "own": sender["id"] == viewer.id,
        "date": message["date"],
        "edited": "edit_date" in message,
    }
    seen |= {key: message[key] for key in AS_THEY_ARE if key in message}
    seen |= _files(message)
    if "venue" in message:
        seen["venue"] = {key: message["venue"][key] for key in ("title", "address")}
    if "contact" in message:
        shared = message["contact"]
        seen["contact"] = {"phone": shared["phone_number"], "name": shared["first_name"]}
    if other := next((kind for kind in OTHERS if kind in message), None):
        seen["other"] = other
    if service := service_view(message):
        seen["service"] = service
    if "reply_to_message" in message:
        seen["reply_to"] = message["reply_to_message"]["message_id"]
    if "reply_markup" in message:
        seen["keyboard"] = message["reply_markup"]["inline_keyboard"]
    if "forward_origin" in message:
        seen["forwarded_from"] = _name(message["forward_origin"]["sender_user"])
    if "via_bot" in message:
        seen["via_bot"] = message["via_bot"]["username"]
    if reactions := _reactions(place, number, viewer):
        seen["reactions"] = reactions
    return seen | _marks(place, message)


def _marks(place: Place, message: Message) -> Json:
    number = message["message_id"]
    marks: Json = {"topic": message["message_thread_id"]} if "message_thread_id" in message else {}
    flags = {
        "pinned": number in place.pinned,
        "protected": "has_protected_content" in message,
        "silent": number in place.silent,
    }
    return marks | {key: True for key, flag in flags.items() if flag}


def _files(message: Message) -> Json:
    seen: Json = {"album": message["media_group_id"]} if "media_group_id" in message else {}
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
    return seen


# Telegram's own notes, in the middle of the screen: the message's key, our kind, and what is shown of it.
SERVICES: Final[dict[str, tuple[str, Callable[[Any], Json]]]] = {
    "pinned_message": ("pinned", lambda pinned: {"message": pinned["message_id"]}),
    "forum_topic_created": ("topic_created", lambda topic: {"name": topic["name"]}),
    "forum_topic_edited": ("topic_edited", lambda topic: {"name": topic["name"]}),
    "forum_topic_closed": ("topic_closed", lambda _: {}),
    "forum_topic_reopened": ("topic_reopened", lambda _: {}),
    "new_chat_members": ("joined", lambda users: {"names": [_name(user) for user in users]}),
    "left_chat_member": ("left", lambda user: {"name": _name(user)}),
    "new_chat_title": ("renamed", lambda title: {"title": title}),
    "migrate_to_chat_id": ("migrated", lambda number: {"to": number}),
    "migrate_from_chat_id": ("migrated", lambda number: {"from": number}),
    "group_chat_created": ("group_created", lambda _: {}),
    "supergroup_chat_created": ("group_created", lambda _: {}),
    "refunded_payment": ("refunded", lambda paid: {"amount": paid["total_amount"]}),
}


def service_view(message: Message) -> Json | None:
    for key, (kind, told) in SERVICES.items():
        if key in message:
            return {"kind": kind, **told(message[key])}
    return None


def _reactions(place: Place, number: int, viewer: Person) -> list[Json]:
    counted: dict[str, Json] = {}
    for who, reactions in place.reactions.get(number, {}).items():
        for each in reactions:
            seen = counted.setdefault(each["emoji"], {"emoji": each["emoji"], "count": 0, "own": False})
            seen["count"] += 1
            seen["own"] = seen["own"] or who == viewer.id
    return list(counted.values())


def _name(user: Json) -> str:
    return f"{user['first_name']} {user.get('last_name', '')}".strip()
