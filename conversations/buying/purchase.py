"""Buying from the market: by Stars inside Telegram, by card elsewhere; `/paysupport` for who wants the money back."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.billing.recalled import recall_lines
from conversations.book import Book
from conversations.buttons import Press, press
from conversations.reply import Button, Card, Line, Toast
from conversations.talk import Talk
from conversations.turn import PaidStars
from core.escrow.chargebacks import of_subject
from core.kernel.money import Money
from core.purchases import payments, service
from core.purchases.model import MAY_COME_BACK, PURCHASE, BuyThing, Purchase, Thing

book = Book()


@dataclass(frozen=True, slots=True)
class Ware:
    """Something that the market sells, with its price on either rail. `subject`: which one, by its slice's own id."""

    thing: Thing
    subject: str
    title: str  # 32 characters at most, as on an invoice
    description: str  # 255
    stars: Money
    card: Money
    lasts_days: int = 0


def price_here(talk: Talk, ware: Ware) -> Money:
    """What it costs where the person is: digital goods are sold for Stars within Telegram, and for money elsewhere."""
    return ware.stars if talk.surface.platform == "telegram" else ware.card


def offer(talk: Talk, ware: Ware) -> Purchase:
    """Offer it for sale: the invoice follows in the chat, or the page opens and this card gets its button."""
    price = price_here(talk, ware)
    purchase = service.buy(
        talk.ctx,
        BuyThing(
            thing=ware.thing,
            subject=ware.subject,
            title=ware.title[:32],
            description=ware.description[:255],
            price_minor=price.minor,
            currency=price.currency,
            lasts_days=ware.lasts_days,
        ),
    )
    talk.fresh = True
    if purchase.state == PURCHASE.initial:
        talk.reply(purchase_card(talk, purchase))
    return purchase


def take_stars(talk: Talk, paid: PaidStars) -> None:
    """Telegram has charged the person. What follows is told by whoever delivers it."""
    payments.stars_paid(talk.ctx, paid.purchase, talk.surface.address, paid.charge, paid.amount)


# --- one purchase -----------------------------------------------------------------------------------------------------


def purchase_card(talk: Talk, purchase: Purchase, note: str = "") -> Card:
    words = talk.words
    lines = [Line(label=words("purchase.price"), value=words.show(purchase.price))]
    if purchase.credit:
        lines.append(Line(label=words("purchase.from_credit"), value=words.show(purchase.credit)))
        lines.append(Line(label=words("purchase.to_pay"), value=words.show(purchase.asked)))
    if purchase.back:
        lines.append(Line(label=words("purchase.back"), value=words.show(purchase.back)))
    lines += recall_lines(talk, of_subject(talk.ctx, purchase.id))
    return Card(
        subject=f"purchase:{purchase.id}",
        title=purchase.title,
        text=purchase.description,
        lines=tuple(lines),
        turn=_turn(talk, purchase),
        note=note,
        buttons=_buttons(talk, purchase),
        fresh=talk.fresh,
    )


def _turn(talk: Talk, purchase: Purchase) -> str:
    code = f"purchase.turn.{purchase.state}"
    if purchase.state == PURCHASE.initial:
        code = f"{code}.{purchase.rail}" if purchase.url or purchase.rail == "stars" else f"{code}.coming"
    elif purchase.recall is not None:
        code = f"purchase.turn.recall_{purchase.recall}"
    elif purchase.state == "paid" and purchase.asked_back_at is not None:
        code = "purchase.turn.asked_back"
    until = purchase.open_until if purchase.state == PURCHASE.initial else purchase.state_since + MAY_COME_BACK
    return talk.words(code, until=until)


def _buttons(talk: Talk, purchase: Purchase) -> tuple[tuple[Button, ...], ...]:
    """Its buyer may pay, leave it or ask for the money back; an operator gives it back."""
    words, yours = talk.words, purchase.buyer == talk.person.id
    rows: list[tuple[Button, ...]] = []
    if yours and purchase.url:
        label = words("purchase.pay", amount=purchase.asked)
        rows.append((Button(label=label, url=purchase.url, style="primary"),))
    if yours and purchase.state == PURCHASE.initial:
        rows.append((Button(label=words("purchase.leave"), press=press("purchase.leave", purchase.id)),))
    if yours and service.may_ask_back(purchase, talk.ctx.now):
        rows.append((Button(label=words("purchase.ask_back"), press=press("purchase.ask_back", purchase.id)),))
    asked = purchase.state == "paid" and purchase.asked_back_at is not None and purchase.recall is None
    if talk.person.operator and asked:
        button = Button(label=words("purchase.give_back"), press=press("purchase.give_back", purchase.id))
        rows.append((button.model_copy(update={"style": "primary"}),))
    return tuple(rows)


@book.press("purchase.show")
def show(talk: Talk, pressed: Press) -> None:
    talk.reply(purchase_card(talk, service.purchase_for(talk.ctx, pressed.subject)))


@book.press("purchase.leave")
def leave(talk: Talk, pressed: Press) -> None:
    service.leave(talk.ctx, pressed.subject)
    talk.reply(Toast(text=talk.words("purchase.left_toast")))


@book.press("purchase.ask_back")
def ask_back(talk: Talk, pressed: Press) -> None:
    """An operator hears of it; the answer comes to this card."""
    purchase = service.ask_back(talk.ctx, pressed.subject)
    talk.reply(purchase_card(talk, purchase), Toast(text=talk.words("purchase.asked_back_toast")))


@book.press("purchase.give_back")
def give_back(talk: Talk, pressed: Press) -> None:
    purchase = service.give_back_whole(talk.ctx, pressed.subject)
    talk.reply(purchase_card(talk, purchase))
