"""Events of invoices."""

from __future__ import annotations

from core.kernel.events import Event


class InvoiceFact(Event):
    """Issuer and recipient are organisations; the market issues what it supplies itself."""

    invoice_id: str
    issuer: str
    recipient: str


class InvoiceIssued(InvoiceFact):
    """An invoice or a credit note has its number."""


class InvoiceAwaits(InvoiceFact):
    """One that is due cannot be written before `organisation` has said something of itself."""

    organisation: str


class InvoiceDrawn(InvoiceFact):
    """The file that `person` has asked for is here.

    `file_id`: the file as it is kept for them. `where`: the chat that asked.
    """

    person: str
    where: str
    file_id: str
