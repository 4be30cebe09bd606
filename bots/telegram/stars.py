"""Stars: sends invoices, answers Telegram's question before a charge, refunds payments.

Telegram asks before it charges and waits ten seconds; a charge comes as a message (`turns.py`). A payment is refunded
whole or not at all.
"""

from __future__ import annotations

from functools import partial

import structlog
from telegram import Bot, LabeledPrice, PreCheckoutQuery
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bots.telegram.turns import identity_of
from conversations.wording import Wordings
from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.errors import Refusal
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import MARKET, Ctx, Transactions
from core.money.disbursements import service as disbursements
from core.money.messages import RefundStars, SendInvoice
from core.shop.purchases import payments

log = structlog.get_logger(__name__)

REASON = 255  # characters of a refusal that a phone shows
GONE_BACK_ALREADY = "charge_already_refunded"


class StarsTransport:
    """The transport of the channel "stars": an invoice to a chat, or a refund."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def carry(self, outbox_message: OutboxMessage) -> Delivered | Later | Never:
        try:
            match outbox_message.message:
                case SendInvoice() as invoice:
                    return await self._invoice(invoice)
                case RefundStars() as refund:
                    return await self._refund(refund)
                case other:
                    raise TypeError(other)
        except RetryAfter as wait:
            told = wait.retry_after
            return Later(str(wait), told if isinstance(told, int) else told.total_seconds())
        except TelegramError as unknown:  # the same again: a second invoice is for the same purchase, paid once
            return Later(f"{type(unknown).__name__}: {unknown}")

    async def _invoice(self, invoice: SendInvoice) -> Delivered | Later | Never:
        try:
            await self._bot.send_invoice(
                int(invoice.address),
                invoice.title,
                invoice.description,
                payload=invoice.purchase,
                currency="XTR",
                prices=[LabeledPrice(invoice.title, invoice.amount)],
                provider_token="",  # Stars need no provider
            )
        except (BadRequest, Forbidden) as refused:
            return Never(str(refused), partial(payments.invoice_not_sent, purchase_id=invoice.purchase))
        return Delivered()

    async def _refund(self, refund: RefundStars) -> Delivered | Later | Never:
        gone = partial(disbursements.done, disbursement_id=refund.disbursement_id, ref=f"refund:{refund.charge}"[:120])
        try:
            await self._bot.refund_star_payment(int(refund.payer), refund.charge)
        except InvalidToken as ours:
            return Later(str(ours))
        except (BadRequest, Forbidden) as refused:
            if GONE_BACK_ALREADY in str(refused).lower():
                return Delivered(gone)
            return Never(
                str(refused), partial(disbursements.refused, disbursement_id=refund.disbursement_id, why=str(refused))
            )
        return Delivered(gone)


async def answer_checkout(bot: Bot, transactions: Transactions, wordings: Wordings, query: PreCheckoutQuery) -> None:
    """Answer whether the charge may be made. Never raises: without an answer Telegram charges nothing."""
    identity = identity_of(query.from_user)

    def check(ctx: Ctx) -> None:
        payments.check_stars(ctx, identity, query.invoice_payload, query.currency, query.total_amount)

    try:
        try:
            await transactions.run(MARKET, check)
        except Refusal as refusal:
            why = wordings.speak(identity.locale).refusal(refusal)
            await bot.answer_pre_checkout_query(query.id, ok=False, error_message=why[:REASON])
        else:
            await bot.answer_pre_checkout_query(query.id, ok=True)
    except TelegramError as failure:  # too late, above all
        log.info("telegram_checkout_not_answered", why=str(failure))
    except Exception:
        log.exception("telegram_checkout_failed")
