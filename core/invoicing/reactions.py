"""What has to be invoiced: each fact of money that makes a document due, noted in the fact's own transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.catalogue.model import Catalogue
from core.deals.model import Deal
from core.delivery.events import LotAccepted, LotAdjusted, LotFact
from core.delivery.model import Lot
from core.escrow.events import ChargebackClaimed, ChargebackClosed, LotReleased
from core.escrow.model import Chargeback
from core.invoicing import supplies, writing
from core.invoicing.model import MARKET, Invoice, Kind, Paper, Party
from core.invoicing.writing import Due
from core.kernel.events import Reactions
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.people.events import ProfileCompleted
from core.people.service import person_of
from core.purchases.events import PurchaseGivenBack, PurchasePaid
from core.purchases.model import Purchase, Rail
from core.sessions.events import SessionSettled
from core.sessions.model import Booking


def listen(reactions: Reactions, *, market: Party, catalogue: Catalogue) -> None:
    """`market`: the party that the market is on its own invoices from now on."""
    clerk = Clerk(market, catalogue)
    reactions.on(LotReleased, clerk.lot_released)
    reactions.on(LotAccepted, clerk.lot_paid_directly)
    reactions.on(LotAdjusted, clerk.lot_paid_directly)
    reactions.on(SessionSettled, clerk.session_settled)
    reactions.on(PurchasePaid, clerk.sold)
    reactions.on(PurchaseGivenBack, clerk.sale_given_back)
    reactions.on(ChargebackClaimed, clerk.commission_given_back)
    reactions.on(ChargebackClosed, clerk.commission_regained)
    reactions.on(ProfileCompleted, clerk.company_known)


@dataclass(frozen=True, slots=True)
class Clerk:
    """Notes what is due. Who invoices whom stands here: our fees we do, goods their seller, advice its consultant."""

    market: Party
    catalogue: Catalogue

    def lot_released(self, ctx: Ctx, fact: LotReleased) -> None:
        """What is cut from a lot before this moment was never invoiced: the invoice is of what was paid."""
        lot, deal = ctx.session.get_one(Lot, fact.lot_id), ctx.session.get_one(Deal, fact.deal_id)
        fee = supplies.fee_of_deal(ctx, deal, lot)
        key = f"commission:lot:{lot.id}"
        writing.note(ctx, Due(key, Kind.COMMISSION, MARKET, deal.seller, deal.id, fact.fee, fee, lot.id), self.market)
        self._goods(ctx, deal, lot, fact.net + fact.fee)

    def lot_paid_directly(self, ctx: Ctx, fact: LotFact) -> None:
        """Of a deal whose money we never held. One that we hold is parted, and then its lots are released."""
        lot, deal = ctx.session.get_one(Lot, fact.lot_id), ctx.session.get_one(Deal, fact.deal_id)
        if deal.funded_at is None:
            self._goods(ctx, deal, lot, lot.pay if isinstance(fact, LotAdjusted) else lot.amount)

    def _goods(self, ctx: Ctx, deal: Deal, lot: Lot, paid: Money) -> None:
        goods, key = supplies.goods_of(ctx, self.catalogue, deal, lot), f"goods:lot:{lot.id}"
        writing.note(ctx, Due(key, Kind.GOODS, deal.seller, deal.buyer, deal.id, paid, goods, lot.id), self.market)

    def session_settled(self, ctx: Ctx, fact: SessionSettled) -> None:
        booking = ctx.session.get_one(Booking, fact.booking_id)
        own, ours = booking.consultant_org, supplies.fee_of_session(ctx, booking)
        fee = Due(f"commission:session:{booking.id}", Kind.COMMISSION, MARKET, own, booking.id, fact.fee, ours)
        advice, paid = supplies.advice_of(ctx, booking), fact.net + fact.fee
        session = Due(f"session:{booking.id}", Kind.SESSION, own, booking.seeker_org, booking.id, paid, advice)
        for due in (fee, session):
            writing.note(ctx, due, self.market)

    def sold(self, ctx: Ctx, fact: PurchasePaid) -> None:
        """By card. Stars are bought of Telegram, which gives the receipt for them; they are no currency."""
        purchase = ctx.session.get_one(Purchase, fact.purchase_id)
        if purchase.rail is not Rail.CARD:
            return
        buyer = person_of(ctx, purchase.buyer).organisation_id
        sale = supplies.sale_of(ctx, purchase)
        key = f"sale:{purchase.id}"
        writing.note(ctx, Due(key, Kind.SALE, MARKET, buyer, purchase.id, purchase.price, sale), self.market)

    def sale_given_back(self, ctx: Ctx, fact: PurchaseGivenBack) -> None:
        sales = _written(ctx, fact.purchase_id, Kind.SALE)
        if sales and fact.amount.currency == sales[0].currency:
            writing.note_credit(ctx, f"back:{fact.purchase_id}", sales, fact.amount)

    def commission_given_back(self, ctx: Ctx, fact: ChargebackClaimed) -> None:
        """A bank has taken back more than was held: our commission on that is given back first."""
        for found in _chargebacks(ctx, fact.deal_id):
            amount = Money(found.from_commission_minor, found.currency)
            if amount:
                invoices = _written(ctx, fact.deal_id, Kind.COMMISSION)
                writing.note_credit(ctx, f"chargeback:{found.id}", invoices, amount)

    def commission_regained(self, ctx: Ctx, fact: ChargebackClosed) -> None:
        """The bank has decided for us: what was credited is earned again, under a new number."""
        found = ctx.session.get_one(Chargeback, fact.chargeback_id)
        deal = ctx.session.get_one(Deal, fact.deal_id)
        if fact.why == "won":
            fee = supplies.fee_of_deal(ctx, deal, None)
            amount = Money(found.from_commission_minor, found.currency)
            key = f"commission:won:{found.id}"
            writing.note(ctx, Due(key, Kind.COMMISSION, MARKET, deal.seller, deal.id, amount, fee), self.market)

    def company_known(self, ctx: Ctx, fact: ProfileCompleted) -> None:
        writing.ask_again(ctx, person_of(ctx, fact.person_id).organisation_id)


def _written(ctx: Ctx, subject: str, kind: Kind) -> list[Invoice]:
    """The invoices of one kind on a thing, the first first."""
    query = select(Invoice).where(Invoice.subject == subject, Invoice.kind == kind, Invoice.paper == Paper.INVOICE)
    return list(ctx.session.scalars(query.order_by(Invoice.id)))


def _chargebacks(ctx: Ctx, deal_id: str) -> list[Chargeback]:
    return list(ctx.session.scalars(select(Chargeback).where(Chargeback.deal_id == deal_id).order_by(Chargeback.id)))
