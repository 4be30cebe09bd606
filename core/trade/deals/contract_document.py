"""The signed contract as a file for both sides: asked for in the chat, drawn outside, handed to the asker."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.kernel.errors import NotFound
from core.kernel.transaction import Ctx, person
from core.money.messages import ContractDocument, DrawTerms
from core.people.accounts.service import acting
from core.people.files.model import Checked
from core.people.files.service import keep
from core.trade.deals import rules
from core.trade.deals.access import deal_for, sides
from core.trade.deals.events import TermsDrawn
from core.trade.deals.model import Deal
from core.trade.deals.rules import conditions


@dataclass(frozen=True, slots=True)
class Shown:
    """The terms as on a card, in the reader's words."""

    title: str
    text: str
    rows: Sequence[tuple[str, str]]
    note: str


def ask_terms(ctx: Ctx, deal_id: str, shown: Shown, where: str) -> Deal:
    """Ask for the terms as a file, in these words. Raises NotFound to all but the sides, operators too.

    `where`: the chat that asks, to which it comes.
    """
    deal = deal_for(ctx, deal_id)
    if not sides(ctx, deal) & {"buyer", "seller"}:
        raise NotFound
    document = ContractDocument(
        ref=deal.ref,
        title=shown.title,
        text=shown.text,
        rows=tuple(shown.rows),
        note=shown.note,
        conditions=conditions(deal.terms_version),
        signed=signed_text_of(deal),
    )
    ctx.enqueue(f"terms:{deal.id}", DrawTerms(deal=deal.id, person=acting(ctx).id, where=where, document=document))
    return deal


def signed_text_of(deal: Deal) -> str:
    """Return the text that both have signed, if it can be shown. It has the names, and the note with its contacts.

    If a company has left, its name is gone from the deal, and with it the text that had it.
    """
    if deal.buyer_signed_at is None or deal.seller_signed_at is None:
        return ""
    parties = rules.Signatory(deal.buyer, deal.buyer_name), rules.Signatory(deal.seller, deal.seller_name)
    text = rules.signed_text(deal.terms, *parties, deal.commission_bp, deal.terms_version)
    return text if hashlib.sha256(text.encode()).hexdigest() == deal.terms_hash else ""


def terms_drawn(ctx: Ctx, deal_id: str, person_id: str, where: str, content: bytes) -> None:
    """Hand over the drawn file."""
    deal = deal_for(ctx, deal_id)
    file = Checked(f"{deal.ref}.pdf", "application/pdf", content, hashlib.sha256(content).hexdigest())
    kept = keep(ctx.acting_as(person(person_id)), file)
    ctx.announce(TermsDrawn(deal.id, deal.buyer, deal.seller, person_id, where, kept.id))
