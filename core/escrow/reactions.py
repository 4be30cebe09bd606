"""What a deal's and its lots' course mean for the money, and when a put-off payout is tried again."""

from __future__ import annotations

from collections.abc import Mapping

from core.deals.events import DealFact, DealReadyToFund, DealSettling, DealUnwinding
from core.delivery.events import LotAccepted, LotDropped, LotHalved, LotsUnwound
from core.escrow.effects import EFFECT, finish, send_again
from core.escrow.service import ask_payment, close_payments, refund_unwound, settle_lot
from core.kernel.events import Reactions
from core.kernel.sweep import Ring
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx


def listen(reactions: Reactions) -> None:
    reactions.on(DealReadyToFund, _signed)
    reactions.on(DealUnwinding, _unwinding)
    reactions.on(DealSettling, _settling)
    reactions.on(LotAccepted, _accepted)
    reactions.on(LotDropped, _dropped)
    reactions.on(LotHalved, _halved)
    reactions.on(LotsUnwound, _unwound)


def _signed(ctx: Ctx, fact: DealFact) -> None:
    ask_payment(ctx, fact.deal_id)


def _unwinding(ctx: Ctx, fact: DealFact) -> None:
    close_payments(ctx, fact.deal_id)


def _settling(ctx: Ctx, fact: DealFact) -> None:
    finish(ctx, fact.deal_id)


def _accepted(ctx: Ctx, fact: LotAccepted) -> None:
    settle_lot(ctx, fact.lot_id, "accepted")


def _dropped(ctx: Ctx, fact: LotDropped) -> None:
    settle_lot(ctx, fact.lot_id, "dropped", refund_now=fact.why != "drop_agreed")


def _halved(ctx: Ctx, fact: LotHalved) -> None:
    settle_lot(ctx, fact.lot_id, "halved")


def _unwound(ctx: Ctx, fact: LotsUnwound) -> None:
    refund_unwound(ctx, fact.deal_id)


def ring(ctx: Ctx, timer: Timer) -> None:
    send_again(ctx, timer.subject)


rings: Mapping[str, Ring] = {EFFECT: ring}
