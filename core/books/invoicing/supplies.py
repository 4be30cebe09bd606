"""Supplies as they stand on an invoice: goods of a lot, a session, a purchase, and our own fees.

The writer of the invoice says it in words, in its language. Its day is that of its issuer. If the market issues it, the
day is that of `zone`, which only the caller knows.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from core.advice.sessions import final_charges
from core.advice.sessions.model import Booking, Meeting
from core.books.invoicing import rules
from core.books.invoicing.model import Goods, Supply, What
from core.books.invoicing.parties import zone_of
from core.books.invoicing.vat import HANDED_OVER_AT_PLACE
from core.kernel.money import Money
from core.kernel.quantity import Quantity, converted, convertible
from core.kernel.transaction import Ctx
from core.people.accounts.service import organisation_of
from core.shop.purchases.model import Purchase
from core.trade.deals.model import Deal
from core.trade.delivery.model import Lot


def goods_of(ctx: Ctx, deal: Deal, lot: Lot, paid: Money) -> Supply:
    """Describe a lot of goods. `goods_from` and `goods_to` are known as far as the delivery term names them."""
    terms, (came, agreed) = deal.terms, _came(lot, paid)
    is_handed_over = terms.incoterm in HANDED_OVER_AT_PLACE
    return Supply(
        of=What.GOODS,
        goods=Goods(product=terms.product_id, grade=terms.grade_id, incoterm=terms.incoterm, place=terms.place.name),
        lot=lot.number,
        on=_day(ctx, deal.seller, lot.arrived_at or ctx.now),
        ref=deal.ref,
        amount=came.amount,
        agreed_minor=agreed.minor,
        unit=lot.unit,
        goods_from=terms.place.country if is_handed_over else None,
        goods_to=None if is_handed_over else terms.place.country,
        order=deal.purchase_order or "",
        certificates=tuple(str(each) for each in terms.certificates),  # FSC has them on every invoice (FSC-STD-40-004)
    )


def fee_of_deal(ctx: Ctx, deal: Deal, lot: Lot | None, zone: str) -> Supply:
    number = lot.number if lot is not None else None
    return Supply(of=What.FEE_OF_DEAL, lot=number, on=rules.day_in(zone, ctx.now), ref=deal.ref)


def advice_of(ctx: Ctx, booking: Booking, paid: Money, back: Money) -> Supply:
    """Describe a session: the charge, and whether it took place, was called off too late or not come to.

    `back`: what a complaint, or the consultant, gives back of the charge; nothing where it was settled before.
    """
    meeting = ctx.session.get(Meeting, booking.id)
    minutes = None
    if meeting is not None and meeting.began_at is not None:
        what, minutes = What.ADVICE, final_charges.minutes_invoiced(booking, meeting)
    else:
        what = What.NOT_COME if booking.why == "noshow_seeker" else What.CALLED_OFF
    on = _day(ctx, booking.consultant_org, min(booking.starts_at, ctx.now))
    charged = (paid + back).minor if back else None
    return Supply(of=what, minutes=minutes, on=on, ref=booking.ref, agreed_minor=charged)


def fee_of_session(ctx: Ctx, booking: Booking, zone: str) -> Supply:
    return Supply(of=What.FEE_OF_SESSION, on=rules.day_in(zone, ctx.now), ref=booking.ref)


def sale_of(ctx: Ctx, purchase: Purchase, zone: str) -> Supply:
    return Supply(what=purchase.title, on=rules.day_in(zone, purchase.paid_at or ctx.now))


def _came(lot: Lot, paid: Money) -> tuple[Quantity, Money]:
    """Return the supplied quantity and its price by the contract: what was weighed, if less was paid by it.

    A lot that was paid in full is invoiced as it was agreed, whatever was weighed.
    """
    weighed = lot.measured
    if weighed is None or paid >= lot.amount or not convertible(weighed.unit, lot.unit):
        return lot.quantity, lot.amount
    share = converted(weighed, lot.unit) / Fraction(lot.quantity.amount)
    cost = Money.rounded(Fraction(lot.amount.amount) * share, lot.currency)
    if share >= 1 or cost < paid:
        return lot.quantity, lot.amount
    return weighed.to(lot.unit), cost


def _day(ctx: Ctx, issuer: str, moment: datetime) -> date:
    return rules.day_in(zone_of(organisation_of(ctx, issuer)), moment)
