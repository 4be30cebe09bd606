"""Results shown while a person types, and previews of our links in any channel. They change nothing.

Previews show public facts only, because the readers are unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.advice.experts.card import expert_card
from conversations.buttons import press
from conversations.chat_context import ChatAddress, ChatContext
from conversations.discovery.result_cards import shared
from conversations.discovery.search import listings_to_share
from conversations.engine import Engine
from conversations.links import LED_TO, PRIVATE, Link, read_url
from conversations.outgoing_replies import jointed_card
from conversations.reply import Button, Card, Option, Shared
from core.advice.experts.service import expert_for
from core.kernel.chat_state.model import Draft
from core.kernel.chat_state.service import draft_of, focused_draft
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.kernel.transaction import person as acting_person
from core.people.accounts.model import Identity, Person
from core.people.accounts.service import known, members, person_of
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


@dataclass(frozen=True, slots=True)
class Glance:
    """The results for a partly typed text.

    `options` answer the open form, and `shared` can be sent into a chat; `after` continues the list. `locale`: the
    reader's language, which may differ from that of their app.
    """

    locale: str
    options: Sequence[Option] = ()
    shared: Sequence[Shared] = ()
    after: str | None = None


class Glances:
    """Looks up results through the eyes of one person at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def glance(
        self, ctx: Ctx, identity: Identity, text: str, after: str | None, door: str, *, here: bool, anyone: bool = False
    ) -> Glance | None:
        """Return results for a partly typed text; None for an unknown person. Changes nothing.

        `here`: typed in the chat with us, where it answers the open form; elsewhere listings are shared.
        `anyone`: typed in a group, where an unknown person sees the public listings.
        """
        chat = self._onlooker(ctx, identity) or (self._stranger(ctx, identity) if anyone else None)
        if chat is None:
            return None
        try:
            draft = focused_draft(chat.ctx, chat.person.id) if here else None
            options = self._options(chat, draft, text) if draft is not None else None
            if options is not None:
                return Glance(chat.person.locale, options=options)
            shared, after = listings_to_share(chat, text, after, door)
        except Refusal:
            return Glance(chat.person.locale)
        shared = [each.model_copy(update={"card": jointed_card(each.card, chat.words)}) for each in shared]
        return Glance(chat.person.locale, shared=shared, after=after)

    def options(self, ctx: Ctx, identity: Identity, draft_id: str, name: str, part: str) -> Sequence[Option]:
        """Return the options of a field in the person's form for the typed part. Changes nothing."""
        chat = self._onlooker(ctx, identity)
        if chat is None:
            return ()
        try:
            return self._options(chat, draft_of(ctx, chat.person.id, draft_id), part, name) or ()
        except Refusal:
            return ()

    def previews(self, ctx: Ctx, identity: Identity, urls: Sequence[str]) -> dict[str, Card]:
        """Return the previews of our links in a channel, in the language of their author. Changes nothing."""
        chat = self._onlooker(ctx, identity) or self._stranger(ctx, identity)
        found = {url: preview(chat, url) for url in urls}
        return {url: jointed_card(card, chat.words) for url, card in found.items() if card is not None}

    def _stranger(self, ctx: Ctx, identity: Identity) -> ChatContext:
        """Return a chat context for an unknown person, who sees public data only."""
        stranger = Person(id="", organisation_id="", name=identity.name, locale=identity.locale, zone=identity.zone)
        return self._engine.chat_with(ctx, stranger, ChatAddress(identity.platform, identity.workspace, ""))

    def _options(self, chat: ChatContext, draft: Draft, part: str, name: str | None = None) -> list[Option] | None:
        return (
            self._engine.form_controller.offers(chat, draft, part, name) if draft.flow in self._engine.flows else None
        )

    def _onlooker(self, ctx: Ctx, identity: Identity) -> ChatContext | None:
        """Return a chat context for a known person before any message; None for an unknown one."""
        person = known(ctx, identity)
        if person is None:
            return None
        chat_address = ChatAddress(identity.platform, identity.workspace, "")
        return self._engine.chat_with(ctx.acting_as(acting_person(person.id)), person, chat_address)
