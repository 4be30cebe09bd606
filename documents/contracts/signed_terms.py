"""Draws the terms that both sides have signed as a PDF. The text that their fingerprint covers is inside it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from core.kernel.dispatcher import Carry, Delivered, Outcome, handles, routes
from core.kernel.outbox import OutboxMessage
from core.money.messages import ContractDocument, DrawTerms
from core.trade.deals.contract_document import terms_drawn
from documents.page import heading, line, new_page

if TYPE_CHECKING:
    from fpdf import FPDF


class SignedTerms:
    """Draws the page outside of the units of work, and stores it for the person who asked."""

    def kinds(self) -> Mapping[str, Carry]:
        return routes(handles(DrawTerms, self._draw))

    async def _draw(self, queued: OutboxMessage, asked: DrawTerms) -> Outcome:
        content = await asyncio.to_thread(drawn, asked.document, queued.created_at)
        kept = partial(terms_drawn, deal_id=asked.deal, person_id=asked.person, where=asked.where, content=content)
        return Delivered(kept)


def drawn(document: ContractDocument, at: datetime) -> bytes:
    """Draw the terms, followed by the market's conditions.

    The same contract at the same moment gives the same bytes.
    """
    page = new_page(at)
    heading(page, document.title)
    line(page, document.text, 9)
    page.ln(3)
    for label, value in document.rows:
        line(page, label, 9, "B")
        line(page, value, 9)
        page.ln(1)
    page.ln(2)
    line(page, document.note, 8)
    if document.conditions:
        _conditions(page, document.conditions)
    if document.signed:
        page.embed_file(
            bytes=document.signed.encode(),
            basename=f"{document.ref}-terms.json",
            modification_date=at,
            desc="The text that was signed: its SHA-256 is the fingerprint",
        )
    return bytes(page.output())


def _conditions(page: FPDF, text: str) -> None:
    title, _, rest = text.partition("\n")
    page.add_page()
    line(page, title.removeprefix("# "), 13, "B")
    page.ln(2)
    for paragraph in filter(None, rest.split("\n")):
        line(page, paragraph, 8)  # the whole text on one page
        page.ln(1)
