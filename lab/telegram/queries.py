"""The methods that answer what Telegram asks the bot: a pressed button, an inline search."""

from __future__ import annotations

from datetime import timedelta

from lab.telegram.call import Call, bad_request
from lab.telegram.state import Bot


def answer_callback_query(bot: Bot, call: Call) -> bool:
    """Ends the button's spinner; the text, if any, is the toast the person sees."""
    text = call.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query = bot.query_of(call, "callback_query_id", "callback_query")
    query.chat.toasts.append({"query_id": query.id, "text": text, "alert": call.flag("show_alert"), "date": bot.now()})
    bot.changed(query.chat.person.id)
    return True


def answer_inline_query(bot: Bot, call: Call) -> bool:
    results = call.parsed("results", list)
    if results is None:
        raise bad_request("results are not specified")
    if len(results) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({each.get("id") for each in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if any(not 1 <= len(str(each.get("id", "")).encode()) <= 64 for each in results):
        raise bad_request("RESULT_ID_INVALID")
    query = bot.query_of(call, "inline_query_id", "inline_query", timedelta(seconds=30))
    query.chat.inline_results[query.id] = results
    bot.changed(query.chat.person.id)
    return True


METHODS = {
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
}
