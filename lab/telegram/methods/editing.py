"""The methods that change, remove, pin or mark a message that is already in a chat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from telegram.constants import ReactionEmoji

from lab.telegram.call import Call, bad_request
from lab.telegram.entities import marked, marked_caption
from lab.telegram.limits import caption_of, keyboard_of, text_of
from lab.telegram.methods.sending import media_content, shown_keyboard
from lab.telegram.places import Chat, Group, Json, Message, Place
from lab.telegram.state import Bot

# core.telegram.org/bots/api#deletemessage
DELETABLE: Final = timedelta(hours=48)
EDIT_COST: Final = 0.25
FILES: Final = ("photo", "document")
CONTENT: Final = ("text", "entities", "caption", "caption_entities", *FILES, "link_preview_options")
EMOJI: Final = frozenset(each.value for each in ReactionEmoji)
# "Service messages about a supergroup, channel, or forum topic creation can't be deleted."
LASTING: Final = frozenset({"group_chat_created", "supergroup_chat_created", "forum_topic_created"})


def edit_message_text(bot: Bot, call: Call) -> Message | bool:
    place, message = _editable(bot, call)
    content = marked(*text_of(call))
    options = call.parsed("link_preview_options", dict)
    content |= {"link_preview_options": options} if options else {}
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _change(bot, place, message, call, content)


def edit_message_caption(bot: Bot, call: Call) -> Message | bool:
    place, message = _editable(bot, call)
    content = marked_caption(*caption_of(call))
    if not message.keys() & set(FILES):
        raise bad_request("there is no caption in the message to edit")
    kept = {key: message[key] for key in FILES if key in message}
    return _change(bot, place, message, call, kept | content)


def edit_message_media(bot: Bot, call: Call) -> Message | bool:
    place, message = _editable(bot, call)
    media = call.parsed("media", dict)
    if not media:
        raise bad_request("there is no media in the request")
    if call.value("inline_message_id") and call.files:
        raise bad_request("wrong file identifier/HTTP URL specified")  # no upload for an inline message
    if "media_group_id" in message and not ("photo" in message) == (media.get("type") == "photo"):
        raise bad_request("MEDIA_GROUP_INVALID")  # an album of documents stays one of documents
    return _change(bot, place, message, call, media_content(bot, call, media))


def edit_message_reply_markup(bot: Bot, call: Call) -> Message | bool:
    place, message = _editable(bot, call)
    return _change(bot, place, message, call, _content(message))


def delete_message(bot: Bot, call: Call) -> bool:
    chat = bot.chat_of(call, write=False)
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if why := _kept(bot, chat, message):
        raise bad_request(why)
    _delete(bot, chat, [message["message_id"]])
    return True


def delete_messages(bot: Bot, call: Call) -> bool:
    """Delete up to 100 messages. Those that are gone already, or may not be deleted, are skipped."""
    chat = bot.chat_of(call, write=False)
    numbers = call.parsed("message_ids", list)
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")
    there = [chat.messages[int(number)] for number in numbers if int(number) in chat.messages]
    _delete(bot, chat, [each["message_id"] for each in there if not _kept(bot, chat, each)])
    return True


def pin_chat_message(bot: Bot, call: Call) -> bool:
    """Pin a message. A service message tells the chat, and the bot also gets it."""
    chat = bot.chat_of(call)
    _may_pin(chat)
    number = call.integer("message_id")
    call.flag("disable_notification")
    if number not in chat.messages:
        raise bad_request("message to pin not found")
    if number not in chat.pinned:
        chat.pinned.append(number)
        pinned = {key: value for key, value in chat.messages[number].items() if key != "reply_to_message"}
        bot.tell_service(chat, {"pinned_message": pinned}, bot.as_user())
    return True


def unpin_chat_message(bot: Bot, call: Call) -> bool:
    """Unpin one message, or the one pinned last if none is named."""
    chat = bot.chat_of(call)
    _may_pin(chat)
    number = call.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    bot.changed_in(chat)
    return True


def unpin_all_chat_messages(bot: Bot, call: Call) -> bool:
    chat = bot.chat_of(call)
    _may_pin(chat)
    chat.pinned.clear()
    bot.changed_in(chat)
    return True


def set_message_reaction(bot: Bot, call: Call) -> bool:
    """Set one emoji of Telegram's list, because bots have no Premium. The bot is not told of its own reactions."""
    chat = bot.chat_of(call)
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    reactions = call.parsed("reaction", list) or []
    call.flag("is_big")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(each.get("type") != "emoji" or each.get("emoji") not in EMOJI for each in reactions):
        raise bad_request("REACTION_INVALID")
    chat.reactions.setdefault(message["message_id"], {})[bot.id] = reactions
    bot.changed_in(chat)
    return True


def _editable(bot: Bot, call: Call) -> tuple[Place, Message]:
    """Return a message that the bot may edit: its own with an inline keyboard or none, or an inline message."""
    by_way = call.text("inline_message_id")
    if by_way:
        sent = bot.inline_messages.get(by_way)
        if sent is None or sent.number not in sent.place.messages:
            raise bad_request("MESSAGE_ID_INVALID")
        return sent.place, sent.place.messages[sent.number]
    chat = bot.chat_of(call)
    number = call.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(number)
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != bot.id or number in chat.fixed or "forward_origin" in message:
        raise bad_request("message can't be edited")
    return chat, message


def _change(bot: Bot, place: Place, message: Message, call: Call, content: Json) -> Message | bool:
    """Replace content and keyboard. As in Telegram, an edit without a keyboard removes the old one."""
    markup = keyboard_of(call)
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    keyboard = shown_keyboard(markup)
    old = _content(message)
    if content == old and keyboard.get("reply_markup") == message.get("reply_markup"):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    bot.pace.spend(place.id, EDIT_COST)
    kept = {key: value for key, value in message.items() if key not in (*CONTENT, "reply_markup")}
    edited = {"edit_date": bot.now()} if content != old else {}
    changed = kept | edited | content | keyboard
    place.messages[message["message_id"]] = changed
    bot.changed_in(place)
    return True if call.value("inline_message_id") else changed


def _content(message: Message) -> Json:
    return {key: message[key] for key in CONTENT if key in message}


def _kept(bot: Bot, chat: Chat | Group, message: Message) -> str:
    """Return why the bot may not delete a message, or "" if it may."""
    if bot.now() - message["date"] > DELETABLE.total_seconds():
        return "message can't be deleted for everyone"
    own = message["from"]["id"] == bot.id
    if message.keys() & LASTING or (isinstance(chat, Group) and not own and not chat.may("can_delete_messages")):
        return "message can't be deleted"
    return ""


def _delete(bot: Bot, chat: Place, numbers: list[int]) -> None:
    for number in numbers:
        chat.messages.pop(number, None)
        if number in chat.pinned:
            chat.pinned.remove(number)
    bot.changed_in(chat)


def _may_pin(chat: Chat | Group) -> None:
    if isinstance(chat, Group) and not chat.may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")


METHODS: dict[str, Any] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "setMessageReaction": set_message_reaction,
}
