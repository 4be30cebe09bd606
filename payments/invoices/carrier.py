"""Carries the posts about invoices: has each numbered in a transaction of its own, and draws the file of one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from functools import partial

from core.invoicing import service
from core.invoicing.model import Content
from core.invoicing.rules import day_in
from core.invoicing.writing import write
from core.kernel.dispatch import Delivered, Never
from core.kernel.outbox import Post
from core.kernel.transaction import MARKET, Transactions
from payments.outcomes import Outcome

Drawing = Callable[[Content, str | None, date | None, datetime], bytes]


class Invoices:
    """Nothing here speaks to the provider; the post is only what makes sure that it happens, and happens once."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def kinds(self) -> Mapping[str, Callable[[Post], Awaitable[Outcome]]]:
        return {"invoice.write": self._write, "invoice.draw": self._draw, "invoice.mail": self._mail}

    async def _write(self, post: Post) -> Outcome:
        """The number is given in the transaction that removes the post."""
        return Delivered(partial(write, invoice_id=post.body["invoice"]))

    async def _draw(self, post: Post) -> Outcome:
        invoice_id, content = post.body["invoice"], await self._drawn(post, pdf_of)
        if content is None:
            return Never("a side of it is not known any more")
        asked = {"invoice_id": invoice_id, "person_id": post.body["person"], "where": post.body["where"]}
        return Delivered(partial(service.drawn, **asked, content=content))

    async def _mail(self, post: Post) -> Outcome:
        """With the same invoice as UBL beside it, which can be handed on to a network like Peppol."""
        content, ubl = await self._drawn(post, pdf_of), await self._drawn(post, ubl_of)
        if content is None or ubl is None:
            return Never("a side of it is not known any more")
        letter = {name: post.body[name] for name in ("to", "subject", "text")}
        enclosed = {"invoice_id": post.body["invoice"], "letter": letter, "content": content, "ubl": ubl}
        return Delivered(partial(service.enclosed, **enclosed))

    async def _drawn(self, post: Post, drawing: Drawing) -> bytes | None:
        """Drawing takes as long as a hundred units of work: it is done beside them."""
        found = await self._transactions.run(MARKET, lambda ctx: service.to_draw(ctx, post.body["invoice"]))
        if found is None:
            return None
        return await asyncio.to_thread(drawing, *found, post.created_at)


def pdf_of(content: Content, number: str | None, issued_on: date | None, asked_at: datetime) -> bytes:
    from payments.invoices import page  # noqa: PLC0415 - two seconds to load, only where an invoice is ever drawn

    if number is None or issued_on is None:
        return page.draft(content, day_in(content.issuer.zone, asked_at))
    return page.issued(content, number, issued_on)


def ubl_of(content: Content, number: str | None, issued_on: date | None, _asked_at: datetime) -> bytes:
    from payments.invoices import page  # noqa: PLC0415 - as above

    assert number is not None, "only what was issued is sent by mail"
    assert issued_on is not None, "it has its date with its number"
    return page.electronic(content, number, issued_on, "ubl-2.1")
