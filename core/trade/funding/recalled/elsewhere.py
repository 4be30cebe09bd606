"""A bank keeps what it took: what its seller owes is kept of payouts that wait in their other deals, too."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from core.kernel.reactions import Reactions
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.trade.deals import service as deals
from core.trade.deals.model import IN_DOUBT
from core.trade.funding.debts import keep_owed
from core.trade.funding.effects import effect_locked, finish
from core.trade.funding.events import ChargebackClosed
from core.trade.funding.model import EFFECT, Chargeback, Effect, EffectKind, EffectState

SET_OFF: Final = "set_off"
UNSENT: Final = (EffectState.WAITING, EffectState.REFUSED)


def listen(reactions: Reactions) -> None:
    reactions.on(ChargebackClosed, _look_elsewhere)


def set_off_waiting(ctx: Ctx, effect_id: str) -> None:
    """A claim on its seller stands since this payout began to wait. Of a deal in doubt nothing moves until it is not:
    then it is asked for, and what is owed is kept."""
    if ctx.session.get(Effect, effect_id) is None:
        return  # used up meanwhile
    effect = effect_locked(ctx, effect_id)
    deal = deals.locked(ctx, effect.deal_id)
    doubted = IN_DOUBT in (deal.frozen, deal.also_frozen)
    if effect.state in UNSENT and not doubted and keep_owed(ctx, effect, deal):
        finish(ctx, deal.id)


def _look_elsewhere(ctx: Ctx, fact: ChargebackClosed) -> None:
    """Each is looked at in a unit of its own, for it needs its deal's lock: no unit waits for a second deal."""
    found = ctx.session.get_one(Chargeback, fact.chargeback_id)
    if fact.won or not found.outstanding:
        return
    waiting = select(Effect.id).where(
        Effect.payee == found.seller,
        Effect.deal_id != found.subject,
        Effect.kind == EffectKind.TRANSFER,
        Effect.state.in_(UNSENT),
        Effect.asked_at.is_(None),
        Effect.currency == found.currency,
    )
    for effect_id in ctx.session.scalars(waiting.order_by(Effect.id)).all():
        set_timer(ctx.session, Timer(EFFECT, effect_id, SET_OFF, ctx.now))
