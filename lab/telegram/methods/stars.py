"""Payments in Telegram Stars: an invoice, the question before the charge, the receipt, the refund."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from lab.telegram.call import Call, bad_request
from lab.telegram.limits import keyboard_of
from lab.telegram.methods.sending import post
from lab.telegram.places import Chat, Json, Message
from lab.telegram.state import Bot

# "The bot must reply within 10 seconds" (Bot API, answerPreCheckoutQuery).
CHECKOUT_LIFE: Final = timedelta(seconds=10)
PAY_BUTTON: Final = {"inline_keyboard": [[{"text": "Pay", "pay": True}]]}
TOO_LATE: Final = "The bot did not answer in time. Nothing was charged."


def send_invoice(bot: Bot, call: Call) -> Message:
    """Send an invoice in Stars: one price, no provider token. Other currencies are not in the lab."""
    chat = bot.chat_of(call)
    prices = call.parsed("prices", list) or []
    if call.text("currency") != "XTR":
        raise bad_request("CURRENCY_INVALID")
    if call.text("provider_token"):
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    if len(prices) != 1 or not isinstance(prices[0].get("amount"), int) or prices[0]["amount"] < 1:
        raise bad_request("STARS_INVOICE_INVALID")
    if not 1 <= len(call.text("title")) <= 32:
        raise bad_request("INVOICE_TITLE_INVALID")
    if not 1 <= len(call.text("description")) <= 255:
        raise bad_request("INVOICE_DESCRIPTION_INVALID")
    if not 1 <= len(call.text("payload").encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    invoice = {
        "title": call.text("title"),
        "description": call.text("description"),
        "start_parameter": call.text("start_parameter"),
        "currency": "XTR",
        "total_amount": prices[0]["amount"],
    }
    markup = keyboard_of(call)
    if markup and not (markup.get("inline_keyboard") or [[{}]])[0][0].get("pay"):
        raise bad_request("REPLY_MARKUP_BUY_EMPTY")  # "the first button must be a Pay button"
    message = post(bot, chat, call, {"invoice": invoice} | ({} if markup else {"reply_markup": PAY_BUTTON}))
    if isinstance(chat, Chat):
        chat.invoices[message["message_id"]] = call.text("payload")
    return message


def ask_checkout(bot: Bot, chat: Chat, message_id: int) -> str:
    """Ask the bot before the charge, because the person has pressed Pay. Return the query's id."""
    query = bot.ask("pre_checkout_query", chat, _payment(chat, message_id))
    chat.checkouts[query.id] = message_id
    return query.id


def forget_late_checkouts(bot: Bot, chat: Chat) -> None:
    """Fail the checkouts that the bot has not answered in time; the phone says so."""
    for query_id in list(chat.checkouts):
        query = bot.queries.get(query_id)
        if query is None or bot.world.clock.now() - query.at > CHECKOUT_LIFE:
            del chat.checkouts[query_id]
            _toast(bot, chat, query_id, TOO_LATE)


def answer_pre_checkout_query(bot: Bot, call: Call) -> bool:
    """Charge and tell the bot of the payment, or show the person why not."""
    agreed, reason = call.flag("ok"), call.text("error_message")
    if not agreed and not reason:
        raise bad_request("error message is not specified")
    query = bot.query_of(call, "pre_checkout_query_id", "pre_checkout_query", CHECKOUT_LIFE)
    chat = query.chat
    message_id = chat.checkouts.pop(query.id)
    if not agreed:
        _toast(bot, chat, query.id, reason)
        return True
    charge = f"stx-lab-{query.id}"
    paid = _payment(chat, message_id) | {"telegram_payment_charge_id": charge, "provider_payment_charge_id": ""}
    chat.charges[charge] = paid
    partner = {"type": "user", "transaction_type": "invoice_payment", "user": chat.person.as_user()}
    partner |= {"invoice_payload": paid["invoice_payload"]}
    line = {"id": charge, "amount": paid["total_amount"], "date": bot.now(), "source": partner}
    bot.star_transactions.append(line)
    bot.receive(chat, {"successful_payment": paid})
    return True


def refund_star_payment(bot: Bot, call: Call) -> bool:
    """Return the Stars; both sides see a note of it."""
    chat = bot.chats.get(call.integer("user_id"))
    charge = call.text("telegram_payment_charge_id")
    if chat is None:
        raise bad_request("USER_ID_INVALID")
    if charge in chat.refunded:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    if charge not in chat.charges:
        raise bad_request("CHARGE_ID_INVALID")
    chat.refunded.add(charge)
    paid = chat.charges[charge]
    partner = {"type": "user", "transaction_type": "invoice_payment", "user": chat.person.as_user()}
    line = {"id": charge, "amount": paid["total_amount"], "date": bot.now(), "receiver": partner}
    bot.star_transactions.append(line)
    bot.tell_service(chat, {"refunded_payment": paid}, chat.person.as_user())
    return True


def get_my_star_balance(bot: Bot, _call: Call) -> Json:
    return {"amount": sum(each["amount"] * (1 if "source" in each else -1) for each in bot.star_transactions)}


def get_star_transactions(bot: Bot, call: Call) -> Json:
    """Return transactions, oldest first."""
    offset, limit = call.integer("offset"), call.integer("limit", 100)
    if not 1 <= limit <= 100:
        raise bad_request("LIMIT_INVALID")
    return {"transactions": bot.star_transactions[offset : offset + limit]}


def paid_for(chat: Chat, message_id: int) -> bool:
    """Return whether an invoice already shows its receipt, so that it cannot be paid again."""
    payload = chat.invoices.get(message_id)
    return any(
        each["invoice_payload"] == payload and each["telegram_payment_charge_id"] not in chat.refunded
        for each in chat.charges.values()
    )


def _toast(bot: Bot, chat: Chat, query_id: str, text: str) -> None:
    chat.toasts.append({"query_id": query_id, "text": text, "alert": True, "date": bot.now()})
    bot.changed(chat.person.id)


def _payment(chat: Chat, message_id: int) -> Json:
    invoice = chat.messages[message_id]["invoice"]
    return {
        "currency": invoice["currency"],
        "total_amount": invoice["total_amount"],
        "invoice_payload": chat.invoices[message_id],
    }


METHODS: dict[str, Any] = {
    "sendInvoice": send_invoice,
    "answerPreCheckoutQuery": answer_pre_checkout_query,
    "refundStarPayment": refund_star_payment,
    "getMyStarBalance": get_my_star_balance,
    "getStarTransactions": get_star_transactions,
}
