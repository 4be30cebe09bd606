"""Remember returned refunds by the provider's ids, because their row names another refund afterwards."""

from __future__ import annotations

from core.books.reconciliation.model import ReturnedRefund
from core.kernel.database import add_unless_present
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.money.ledger.events import RefundReturned


def listen(reactions: Reactions) -> None:
    reactions.on(RefundReturned, _returned)


def _returned(ctx: Ctx, fact: RefundReturned) -> None:
    add_unless_present(
        ctx.session,
        ReturnedRefund,
        ref=fact.ref,
        row=fact.row,
        subject=fact.subject,
        amount_minor=fact.amount.minor,
        currency=fact.amount.currency,
        at=ctx.now,
    )
