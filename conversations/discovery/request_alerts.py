"""Requests that a seller could quote on: told once, with why, with the way to quote and the one to hear no more."""

from __future__ import annotations

from conversations.buttons import Press, press, to_command
from conversations.chat_context import Talk
from conversations.discovery.chips import shown_parts
from conversations.forms.answers import capital, goods_name
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Book
from conversations.trade.requests.card import brief_request
from core.discovery.alerts import request_alerts
from core.discovery.alerts.events import RequestsFound
from core.trade.requests.service import request_for

MUTED_AT_MOST = 6  # buttons below each other; who sells more kinds of goods finds the others when these are done

book = Book()


def openings_list(talk: Talk, fact: RequestsFound) -> CardList:
    """What buyers ask for that this person's own listings could answer."""
    words = talk.words
    asked = [request_for(talk.ctx, each.request_id) for each in fact.found]
    items = []
    for each in asked:
        item = brief_request(talk, each)
        why = Button(label=words("alert.why"), press=press("openings.why", each.id))
        items.append(item.model_copy(update={"buttons": ((*item.buttons[0], why),)}))
    products = dict.fromkeys(each.product_id for each in asked)
    mute = tuple((_mute_button(talk, product, alone=len(products) == 1),) for product in products)
    everything = to_command(words, "requests", said=words("wanted.all"))
    return CardList(
        subject=f"openings:{asked[0].id}",
        title=words("openings.found", count=len(asked) + fact.more),
        items=tuple(items),
        buttons=(*mute, (everything,)),
    )


@book.press("openings.why")
def why(talk: Talk, pressed: Press) -> None:
    """Why did I get this? By which listing of theirs, what of the request it meets, and how to stop it."""
    words, asked = talk.words, request_for(talk.ctx, pressed.subject)
    listing, met = request_alerts.told_of(talk.ctx, talk.almanac.catalogue, asked.id)
    said = [
        words("openings.because", goods=goods_name(talk, listing.product_id, listing.grade_id), left=listing.quantity)
    ]
    reasons = ", ".join(words(each.code, **shown_parts(talk, each.parts)) for each in met)
    said += [words("openings.fits", reasons=reasons)] if reasons else []
    show = Button(label=words("request.open"), press=press("request.show", asked.id), style="primary")
    talk.reply(Say(text="\n".join(said), buttons=((show,), (_mute_button(talk, asked.product_id, alone=True),))))


@book.press("openings.mute")
def mute(talk: Talk, pressed: Press) -> None:
    request_alerts.mute_requests(talk.ctx, pressed.subject)
    talk.reply(Toast(text=talk.words("openings.muted", goods=_named(talk, pressed.subject))), sold_card(talk))


@book.press("openings.hear")
def hear(talk: Talk, pressed: Press) -> None:
    request_alerts.hear_of_requests(talk.ctx, pressed.subject)
    talk.reply(Toast(text=talk.words("openings.heard", goods=_named(talk, pressed.subject))), sold_card(talk))


@book.press("openings.show")
def show(talk: Talk, _pressed: Press) -> None:
    talk.fresh = True
    talk.reply(sold_card(talk))


def sold_card(talk: Talk) -> Card:
    """For which goods this person hears of requests, each to be muted or heard of again."""
    words, sold = talk.words, request_alerts.sold_products(talk.ctx)
    lines = [
        Line(label=_named(talk, each), value=words("alert.instant" if heard else "alert.muted"))
        for each, heard in sold.items()
    ]
    buttons = [
        (_mute_button(talk, each, alone=len(sold) == 1) if heard else _hear_button(talk, each, alone=len(sold) == 1),)
        for each, heard in sold.items()
    ]
    return Card(
        subject="openings",
        title=words("openings.mine"),
        text=words("openings.how"),
        lines=tuple(lines),
        buttons=tuple(buttons[:MUTED_AT_MOST]),
        fresh=talk.fresh,
    )


def _mute_button(talk: Talk, product: str, *, alone: bool) -> Button:
    words = talk.words
    label = words("alert.mute") if alone else words("alert.mute_one", search=_named(talk, product))
    return Button(label=label, press=press("openings.mute", product))


def _hear_button(talk: Talk, product: str, *, alone: bool) -> Button:
    words = talk.words
    label = words("openings.hear") if alone else words("openings.hear_one", goods=_named(talk, product))
    return Button(label=label, press=press("openings.hear", product))


def _named(talk: Talk, product: str) -> str:
    known = talk.almanac.catalogue.products.get(product)
    return capital(known.name(talk.words.language)) if known is not None else product
