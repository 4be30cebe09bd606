"""Links into the market: what they name, where they lead in a chat, and what stands under them in anybody's channel.

`https://t.me/<bot>?start=l_<id>` and `<our address>/l/<id>` name the same listing. A link may say where its reader came
from (`l_<id>_fair26`, `r_fair26`); that is kept with who is new here, once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from conversations.buttons import press
from conversations.consulting.expert_card import expert_card
from conversations.reply import Button, Card
from conversations.search.cards import shared
from conversations.talk import Talk
from core.experts.service import expert_for
from core.kernel.errors import Refusal
from core.listings.service import TAKES_OFFERS, listing_for

# What a link names: a listing, a consultant, an offer, a deal, a request for quotes; and the button that shows it.
LED_TO: Final = {"l": "find.show", "e": "seek.show", "o": "offer.show", "d": "deal.show", "q": "request.show"}
PRIVATE: Final = {"o", "d", "q"}  # shown to its sides only; to anybody else its name alone would tell too much
REFERRAL: Final = "r"

PAYLOAD: Final = re.compile(r"([a-z])_([A-Za-z0-9-]{1,40})(?:_([A-Za-z0-9_-]{1,32}))?")
PATH: Final = re.compile(r"/([a-z])/([A-Za-z0-9-]{1,40})")


@dataclass(frozen=True, slots=True)
class Link:
    """`source`: what brought its reader here, if it says."""

    thing: str
    named: str
    source: str = ""


def read_payload(payload: str) -> Link | None:
    """What follows `/start`, or `?start=`; None for what we have not written."""
    found = PAYLOAD.fullmatch(payload)
    if found is None:
        return None
    if found[1] == REFERRAL:
        return Link(REFERRAL, "", payload.partition("_")[2][:32])
    return Link(found[1], found[2], found[3] or "")


def read_url(url: str) -> Link | None:
    parts = urlsplit(url)
    if payload := parse_qs(parts.query).get("start"):
        return read_payload(payload[0])
    found = PATH.fullmatch(parts.path)
    return Link(found[1], found[2]) if found is not None else None


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
