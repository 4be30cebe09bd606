"""A seller's own listings: all of them, one with its actions, and its public view."""

from __future__ import annotations

from typing import Final

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.differences import show_certificates, show_packing
from conversations.forms.answers import goods_name, show_place, show_price
from conversations.forms.delivery_window import show_window
from conversations.reply import Button, Card, CardList, Line, Say, Style, Toast
from conversations.router import Router
from conversations.steps import YES, asked_on, yes_to
from conversations.trade.listings.certificates import looked_up_at
from core.kernel.errors import NotAllowed, Stale
from core.trade.listings import service as listings
from core.trade.listings.model import LISTING, Listing, ListingState
from core.trade.listings.rules import dates_are_over

SHOWN_AT_ONCE: Final = 10
LOOSE: Final = "bulk"
ABREAST: Final = 2  # buttons in a row; four are too narrow for their labels on a phone
VERBS: Final[tuple[tuple[str, Style], ...]] = (
    ("change", "plain"),
    ("pause", "plain"),
    ("resume", "primary"),
    ("renew", "plain"),
    ("withdraw", "danger"),
)

router = Router()


@router.command("listings")
def my_listings(chat: ChatContext, _rest: str) -> None:
    """Show the person's own listings, newest first."""
    mine = listings.listings_of(chat.ctx, chat.organisation)[:SHOWN_AT_ONCE]
    words = chat.words
    sell = to_command(words, "sell", "primary")
    if not mine:
        chat.reply(Say(text=words("listing.none_yet"), buttons=((sell,),)))
        return
    items = tuple(brief_listing(chat, listing) for listing in mine)
    chat.reply(CardList(subject="listings", title=words("listing.mine"), items=items, buttons=((sell,),)))


def brief_listing(chat: ChatContext, listing: Listing) -> Card:
    """Return a listing in a list: goods, amount and price; one button opens it."""
    words = chat.words
    return Card(
        title=goods_name(chat, listing.product_id, listing.grade_id),
        lines=(
            *goods_lines(chat, listing)[:3],
            Line(label=words("listing.state"), value=words(f"state.{listing.state}")),
        ),
        buttons=((Button(label=words("find.show"), press=press("find.show", listing.id)), *_changing(chat, listing)),),
    )


def _changing(chat: ChatContext, listing: Listing) -> tuple[Button, ...]:
    if "change" not in LISTING.open_to(listing.state, ("seller",)):
        return ()
    return (Button(label=chat.words("listing.change"), press=press("listing.change", listing.id, listing.version)),)


def own_card(chat: ChatContext, listing: Listing, note: str = "") -> Card:
    """Return a listing as its seller sees it: the amount left, its expiry, and the possible actions."""
    words = chat.words
    verbs = LISTING.open_to(listing.state, ("seller",))
    if dates_are_over(listing, chat.today):
        verbs = [verb for verb in verbs if verb != "renew"]  # other dates make it live again
    buttons = [
        Button(label=words(f"listing.{verb}"), press=press(f"listing.{verb}", listing.id, listing.version), style=style)
        for verb, style in VERBS
        if verb in verbs
    ]
    lines = [*goods_lines(chat, listing), Line(label=words("listing.state"), value=words(f"state.{listing.state}"))]
    if listing.state == ListingState.REMOVED:
        lines.append(Line(label=words("report.reason"), value=listing.removal_reason or ""))
    if listing.state == ListingState.REMOVED and listing.removed_with is None:
        buttons.append(Button(label=words("objection.title"), press=press("objection.listing", listing.id)))
    if chat.market_context.home and listing.state == ListingState.LIVE:
        buttons.append(Button(label=words("link.page"), url=f"{chat.market_context.home}/l/{listing.id}"))
    return Card(
        subject=f"listing:{listing.id}",
        title=goods_name(chat, listing.product_id, listing.grade_id),
        text=listing.words,
        lines=tuple(lines),
        turn=_turn(chat, listing),
        note=note,
        buttons=tuple(tuple(buttons[place : place + ABREAST]) for place in range(0, len(buttons), ABREAST)),
        as_new_message=chat.as_new_message,
    )


def _turn(chat: ChatContext, listing: Listing) -> str:
    if listing.state == ListingState.LIVE:
        return chat.words("listing.stands_until", until=listing.expires_at)
    return chat.words("listing.turn.removed") if listing.state == ListingState.REMOVED else ""


def goods_lines(chat: ChatContext, listing: Listing) -> tuple[Line, ...]:
    """Return the lines that every reader of a listing sees, in a fixed order."""
    words = chat.words
    lines = [
        Line(label=words("listing.left"), value=words.show(listing.remaining)),
        Line(label=words("listing.price"), value=show_price(chat, listing.price)),
        Line(label=words("listing.delivery"), value=f"{listing.incoterm} {show_place(chat, listing.place)}"),
        Line(label=words("listing.window"), value=show_window(chat, (listing.window_from, listing.window_to))),
    ]
    if listing.min_lot != listing.remaining:
        lines.append(Line(label=words("listing.min_lot"), value=words.show(listing.min_lot)))
    if packed := packed_in(chat, listing):
        lines.append(Line(label=words("sell.packaging"), value=packed))
    if listing.certificates:
        lines.append(Line(label=words("listing.certificates"), value=_certified(chat, listing)))
    return tuple(lines)


def _certified(chat: ChatContext, listing: Listing) -> str:
    """Return the certificates. Other readers also learn that they are the seller's claim, and where to look them up."""
    named, where = show_certificates(chat, listing.certified), looked_up_at(chat, listing.certified)
    if listing.seller == chat.organisation or not where:
        return named
    return chat.words("listing.certificates_told", named=named, where=where)


def packed_in(chat: ChatContext, listing: Listing) -> str:
    """Return "in big bags"; empty for loose goods, and where the amount says it."""
    packed = listing.packaging
    if packed is None or packed == LOOSE or listing.unit.startswith(packed):
        return ""
    return show_packing(chat, packed)


@router.press("listing.show")
def show(chat: ChatContext, press: Press) -> None:
    """Show the seller's card in its current state, after a press on an older one.

    Raises NotAllowed for other companies.
    """
    listing = listings.listing_for(chat.ctx, press.subject)
    if listing.seller != chat.organisation:
        raise NotAllowed
    chat.reply(own_card(chat, listing))


ACTS: Final = {
    "pause": listings.pause_listing,
    "resume": listings.resume_listing,
    "renew": listings.renew_listing,
    "withdraw": listings.withdraw_listing,
}


def act(chat: ChatContext, button: Press) -> None:
    """Change the state of a listing. A step that cannot be taken back is confirmed first."""
    verb = button.verb.partition(".")[2]
    if verb in LISTING.binds and button.choice != YES:
        chat.reply(_asked(chat, button))
        return
    listing = ACTS[verb](chat.ctx, button.subject, button.expected_version)
    chat.ctx.session.flush()
    chat.reply(Toast(text=chat.words(f"state.{listing.state}")), own_card(chat, listing))


for each in ACTS:
    router.press(f"listing.{each}")(act)


def _asked(chat: ChatContext, button: Press) -> Card:
    """Return the listing with the question before a step. Raises NotAllowed, and Stale when it is out of date."""
    listing = listings.listing_for(chat.ctx, button.subject)
    if listing.seller != chat.organisation:
        raise NotAllowed
    if button.expected_version not in (None, listing.version):
        raise Stale
    load = press(button.verb, listing.id, listing.version, YES)
    yes = Button(label=yes_to(chat, chat.words(button.verb)), press=load, style="danger")
    question = chat.words(f"sure.{button.verb}")
    return asked_on(chat, own_card(chat, listing), question, yes, press("listing.show", listing.id))
