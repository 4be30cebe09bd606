"""What both sides sign: the goods, the terms, the parties and the market's own conditions, as the fingerprint has them.

All that `core.deals.rules.terms_hash` covers stands on this card. Contacts in the note are hidden until both have
signed, as everywhere.
"""

from __future__ import annotations

from decimal import Decimal

from conversations.reply import Card, Line
from conversations.talk import Talk
from conversations.trade.offer import goods_lines, lines_of
from core.deals.model import Deal
from core.invoicing.service import named_on_invoices
from core.people.service import organisation_of


def terms_card(talk: Talk, deal: Deal) -> Card:
    words = talk.words
    signed = [
        Line(label=words(f"deal.signed_by_{side}"), value=words.show(at) if at else words("deal.not_signed"))
        for side, at in (("buyer", deal.buyer_signed_at), ("seller", deal.seller_signed_at))
    ]
    fee = words("terms.fee_of", percent=Decimal(deal.commission_bp) / 100)
    return Card(
        subject=f"terms:{deal.id}",
        title=words("deal.terms_title", ref=deal.ref),
        lines=(
            *goods_lines(talk, deal.terms),
            Line(label=words("party.buyer"), value=_signatory(talk, deal, deal.buyer, deal.buyer_name)),
            Line(label=words("party.seller"), value=_signatory(talk, deal, deal.seller, deal.seller_name)),
            *lines_of(talk, deal.terms, signed=bool(deal.buyer_signed_at and deal.seller_signed_at), whole=True),
            *settlement_lines(talk, deal),
            Line(label=words("terms.fee"), value=fee),
            Line(label=words("terms.conditions"), value=words("terms.conditions_of", version=deal.terms_version)),
            *signed,
        ),
        text=words("deal.terms_text"),
        note=words("deal.fingerprint", hash=deal.terms_hash),
        fresh=talk.fresh,
    )


def _signatory(talk: Talk, deal: Deal, organisation_id: str, named: str) -> str:
    """Who has signed, as it was called then, and what it is called now where that is another name.

    Of who has left, since when, and the name only where the law keeps it: on the deal's invoices.
    """
    left_at = organisation_of(talk.ctx, organisation_id).left_at
    if left_at is None:
        now = talk.party(organisation_id)
        return named if now == named else talk.words("party.now_called", name=named, now=now)
    day = left_at.astimezone(talk.words.zone).date()
    name = named_on_invoices(talk.ctx, deal.id, organisation_id)
    return talk.words("party.named_left_on", name=name, day=day) if name else talk.words("party.left_on", day=day)


def settlement_lines(talk: Talk, deal: Deal) -> list[Line]:
    """Before anybody signs: that nobody holds this money."""
    if deal.settlement != "direct":
        return []
    return [Line(label=talk.words("pay.label"), value=talk.words("deal.paid_directly"))]
