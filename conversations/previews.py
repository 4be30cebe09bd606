"""What stands under a link of ours in anybody's channel: public facts alone, for who knows who reads there."""

from __future__ import annotations

from conversations.buttons import press
from conversations.consulting.consultants.card import expert_card
from conversations.links import LED_TO, PRIVATE, Link, read_url
from conversations.reply import Button, Card
from conversations.search.cards import shared
from conversations.talk import Talk
from core.experts.service import expert_for
from core.kernel.errors import Refusal
from core.listings.service import TAKES_OFFERS, listing_for


def preview(talk: Talk, url: str) -> Card | None:
    """What may stand under a link for everybody in the channel: public facts alone. None for no link of ours."""
    link, words = read_url(url), talk.words
    if link is None or link.thing not in LED_TO:
        return None
    open_it = (
        (Button(label=words("listing.open_here"), press=press(LED_TO[link.thing], link.named), style="primary"),),
    )
    if link.thing in PRIVATE:
        look = Button(label=words("deal.open"), press=press(LED_TO[link.thing], link.named))
        return Card(title=words("link.private"), text=words("link.private_text"), buttons=((look,),))
    try:
        return _public(talk, link).model_copy(update={"subject": None, "buttons": open_it})
    except Refusal:
        return None


def _public(talk: Talk, link: Link) -> Card:
    if link.thing == "e":
        return expert_card(talk, expert_for(talk.ctx, link.named), brief=True)
    listing = listing_for(talk.ctx, link.named)
    card = shared(talk, listing, "").card
    gone = "" if listing.state in TAKES_OFFERS else talk.words("link.gone")
    return card.model_copy(update={"note": gone})
