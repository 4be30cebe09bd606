"""The pay page: every way to pay that the session accepts, and the result."""

from __future__ import annotations

from html import escape

from fastapi.responses import HTMLResponse

from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books
from lab.stripe.pages import banks
from lab.stripe.pages.layout import alert, choice, field, money, numbers, page
from lab.stripe.payments.cards import CARDS
from lab.stripe.payments.rails.crypto import NETWORKS, TOKENS
from lab.stripe.payments.rails.sepa_debit import ACCOUNTS

NAMES = {
    "card": "Card",
    "customer_balance": "Bank transfer",
    "sepa_debit": "SEPA debit",
    "crypto": "Stablecoins",
}


def show(books: Books, session: Thing, error: str | None = None, number: str = "4242424242424242") -> HTMLResponse:
    """Return the page as it is now. `number`: the last tried card."""
    if session["status"] == "complete":
        return _done(books, session)
    if session["status"] == "expired":
        return page(
            "Expired", "<h1>This link has expired</h1><p>Nothing was taken. Ask for a new link in the chat.</p>"
        )
    lines = "".join(
        f"<li><span>{each['quantity']} × {escape(each['description'])}</span>"
        f"<b>{money(each['amount_total'], each['currency'])}</b></li>"
        for each in books.expandable[session["id"], "line_items"]["data"]
    )
    title = money(session["amount_total"], session["currency"]) if lines else "Save a card"
    back = f'<p><a href="{escape(session["cancel_url"])}">Go back</a></p>' if session["cancel_url"] else ""
    held = books.private[session["id"]].get("capture_method") == "manual"
    note = "<p>It is held on the card, and not charged yet.</p>" if held else ""
    ways = _ways(session, f"{'Hold' if held else 'Pay'} {title}" if lines else "Save this card", number)
    return page(title, f'<h1>{title}</h1><ul class="lines">{lines}</ul>{note}{alert(error)}{ways}{back}')


def _ways(session: Thing, button: str, number: str) -> str:
    """Return one form for each way to pay; among several, one is open at a time."""
    types = session["payment_method_types"]
    if len(types) == 1:
        return _form(types[0], button, number, alone=True)
    return "".join(
        f'<details class="way" name="way"{" open" if index == 0 else ""}><summary>{NAMES[each]}</summary>'
        f"{_form(each, button, number, alone=False)}</details>"
        for index, each in enumerate(types)
    )


def _form(kind: str, button: str, number: str, *, alone: bool) -> str:
    if kind == "card":
        inside = field("number", "Card number", number, more='inputmode="numeric" autofocus')
        after = numbers([(card.number, card.about) for card in CARDS], unfolded=alone)
    elif kind == "sepa_debit":
        inside = field("iban", "IBAN", ACCOUNTS[0].iban) + field("name", "Account holder", "A person")
        inside += "<p>By going on you let the shop debit this account. The banks take a few days.</p>"
        after = numbers([(each.iban, each.about) for each in ACCOUNTS], unfolded=alone)
    elif kind == "crypto":
        inside = choice("network", "Network", NETWORKS) + choice("token", "Coin", TOKENS)
        after = ""
    else:
        inside = "<p>You are shown an account to send the money to, in one go or in parts.</p>"
        button, after = "Show the account", ""
    kept = f'<input type="hidden" name="method" value="{kind}">'
    return f'<form method="post">{kept}{inside}<button>{button}</button></form>{after}'


def _done(books: Books, session: Thing) -> HTMLResponse:
    button = banks.way_back(session)
    if session["mode"] == "setup":
        return page("Saved", f"<h1 class='good'>Saved</h1><p>The card may be charged later.</p>{button}")
    intent = books.get("payment_intent", session["payment_intent"])
    amount = money(session["amount_total"], session["currency"])
    if banks.waits_for_transfer(intent):
        return page("Bank transfer", banks.instructions(books, intent))
    if intent["status"] == "processing":
        said = f"<h1>On its way</h1><p>{amount} will be debited. The banks take a few days.</p>"
    elif intent["status"] == "requires_capture":
        said = f"<h1 class='good'>Paid</h1><p>{amount} is held on the card.</p>"
    elif intent["status"] == "succeeded":
        said = f"<h1 class='good'>Paid</h1><p>{amount} has been paid.</p>"
    else:
        said = "<h1 class='bad'>Not paid</h1><p>The payment did not come about. Ask for a new link in the chat.</p>"
    return page("Paid" if "good" in said else "Payment", said + button)


def ask_bank(number: str) -> HTMLResponse:
    """Return the page in between, on which the payer's bank asks them for proof."""
    kept = f'<input type="hidden" name="number" value="{escape(number)}">'
    return page("Confirm the payment", banks.is_it_you(number, kept))
