"""Reactions of disbursements to chargebacks, ready accounts and timers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.events import (
    ChargebackBooked,
    ChargebackClosed,
    ChargebackFact,
    ChargebackThawed,
    ChargebackWrittenOff,
)
from core.money.chargebacks.model import CHARGEBACK, Chargeback
from core.money.disbursements import recovery, service
from core.money.disbursements.model import DISBURSEMENT, SET_OFF
from core.money.disbursements.subjects import SUBJECTS
from core.money.payees.events import PayeeReady


def listen(reactions: Reactions) -> None:
    reactions.on(ChargebackBooked, _with_subject_locked(recovery.recover_booked))
    reactions.on(ChargebackWrittenOff, _with_subject_locked(recovery.give_up))
    reactions.on(ChargebackClosed, _closed)
    reactions.on(ChargebackThawed, lambda ctx, fact: recovery.go_on(ctx, fact.subject))
    reactions.on(PayeeReady, lambda ctx, fact: service.send_waiting(ctx, fact.organisation_id))


def _with_subject_locked(do: Callable[[Ctx, Chargeback], None]) -> Callable[[Ctx, ChargebackFact], None]:
    def hear(ctx: Ctx, fact: ChargebackFact) -> None:
        SUBJECTS[fact.subject_kind].lock(ctx, fact.subject)
        do(ctx, ctx.session.get_one(Chargeback, fact.chargeback_id))

    return hear


def _closed(ctx: Ctx, fact: ChargebackClosed) -> None:
    SUBJECTS[fact.subject_kind].lock(ctx, fact.subject)
    recovery.closed(ctx, ctx.session.get_one(Chargeback, fact.chargeback_id), fact.why)


def handle_disbursement_timer(ctx: Ctx, timer: Timer) -> None:
    (service.set_off_waiting if timer.event == SET_OFF else service.retry)(ctx, timer.subject)


def handle_chargeback_timer(ctx: Ctx, timer: Timer) -> None:
    chargebacks.time_is_up(ctx, timer.subject, timer.event)


timer_handlers: Final[Mapping[str, TimerHandler]] = {
    DISBURSEMENT.name: handle_disbursement_timer,
    CHARGEBACK.name: handle_chargeback_timer,
}
