"""The methods that answer Telegram's questions to the bot: a pressed button, an inline search."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from lab.telegram.call import Call, bad_request
from lab.telegram.limits import TEXT_CHARACTERS, caption_in, check_markup, formatted
from lab.telegram.places import Json
from lab.telegram.state import Bot

TOAST_CHARACTERS: Final = 200
INLINE_LIFE: Final = timedelta(seconds=30)
MOST_RESULTS: Final = 50
# The required fields of each kind of result (Bot API, InlineQueryResult).
NEEDED: Final = {
    "article": ("title", "input_message_content"),
    "photo": ("photo_url", "thumbnail_url"),
    "document": ("title", "document_url", "mime_type"),
    "location": ("latitude", "longitude", "title"),
    "venue": ("latitude", "longitude", "title", "address"),
    "contact": ("phone_number", "first_name"),
}
CACHED: Final = {"photo": "photo_file_id", "document": "document_file_id"}
CONTENTS: Final = ("message_text", "latitude", "phone_number")


def answer_callback_query(bot: Bot, call: Call) -> bool:
    """End the button's spinner. A text is the toast that the person sees; a link leads to the bot itself."""
    text, url = call.text("text"), call.text("url")
    call.integer("cache_time")
    if len(text) > TOAST_CHARACTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not re.fullmatch(rf"https?://t\.me/{bot.username}\?start=[\w-]{{1,64}}", url):
        raise bad_request("URL_INVALID")
    query = bot.query_of(call, "callback_query_id", "callback_query")
    toast = {"query_id": query.id, "text": text, "alert": call.flag("show_alert"), "date": bot.now()}
    query.chat.toasts.append(toast | ({"url": url} if url else {}))
    bot.changed(query.chat.person.id)
    return True


def answer_inline_query(bot: Bot, call: Call) -> bool:
    """Show the results on the asking person's phone. Unless they are personal, others get them, too, for a while."""
    results = call.parsed("results", list)
    if results is None:
        raise bad_request("results are not specified")
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({each.get("id") for each in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    for each in results:
        _check_result(bot, each)
    if len(call.text("next_offset").encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    button = call.parsed("button", dict)
    _check_button(button)
    answer = {"results": results, "next_offset": call.text("next_offset"), "button": button}
    seconds, personal = call.integer("cache_time", 300), call.flag("is_personal")
    query = bot.query_of(call, "inline_query_id", "inline_query", INLINE_LIFE)
    search = bot.searches[query.id]
    if seconds > 0:
        key = (query.chat.person.id if personal else 0, search.query, search.offset)
        bot.cached_answers[key] = (answer, bot.world.clock.now() + timedelta(seconds=seconds))
    show_results(bot, query.id, answer)
    bot.changed(query.chat.person.id)
    return True


def show_results(bot: Bot, query_id: str, answer: Json) -> None:
    search = bot.searches[query_id]
    search.answered, search.next_offset, search.button = True, answer["next_offset"], answer["button"]
    search.results = {each["id"]: each for each in answer["results"]}


def _check_result(bot: Bot, result: Any) -> None:
    if not isinstance(result, dict) or result.get("type") not in NEEDED:
        raise bad_request("can't parse inline query result: Unallowed result type")
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    kind = result["type"]
    cached = result.get(CACHED.get(kind, ""))
    if cached and bot.files.get(cached) is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    for name in () if cached else NEEDED[kind]:
        if result.get(name) in (None, ""):
            raise bad_request(f"can't parse inline query result: Can't find field \"{name}\"")
    markup = result.get("reply_markup")
    if markup:
        check_markup(markup)
        if "inline_keyboard" not in markup:
            raise bad_request("inline keyboard expected")
    caption_in(result)
    _check_content(result.get("input_message_content"))


def _check_content(content: Json | None) -> None:
    """Check the content that is sent in place of the result itself."""
    if content is None:
        return
    if not any(name in content for name in CONTENTS):
        raise bad_request("can't parse inline query result: unknown input message content")
    if "message_text" in content:
        text, _ = formatted(content, "message_text", "entities")
        if not text:
            raise bad_request("message text is empty")
        if len(text) > TEXT_CHARACTERS:
            raise bad_request("message is too long")


def _check_button(button: Json | None) -> None:
    """Check the button above the results: it leads to the bot with a start parameter, or to a Web App."""
    if button is None:
        return
    if not button.get("text"):
        raise bad_request("inline query results button text must be non-empty")
    start = button.get("start_parameter")
    if (start is None) == (button.get("web_app") is None):
        raise bad_request("inline query results button must have exactly one action")
    if start is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", start):
        raise bad_request("START_PARAM_INVALID")


METHODS: dict[str, Any] = {
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
}
