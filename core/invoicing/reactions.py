"""What has to be invoiced: each fact of money that makes a document due, noted in the fact's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from core.deals.model import Deal
from core.delivery.events import LotAccepted, LotAdjusted, LotFact
from core.delivery.model import Lot
from core.escrow.events import ChargebackClosed, ChargebackTaken, LotReleased
from core.escrow.model import Chargeback, Matter
from core.invoicing import supplies, writing
from core.invoicing.model import MARKET, Invoice, Kind, Paper, Party, Supply
from core.invoicing.writing import Due
from core.kernel.events import Reactions
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.people.events import ProfileCompleted
from core.people.service import person_of
from core.purchases import refunds
from core.purchases.events import PurchaseGivenBack, PurchasePaid
from core.purchases.model import Purchase, Rail
from core.sessions.events import SessionSettled
from core.sessions.model import Booking

# The invoices that are ours, by what a bank calls back.
OUR_OWN: Final = {Matter.DEAL: Kind.COMMISSION, Matter.SESSION: Kind.COMMISSION, Matter.PURCHASE: Kind.SALE}


def listen(reactions: Reactions, *, market: Party) -> None:
    """`market`: the party that the market is on its own invoices from now on."""
    clerk = Clerk(market)
    reactions.on(LotReleased, clerk.lot_released)
    reactions.on(LotAccepted, clerk.lot_paid_directly)
    reactions.on(LotAdjusted, clerk.lot_paid_directly)
    reactions.on(SessionSettled, clerk.session_settled)
    reactions.on(PurchasePaid, clerk.sold)
    reactions.on(PurchaseGivenBack, clerk.sale_given_back)
    reactions.on(ChargebackTaken, clerk.earnings_taken)
    reactions.on(ChargebackClosed, clerk.earnings_regained)
    reactions.on(ProfileCompleted, clerk.company_known)


@dataclass(frozen=True, slots=True)
class Clerk:
    """Notes what is due. Who invoices whom stands here: our fees we do, goods their seller, advice its consultant."""

    market: Party

    def lot_released(self, ctx: Ctx, fact: LotReleased) -> None:
        """What is cut from a lot before this moment was never invoiced: the invoice is of what was paid.

        What the seller bears of a referee's test is taken off the money, and never off the price of the goods.
        """
        lot, deal = ctx.session.get_one(Lot, fact.lot_id), ctx.session.get_one(Deal, fact.deal_id)
        fee = supplies.fee_of_deal(ctx, deal, lot, self.market.zone)
        key = f"commission:lot:{lot.id}"
        writing.note(ctx, Due(key, Kind.COMMISSION, MARKET, deal.seller, deal.id, fact.fee, fee, lot.id), self.market)
        self._goods(ctx, deal, lot, fact.net + fact.fee + lot.test)

    def lot_paid_directly(self, ctx: Ctx, fact: LotFact) -> None:
        """Of a deal whose money we never held. One that we hold is parted, and then its lots are released."""
        lot, deal = ctx.session.get_one(Lot, fact.lot_id), ctx.session.get_one(Deal, fact.deal_id)
        if deal.funded_at is None:
            self._goods(ctx, deal, lot, lot.pay if isinstance(fact, LotAdjusted) else lot.amount)

    def _goods(self, ctx: Ctx, deal: Deal, lot: Lot, paid: Money) -> None:
        goods, key = supplies.goods_of(ctx, deal, lot, paid), f"goods:lot:{lot.id}"
        writing.note(ctx, Due(key, Kind.GOODS, deal.seller, deal.buyer, deal.id, paid, goods, lot.id), self.market)

    def session_settled(self, ctx: Ctx, fact: SessionSettled) -> None:
        booking = ctx.session.get_one(Booking, fact.booking_id)
        own, ours = booking.consultant_org, supplies.fee_of_session(ctx, booking, self.market.zone)
        part = f"session:{booking.id}:{fact.again}" if fact.again else f"session:{booking.id}"
        fee = Due(f"commission:{part}", Kind.COMMISSION, MARKET, own, booking.id, fact.fee, ours)
        advice, paid = supplies.advice_of(ctx, booking), fact.net + fact.fee
        session = Due(part, Kind.SESSION, own, booking.seeker_org, booking.id, paid, advice)
        for due in (fee, session):
            writing.note(ctx, due, self.market)

    def sold(self, ctx: Ctx, fact: PurchasePaid) -> None:
        """By card. Stars are bought of Telegram, which gives the receipt for them; they are no currency."""
        purchase = ctx.session.get_one(Purchase, fact.purchase_id)
        if purchase.rail is not Rail.CARD:
            return
        buyer = person_of(ctx, purchase.buyer).organisation_id
        sale = supplies.sale_of(ctx, purchase, self.market.zone)
        key = f"sale:{purchase.id}"
        writing.note(ctx, Due(key, Kind.SALE, MARKET, buyer, purchase.id, purchase.price, sale), self.market)

    def sale_given_back(self, ctx: Ctx, fact: PurchaseGivenBack) -> None:
        sales = _written(ctx, fact.purchase_id, Kind.SALE)
        if sales and fact.amount.currency == sales[0].currency:
            writing.note_credit(ctx, f"back:{fact.purchase_id}", sales, fact.amount)

    def earnings_taken(self, ctx: Ctx, fact: ChargebackTaken) -> None:
        """A bank has taken back more than was held: what we had earned by it is given back first."""
        found = ctx.session.get_one(Chargeback, fact.chargeback_id)
        amount = _earned(ctx, found)
        invoices = _written(ctx, fact.subject, OUR_OWN[fact.matter])
        if amount and invoices:
            writing.note_credit(ctx, f"chargeback:{found.id}", invoices, amount)

    def earnings_regained(self, ctx: Ctx, fact: ChargebackClosed) -> None:
        """The bank has decided for us: what was credited is earned again, under a new number."""
        found = ctx.session.get_one(Chargeback, fact.chargeback_id)
        amount = _earned(ctx, found)
        if fact.won and amount:
            supply, recipient = _supplied(ctx, fact.matter, fact.subject, self.market.zone)
            kind = OUR_OWN[fact.matter]
            key = f"{kind}:won:{found.id}"
            writing.note(ctx, Due(key, kind, MARKET, recipient, fact.subject, amount, supply), self.market)

    def company_known(self, ctx: Ctx, fact: ProfileCompleted) -> None:
        writing.ask_again(ctx, person_of(ctx, fact.person_id).organisation_id)


def _earned(ctx: Ctx, found: Chargeback) -> Money:
    """What of a disputed payment we had earned. One that came twice or too late for a sale was never invoiced."""
    amount = Money(found.from_commission_minor, found.currency)
    if found.matter is Matter.PURCHASE:
        purchase = ctx.session.get_one(Purchase, found.subject)
        return amount if refunds.counts(ctx, purchase, found.payment_id) else Money.zero(found.currency)
    return amount


def _written(ctx: Ctx, subject: str, kind: Kind) -> list[Invoice]:
    """The invoices of one kind on a thing, the first first."""
    query = select(Invoice).where(Invoice.subject == subject, Invoice.kind == kind, Invoice.paper == Paper.INVOICE)
    return list(ctx.session.scalars(query.order_by(Invoice.id)))


def _supplied(ctx: Ctx, matter: Matter, subject: str, zone: str) -> tuple[Supply, str]:
    """What we have earned by a thing, and from which organisation."""
    match matter:
        case Matter.DEAL:
            deal = ctx.session.get_one(Deal, subject)
            return supplies.fee_of_deal(ctx, deal, None, zone), deal.seller
        case Matter.SESSION:
            booking = ctx.session.get_one(Booking, subject)
            return supplies.fee_of_session(ctx, booking, zone), booking.consultant_org
        case Matter.PURCHASE:
            purchase = ctx.session.get_one(Purchase, subject)
            return supplies.sale_of(ctx, purchase, zone), person_of(ctx, purchase.buyer).organisation_id
