"""What stands beside a card that has news, and says something of the same thing: it is made true again where it is."""

from __future__ import annotations

from conversations.outgoing.sending import send
from conversations.talk import Talk
from conversations.trade.deals.signed import terms_card
from core.deals.service import deal_for
from core.talks.service import shown


def redraw_beside(talk: Talk, kind: str, subject: str) -> None:
    """The terms of a deal say who has signed. Where they are not open, nothing is sent."""
    where = talk.surface
    if kind != "deal" or not shown(talk.ctx, where.platform, where.workspace, where.address, f"terms:{subject}"):
        return
    terms = terms_card(talk, deal_for(talk.ctx, subject))
    send(talk.ctx, where, [terms.model_copy(update={"fresh": False})], words=talk.words)
