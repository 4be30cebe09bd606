"""The page on which a seller tells Stripe their identity. A link to it works once, for a few minutes."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlencode

from fastapi import HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from lab.stripe.api.shapes import Thing
from lab.stripe.books import Books
from lab.stripe.connect import second_face
from lab.stripe.connect.account_links import Link
from lab.stripe.connect.accounts import onboard
from lab.stripe.pages.layout import page

ASKED: Final = {
    "external_account": "a bank account",
    "individual.verification.document": "identity papers",
    "individual.verification.additional_document": "a second paper that proves the address",
    "tos_acceptance.date": "a yes to its terms",
}


def _link(books: Books, account: str, token: str) -> Link | None:
    """Return the link of a token. Without one return None: the lab's own page needs no link."""
    known = books.private.get(token)
    if not token:
        return None
    if not isinstance(known, Link) or known.account != account:
        raise HTTPException(404, "no such link")
    return known


def show(books: Books, account: Thing, token: str) -> Response:
    link = _link(books, account["id"], token)
    if link and (link.used or link.expires_at <= books.now()):
        return _over(link)
    due = account["requirements"]["currently_due"]
    if account["details_submitted"] and not due:
        return page("Done", "<h1 class='good'>All set</h1><p>This account can receive payments.</p>")
    name = escape((account["business_profile"] or {}).get("name") or account["email"] or account["id"])
    asked = "".join(f"<li>{escape(ASKED.get(each, each))}</li>" for each in due)
    again = "Stripe wants to know more" if account["details_submitted"] else "Get paid"
    body = f"""<h1>{again}</h1><p>Stripe would ask {name} for:</p><ul>{asked}</ul>
<p>The lab takes it as given.</p><form method="post" action="?{urlencode({"link": token})}">
<button autofocus>Finish onboarding</button></form>"""
    return page("Onboarding", body)


def finish(books: Books, account: Thing, token: str) -> Response:
    link = _link(books, account["id"], token)
    if link and (link.used or link.expires_at <= books.now()):
        return _over(link)
    onboard(books, account["id"])
    back = ""
    if link:
        link.used = True
        second_face.tell_returned(books, account)
        if link.return_url:
            back = f'<a class="button" href="{escape(link.return_url)}" autofocus>Back</a>'
    return page("Done", f"<h1 class='good'>All set</h1><p>This account can receive payments.</p>{back}")


def _over(link: Link) -> Response:
    """Send a late seller to the address where a new link is made."""
    if link.refresh_url:
        return RedirectResponse(link.refresh_url, 303)
    return HTMLResponse(page("Expired", "<h1>This link has expired</h1><p>Ask for a new one in the chat.</p>").body)
