"""The methods about the bot itself: its user, commands, descriptions, menu button and webhook."""

from __future__ import annotations

import re
from typing import Any

from lab.telegram.call import Call, bad_request
from lab.telegram.places import Chat
from lab.telegram.state import Bot, scope_key

SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
    | {"chat", "chat_administrators", "chat_member"}
)


def get_me(bot: Bot, _call: Call) -> dict[str, Any]:
    return bot.as_user() | {
        "can_join_groups": bot.habits.join_groups,
        "can_read_all_group_messages": not bot.habits.privacy,
        "supports_inline_queries": bot.habits.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": bot.habits.topics,
        "allows_users_to_create_topics": bot.habits.topics,
    }


def set_my_commands(bot: Bot, call: Call) -> bool:
    """Set at most 100 commands: names of 1 to 32 of `a-z0-9_`, descriptions of 1 to 256 characters."""
    commands = call.parsed("commands", list) or []
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        name = str(each.get("command", "")).removeprefix("/")
        if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(each.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(bot, call)] = [
        {"command": each["command"].removeprefix("/"), "description": each["description"]} for each in commands
    ]
    for person in bot.chats:
        bot.changed(person)
    return True


def get_my_commands(bot: Bot, call: Call) -> list[dict[str, str]]:
    return bot.commands.get(_scope(bot, call), [])


def delete_my_commands(bot: Bot, call: Call) -> bool:
    bot.commands.pop(_scope(bot, call), None)
    return True


def set_my_name(bot: Bot, call: Call) -> bool:
    return _set_text(bot, call, "name", 64)


def get_my_name(bot: Bot, call: Call) -> dict[str, str]:
    return {"name": _text(bot, call, "name") or bot.name}


def set_my_description(bot: Bot, call: Call) -> bool:
    return _set_text(bot, call, "description", 512)


def get_my_description(bot: Bot, call: Call) -> dict[str, str]:
    return {"description": _text(bot, call, "description")}


def set_my_short_description(bot: Bot, call: Call) -> bool:
    return _set_text(bot, call, "short_description", 120)


def get_my_short_description(bot: Bot, call: Call) -> dict[str, str]:
    return {"short_description": _text(bot, call, "short_description")}


def set_chat_menu_button(bot: Bot, call: Call) -> bool:
    button = call.parsed("menu_button", dict) or {"type": "default"}
    if button.get("type") not in ("commands", "web_app", "default"):
        raise bad_request("can't parse menu button: Unsupported type specified")
    if button["type"] == "web_app" and not str(button.get("web_app", {}).get("url", "")).startswith("https://"):
        raise bad_request("menu button web app URL is invalid: Only HTTPS links are allowed")
    if call.value("chat_id") is None:
        bot.menu_button = button
        return True
    chat = bot.chat_of(call, write=False)
    if not isinstance(chat, Chat):
        raise bad_request("menu buttons can be set only in private chats")
    chat.menu_button = button
    bot.changed_in(chat)
    return True


def get_chat_menu_button(bot: Bot, call: Call) -> dict[str, Any]:
    own = bot.chat_of(call, write=False).menu_button if call.value("chat_id") is not None else None
    return own or bot.menu_button


def get_chat(bot: Bot, call: Call) -> dict[str, Any]:
    chat = bot.chat_of(call, write=False)
    more: dict[str, Any] = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}
    if chat.pinned:
        pinned = chat.messages[chat.pinned[-1]]
        more["pinned_message"] = {key: value for key, value in pinned.items() if key != "reply_to_message"}
    return chat.as_chat() | more


_NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def get_file(bot: Bot, call: Call) -> dict[str, Any]:
    return bot.files.describe(call)


def get_webhook_info(bot: Bot, _call: Call) -> dict[str, Any]:
    return bot.delivery.webhook_info()


def _scope(bot: Bot, call: Call) -> tuple[str, str]:
    scope = call.parsed("scope", dict) or {"type": "default"}
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if "chat_id" in scope:
        scope["chat_id"] = int(scope["chat_id"])
        if scope["chat_id"] not in bot.chats and scope["chat_id"] not in bot.groups:
            raise bad_request("chat not found")
        if scope["type"] != "chat" and scope["chat_id"] not in bot.groups:
            raise bad_request("can't change commands in private chats by this scope")
    language = call.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad_request("LANG_CODE_INVALID")
    return scope_key(scope), language


def _set_text(bot: Bot, call: Call, what: str, longest: int) -> bool:
    if len(call.text(what)) > longest:
        raise bad_request(f"{what.replace('_', ' ')} is too long")
    bot.texts[what, call.text("language_code")] = call.text(what)
    return True


def _text(bot: Bot, call: Call, what: str) -> str:
    return bot.texts.get((what, call.text("language_code")), "") or bot.texts.get((what, ""), "")


METHODS = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "getChat": get_chat,
    "getFile": get_file,
    "getWebhookInfo": get_webhook_info,
}
