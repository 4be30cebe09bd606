"""The transport of invoices: has each numbered in a transaction of its own, and draws its file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from core.books.invoicing import service
from core.books.invoicing.issuance import write
from core.books.invoicing.model import Content, Wording
from core.kernel.dispatcher import Carry, Delivered, Never, Outcome, handles, routes
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.money.messages import DrawInvoice, MailInvoice, WriteInvoice

Drawing = Callable[[Content, str | None, date], bytes]


class Invoices:
    """Writes and draws invoices without the provider; the outbox only ensures that each is done, and done once."""

    def __init__(self, transactions: Transactions, wording: Wording) -> None:
        self._transactions, self._wording = transactions, wording

    def kinds(self) -> Mapping[str, Carry]:
        return routes(
            handles(WriteInvoice, self._write),
            handles(DrawInvoice, self._draw),
            handles(MailInvoice, self._mail),
        )

    async def _write(self, _post: OutboxMessage, asked: WriteInvoice) -> Outcome:
        """Write the invoice. The number is given in the transaction that removes the outbox message."""

        def unit(ctx: Ctx) -> None:
            write(ctx, asked.invoice, self._wording, as_it_is=asked.as_it_is, waited=asked.waited)

        return Delivered(unit)

    async def _draw(self, queued: OutboxMessage, asked: DrawInvoice) -> Outcome:
        content = await self._drawn(queued, asked.invoice, pdf_of, asker=asked.person)
        if content is None:
            return Never("a side of it is not known any more")
        kept = partial(service.drawn, invoice_id=asked.invoice, person_id=asked.person, where=asked.where)
        return Delivered(partial(kept, content=content))

    async def _mail(self, queued: OutboxMessage, asked: MailInvoice) -> Outcome:
        """Mail the invoice, with the same invoice as UBL beside it for a network like Peppol."""
        content, ubl = (
            await self._drawn(queued, asked.invoice, pdf_of),
            await self._drawn(queued, asked.invoice, ubl_of),
        )
        if content is None or ubl is None:
            return Never("a side of it is not known any more")
        return Delivered(partial(service.enclosed, mail=asked, content=content, ubl=ubl))

    async def _drawn(
        self, queued: OutboxMessage, invoice_id: str, drawing: Drawing, *, asker: str | None = None
    ) -> bytes | None:
        """Draw the file outside of the units of work, because it takes as long as a hundred of them."""
        read = partial(service.to_draw, invoice_id=invoice_id, wording=self._wording)
        found = await self._transactions.run(MARKET, partial(read, at=queued.created_at, asker=asker))
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
