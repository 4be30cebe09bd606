"""Payments in Telegram Stars: an invoice, the question before the charge, the receipt, the refund."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from lab.telegram.call import Call, bad_request
from lab.telegram.limits import keyboard_of
from lab.telegram.sending import post
from lab.telegram.state import Bot, Chat, Message

# "The bot must reply within 10 seconds" (Bot API, answerPreCheckoutQuery).
CHECKOUT_LIFE: Final = timedelta(seconds=10)
PAY_BUTTON: Final = {"inline_keyboard": [[{"text": "Pay", "pay": True}]]}


def send_invoice(bot: Bot, call: Call) -> Message:
    """Only Stars: one price, no provider token. Other currencies go through a payment provider, not the lab."""
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
    content = {"invoice": invoice} | ({} if keyboard_of(call) else {"reply_markup": PAY_BUTTON})
    message = post(bot, chat, call, content)
    chat.invoices[message["message_id"]] = call.text("payload")
    return message


def ask_checkout(bot: Bot, chat: Chat, message_id: int) -> str:
    """The person has pressed Pay: the bot is asked first. Gives the query's id."""
    payment = _payment(chat, message_id)
    query = bot.ask("pre_checkout_query", chat, payment)
    chat.checkouts[query.id] = message_id
    return query.id


def answer_pre_checkout_query(bot: Bot, call: Call) -> bool:
    """Yes charges and tells the bot of the payment; no shows the person why."""
    query = bot.query_of(call, "pre_checkout_query_id", "pre_checkout_query", CHECKOUT_LIFE)
    message_id = query.chat.checkouts.pop(query.id, None)
    if message_id is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if not call.flag("ok"):
        reason = call.text("error_message")
        if not reason:
            raise bad_request("error message is not specified")
        query.chat.toasts.append({"query_id": query.id, "text": reason, "alert": True, "date": bot.now()})
        bot.changed(query.chat.person.id)
        return True
    charge = f"stx-lab-{query.id}"
    query.chat.charges.add(charge)
    paid = _payment(query.chat, message_id) | {"telegram_payment_charge_id": charge, "provider_payment_charge_id": ""}
    bot.receive(query.chat, {"successful_payment": paid})
    return True


def refund_star_payment(bot: Bot, call: Call) -> bool:
    chat = bot.chats.get(call.integer("user_id"))
    charge = call.text("telegram_payment_charge_id")
    if chat is None:
        raise bad_request("USER_ID_INVALID")
    if charge in chat.refunded:
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    if charge not in chat.charges:
        raise bad_request("CHARGE_ID_INVALID")
    chat.refunded.add(charge)
    bot.changed(chat.person.id)
    return True


def _payment(chat: Chat, message_id: int) -> dict[str, Any]:
    invoice = chat.messages[message_id]["invoice"]
    return {
        "currency": invoice["currency"],
        "total_amount": invoice["total_amount"],
        "invoice_payload": chat.invoices[message_id],
    }


METHODS = {
    "sendInvoice": send_invoice,
    "answerPreCheckoutQuery": answer_pre_checkout_query,
    "refundStarPayment": refund_star_payment,
}
