"""A seller's own listings: all of them, one with what can be done about it, and what everybody reads of it."""

from __future__ import annotations

from typing import Final

from conversations.buttons import Press, press, to_command
from conversations.chat_context import Talk
from conversations.differences import show_certificates, show_packing
from conversations.forms.answers import goods_name, show_place, show_price
from conversations.forms.delivery_window import show_window
from conversations.reply import Button, Card, CardList, Line, Say, Style, Toast
from conversations.router import Book
from conversations.trade.listings.certificates import looked_up_at
from core.kernel.errors import NotAllowed
from core.trade.listings import service as listings
from core.trade.listings.model import LISTING, Listing
from core.trade.listings.rules import dates_are_over

SHOWN_AT_ONCE: Final = 10
LOOSE: Final = "bulk"
ABREAST: Final = 2  # buttons; four are too narrow for their words on a phone
VERBS: Final[tuple[tuple[str, Style], ...]] = (
    ("change", "plain"),
    ("pause", "plain"),
    ("resume", "primary"),
    ("renew", "plain"),
    ("withdraw", "danger"),
)

book = Book()


@book.command("listings")
def my_listings(talk: Talk, _rest: str) -> None:
    """The person's own listings, newest first."""
    mine = listings.listings_of(talk.ctx, talk.organisation)[:SHOWN_AT_ONCE]
    words = talk.words
    sell = to_command(words, "sell", "primary")
    if not mine:
        talk.reply(Say(text=words("listing.none_yet"), buttons=((sell,),)))
        return
    items = tuple(brief_listing(talk, listing) for listing in mine)
    talk.reply(CardList(subject="listings", title=words("listing.mine"), items=items, buttons=((sell,),)))


def brief_listing(talk: Talk, listing: Listing) -> Card:
    """A listing among others: what, how much, at what price; one button opens it."""
    words = talk.words
    return Card(
        title=goods_name(talk, listing.product_id, listing.grade_id),
        lines=(
            *goods_lines(talk, listing)[:3],
            Line(label=words("listing.state"), value=words(f"state.{listing.state}")),
        ),
        buttons=((Button(label=words("find.show"), press=press("find.show", listing.id)), *_changing(talk, listing)),),
    )


def _changing(talk: Talk, listing: Listing) -> tuple[Button, ...]:
    if "change" not in LISTING.open_to(listing.state, ("seller",)):
        return ()
    return (Button(label=talk.words("listing.change"), press=press("listing.change", listing.id, listing.version)),)


def own_card(talk: Talk, listing: Listing, note: str = "") -> Card:
    """A listing as its seller sees it: what is left of it, until when it stands, what can be done."""
    words = talk.words
    verbs = LISTING.open_to(listing.state, ("seller",))
    if dates_are_over(listing, talk.today):
        verbs = [verb for verb in verbs if verb != "renew"]  # other dates put it up again
    buttons = [
        Button(label=words(f"listing.{verb}"), press=press(f"listing.{verb}", listing.id, listing.version), style=style)
        for verb, style in VERBS
        if verb in verbs
    ]
    if talk.almanac.home and listing.state == "live":
        buttons.append(Button(label=words("link.page"), url=f"{talk.almanac.home}/l/{listing.id}"))
    return Card(
        subject=f"listing:{listing.id}",
        title=goods_name(talk, listing.product_id, listing.grade_id),
        text=listing.words,
        lines=(*goods_lines(talk, listing), Line(label=words("listing.state"), value=words(f"state.{listing.state}"))),
        turn=words("listing.stands_until", until=listing.expires_at) if listing.state == "live" else "",
        note=note,
        buttons=tuple(tuple(buttons[place : place + ABREAST]) for place in range(0, len(buttons), ABREAST)),
        fresh=talk.fresh,
    )


def goods_lines(talk: Talk, listing: Listing) -> tuple[Line, ...]:
    """What every reader of a listing wants to know, in one order."""
    words = talk.words
    lines = [
        Line(label=words("listing.left"), value=words.show(listing.remaining)),
        Line(label=words("listing.price"), value=show_price(talk, listing.price)),
        Line(label=words("listing.delivery"), value=f"{listing.incoterm} {show_place(talk, listing.place)}"),
        Line(label=words("listing.window"), value=show_window(talk, (listing.window_from, listing.window_to))),
    ]
    if listing.min_lot != listing.remaining:
        lines.append(Line(label=words("listing.min_lot"), value=words.show(listing.min_lot)))
    if packed := packed_in(talk, listing):
        lines.append(Line(label=words("sell.packaging"), value=packed))
    if listing.certificates:
        lines.append(Line(label=words("listing.certificates"), value=_certified(talk, listing)))
    return tuple(lines)


def _certified(talk: Talk, listing: Listing) -> str:
    """What the seller has told; to everybody else also that it is no more than that, and where it can be looked up."""
    said, where = show_certificates(talk, listing.certified), looked_up_at(talk, listing.certified)
    if listing.seller == talk.organisation or not where:
        return said
    return talk.words("listing.certificates_told", named=said, where=where)


def packed_in(talk: Talk, listing: Listing) -> str:
    """ "in big bags"; nothing for loose goods, which go without saying, nor where the amount says it."""
    packed = listing.packaging
    if packed is None or packed == LOOSE or listing.unit.startswith(packed):
        return ""
    return show_packing(talk, packed)


@book.press("listing.show")
def show(talk: Talk, pressed: Press) -> None:
    """The seller's card as it stands now, for who pressed on an older one."""
    listing = listings.listing_for(talk.ctx, pressed.subject)
    if listing.seller != talk.organisation:
        raise NotAllowed
    talk.reply(own_card(talk, listing))


@book.press("listing.pause")
def pause(talk: Talk, pressed: Press) -> None:
    _changed(talk, listings.pause_listing(talk.ctx, pressed.subject, pressed.seen))


@book.press("listing.resume")
def resume(talk: Talk, pressed: Press) -> None:
    _changed(talk, listings.resume_listing(talk.ctx, pressed.subject, pressed.seen))


@book.press("listing.renew")
def renew(talk: Talk, pressed: Press) -> None:
    _changed(talk, listings.renew_listing(talk.ctx, pressed.subject, pressed.seen))


@book.press("listing.withdraw")
def withdraw(talk: Talk, pressed: Press) -> None:
    _changed(talk, listings.withdraw_listing(talk.ctx, pressed.subject, pressed.seen))


def _changed(talk: Talk, listing: Listing) -> None:
    talk.ctx.session.flush()
    talk.reply(Toast(text=talk.words(f"state.{listing.state}")), own_card(talk, listing))
