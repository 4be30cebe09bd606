"""Alerts about requests that a seller could quote on.

Each is sent once, with the reason, a way to quote and one to stop.
"""

from __future__ import annotations

from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext
from conversations.discovery.chips import shown_parts
from conversations.forms.answers import capital, goods_name
from conversations.reply import Button, Card, CardList, Line, Say, Toast
from conversations.router import Router
from conversations.trade.requests.card import brief_request
from core.discovery.alerts import request_alerts
from core.discovery.alerts.events import RequestsFound
from core.trade.requests.service import request_for

MUTED_AT_MOST = 6  # buttons below each other; a seller of more goods finds the others when these are muted

router = Router()


def request_alert_list(chat: ChatContext, fact: RequestsFound) -> CardList:
    """Return the requests that this person's own listings could answer."""
    words = chat.words
    asked = [request_for(chat.ctx, each.request_id) for each in fact.found]
    items = []
    for each in asked:
        item = brief_request(chat, each)
        why = Button(label=words("alert.why"), press=press("openings.why", each.id))
        items.append(item.model_copy(update={"buttons": ((*item.buttons[0], why),)}))
    products = dict.fromkeys(each.product_id for each in asked)
    mute = tuple((_mute_button(chat, product, alone=len(products) == 1),) for product in products)
    everything = to_command(words, "requests", said=words("wanted.all"))
    return CardList(
        subject=f"openings:{asked[0].id}",
        title=words("openings.found", count=len(asked) + fact.more),
        items=tuple(items),
        buttons=(*mute, (everything,)),
    )


@router.press("openings.why")
def why(chat: ChatContext, pressed: Press) -> None:
    """Explain an alert: the listing it is for, the parts of the request it meets, and how to stop it."""
    words, asked = chat.words, request_for(chat.ctx, pressed.subject)
    listing, met = request_alerts.told_of(chat.ctx, chat.market_context.catalogue, asked.id)
    said = [
        words("openings.because", goods=goods_name(chat, listing.product_id, listing.grade_id), left=listing.quantity)
    ]
    reasons = ", ".join(words(each.code, **shown_parts(chat, each.parts)) for each in met)
    said += [words("openings.fits", reasons=reasons)] if reasons else []
    show = Button(label=words("request.open"), press=press("request.show", asked.id), style="primary")
    chat.reply(Say(text="\n".join(said), buttons=((show,), (_mute_button(chat, asked.product_id, alone=True),))))


@router.press("openings.mute")
def mute(chat: ChatContext, pressed: Press) -> None:
    request_alerts.mute_requests(chat.ctx, pressed.subject)
    chat.reply(Toast(text=chat.words("openings.muted", goods=_named(chat, pressed.subject))), sold_card(chat))


@router.press("openings.hear")
def hear(chat: ChatContext, pressed: Press) -> None:
    request_alerts.hear_of_requests(chat.ctx, pressed.subject)
    chat.reply(Toast(text=chat.words("openings.heard", goods=_named(chat, pressed.subject))), sold_card(chat))


@router.press("openings.show")
def show(chat: ChatContext, _pressed: Press) -> None:
    chat.as_new_message = True
    chat.reply(sold_card(chat))


def sold_card(chat: ChatContext) -> Card:
    """Return the goods for which this person gets alerts, each to be muted or unmuted."""
    words, sold = chat.words, request_alerts.sold_products(chat.ctx)
    lines = [
        Line(label=_named(chat, each), value=words("alert.instant" if heard else "alert.muted"))
        for each, heard in sold.items()
    ]
    buttons = [
        (_mute_button(chat, each, alone=len(sold) == 1) if heard else _hear_button(chat, each, alone=len(sold) == 1),)
        for each, heard in sold.items()
    ]
    return Card(
        subject="openings",
        title=words("openings.mine"),
        text=words("openings.how"),
        lines=tuple(lines),
        buttons=tuple(buttons[:MUTED_AT_MOST]),
        as_new_message=chat.as_new_message,
    )


def _mute_button(chat: ChatContext, product: str, *, alone: bool) -> Button:
    words = chat.words
    label = words("alert.mute") if alone else words("alert.mute_one", search=_named(chat, product))
    return Button(label=label, press=press("openings.mute", product))


def _hear_button(chat: ChatContext, product: str, *, alone: bool) -> Button:
    words = chat.words
    label = words("openings.hear") if alone else words("openings.hear_one", goods=_named(chat, product))
    return Button(label=label, press=press("openings.hear", product))


def _named(chat: ChatContext, product: str) -> str:
    known = chat.market_context.catalogue.products.get(product)
    return capital(known.name(chat.words.language)) if known is not None else product
