"""The start screen: open steps first, then the person's business. It is a card, or a tab of its own."""

from __future__ import annotations

from typing import Final

from conversations.advice.sessions.card import session_card, waits_for_me
from conversations.books.money_statement import is_set_up, money_card, payouts_card
from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext, FormDefaults
from conversations.discovery.alerts import brief_search
from conversations.form_controller.drafts import draft_card, go_on_or_open
from conversations.people.registration import welcome_text
from conversations.reply import Button, Card, CardList, Home, Say
from conversations.reputation_badge import own_reputation_badge
from conversations.router import Router
from conversations.trade.deals.card import awaits_me, brief_card
from conversations.trade.listings.my_listings import brief_listing
from conversations.trade.offers.inquiry import inquiry_card
from conversations.trade.offers.offer import brief_offer
from conversations.trade.requests.card import brief_request
from core.advice.experts.service import own_profile
from core.advice.sessions import service as sessions
from core.advice.sessions.model import Booking
from core.books.statements.service import statement
from core.discovery.alerts import service as alerts
from core.kernel.chat_state import service as chat_state
from core.kernel.chat_state.memory import Topic
from core.kernel.errors import Refusal
from core.people.accounts.service import organisation_of
from core.trade.deals import service as deals
from core.trade.deals.model import DEAL
from core.trade.funding import payees
from core.trade.listings import service as listings
from core.trade.listings.model import ListingState
from core.trade.offers import service as offers
from core.trade.offers.inquiries import service as inquiries
from core.trade.offers.model import OFFER
from core.trade.requests import service as requests
from core.trade.requests.model import REQUEST, Request, RequestState
from core.trade.reviews.service import reviews_due

SHOWN = 5
MORE: Final = Topic("desk", str)  # whether all buttons are shown
SHOWN_ALL: Final = "all"

router = Router()


@router.command("me")
def me(chat: ChatContext, where: str) -> None:
    """Show the start screen. Where it has a tab of its own, say so in the chat."""
    if chat.platform.has_home and where != "home":
        chat.reply(Say(text=chat.words("me.on_home")))
    title = chat.words("me.title", name=chat.person.name)
    chat.reply(Home(title=title, text=_who(chat), buttons=_buttons(chat), sections=_sections(chat)))


@router.press("me.more")
def more(chat: ChatContext, press: Press) -> None:
    """Show or hide the other buttons on the Home tab. The choice is remembered."""
    chat.memory.put(MORE, press.choice)
    me(chat, "home")


def _who(chat: ChatContext) -> str:
    """Return the user's public profile line, or a short introduction if they have no role and no trades."""
    words, company = chat.words, organisation_of(chat.ctx, chat.organisation)
    named = [words(f"role.{role}") for role in chat.person.roles]
    if own_profile(chat.ctx) is not None:
        named.append(words("role.consultant"))
    if not named and not company.traded and chat.platform.has_home:
        return welcome_text(chat)
    mail = chat.person.email or words("me.no_email")
    roles = ", ".join(named) or words("me.no_role")
    return words("me.text", company=company.name, roles=roles, email=mail, standing=own_reputation_badge(chat))


def _buttons(chat: ChatContext) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons, the three ways in first. On a tab, where all would look equal, the rest is hidden."""
    first = (
        to_command(chat.words, "find", "primary"),
        to_command(chat.words, "sell"),
        to_command(chat.words, "experts"),
    )
    if not chat.platform.has_home:
        return first, *_other_ways(chat)
    if chat.memory.get(MORE) != SHOWN_ALL:
        unfold = Button(label=chat.words("me.more"), press=press("me.more", choice=SHOWN_ALL))
        return first, (to_command(chat.words, "tour"), to_command(chat.words, "help"), unfold)
    return first, *_other_ways(chat), (Button(label=chat.words("me.fewer"), press=press("me.more")),)


def _other_ways(chat: ChatContext) -> tuple[tuple[Button, ...], ...]:
    def row(*commands: str) -> tuple[Button, ...]:
        return tuple(to_command(chat.words, command) for command in commands)

    words = chat.words
    payee = payees.payee_of(chat.ctx, chat.organisation)
    sells = "seller" in chat.person.roles or own_profile(chat.ctx) is not None
    payout = (Button(label=words("payout.set_up"), press=press("payout.set_up")),)
    return (
        row("requests", "sessions", "expert"),
        row("offers", "deals", "listings"),
        (to_command(chat.words, "money"), Button(label=words("mark.change"), press=press("mark.offer"))),
        row("alerts", "market", "place"),
        row("profile", "company", *(("email",) if chat.market_context.sends_mail else ()), "link"),
        *((payout,) if sells and chat.market_context.takes_payments and not (payee and payee.ready) else ()),
        row("tour", "help"),
    )


def _sections(chat: ChatContext) -> tuple[CardList, ...]:
    words = chat.words
    mine = deals.deals_of(chat.ctx, chat.organisation)
    to_rate = {due.id for due in reviews_due(chat.ctx, chat.organisation)}
    open_deals = [deal for deal in mine if deal.state not in DEAL.final or deal.id in to_rate][:SHOWN]
    open_offers = [o for o in offers.offers_of(chat.ctx, chat.organisation) if o.state == OFFER.initial][:SHOWN]
    my_turn = [offer for offer in open_offers if "turn" in offers.sides(chat.ctx, offer)]
    my_deals = [deal for deal in open_deals if deal.id in to_rate or awaits_me(chat, deal)]
    my_sessions = [booking for booking in _sessions(chat) if waits_for_me(chat, booking)]
    waiting = (
        *(session_card(chat, booking, brief=True) for booking in my_sessions),
        *(brief_card(chat, deal) for deal in my_deals),
        *(brief_offer(chat, offer) for offer in my_turn),
    )
    own_listings = listings.listings_of(chat.ctx, chat.organisation)
    live = [each for each in own_listings if each.state == ListingState.LIVE][:SHOWN]
    searches = alerts.searches_of(chat.ctx, chat.person.id)[:SHOWN]
    drafts = chat_state.drafts_of(chat.ctx, chat.person.id)[:SHOWN]
    sections = (
        ("me.waiting", waiting),  # steps of mine come before steps of others
        ("me.sessions", tuple(session_card(chat, b, brief=True) for b in _sessions(chat) if b not in my_sessions)),
        ("me.deals", tuple(brief_card(chat, deal) for deal in open_deals if deal not in my_deals)),
        ("me.money", _money(chat)),
        ("me.questions", tuple(inquiry_card(chat, each) for each in inquiries.inquiries_of(chat.ctx)[:SHOWN])),
        ("me.requests", tuple(brief_request(chat, each) for each in _requests(chat))),
        ("me.offers", tuple(brief_offer(chat, offer) for offer in open_offers if offer not in my_turn)),
        ("me.listings", tuple(brief_listing(chat, each) for each in live)),
        ("me.alerts", tuple(brief_search(chat, each) for each in searches)),
        ("me.drafts", tuple(draft_card(chat, draft) for draft in drafts)),
    )
    return tuple(
        CardList(subject=code.replace(".", "_"), title=words(code), items=items) for code, items in sections if items
    )


def _sessions(chat: ChatContext) -> list[Booking]:
    """Return the open sessions: those that wait for my answer first, then the next."""
    mine = sessions.bookings_of(chat.ctx, chat.person.id)
    mine.sort(key=lambda booking: not waits_for_me(chat, booking))
    return mine[:SHOWN]


def _requests(chat: ChatContext) -> list[Request]:
    """Return the company's own requests that wait for quotes or for a decision, the latter first."""
    mine = requests.requests_of(chat.ctx, chat.organisation)
    waiting = [each for each in mine if each.state not in REQUEST.final]
    return sorted(waiting, key=lambda each: each.state != RequestState.DECIDING)[:SHOWN]


def _money(chat: ChatContext) -> tuple[Card, ...]:
    """Return the money held, due, on its way and paid out; nothing if there was never any."""
    now = statement(chat.ctx)
    if now.empty:
        return ()
    return (money_card(chat, now).model_copy(update={"subject": None}),)


@router.command("payout")
def payout(chat: ChatContext, _rest: str) -> None:
    """Show where a seller's money is paid to: a page of the provider, opened by a single-use link."""
    if not chat.market_context.takes_payments:
        raise Refusal("payout.not_here")
    if organisation_of(chat.ctx, chat.organisation).country is None:
        chat.reply(Say(text=chat.words("payout.country_needed")))
        if not chat.person.roles and own_profile(chat.ctx) is not None:
            go_on_or_open(
                chat, "profile", FormDefaults({"role": "seller"})
            )  # a consultant is not asked whether to buy or sell
        else:
            chat.command("profile", "")
        return
    if is_set_up(chat):
        chat.reply(payouts_card(chat))
        return
    _ask_page(chat)


def _ask_page(chat: ChatContext) -> None:
    payees.ask_onboarding(chat.ctx)
    chat.reply(Card(subject="payout", title=chat.words("payout.title"), text=chat.words("payout.coming")))


@router.press("payout.set_up")
def set_up(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    payout(chat, "")


@router.press("payout.change")
def change_payout(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    _ask_page(chat)
