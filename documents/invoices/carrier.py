"""Carries the posts about invoices: has each numbered in a transaction of its own, and draws the file of one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial
from typing import TypeAlias

from core.books.invoicing import service
from core.books.invoicing.issuance import write
from core.books.invoicing.model import Content, Wording
from core.kernel.dispatcher import Delivered, Never
from core.kernel.outbox import Post
from core.kernel.transaction import MARKET, Ctx, Transactions

Drawing = Callable[[Content, str | None, date], bytes]
Outcome: TypeAlias = Delivered | Never


class Invoices:
    """Nothing here speaks to the provider; the post is only what makes sure that it happens, and happens once."""

    def __init__(self, transactions: Transactions, wording: Wording) -> None:
        self._transactions, self._wording = transactions, wording

    def kinds(self) -> Mapping[str, Callable[[Post], Awaitable[Outcome]]]:
        return {"invoice.write": self._write, "invoice.draw": self._draw, "invoice.mail": self._mail}

    async def _write(self, post: Post) -> Outcome:
        """The number is given in the transaction that removes the post."""
        how = {"as_it_is": bool(post.body.get("as_it_is")), "waited": bool(post.body.get("waited"))}

        def unit(ctx: Ctx) -> None:
            write(ctx, post.body["invoice"], self._wording, **how)

        return Delivered(unit)

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
        asker = post.body.get("person")
        read = partial(service.to_draw, invoice_id=post.body["invoice"], wording=self._wording)
        found = await self._transactions.run(MARKET, partial(read, at=post.created_at, asker=asker))
        if found is None:
            return None
        return await asyncio.to_thread(drawing, *found)


def pdf_of(content: Content, number: str | None, day: date) -> bytes:
    from documents.invoices import page  # noqa: PLC0415 - two seconds to load, only where an invoice is ever drawn

    return page.draft(content, day) if number is None else page.issued(content, number, day)


def ubl_of(content: Content, number: str | None, issued_on: date) -> bytes:
    from documents.invoices import page  # noqa: PLC0415 - as above

    assert number is not None, "only what was issued is sent by mail"
    return page.electronic(content, number, issued_on, "ubl-2.1")
