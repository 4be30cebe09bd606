"""Groups as the bot meets them: their members, the bot's rights, and the methods that ask for these."""

from __future__ import annotations

from typing import Any

from lab.telegram.call import Call, bad_request
from lab.telegram.places import RIGHTS, Chat, Group, Json, Person
from lab.telegram.state import Bot


def bot_member(bot: Bot, group: Group) -> Json:
    """Return the bot's own ChatMember in a group."""
    user = {"user": bot.as_user()}
    match group.bot:
        case "administrator":
            granted = {right: right in group.rights for right in RIGHTS}
            return user | {"status": "administrator", "can_be_edited": False, "is_anonymous": False, **granted}
        case "kicked":
            return user | {"status": "kicked", "until_date": 0}
        case "member":
            return user | {"status": "member"}
        case _:
            return user | {"status": "left"}


def member_of(person: Person, status: str) -> Json:
    """Return a person's ChatMember."""
    user: Json = {"user": person.as_user(), "status": status}
    if status == "creator":
        return user | {"is_anonymous": False}
    if status == "administrator":
        return user | {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(RIGHTS, True)}
    return user


def change_bot(bot: Bot, group: Group, by: Person, status: Any, rights: frozenset[str] = frozenset()) -> None:
    """Let the bot join, leave or be promoted; it gets `my_chat_member`."""
    old = bot_member(bot, group)
    group.bot, group.rights = status, rights
    change = {"chat": group.as_chat(), "from": by.as_user(), "date": bot.now()}
    change |= {"old_chat_member": old, "new_chat_member": bot_member(bot, group)}
    bot.delivery.add("my_chat_member", group.id, change)
    bot.changed_in(group)


def change_person(bot: Bot, group: Group, person: Person, status: str) -> None:
    """Let a person join, leave or be promoted. An administrator bot gets `chat_member` if it asks for it."""
    old = member_of(person, group.members.get(person.id, "left"))
    if status == "left":
        group.members.pop(person.id, None)
    else:
        group.members[person.id] = status
    bot.chats[person.id].met = bot.chats[person.id].met or group.bot_inside
    if group.bot == "administrator":
        change = {"chat": group.as_chat(), "from": person.as_user(), "date": bot.now()}
        change |= {"old_chat_member": old, "new_chat_member": member_of(person, status)}
        bot.delivery.add("chat_member", group.id, change)
    bot.changed_in(group)
    bot.changed(person.id)


def get_chat_member(bot: Bot, call: Call) -> Json:
    chat, number = bot.chat_of(call, write=False), call.integer("user_id")
    if isinstance(chat, Chat):
        if number not in (chat.id, bot.id):
            raise bad_request("PARTICIPANT_ID_INVALID")
        user = bot.as_user() if number == bot.id else chat.person.as_user()
        return {"user": user, "status": "member"}
    if number == bot.id:
        return bot_member(bot, chat)
    if number not in bot.chats:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_of(bot.chats[number].person, chat.members.get(number, "left"))


def get_chat_administrators(bot: Bot, call: Call) -> list[Json]:
    """Return the administrators. Other bots are left out; the calling bot is not."""
    group = _group(bot, call)
    bosses = [number for number, status in group.members.items() if status in ("creator", "administrator")]
    found = [member_of(bot.chats[number].person, group.members[number]) for number in bosses]
    return found + ([bot_member(bot, group)] if group.bot == "administrator" else [])


def get_chat_member_count(bot: Bot, call: Call) -> int:
    chat = bot.chat_of(call, write=False)
    return 2 if isinstance(chat, Chat) else len(chat.members) + 1


def leave_chat(bot: Bot, call: Call) -> bool:
    group = _group(bot, call)
    old = bot_member(bot, group)
    group.bot, group.rights = "left", frozenset()
    change = {"chat": group.as_chat(), "from": bot.as_user(), "date": bot.now()}
    bot.delivery.add(
        "my_chat_member", group.id, change | {"old_chat_member": old, "new_chat_member": bot_member(bot, group)}
    )
    bot.put(group, {"left_chat_member": bot.as_user()}, sender=bot.as_user())
    return True


def set_chat_title(bot: Bot, call: Call) -> bool:
    group = _group(bot, call)
    title = call.text("title")
    if not 1 <= len(title) <= 128:
        raise bad_request("CHAT_TITLE_EMPTY" if not title else "title is too long")
    if not group.may("can_change_info"):
        raise bad_request("not enough rights to change chat title")
    group.title = title
    bot.tell_service(group, {"new_chat_title": title}, bot.as_user())
    return True


def _group(bot: Bot, call: Call) -> Group:
    chat = bot.chat_of(call, write=False)
    if isinstance(chat, Chat):
        raise bad_request("there are no administrators in the private chat")
    return chat


METHODS: dict[str, Any] = {
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "setChatTitle": set_chat_title,
}
