"""The payment by a buyer: rails with cost and time, the account for a transfer, the money received, direct payments."""

from __future__ import annotations

from datetime import datetime

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, Line, Toast
from conversations.router import Router
from conversations.steps import YES, asked_on, yes_to
from core.trade.deals import access
from core.trade.deals.messages import account_told
from core.trade.deals.model import Deal, DealState, Side
from core.trade.funding import overpayments
from core.trade.funding import service as escrow
from core.trade.funding.model import Payment, PaymentState
from core.trade.funding.money_summary import MoneySummary
from core.trade.funding.rails.model import PaymentWay, Rail
from core.trade.funding.rails.service import rail_of, rails_for

IBAN_GROUP = 4  # characters, grouped as on a bank card

router = Router()


def pay_lines(chat: ChatContext, mine: frozenset[str], money: MoneySummary) -> list[Line]:
    """Return the account for a bank transfer and the missing amount, or that the banks are at work."""
    if "buyer" not in mine or money.awaited is None:
        return []
    payment, way, words = money.payment, money.way, chat.words
    if payment is None or way is None or payment.state != PaymentState.OPEN:
        return []
    if way.settling:
        return [Line(label=words("pay.label"), value=words("pay.settling", due=payment.expires_at))]
    return _transfer_lines(chat, payment, way) if way.iban is not None else []


def confirmed_by(payment: Payment | None, way: PaymentWay | None) -> datetime | None:
    """Return by when the banks confirm the buyer's payment; None if no payment is on its way."""
    return payment.expires_at if payment is not None and way is not None and way.settling else None


def _transfer_lines(chat: ChatContext, payment: Payment, way: PaymentWay) -> list[Line]:
    words = chat.words
    lines = [
        Line(label=words("pay.transfer"), value=words.show(payment.missing)),
        Line(label=words("pay.holder"), value=way.holder or ""),
        Line(label=words("pay.iban"), value=grouped(way.iban or "")),
        Line(label=words("pay.bic"), value=way.bic or ""),
        Line(label=words("pay.reference"), value=way.reference or ""),
    ]
    if payment.received:
        lines.append(Line(label=words("pay.so_far"), value=words.show(payment.received)))
    return lines


def grouped(iban: str) -> str:
    return " ".join(iban[at : at + IBAN_GROUP] for at in range(0, len(iban), IBAN_GROUP))


def pay_rows(chat: ChatContext, deal: Deal, money: MoneySummary) -> list[tuple[Button, ...]]:
    """Return the button for the current way to pay, and one for the others."""
    payment, way, words = money.payment, money.way, chat.words
    if way is not None and way.settling:
        return []
    rows: list[tuple[Button, ...]] = []
    if payment is not None and payment.url and payment.state == PaymentState.OPEN:
        by_bank = way is not None and way.iban is not None
        label = words("pay.how_to_transfer") if by_bank else words("deal.pay", amount=payment.missing)
        rows.append((Button(label=label, url=payment.url, style="primary"),))
    elif way is None or way.iban is None or (payment is not None and payment.state != PaymentState.OPEN):
        button = Button(label=words("deal.get_pay_page"), press=press("deal.pay", deal.id, deal.version))
        rows.append((button.model_copy(update={"style": "primary"}),))
    partly = payment is not None and way is not None and way.rail is Rail.BANK_TRANSFER and payment.received
    if not partly:
        rows += _credit_row(chat, deal, rail_of(chat.ctx, deal)) if money.credit_there else []
        rows.append((Button(label=words("pay.other_ways"), press=press("pay.how", deal.id)),))
    return rows


@router.press("pay.show")
def show(chat: ChatContext, press: Press) -> None:
    """Show a deal's payment on its card."""
    chat.press("deal.show", press.subject)


@router.press("pay.how")
def how(chat: ChatContext, press: Press) -> None:
    """Show every available rail, in a message of its own."""
    chat.reply(_ways(chat, access.deal_for(chat.ctx, press.subject)))


def _ways(chat: ChatContext, deal: Deal) -> Card:
    """Return the rails with their cost, their time until the seller has the money, and the chosen one."""
    words, now = chat.words, rail_of(chat.ctx, deal)
    fitting = rails_for(chat.ctx, deal, chat.market_context.rails)
    return Card(
        subject=f"paying:{deal.id}",
        title=words("pay.title", ref=deal.ref),
        text=words("pay.text"),
        lines=tuple(Line(label=words(f"rail.{rail}"), value=words(f"rail.{rail}.told")) for rail in fitting),
        note=words("pay.now", rail=words(f"rail.{now}")),
        buttons=(
            *_credit_row(chat, deal, now),
            *(
                (Button(label=words(f"rail.{rail}.choose"), press=press("pay.by", deal.id, None, rail)),)
                for rail in fitting
                if rail is not now
            ),
        ),
        as_new_message=chat.as_new_message,
    )


def _credit_row(chat: ChatContext, deal: Deal, now: Rail) -> list[tuple[Button, ...]]:
    """Return a button to pay with money that was overpaid before. It is used by the buyer's yes alone."""
    amount = overpayments.credit_towards(chat.ctx, deal.id)
    if not amount or now is Rail.BANK_TRANSFER:
        return []
    use = Button(label=chat.words("credit.use", amount=amount), press=press("credit.use", deal.id), style="primary")
    return [(use,)]


@router.press("credit.use")
def use_credit(chat: ChatContext, button: Press) -> None:
    """Pay with an earlier overpayment, after a question. The deal's card shows the missing rest and its account."""
    amount = overpayments.credit_towards(chat.ctx, button.subject)
    if amount and button.choice != f"{YES}{amount.minor}":
        load = press("credit.use", button.subject, choice=f"{YES}{amount.minor}")
        yes = Button(label=yes_to(chat, chat.words("credit.use", amount=amount)), press=load, style="danger")
        ways = _ways(chat, access.deal_for(chat.ctx, button.subject))
        question = chat.words("sure.credit.use", amount=amount)
        chat.reply(asked_on(chat, ways, question, yes, press("pay.how", button.subject)))
        return
    overpayments.use_credit(chat.ctx, button.subject, chat.market_context.rails)
    _chosen(chat, button.subject, chat.words("credit.use_toast"))


@router.press("pay.by")
def by(chat: ChatContext, press: Press) -> None:
    """Pay by this rail. The deal's card shows the way as soon as it is open.

    A bank transfer would use money that was overpaid before, so that this is asked first.
    """
    rail = next((each for each in chat.market_context.rails if each == press.choice), None)
    if rail is None:
        chat.reply(Toast(text=chat.words("talk.unknown_button")))
        return
    deal = access.deal_for(chat.ctx, press.subject)
    unasked = rail is Rail.BANK_TRANSFER and rail_of(chat.ctx, deal) is not rail
    if unasked and overpayments.credit_towards(chat.ctx, deal.id):
        chat.press("credit.use", deal.id)
        return
    escrow.pay_by(chat.ctx, press.subject, rail, chat.market_context.rails)
    by_bank = rail is Rail.BANK_TRANSFER
    _chosen(chat, press.subject, chat.words("deal.transfer_coming" if by_bank else "deal.pay_page_coming"))


def _chosen(chat: ChatContext, deal_id: str, told: str) -> None:
    """Update the card of the rails with the choice at once."""
    chat.reply(_ways(chat, access.deal_for(chat.ctx, deal_id)))
    chat.reply(Toast(text=told))


@router.press("deal.pay")
def pay_again(chat: ChatContext, press: Press) -> None:
    """Request a new payment page, because the old one has expired. The card is redrawn when the page is there."""
    escrow.pay_again(chat.ctx, press.subject)
    chat.reply(Toast(text=chat.words("deal.pay_page_coming")))


def direct_lines(chat: ChatContext, deal: Deal, side: Side) -> list[Line]:
    """Return the lines of a direct payment. The sides told each other these facts, and they are not booked."""
    words, lines = chat.words, []
    if deal.state == DealState.FUNDED_DIRECT:
        told = account_told(chat.ctx, deal.id)
        if told is None and side == "buyer":
            told = words("deal.account.ask", other=chat.party(deal.seller))
        elif told is None:
            told = words("deal.account.tell", other=chat.party(deal.buyer))
        lines.append(Line(label=words("deal.account"), value=told))
    if deal.direct and deal.buyer_paid_at is not None:
        lines.append(Line(label=words("deal.buyer_paid"), value=words.show(deal.buyer_paid_at)))
    return lines
