"""Store marks of what people do, and submit an answer to every chargeback before the bank's date."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select

from core.kernel.database import existing
from core.kernel.inbox import CurrentInput
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.events import EvidenceRefused, EvidenceSent
from core.money.chargebacks.model import Chargeback
from core.money.chargebacks.rules import dispute_of
from core.money.messages import SubmitEvidence
from core.trade.funding.evidence.model import SEND_BEFORE, TRY_AGAIN_AFTER, Pack, PackState, RecordedAct

EVIDENCE: Final = "evidence"
SEND: Final = "send"
LONGEST_TEXT: Final = 500  # characters of an input that are kept


def record_act(
    ctx: Ctx, subject: str, fact: str, *, about: str | None = None, person: str | None = None, text: str | None = None
) -> None:
    """Store an act with the input that led to it. `said`: its words, if they are not the input itself."""
    led_by = ctx.collected(CurrentInput)
    text = text or led_by.text
    ctx.session.add(
        RecordedAct(
            id=ctx.new_id(),
            subject=subject,
            at=ctx.now,
            fact=fact,
            about=about,
            person_id=person,
            came_by=led_by.key,
            text=text[:LONGEST_TEXT] if text else None,
        )
    )


def acts_of(ctx: Ctx, subject: str) -> list[RecordedAct]:
    return list(ctx.session.scalars(select(RecordedAct).where(RecordedAct.subject == subject).order_by(RecordedAct.id)))


def prepare_pack(ctx: Ctx, chargeback_id: str, due_by: datetime | None) -> None:
    """Plan the answer to a bank; without a date the bank wants none."""
    if due_by is None or ctx.session.get(Pack, chargeback_id) is not None:
        return
    ctx.session.add(Pack(chargeback_id=chargeback_id, state=PackState.WAITING, attempt=1, due_by=due_by))
    set_timer(ctx.session, Timer(EVIDENCE, chargeback_id, SEND, max(ctx.now, due_by - SEND_BEFORE)))
    ctx.session.flush()


def send_pack(ctx: Ctx, chargeback_id: str) -> None:
    """Have the answer made and submitted, because its date has come."""
    pack = ctx.session.get_one(Pack, chargeback_id, with_for_update=True)
    if pack.state not in (PackState.WAITING, PackState.REFUSED):
        return
    found = ctx.session.get_one(Chargeback, chargeback_id)
    pack.state = PackState.ASKED
    answer = SubmitEvidence(
        chargeback=found.id,
        dispute=dispute_of(found.ref),
        subject_kind=found.subject_kind.value,
        subject=found.subject,
        attempt=pack.attempt,
    )
    ctx.enqueue(f"{found.subject_kind}:{found.subject}", answer)
    ctx.session.flush()


def pack_sent(ctx: Ctx, chargeback_id: str, digest: str) -> None:
    """Record that the bank has our answer."""
    pack = existing(ctx.session, Pack, chargeback_id, locked=True)
    told = pack.state is PackState.SENT
    pack.state, pack.sent_at, pack.digest, pack.why = PackState.SENT, ctx.now, digest, None
    clear_timers(ctx.session, EVIDENCE, chargeback_id)
    if not told:
        found = ctx.session.get_one(Chargeback, chargeback_id)
        ctx.announce(EvidenceSent(found.subject_kind, found.subject, chargeback_id))
    ctx.session.flush()


def pack_refused(ctx: Ctx, chargeback_id: str, why: str) -> None:
    """Record that the provider refused the answer. It is tried again until the bank's date, and announced."""
    pack = existing(ctx.session, Pack, chargeback_id, locked=True)
    if pack.state is not PackState.ASKED:
        return
    pack.state, pack.why = PackState.REFUSED, why
    pack.attempt += 1
    if ctx.now + TRY_AGAIN_AFTER < pack.due_by:
        set_timer(ctx.session, Timer(EVIDENCE, chargeback_id, SEND, ctx.now + TRY_AGAIN_AFTER))
    found = ctx.session.get_one(Chargeback, chargeback_id)
    ctx.announce(EvidenceRefused(found.subject_kind, found.subject, chargeback_id, why))
    ctx.session.flush()


def spare_pack(ctx: Ctx, chargeback_id: str) -> None:
    """Cancel an unsent answer, because the bank has decided."""
    pack = ctx.session.get(Pack, chargeback_id)
    if pack is not None and pack.state in (PackState.WAITING, PackState.REFUSED):
        pack.state = PackState.SPARED
        clear_timers(ctx.session, EVIDENCE, chargeback_id)
        ctx.session.flush()


def pack_of(ctx: Ctx, chargeback_id: str) -> Pack | None:
    return ctx.session.get(Pack, chargeback_id)
