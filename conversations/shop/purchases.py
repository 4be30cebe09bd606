"""Purchases from the market, paid by Stars on a platform that sells in them, else by card.

Buyers can ask for a refund.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conversations.books.chargebacks import chargeback_lines
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Values, own_words
from conversations.reply import Button, Card, Line, Toast
from conversations.router import Flow, Router
from conversations.steps import YES, asked_on, yes_to
from conversations.turn import PaidStars
from core.kernel.errors import NotAllowed, Refusal
from core.kernel.money import Money
from core.money.chargebacks.service import of_subject
from core.shop.purchases import payments, service
from core.shop.purchases.model import MAY_COME_BACK, PURCHASE, BuyThing, Purchase, PurchaseState, Rail, Thing

router = Router()


@dataclass(frozen=True, slots=True)
class Ware:
    """An item that the market sells, with its price on either rail. `subject`: its id in its own context."""

    thing: Thing
    subject: str
    title: str  # at most 32 characters, as on an invoice
    description: str  # 255
    stars: Money
    card: Money
    lasts_days: int = 0


CALLED: Final[Mapping[Thing, str]] = {Thing.PROMOTION: "promote.title", Thing.RECAP: "recap.kept_title"}


def price_here(chat: ChatContext, ware: Ware) -> Money:
    """Return the price here: in Stars on a platform that sells in them, in money elsewhere."""
    return ware.stars if chat.platform.sells_in_stars else ware.card


def offer(chat: ChatContext, ware: Ware) -> Purchase:
    """Offer an item. The invoice follows in the chat, or the payment page opens and this card gets its button."""
    if not (chat.platform.sells_in_stars or chat.market_context.takes_payments):
        raise Refusal("purchase.not_sold_here")
    price = price_here(chat, ware)
    purchase = service.buy(
        chat.ctx,
        BuyThing(
            thing=ware.thing,
            subject=ware.subject,
            title=ware.title[:32],
            description=ware.description[:255],
            price_minor=price.minor,
            currency=price.currency,
            lasts_days=ware.lasts_days,
            platform=chat.chat_address.platform,
        ),
    )
    chat.as_new_message = True
    if purchase.state == PURCHASE.initial:
        chat.reply(purchase_card(chat, purchase))
    return purchase


def take_stars(chat: ChatContext, paid: PaidStars) -> None:
    """Record that the platform has charged the person. The delivery notifies them of the rest."""
    payments.stars_paid(chat.ctx, paid.purchase, chat.chat_address.address, paid.charge, paid.amount)


# --- refund requests --------------------------------------------------------------------------------------------------

REFUND_REQUEST: Final = own_words("purchase_wish")
REFUSAL: Final = own_words("purchase_refusal")


def _request_refund(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    """Request a refund. An operator is told, and the answer comes to this card."""
    purchase = service.ask_back(chat.ctx, str(defaults.subject), values["words"])
    chat.reply(purchase_card(chat, purchase), Toast(text=chat.words("purchase.asked_back_toast")))


def _refuse(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    chat.reply(purchase_card(chat, service.refuse_back(chat.ctx, str(defaults.subject), values["words"])))


router.flow(Flow(REFUND_REQUEST, finish=_request_refund))
router.flow(Flow(REFUSAL, finish=_refuse))


# --- one purchase -----------------------------------------------------------------------------------------------------


def purchase_card(chat: ChatContext, purchase: Purchase, note: str = "") -> Card:
    words = chat.words
    lines = [Line(label=words("purchase.price"), value=words.show(purchase.price))]
    if purchase.credit:
        lines.append(Line(label=words("purchase.from_credit"), value=words.show(purchase.credit)))
        lines.append(Line(label=words("purchase.to_pay"), value=words.show(purchase.asked)))
    if purchase.back:
        lines.append(Line(label=words("purchase.back"), value=words.show(purchase.back)))
    lines += chargeback_lines(chat, of_subject(chat.ctx, purchase.id))
    lines += _refund_request_lines(chat, purchase)
    yours = purchase.buyer == chat.person.id  # the text on the invoice is in the buyer's language
    return Card(
        subject=f"purchase:{purchase.id}",
        title=purchase.title if yours else words(CALLED[purchase.thing]),
        text=purchase.description if yours else "",
        lines=tuple(lines),
        turn=_turn(chat, purchase),
        note=note,
        buttons=_buttons(chat, purchase),
        as_new_message=chat.as_new_message,
    )


def brief_refund(chat: ChatContext, purchase: Purchase) -> Card:
    """Return a requested refund in the list of open cases: its age, its buyer and the next step."""
    words = chat.words
    asked_at = purchase.asked_back_at
    return Card(
        title=words(CALLED[purchase.thing]),
        lines=(
            Line(label=words("purchase.buyer"), value=chat.name_of(purchase.buyer)),
            Line(label=words("purchase.price"), value=words.show(purchase.price)),
            Line(label=words("report.since"), value=words.show(asked_at)),
        ),
        turn=_turn(chat, purchase),
        buttons=((Button(label=words("session.open"), press=press("purchase.show", purchase.id)),),),
    )


def _refund_request_lines(chat: ChatContext, purchase: Purchase) -> list[Line]:
    """Return the buyer's reason for a refund and the answer to it."""
    words, lines = chat.words, []
    if purchase.buyer != chat.person.id:
        lines.append(Line(label=words("purchase.buyer"), value=chat.name_of(purchase.buyer)))
    if purchase.back_reason:
        lines.append(Line(label=words("purchase.why"), value=purchase.back_reason))
    if purchase.back_answer:
        lines.append(Line(label=words("purchase.answer"), value=purchase.back_answer))
    if purchase.rest and purchase.refund_is_asked:
        lines.append(Line(label=words("purchase.rest"), value=words.show(purchase.rest)))
    return lines


def _turn(chat: ChatContext, purchase: Purchase) -> str:
    code = f"purchase.turn.{purchase.state}"
    if purchase.state == PURCHASE.initial:
        code = f"{code}.{purchase.rail}" if purchase.url or purchase.rail is Rail.STARS else f"{code}.coming"
    elif purchase.chargeback is not None:
        code = f"purchase.turn.recall_{purchase.chargeback}"
    elif purchase.refund_is_asked:
        yours = purchase.buyer == chat.person.id
        code = "purchase.turn.asked_back" if yours else "purchase.turn.asked_back.operator"
        return chat.words(code, until=service.answered_by(purchase))
    elif purchase.back_answer is not None and purchase.state == PurchaseState.PAID:
        code = "purchase.turn.kept"  # already requested once
    until = purchase.open_until if purchase.state == PURCHASE.initial else purchase.state_since + MAY_COME_BACK
    return chat.words(code, until=until)


def _buttons(chat: ChatContext, purchase: Purchase) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons: its buyer may pay, cancel or request a refund; an operator refunds it."""
    words, yours = chat.words, purchase.buyer == chat.person.id
    rows: list[tuple[Button, ...]] = []
    if yours and purchase.url:
        label = words("purchase.pay", amount=purchase.asked)
        rows.append((Button(label=label, url=purchase.url, style="primary"),))
    if yours and purchase.state == PURCHASE.initial:
        rows.append((Button(label=words("purchase.leave"), press=press("purchase.leave", purchase.id)),))
    if yours and service.may_ask_back(purchase, chat.ctx.now):
        rows.append((Button(label=words("purchase.ask_back"), press=press("purchase.ask_back", purchase.id)),))
    if chat.person.operator and purchase.refund_is_asked:
        give, keep = press("purchase.give_back", purchase.id), press("purchase.refuse", purchase.id)
        yes = Button(label=words("purchase.give_back"), press=give, style="primary")
        rows.append((yes, Button(label=words("purchase_refusal.title"), press=keep)))
    return tuple(rows)


@router.press("purchase.show")
def show(chat: ChatContext, button: Press) -> None:
    chat.reply(purchase_card(chat, service.purchase_for(chat.ctx, button.subject)))


@router.press("purchase.leave")
def leave(chat: ChatContext, button: Press) -> None:
    service.leave(chat.ctx, button.subject)
    chat.reply(Toast(text=chat.words("purchase.left_toast")))


@router.press("purchase.ask_back")
def ask_back(chat: ChatContext, button: Press) -> None:
    """Ask for the reason of a refund request, which an operator decides by."""
    purchase = service.mine(chat.ctx, button.subject)
    if not service.may_ask_back(purchase, chat.ctx.now):
        chat.reply(purchase_card(chat, purchase))
        return
    chat.as_new_message = True
    chat.open("purchase_wish", FormDefaults({}, purchase.id))


@router.press("purchase.refuse")
def refuse(chat: ChatContext, button: Press) -> None:
    purchase = service.purchase_for(chat.ctx, button.subject)
    chat.as_new_message = True
    chat.open("purchase_refusal", FormDefaults({}, purchase.id))


@router.press("purchase.give_back")
def give_back(chat: ChatContext, button: Press) -> None:
    """Refund the whole purchase as an operator, after a question."""
    if button.choice != YES:
        purchase = service.purchase_for(chat.ctx, button.subject)
        if not chat.person.operator:
            raise NotAllowed
        label = yes_to(chat, chat.words("purchase.give_back"), purchase.price)
        yes = Button(label=label, press=press("purchase.give_back", purchase.id, choice=YES), style="danger")
        question = chat.words("sure.purchase.give_back", amount=purchase.price)
        card = purchase_card(chat, purchase)
        chat.reply(asked_on(chat, card, question, yes, press("purchase.show", purchase.id)))
        return
    purchase = service.give_back_whole(chat.ctx, button.subject)
    chat.reply(purchase_card(chat, purchase))
