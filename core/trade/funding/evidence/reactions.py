"""Reactions that record every event of a deal or a purchase, and prepare the answer to a chargeback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from core.kernel.events import Event
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.transaction import Ctx
from core.money.chargebacks.events import ChargebackClosed, ChargebackOpened
from core.money.chargebacks.model import Chargeback
from core.shop.purchases.events import PurchaseFact
from core.trade.deals.events import DealFact
from core.trade.deals.messages import DealLine, DealLineWritten
from core.trade.delivery.events import LotFact
from core.trade.funding.evidence.service import EVIDENCE, prepare_pack, record_act, send_pack, spare_pack

# Names under which the acts of the release before are stored.
STORED_AS: Final = {"DealLineWritten": "DealLineSaid", "DealDirectRequested": "DealDirectWanted"}


def listen(reactions: Reactions) -> None:
    for kind in facts_under(DealFact):
        reactions.on(kind, _on_deal)
    for kind in facts_under(LotFact):
        reactions.on(kind, _on_lot)
    for kind in facts_under(PurchaseFact):
        reactions.on(kind, _on_purchase)
    reactions.on(ChargebackOpened, _opened)
    reactions.on(ChargebackClosed, lambda ctx, fact: spare_pack(ctx, fact.chargeback_id))


def facts_under(kind: type[Event]) -> Iterator[type[Event]]:
    """Yield a class of events and all its subclasses, so that one that is added later is recorded too."""
    yield kind
    for each in kind.__subclasses__():
        yield from facts_under(each)


def _on_deal(ctx: Ctx, fact: DealFact) -> None:
    # The act keeps what the sides write to each other, for every window it was typed into.
    text = ctx.session.get_one(DealLine, fact.line_id).words if isinstance(fact, DealLineWritten) else None
    about, name = getattr(fact, "side", None), type(fact).__name__
    record_act(ctx, fact.deal_id, STORED_AS.get(name, name), about=about, person=fact.by_person, text=text)


def _on_lot(ctx: Ctx, fact: LotFact) -> None:
    record_act(ctx, fact.deal_id, type(fact).__name__, about=fact.lot_id, person=fact.by_person)


def _on_purchase(ctx: Ctx, fact: PurchaseFact) -> None:
    record_act(ctx, fact.purchase_id, type(fact).__name__, about=fact.thing.value, person=ctx.actor.person)


def _opened(ctx: Ctx, fact: ChargebackOpened) -> None:
    prepare_pack(ctx, fact.chargeback_id, ctx.session.get_one(Chargeback, fact.chargeback_id).evidence_due)


timer_handlers: Mapping[str, TimerHandler] = {EVIDENCE: lambda ctx, timer: send_pack(ctx, timer.subject)}
