"""The payers' simulated banks and wallets: "is it you?", sending a transfer, sending coins, reading a mandate."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from fastapi.responses import HTMLResponse

from lab.stripe.amounts import major
from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books
from lab.stripe.iban import made_up
from lab.stripe.pages.layout import alert, choice, field, minor_units, money, page
from lab.stripe.payments.cards import card_of
from lab.stripe.payments.checkout_page import complete_session_of
from lab.stripe.payments.lifecycle import Confirmation
from lab.stripe.payments.payment_intents import confirm
from lab.stripe.payments.rails.crypto import NETWORKS, TOKENS, send
from lab.stripe.payments.rails.customer_balance import arrive
from lab.stripe.payments.setup_intents import confirm_setup


def is_it_you(number: str, kept: str = "") -> str:
    return f"""<h1>Is it you?</h1><p>Your pretend bank wants to know before the card ending in
{escape(number.replace(" ", "")[-4:])} is used.</p>
<form method="post">{kept}
<button name="answer" value="yes" autofocus>Yes, confirm</button>
<button name="answer" value="no" class="quiet">No, this is not me</button></form>"""


def show_authentication(books: Books, intent: Thing) -> HTMLResponse:
    if intent["status"] != "requires_action":
        return page("Nothing to confirm", f"<h1>Nothing to confirm</h1><p>Status: {intent['status']}.</p>")
    method = books.get("payment_method", intent["payment_method"])
    return page("Confirm the payment", is_it_you(card_of(books, method).number))


def authenticate(books: Books, intent: Thing, *, yes: bool) -> HTMLResponse:
    if intent["status"] == "requires_action" and yes:
        try:
            if intent["object"] == "setup_intent":
                confirm_setup(books, intent, authenticated=True)
            else:
                confirm(books, intent, Confirmation(authenticated=True))
        except Refusal as refusal:
            return page("Declined", f'<h1 class="bad">Declined</h1><p>{escape(str(refusal))}</p>')
        complete_session_of(books, intent)
    ready = intent["status"] in ("succeeded", "requires_capture")
    return page("Confirmed", "<h1 class='good'>Confirmed</h1>" if ready else "<h1>Not confirmed</h1>")


def waits_for_transfer(intent: Thing) -> bool:
    return (intent["next_action"] or {}).get("type") == "display_bank_transfer_instructions"


def instructions(books: Books, intent: Thing, error: str | None = None) -> str:
    """Return the page with the account to pay to, and the payer's simulated bank to pay from."""
    told = intent["next_action"]["display_bank_transfer_instructions"]
    account = told["financial_addresses"][0]["iban"]
    spaced = " ".join(account["iban"][place : place + 4] for place in range(0, len(account["iban"]), 4))
    left = money(told["amount_remaining"], told["currency"])
    came = intent["amount"] - told["amount_remaining"]
    part = f"<p>{money(came, told['currency'])} has arrived.</p>" if came else ""
    action = f"{books.base_url}/pay/transfer/{quote(intent['id'])}"
    return f"""<h1>Send {left}</h1>{part}<dl><dt>To</dt><dd>{escape(account["account_holder_name"])}</dd>
<dt>IBAN</dt><dd>{spaced}</dd><dt>BIC</dt><dd>{account["bic"]}</dd><dt>Reference</dt><dd>{told["reference"]}</dd></dl>
<hr><p>Your pretend bank sends any amount, in one go or in parts, with any reference.</p>{alert(error)}
<form method="post" action="{action}">
{field("amount", "Amount", major(told["amount_remaining"], told["currency"]), more='inputmode="decimal"')}
{field("reference", "Reference", told["reference"])}
{field("sender", "Your name", "A person")}<button autofocus>Send it</button></form>
{_back_from(books, intent, quiet=True)}"""


def way_back(session: Thing, *, quiet: bool = False) -> str:
    """Return the link to the page where the shop wants its payer next."""
    url = escape(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
    return f'<a class="button{" quiet" if quiet else ""}" href="{url}">Back to the shop</a>'


def _back_from(books: Books, intent: Thing, *, quiet: bool = False) -> str:
    """Return the way back of the Checkout Session of this payment, if it has one."""
    sessions = [each for each in books.all("checkout.session") if each["payment_intent"] == intent["id"]]
    return way_back(sessions[0], quiet=quiet) if sessions else ""


def show_transfer(books: Books, intent: Thing, error: str | None = None) -> HTMLResponse:
    if waits_for_transfer(intent):
        return page("Bank transfer", instructions(books, intent, error))
    if intent["status"] == "succeeded":
        amount = money(intent["amount"], intent["currency"])
        back = _back_from(books, intent)
        return page("Paid", f"<h1 class='good'>Paid</h1><p>{amount} has been paid.</p>{back}")
    return page("Nothing to pay", f"<h1>Nothing to pay</h1><p>Status: {intent['status']}.</p>")


def transfer(books: Books, intent: Thing, amount: str, sender: str, reference: str | None = None) -> HTMLResponse:
    """Send a transfer. `reference`: as the payer wrote it, right or wrong; None means the requested one."""
    arriving = minor_units(amount)
    if not waits_for_transfer(intent):
        return show_transfer(books, intent)
    if arriving is None:
        return show_transfer(books, intent, f"“{amount}” is no amount. Write it as 120.50.")
    if reference is None:
        reference = intent["next_action"]["display_bank_transfer_instructions"]["reference"]
    theirs = made_up("DE", books.world.random)
    arrive(books, intent["customer"], arriving, intent["currency"], reference, sender=(theirs, sender))
    return show_transfer(books, intent)


def show_wallet(intent: Thing, error: str | None = None) -> HTMLResponse:
    amount = money(intent["amount"], intent["currency"])
    if intent["status"] != "requires_action":
        return page("Wallet", f"<h1>Nothing to send</h1><p>Status: {intent['status']}.</p>")
    body = f"""<h1>Send {amount}</h1><p>Your pretend wallet sends the coins at once.</p>{alert(error)}
<form method="post">{choice("network", "Network", NETWORKS)}{choice("token", "Coin", TOKENS)}
<button autofocus>Send the coins</button></form>"""
    return page("Wallet", body)


def pay_from_wallet(books: Books, intent: Thing, network: str, token: str) -> HTMLResponse:
    if intent["status"] != "requires_action":
        return show_wallet(intent)
    try:
        send(books, intent, books.get("payment_method", intent["payment_method"]), network, token)
    except Refusal as refusal:
        return show_wallet(intent, str(refusal))
    complete_session_of(books, intent)
    return page("Paid", "<h1 class='good'>Paid</h1><p>The coins have arrived.</p>")


def show_mandate(mandate: Thing) -> HTMLResponse:
    reference = mandate["payment_method_details"]["sepa_debit"]["reference"]
    return page("Mandate", f"<h1>SEPA mandate</h1><p>Reference {reference}, {mandate['status']}.</p>")
