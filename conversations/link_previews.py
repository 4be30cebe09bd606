"""Previews of our links in any channel. They show public facts only, because the readers are unknown."""

from __future__ import annotations

from conversations.advice.experts.card import expert_card
from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.discovery.result_cards import shared
from conversations.links import LED_TO, PRIVATE, Link, read_url
from conversations.reply import Button, Card
from core.advice.experts.service import expert_for
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.people.accounts.service import members, person_of
from core.trade.listings.service import TAKES_OFFERS, listing_for, seller_of


def preview(chat: ChatContext, url: str) -> Card | None:
    """Return the preview of a link for all readers of a channel; None if it is no link of ours."""
    link, words = read_url(url), chat.words
    if link is None or link.thing not in LED_TO:
        return None
    open_it = (
        (Button(label=words("listing.open_here"), press=press(LED_TO[link.thing], link.named), style="primary"),),
    )
    if link.thing in PRIVATE:
        look = Button(label=words("deal.open"), press=press(LED_TO[link.thing], link.named))
        return Card(title=words("link.private"), text=words("link.private_text"), buttons=((look,),))
    try:
        return _public(chat, link).model_copy(update={"subject": None, "buttons": open_it})
    except Refusal:
        return None


def locale_behind(ctx: Ctx, url: str) -> str:
    """Return the language of the owner of a linked page; empty if the page has no owner."""
    link = read_url(url)
    try:
        if link is not None and link.thing == "e":
            return person_of(ctx, expert_for(ctx, link.named).person_id).locale
        if link is not None and link.thing == "l":
            return next((each.locale for each in members(ctx, seller_of(ctx, link.named))), "")
    except Refusal:
        pass
    return ""


def _public(chat: ChatContext, link: Link) -> Card:
    if link.thing == "e":
        return expert_card(chat, expert_for(chat.ctx, link.named), brief=True)
    listing = listing_for(chat.ctx, link.named)
    card = shared(chat, listing, "").card
    gone = "" if listing.state in TAKES_OFFERS else chat.words("link.gone")
    return card.model_copy(update={"note": gone})
