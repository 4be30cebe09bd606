"""The methods that change or remove a message that is already in a chat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from lab.telegram.call import Call, bad_request
from lab.telegram.limits import caption_of, keyboard_of, text_of
from lab.telegram.sending import captioned, media_content, shown_keyboard
from lab.telegram.state import Bot, Chat, Message

# core.telegram.org/bots/api#deletemessage
DELETABLE: Final = timedelta(hours=48)
EDIT_COST: Final = 0.25
CONTENT: Final = ("text", "entities", "caption", "caption_entities", "photo", "document", "link_preview_options")


def edit_message_text(bot: Bot, call: Call) -> Message:
    chat, message = _editable(bot, call)
    text, entities = text_of(call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _change(bot, chat, message, call, {"text": text} | ({"entities": entities} if entities else {}))


def edit_message_caption(bot: Bot, call: Call) -> Message:
    chat, message = _editable(bot, call)
    content = captioned(*caption_of(call))
    if not message.keys() & {"photo", "document"}:
        raise bad_request("there is no caption in the message to edit")
    kept = {key: message[key] for key in ("photo", "document") if key in message}
    return _change(bot, chat, message, call, kept | content)


def edit_message_media(bot: Bot, call: Call) -> Message:
    chat, message = _editable(bot, call)
    media = call.parsed("media", dict)
    if not media:
        raise bad_request("there is no media in the request")
    return _change(bot, chat, message, call, media_content(bot, call, media))


def edit_message_reply_markup(bot: Bot, call: Call) -> Message:
    chat, message = _editable(bot, call)
    return _change(bot, chat, message, call, _content(message))


def delete_message(bot: Bot, call: Call) -> bool:
    chat = bot.chat_of(call, write=False)
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if bot.now() - message["date"] > DELETABLE.total_seconds():
        raise bad_request("message can't be deleted for everyone")
    _delete(bot, chat, [message["message_id"]])
    return True


def delete_messages(bot: Bot, call: Call) -> bool:
    """Up to 100; those that are gone already are skipped."""
    chat = bot.chat_of(call, write=False)
    numbers = call.parsed("message_ids", list)
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")
    _delete(bot, chat, [int(number) for number in numbers])
    return True


def pin_chat_message(bot: Bot, call: Call) -> bool:
    chat = bot.chat_of(call)
    number = call.integer("message_id")
    if number not in chat.messages:
        raise bad_request("message to pin not found")
    if number not in chat.pinned:
        chat.pinned.append(number)
    bot.changed(chat.person.id)
    return True


def unpin_chat_message(bot: Bot, call: Call) -> bool:
    """One message, or the one pinned last when none is named."""
    chat = bot.chat_of(call)
    number = call.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    bot.changed(chat.person.id)
    return True


def set_message_reaction(bot: Bot, call: Call) -> bool:
    chat = bot.chat_of(call)
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    reactions = call.parsed("reaction", list) or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")  # a bot without Premium may set one
    chat.reactions[message["message_id"]] = [each.get("emoji", "") for each in reactions]
    bot.changed(chat.person.id)
    return True


def _editable(bot: Bot, call: Call) -> tuple[Chat, Message]:
    chat = bot.chat_of(call)
    number = call.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(number)
    if message is None:
        raise bad_request("message to edit not found")
    if not message["from"]["is_bot"]:
        raise bad_request("message can't be edited")
    return chat, message


def _change(bot: Bot, chat: Chat, message: Message, call: Call, content: dict[str, Any]) -> Message:
    """Replace content and keyboard; an edit without a keyboard takes the old one away, as in Telegram."""
    keyboard = shown_keyboard(keyboard_of(call))
    old = _content(message)
    if content == old and keyboard.get("reply_markup") == message.get("reply_markup"):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    bot.pace.spend(chat.person.id, EDIT_COST)
    kept = {key: value for key, value in message.items() if key not in (*CONTENT, "reply_markup")}
    edited = {"edit_date": bot.now()} if content != old else {}
    changed = kept | edited | content | keyboard
    chat.messages[message["message_id"]] = changed
    bot.changed(chat.person.id)
    return changed


def _content(message: Message) -> dict[str, Any]:
    return {key: message[key] for key in CONTENT if key in message}


def _delete(bot: Bot, chat: Chat, numbers: list[int]) -> None:
    for number in numbers:
        chat.messages.pop(number, None)
        if number in chat.pinned:
            chat.pinned.remove(number)
    bot.changed(chat.person.id)


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "setMessageReaction": set_message_reaction,
}
