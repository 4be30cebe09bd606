"""The two pages that Stripe shows to people: the pay page and a seller's onboarding. Plain HTML, no script."""

from __future__ import annotations

from html import escape
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from lab.stripe.api.errors import Refusal
from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books
from lab.stripe.connect.account_links import Link
from lab.stripe.connect.accounts import onboard
from lab.stripe.payments.cards import CARDS, card_of
from lab.stripe.payments.checkout_page import Payer, pay
from lab.stripe.payments.lifecycle import Confirmation
from lab.stripe.payments.payment_intents import confirm
from lab.stripe.payments.setup_intents import confirm_setup

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6478; --line: #cfd5e1; --paper: #fff; --ground: #eef1f6;
  --act: #3b4cca; --act-ink: #fff; --good: #12694a; --bad: #a3232b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf2; --soft: #a4adc0; --line: #3b4458; --paper: #1b2130;
  --ground: #10141d; --act: #8b99ff; --act-ink: #10141d; --good: #6fd3ab; --bad: #ff9a9f; } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: min(30rem, 100%); background: var(--paper); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.6rem; box-shadow: 0 8px 30px #0001 }
.lab { margin: -.4rem 0 1.2rem; color: var(--soft); font-size: .85rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem } .good { color: var(--good) } .bad { color: var(--bad) }
ul.lines { list-style: none; margin: 0 0 1.2rem; padding: 0 } ul.lines li { display: flex; gap: 1rem;
  justify-content: space-between; padding: .45rem 0; border-bottom: 1px solid var(--line) }
label { display: block; font-weight: 600; margin-bottom: .3rem }
input { width: 100%; font: 1.05rem ui-monospace, monospace; padding: .7rem; border: 1px solid var(--line);
  border-radius: 8px; background: transparent; color: inherit }
button, a.button { display: block; width: 100%; margin-top: 1rem; padding: .8rem; border: 0; border-radius: 8px;
  background: var(--act); color: var(--act-ink); font: 600 1.05rem system-ui, sans-serif; text-align: center;
  text-decoration: none; cursor: pointer }
button.quiet { background: transparent; color: inherit; border: 1px solid var(--line) }
a { color: var(--act) } :focus-visible { outline: 3px solid var(--act); outline-offset: 2px }
details { margin-top: 1.2rem; color: var(--soft) } td { padding: .15rem .8rem .15rem 0; font-size: .9rem }
"""


class Pages:
    """Serves `/pay/...` and `/onboard/...`."""

    def __init__(self, books: Books) -> None:
        self.books = books

    def router(self) -> APIRouter:
        router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
        router.add_api_route("/pay/authenticate/{intent}", self.show_authentication, methods=["GET"])
        router.add_api_route("/pay/authenticate/{intent}", self.authenticate, methods=["POST"])
        router.add_api_route("/pay/{session}", self.show_checkout, methods=["GET"])
        router.add_api_route("/pay/{session}", self.pay, methods=["POST"])
        router.add_api_route("/onboard/{account}", self.show_onboarding, methods=["GET"])
        router.add_api_route("/onboard/{account}", self.onboard, methods=["POST"])
        return router

    async def show_checkout(self, session: str) -> Response:
        return self._checkout(self._find("checkout.session", session))

    async def pay(self, session: str, number: Annotated[str, Form()], answer: Annotated[str, Form()] = "") -> Response:
        """`answer`: what the payer told the bank, once it has asked ("yes" or "no")."""
        found = self._find("checkout.session", session)
        if answer == "no":
            return self._checkout(found, "We are unable to authenticate your payment method.", number)
        result = pay(self.books, session, Payer(number=number, authenticated=answer == "yes"))
        if result["status"] == "requires_action":
            return _page("Confirm the payment", _bank(number))
        return self._checkout(found, result.get("error"), number)

    def _checkout(self, session: Thing, error: str | None = None, number: str = "4242424242424242") -> Response:
        self.books.settle()
        if session["status"] == "complete":
            return _page("Paid" if session["mode"] == "payment" else "Saved", self._done(session))
        if session["status"] == "expired":
            body = "<h1>This link has expired</h1><p>Nothing was taken. Ask for a new link in the chat.</p>"
            return _page("Expired", body)
        lines = "".join(
            f"<li><span>{each['quantity']} × {escape(each['description'])}</span>"
            f"<b>{_money(each['amount_total'], each['currency'])}</b></li>"
            for each in self.books.expandable[session["id"], "line_items"]["data"]
        )
        title = _money(session["amount_total"], session["currency"]) if lines else "Save a card"
        button = f"Pay {title}" if lines else "Save this card"
        alert = f'<p class="bad" role="alert">{escape(error)}</p>' if error else ""
        back = f'<p><a href="{escape(session["cancel_url"])}">Go back</a></p>' if session["cancel_url"] else ""
        body = f"""<h1>{title}</h1><ul class="lines">{lines}</ul>{alert}
<form method="post"><label for="number">Card number</label>
<input id="number" name="number" value="{escape(number)}" inputmode="numeric" autocomplete="off" autofocus required>
<button>{button}</button></form>{back}{_test_numbers()}"""
        return _page(title, body)

    def _done(self, session: Thing) -> str:
        url = escape(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
        if session["mode"] == "setup":
            said = "<h1 class='good'>Saved</h1><p>The card may be charged later.</p>"
        else:
            amount = _money(session["amount_total"], session["currency"])
            held = session["payment_status"] == "unpaid"
            said = f"<h1 class='good'>Paid</h1><p>{amount} {'is held on the card' if held else 'has been paid'}.</p>"
        return f'{said}<a class="button" href="{url}" autofocus>Back to the shop</a>'

    async def show_authentication(self, intent: str) -> Response:
        found = self._intent(intent)
        if found["status"] != "requires_action":
            return _page("Nothing to confirm", f"<h1>Nothing to confirm</h1><p>Status: {found['status']}.</p>")
        return _page("Confirm the payment", _bank(card_of(self.books, self._method(found)).number))

    async def authenticate(self, intent: str, answer: Annotated[str, Form()]) -> Response:
        found = self._intent(intent)
        if found["status"] == "requires_action" and answer == "yes":
            try:
                if found["object"] == "setup_intent":
                    confirm_setup(self.books, found, authenticated=True)
                else:
                    confirm(self.books, found, Confirmation(authenticated=True))
            except Refusal as refusal:
                return _page("Declined", f'<h1 class="bad">Declined</h1><p>{escape(str(refusal))}</p>')
        ready = found["status"] in ("succeeded", "requires_capture")
        return _page("Confirmed", "<h1 class='good'>Confirmed</h1>" if ready else "<h1>Not confirmed</h1>")

    async def show_onboarding(self, account: str, link: str = "") -> Response:
        """A link is for one use and a few minutes; after that Stripe sends the seller to `refresh_url`."""
        found = self._find("account", account)
        known = self.books.private.get(link)
        if link and not (isinstance(known, Link) and known.account == account):
            raise HTTPException(404, "no such link")
        if isinstance(known, Link) and (known.used or known.expires_at <= self.books.now()):
            if known.refresh_url:
                return RedirectResponse(known.refresh_url, 303)
            return _page("Expired", "<h1>This link has expired</h1><p>Ask for a new one in the chat.</p>")
        if found["details_submitted"]:
            return _page("Done", "<h1 class='good'>All set</h1><p>This account can receive payments.</p>")
        name = escape((found["business_profile"] or {}).get("name") or found["email"] or found["id"])
        body = f"""<h1>Get paid</h1><p>Stripe would ask {name} for identity papers and a bank account.
The lab takes them as given.</p><form method="post" action="?{urlencode({"link": link})}">
<button autofocus>Finish onboarding</button></form>"""
        return _page("Onboarding", body)

    async def onboard(self, account: str, link: str = "") -> Response:
        self._find("account", account)
        onboard(self.books, account)
        known = self.books.private.get(link)
        back = ""
        if isinstance(known, Link):
            known.used = True
            if known.return_url:
                back = f'<a class="button" href="{escape(known.return_url)}" autofocus>Back</a>'
        return _page("Done", f"<h1 class='good'>All set</h1><p>This account can receive payments.</p>{back}")

    def _find(self, kind: str, key: str) -> Thing:
        self.books.settle()
        try:
            return self.books.get(kind, key)
        except Refusal as refusal:
            raise HTTPException(404, str(refusal)) from None

    def _intent(self, key: str) -> Thing:
        return self._find("setup_intent" if key.startswith("seti_") else "payment_intent", key)

    def _method(self, intent: Thing) -> Thing:
        return self._find("payment_method", intent["payment_method"])


def _bank(number: str) -> str:
    return f"""<h1>Is it you?</h1><p>Your pretend bank wants to know before the card ending in
{escape(number.replace(" ", "")[-4:])} is used.</p>
<form method="post"><input type="hidden" name="number" value="{escape(number)}">
<button name="answer" value="yes" autofocus>Yes, confirm</button>
<button name="answer" value="no" class="quiet">No, this is not me</button></form>"""


def _test_numbers() -> str:
    rows = "".join(f"<tr><td><code>{card.number}</code></td><td>{card.about}</td></tr>" for card in CARDS)
    return f"<details open><summary>Numbers to try</summary><table>{rows}</table></details>"


def _money(amount: int, currency: str) -> str:
    whole, cents = divmod(amount, 100)
    return f"{whole:,}.{cents:02d} {currency.upper()}"


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)} · the lab's Stripe</title>
<style>{STYLE}</style></head><body><main>
<p class="lab">The lab's pretend pay page. No real money moves, no real card is wanted.</p>{body}
</main></body></html>""")
