"""The methods that put a new message into a chat."""

from __future__ import annotations

import secrets
from typing import Any

from lab.telegram.call import Call, Refusal, bad_request
from lab.telegram.entities import marked, marked_caption
from lab.telegram.limits import TEXT_CHARACTERS, caption_in, caption_of, formatted, keyboard_of, text_of
from lab.telegram.places import Chat, Group, Json, Message, Place
from lab.telegram.state import Bot

RICH_BLOCKS = frozenset({"paragraph", "section_heading"})
RICH_CHARACTERS = 32_768
CHAT_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"}
    | {"choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)


def send_message(bot: Bot, call: Call) -> Message:
    chat = bot.chat_of(call)
    content = marked(*text_of(call))
    options = call.parsed("link_preview_options", dict)
    if options:
        content["link_preview_options"] = options
    return post(bot, chat, call, content)


def send_rich_message(bot: Bot, call: Call) -> Message:
    """Send a rich message (Bot API 10.1): of HTML, or of blocks that are paragraphs and headings."""
    chat = bot.chat_of(call)
    given = call.parsed("rich_message", dict) or {}
    if len({"html", "markdown", "blocks"} & given.keys()) != 1:
        raise bad_request("exactly one of html, markdown and blocks must be specified in the rich message")
    if undone := sorted(given.keys() - {"html", "blocks", "is_rtl"}):
        raise Refusal(501, f"Not Implemented: the lab does not do {', '.join(undone)} of a rich message")
    blocks = given.get("blocks") or _paragraphs(str(given.get("html") or ""))
    if not blocks:
        raise bad_request("message text is empty")
    if strange := sorted({str(block.get("type")) for block in blocks} - RICH_BLOCKS):
        raise Refusal(501, f"Not Implemented: the lab does not do {', '.join(strange)} of a rich message")
    if sum(len(str(block.get("text", ""))) for block in blocks) > RICH_CHARACTERS:
        raise bad_request("message is too long")
    rich = {"blocks": blocks} | ({"is_rtl": True} if given.get("is_rtl") else {})
    return post(bot, chat, call, {"rich_message": rich})


def _paragraphs(markup: str) -> list[Json]:
    """Return the lines of an HTML text as paragraphs, without their marks."""
    text, _ = formatted({"text": markup, "parse_mode": "html"}, "text", "entities")
    return [{"type": "paragraph", "text": line} for line in text.split("\n") if line.strip()]


def send_message_draft(bot: Bot, call: Call) -> bool:
    """Show a message that is being written: for thirty seconds, in a private chat, and kept nowhere."""
    chat = bot.chat_of(call)
    if not isinstance(chat, Chat):
        raise bad_request("message drafts can be sent only to private chats")
    number = call.integer("draft_id")
    if not number:
        raise bad_request("draft identifier must be non-zero")
    given = {"text": call.value("text"), "parse_mode": call.value("parse_mode")}
    text, entities = formatted(given | {"entities": call.parsed("entities", list)}, "text", "entities")
    if len(text) > TEXT_CHARACTERS:
        raise bad_request("message is too long")
    chat.draft = ({"id": number, **marked(text, entities), **_thread(bot, chat, call)}, bot.world.clock.now())
    bot.changed_in(chat)
    return True


def send_photo(bot: Bot, call: Call) -> Message:
    return _send_file(bot, call, "photo")


def send_document(bot: Bot, call: Call) -> Message:
    call.flag("disable_content_type_detection")
    return _send_file(bot, call, "document")


def send_location(bot: Bot, call: Call) -> Message:
    return post(bot, bot.chat_of(call), call, {"location": _location(call)})


def send_venue(bot: Bot, call: Call) -> Message:
    chat = bot.chat_of(call)
    location = _location(call)
    if not call.text("title") or not call.text("address"):
        raise bad_request("VENUE_TITLE_EMPTY" if not call.text("title") else "VENUE_ADDRESS_EMPTY")
    venue = {"location": location, "title": call.text("title"), "address": call.text("address")}
    return post(bot, chat, call, {"location": location, "venue": venue})


def send_media_group(bot: Bot, call: Call) -> list[Message]:
    """Send an album: each part becomes a message of its own, linked by `media_group_id`."""
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
    laid = reply_of(chat, call) | _thread(bot, chat, call) | _protection(call)
    contents = [media_content(bot, call, part) for part in media]
    bot.pace.spend(chat.id, len(media))
    group = {"media_group_id": str(secrets.randbelow(10**17))} | laid
    sent = [bot.put(chat, content | group, sender=bot.as_user()) for content in contents]
    if call.flag("disable_notification"):
        chat.silent |= {each["message_id"] for each in sent}
    return sent


def send_chat_action(bot: Bot, call: Call) -> bool:
    chat = bot.chat_of(call)
    _thread(bot, chat, call)
    if call.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.action = (call.text("action"), bot.world.clock.now())
    bot.changed_in(chat)
    return True


def media_content(bot: Bot, call: Call, part: Json) -> Json:
    """Return the content of a message from an InputMedia object."""
    kind = part.get("type")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type must be photo or document here")
    return bot.files.given(call, part.get("media"), kind) | marked_caption(*caption_in(part))


def post(bot: Bot, chat: Chat | Group, call: Call, content: Json) -> Message:
    """Post one new message of the bot, with the options of every send method: reply, keyboard, topic, protection,
    silence.
    """
    markup = keyboard_of(call)
    content = content | reply_of(chat, call) | shown_keyboard(markup) | _thread(bot, chat, call) | _protection(call)
    bot.pace.spend(chat.id)
    chat.action = None
    if isinstance(chat, Chat):
        chat.draft = None
    message = bot.put(chat, content, sender=bot.as_user())
    if call.flag("disable_notification"):
        chat.silent.add(message["message_id"])
    _lay(chat, markup, message)
    return message


def shown_keyboard(markup: Json | None) -> Json:
    """Return the markup for the message object, which only includes an inline keyboard."""
    return {"reply_markup": markup} if markup and markup.get("inline_keyboard") else {}


def reply_of(chat: Place, call: Call) -> Json:
    """Return the message replied to, without its own reply. A quote must be taken from it word for word."""
    reply_parameters = call.parsed("reply_parameters", dict) or {}
    number = int(reply_parameters.get("message_id") or call.integer("reply_to_message_id"))
    if not number:
        return {}
    if reply_parameters.get("chat_id") not in (None, chat.id):
        raise bad_request("message to be replied not found")  # it is in another chat: the lab's bot may not look there
    replied = chat.messages.get(number)
    if replied is None:
        if reply_parameters.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    reply = {"reply_to_message": {key: value for key, value in replied.items() if key != "reply_to_message"}}
    quote = reply_parameters.get("quote")
    if not quote:
        return reply
    position = str(replied.get("text") or replied.get("caption") or "").find(quote)
    if position < 0:
        raise bad_request("QUOTE_TEXT_INVALID")
    return reply | {"quote": {"text": quote, "position": position, "is_manual": True}}


def _lay(chat: Place, markup: Json | None, message: Message) -> None:
    """Put a keyboard, its removal or a forced reply at the text field.

    The message can no longer be edited.
    """
    if not markup or "inline_keyboard" in markup:
        return
    chat.fixed.add(message["message_id"])
    if "force_reply" in markup:
        chat.force_reply = {"message_id": message["message_id"], "placeholder": markup.get("input_field_placeholder")}
    else:
        chat.keyboard = markup if "keyboard" in markup else None


def _thread(bot: Bot, chat: Chat | Group, call: Call) -> Json:
    number = call.integer("message_thread_id")
    if not number:
        return {}
    topic = chat.topics.get(number)
    if topic is None or (isinstance(chat, Chat) and not bot.habits.topics):
        raise bad_request("message thread not found")
    if topic.closed:
        raise bad_request("TOPIC_CLOSED")
    return {"message_thread_id": number, "is_topic_message": True}


def _protection(call: Call) -> Json:
    return {"has_protected_content": True} if call.flag("protect_content") else {}


def _location(call: Call) -> Json:
    latitude, longitude = call.number("latitude"), call.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong location specified")
    return {"latitude": latitude, "longitude": longitude}


def _send_file(bot: Bot, call: Call, kind: str) -> Message:
    chat = bot.chat_of(call)
    content = bot.files.given(call, call.value(kind), kind) | marked_caption(*caption_of(call))
    return post(bot, chat, call, content)


METHODS: dict[str, Any] = {
    "sendMessage": send_message,
    "sendRichMessage": send_rich_message,
    "sendMessageDraft": send_message_draft,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
}
