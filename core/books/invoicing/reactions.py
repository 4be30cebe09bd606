"""Reactions that note invoices: each event of money that makes a document due, in the event's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from core.advice.sessions.events import SessionSettled
from core.advice.sessions.model import Booking
from core.books.invoicing import issuance, pending_invoices, supplies
from core.books.invoicing.issuance import Due
from core.books.invoicing.model import MARKET, DocumentKind, Invoice, Kind, Party, Supply
from core.kernel.money import Money
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.money.chargebacks.events import ChargebackBooked, ChargebackClosed
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.model import SubjectKind
from core.people.accounts.events import ProfileCompleted
from core.people.accounts.service import person_of
from core.shop.purchases import payments
from core.shop.purchases.events import PaymentSentBack, PurchaseGivenBack, PurchasePaid
from core.shop.purchases.model import Purchase, Rail
from core.trade.deals.model import Deal
from core.trade.delivery.events import LotAccepted, LotAdjusted, LotFact
from core.trade.delivery.model import Lot
from core.trade.funding.events import LotReleased


def listen(reactions: Reactions, *, market: Party) -> None:
    """`market`: the party that the market is on its own invoices from now on."""
    notes_invoices = InvoiceNotes(market)
    reactions.on(LotReleased, notes_invoices.lot_released)
    reactions.on(LotAccepted, notes_invoices.lot_paid_directly)
    reactions.on(LotAdjusted, notes_invoices.lot_paid_directly)
    reactions.on(SessionSettled, notes_invoices.session_settled)
    reactions.on(PurchasePaid, notes_invoices.sold)
    reactions.on(PurchaseGivenBack, lambda ctx, fact: notes_invoices.sale_moved(ctx, fact.purchase_id))
    reactions.on(PaymentSentBack, lambda ctx, fact: notes_invoices.sale_moved(ctx, fact.purchase_id))
    reactions.on(ChargebackBooked, notes_invoices.earnings_charged_back)
    reactions.on(ChargebackClosed, notes_invoices.earnings_regained)
    reactions.on(ProfileCompleted, notes_invoices.company_known)


@dataclass(frozen=True, slots=True)
class InvoiceNotes:
    """Notes due invoices. We invoice our fees, the seller invoices goods, and the consultant invoices advice."""

    market: Party

    def lot_released(self, ctx: Ctx, fact: LotReleased) -> None:
        """Note the invoices for the fee and the goods of a released lot.

        A deduction before this moment was never invoiced, so the invoice is for what was paid. The seller's share of a
        referee's test is taken off the money, and never off the price of the goods.
        """
        lot, deal = ctx.session.get_one(Lot, fact.lot_id), ctx.session.get_one(Deal, fact.deal_id)
        fee = supplies.fee_of_deal(ctx, deal, lot, self.market.zone)
        key = f"commission:lot:{lot.id}"
        issuance.note(ctx, Due(key, Kind.COMMISSION, MARKET, deal.seller, deal.id, fact.fee, fee, lot.id), self.market)
        self._goods(ctx, deal, lot, fact.net + fact.fee + lot.test)

    def lot_paid_directly(self, ctx: Ctx, fact: LotFact) -> None:
        """Note the goods of a deal whose money we never held. Otherwise its lots are released, and noted then."""
        lot, deal = ctx.session.get_one(Lot, fact.lot_id), ctx.session.get_one(Deal, fact.deal_id)
        if deal.funded_at is None:
            self._goods(ctx, deal, lot, lot.pay if isinstance(fact, LotAdjusted) else lot.amount)

    def _goods(self, ctx: Ctx, deal: Deal, lot: Lot, paid: Money) -> None:
        goods, key = supplies.goods_of(ctx, deal, lot, paid), f"goods:lot:{lot.id}"
        issuance.note(ctx, Due(key, Kind.GOODS, deal.seller, deal.buyer, deal.id, paid, goods, lot.id), self.market)

    def session_settled(self, ctx: Ctx, fact: SessionSettled) -> None:
        booking = ctx.session.get_one(Booking, fact.booking_id)
        own, ours = booking.consultant_org, supplies.fee_of_session(ctx, booking, self.market.zone)
        part = f"session:{booking.id}:{fact.again}" if fact.again else f"session:{booking.id}"
        fee = Due(f"commission:{part}", Kind.COMMISSION, MARKET, own, booking.id, fact.fee, ours)
        paid, back = fact.net + fact.fee, Money.zero(fact.net.currency) if fact.again else fact.back
        advice = supplies.advice_of(ctx, booking, paid, back)
        session = Due(part, Kind.SESSION, own, booking.seeker_org, booking.id, paid, advice)
        for due in (fee, session):
            issuance.note(ctx, due, self.market)

    def sold(self, ctx: Ctx, fact: PurchasePaid) -> None:
        """Note a sale by card. For Stars, which are no currency, the platform gives the receipt."""
        purchase = ctx.session.get_one(Purchase, fact.purchase_id)
        if purchase.rail is not Rail.CARD:
            return
        buyer = person_of(ctx, purchase.buyer).organisation_id
        sale = supplies.sale_of(ctx, purchase, self.market.zone)
        key = f"sale:{purchase.id}"
        issuance.note(ctx, Due(key, Kind.SALE, MARKET, buyer, purchase.id, purchase.price, sale), self.market)

    def sale_moved(self, ctx: Ctx, purchase_id: str, *, owed: bool = False) -> None:
        """Adjust a sale's invoices after a refund, a chargeback, or a chargeback that the bank gave up.

        They say what we have of the price, less what is still `owed` of it. What goes back twice is our loss, and no
        more is credited than was invoiced.
        """
        purchase, sales = ctx.session.get_one(Purchase, purchase_id), _written(ctx, purchase_id, Kind.SALE)
        if not sales:
            return
        stands = Money.total((each.gross - issuance.credited(ctx, each) for each in sales), purchase.currency)
        ours = purchase.price - payments.back_of(ctx, purchase, owed=owed) - _with_bank(ctx, purchase)
        more = max(ours, Money.zero(ours.currency)) - stands
        key = f"sale:{purchase.id}:{ctx.new_id()}"
        if more.minor < 0:
            issuance.note_credit(ctx, key, sales, -more)
        elif more:
            sale, buyer = supplies.sale_of(ctx, purchase, self.market.zone), sales[0].recipient
            issuance.note(ctx, Due(key, Kind.SALE, MARKET, buyer, purchase.id, more, sale), self.market)

    def earnings_charged_back(self, ctx: Ctx, fact: ChargebackBooked) -> None:
        """Give back what we had earned first, as a bank has taken back more than was held."""
        if fact.subject_kind is SubjectKind.PURCHASE:
            self.sale_moved(ctx, fact.subject)
            return
        amount, fees = _earned(ctx, fact.chargeback_id), _written(ctx, fact.subject, Kind.COMMISSION)
        if amount and fees:
            issuance.note_credit(ctx, f"chargeback:{fact.chargeback_id}", fees, amount)

    def earnings_regained(self, ctx: Ctx, fact: ChargebackClosed) -> None:
        """Invoice again, under a new number, what was credited, as the bank has decided for us."""
        if fact.subject_kind is SubjectKind.PURCHASE:
            self.sale_moved(ctx, fact.subject, owed=fact.won)
            return
        amount = _earned(ctx, fact.chargeback_id)
        if fact.won and amount:
            supply, recipient = _supplied(ctx, fact.subject_kind, fact.subject, self.market.zone)
            key = f"{Kind.COMMISSION}:won:{fact.chargeback_id}"
            issuance.note(ctx, Due(key, Kind.COMMISSION, MARKET, recipient, fact.subject, amount, supply), self.market)

    def company_known(self, ctx: Ctx, fact: ProfileCompleted) -> None:
        issuance.ask_again(ctx, person_of(ctx, fact.person_id).organisation_id)


def handle_invoice_timer(ctx: Ctx, timer: Timer) -> None:
    (pending_invoices.remind if timer.event == pending_invoices.REMIND else issuance.waited)(ctx, timer.subject)


timer_handlers: Mapping[str, TimerHandler] = {pending_invoices.TIMER: handle_invoice_timer}


def _earned(ctx: Ctx, chargeback_id: str) -> Money:
    """Return what we had earned of a disputed payment of a deal or a session."""
    found = ctx.session.get_one(Chargeback, chargeback_id)
    return Money(found.from_commission_minor, found.currency)


def _with_bank(ctx: Ctx, purchase: Purchase) -> Money:
    """Return what banks have taken of a price, and not given up. A double or late payment was never invoiced."""
    found = ctx.session.scalars(
        select(Chargeback).where(Chargeback.subject == purchase.id, Chargeback.state != ChargebackState.WON)
    )
    withdrawn = (each.amount for each in found if payments.counts(ctx, purchase, each.payment_id))
    return Money.total(withdrawn, purchase.currency)


def _written(ctx: Ctx, subject: str, kind: Kind) -> list[Invoice]:
    """Return the invoices of one kind on a subject, in order."""
    query = select(Invoice).where(
        Invoice.subject == subject, Invoice.kind == kind, Invoice.document_kind == DocumentKind.INVOICE
    )
    return list(ctx.session.scalars(query.order_by(Invoice.id)))


def _supplied(ctx: Ctx, subject_kind: SubjectKind, subject: str, zone: str) -> tuple[Supply, str]:
    """Return our fee of a deal or a session, and the organisation that pays it."""
    if subject_kind is SubjectKind.DEAL:
        deal = ctx.session.get_one(Deal, subject)
        return supplies.fee_of_deal(ctx, deal, None, zone), deal.seller
    booking = ctx.session.get_one(Booking, subject)
    return supplies.fee_of_session(ctx, booking, zone), booking.consultant_org
