"""Expired offers: the reason, and the next steps of each side."""

from __future__ import annotations

from conversations.buttons import press, to_command
from conversations.chat_context import ChatContext
from conversations.reply import Button
from core.kernel.process import timeline
from core.trade.listings.service import TAKES_OFFERS, listing_for
from core.trade.offers.model import Offer


def why_lapsed(chat: ChatContext, offer: Offer, mine: frozenset[str], name: str) -> str:
    """Return which side's answer was late, or that the goods are sold out. `name`: the other side's."""
    if timeline(chat.ctx.session, offer.id)[-1].event == "listing_gone":
        return chat.words("offer.lapsed.gone")
    if "turn" in mine:
        return chat.words("offer.lapsed.yours", until=offer.valid_until)
    return chat.words("offer.lapsed.theirs", name=name, until=offer.valid_until)


def ways_on(chat: ChatContext, offer: Offer, mine: frozenset[str]) -> tuple[tuple[Button, ...], ...]:
    """Return the next steps. The buyer offers again while the goods are for sale, or searches for others.

    The seller goes to their listings.
    """
    words = chat.words
    if "buyer" not in mine:
        return ((to_command(words, "listings", "primary", label=words("listing.mine")),),)
    others = Button(label=words("offer.find_others"), press=press("find.goods", choice=offer.terms.product_id))
    if listing_for(chat.ctx, offer.listing_id).state not in TAKES_OFFERS:
        return ((others.model_copy(update={"style": "primary"}),),)
    again = Button(label=words("offer.again"), press=press("offer.make", offer.listing_id), style="primary")
    return ((again, others),)
