"""Prizes that several processes fight for: how each is set up, reached for, and checked afterwards.

Every reach is a unit of work as the product runs it. A prize is won exactly as often as it says, in any race.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import func, select

from bots.telegram.platform import TELEGRAM
from core.advice.experts.model import OfferExpertise, Rate
from core.advice.experts.service import offer_expertise
from core.advice.sessions.model import TAKES_THE_SLOT, Booking, BookSession
from core.advice.sessions.service import book_session
from core.kernel import outbox
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx, person
from core.money.ledger.model import Entry
from core.money.payees.model import Payee
from core.people.accounts.model import Identity
from core.people.accounts.service import meet, members, organisation_of, person_of
from core.people.companies import service as company
from core.people.companies.model import Membership, Position, Rights
from core.trade.deals import service as deals
from core.trade.deals.model import Deal, DealState
from core.trade.funding import service as escrow
from core.trade.funding.model import Payment
from core.trade.listings.model import Listing
from core.trade.listings.service import publish_listing
from core.trade.offers import service as offers
from core.trade.offers.model import BuyNow, MakeOffer, Offer
from core.trade.offers.quality_formula import quality_of
from core.trade.offers.rules import terms_of
from tests.core.goods import catalogue, eur, pellets, tonnes

UNIT: Final = 25  # tonnes: the smallest lot, and what everybody wants
STOCK: Final = 10  # units; more hands than that reach for them
AT: Final = datetime.fromisoformat


@dataclass(frozen=True, slots=True)
class Prize:
    """One thing to fight for. `subject`: its id, perhaps with more that each hand has to know."""

    kind: str
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of prize. `put_up(ctx, number)` makes one.

    `reach(ctx, prize, hand)` raises Refusal, or returns what was won. `check(ctx, prize, won)` returns the faults found
    afterwards; `won` is all that the hands report as won.
    """

    put_up: Callable[[Ctx, int], Prize]
    reach: Callable[[Ctx, Prize, int], list[str]]
    check: Callable[[Ctx, Prize, list[str]], list[str]]


def acting_newcomer(ctx: Ctx, name: str) -> Ctx:
    """Return the same unit as a person of this name sees it; the person is created at the first call."""
    known = meet(ctx, Identity(TELEGRAM.code, "", f"race-{name}", name), None)
    return ctx.acting_as(person(known.id))


def hand_of(ctx: Ctx, hand: int) -> Ctx:
    return acting_newcomer(ctx, f"Hand {hand}")


def goods(ctx: Ctx, stock: int) -> Listing:
    command = pellets(
        quantity=tonnes(stock * UNIT),
        min_lot=tonnes(UNIT),
        buy_now=True,
        price=eur(200),
        window_from=ctx.now.date() + timedelta(days=1),
        window_to=ctx.now.date() + timedelta(days=20),
    )
    return publish_listing(acting_newcomer(ctx, "Seller"), catalogue(), command)


# --- the last quantity ------------------------------------------------------------------------------------------------


def stock_up(ctx: Ctx, _number: int) -> Prize:
    return Prize("stock", goods(ctx, STOCK).id)


def buy(ctx: Ctx, prize: Prize, hand: int) -> list[str]:
    mine = hand_of(ctx, hand)
    formula = quality_of(catalogue(), "wood_pellets", "ENplus_A1")
    command = BuyNow(listing_id=prize.subject, quantity=tonnes(UNIT), lots=1, quality=formula)
    return [offers.buy_now(mine, command).id]


def stock_left(ctx: Ctx, prize: Prize, won: list[str]) -> list[str]:
    listing = ctx.session.get_one(Listing, prize.subject)
    sold = ctx.session.scalar(select(func.count()).select_from(Deal).where(Deal.listing_id == prize.subject)) or 0
    wrong = []
    if sold > STOCK or sold != len(won):
        wrong.append(f"{sold} deals of {STOCK}, {len(won)} hands say that they have one")
    if listing.remaining_amount + sold * Decimal(UNIT) != listing.quantity_amount:
        wrong.append(f"{listing.remaining_amount} t are left of {listing.quantity_amount} t after {sold} deals")
    return wrong


# --- one offer --------------------------------------------------------------------------------------------------------


def offer_up(ctx: Ctx, number: int) -> Prize:
    listing = goods(ctx, 1)
    terms = terms_of(listing, tonnes(UNIT), quality=quality_of(catalogue(), "wood_pellets", "ENplus_A1"))
    made = offers.make_offer(
        acting_newcomer(ctx, f"Buyer {number}"), catalogue(), MakeOffer(listing_id=listing.id, terms=terms)
    )
    return Prize("offer", made.id, str(number))


def answer(ctx: Ctx, prize: Prize, hand: int) -> list[str]:
    """Accept as the seller on two chats, decline, and withdraw as the buyer: all at once."""
    seller, buyer = acting_newcomer(ctx, "Seller"), acting_newcomer(ctx, f"Buyer {prize.detail}")
    acts = (
        lambda: offers.accept_offer(seller, prize.subject),
        lambda: offers.withdraw_offer(buyer, prize.subject),
        lambda: offers.accept_offer(seller, prize.subject),
        lambda: offers.decline_offer(seller, prize.subject),
    )
    return [acts[hand % len(acts)]().state]


def answered_once(ctx: Ctx, prize: Prize, won: list[str]) -> list[str]:
    offer = ctx.session.get_one(Offer, prize.subject)
    made = ctx.session.scalar(select(func.count()).select_from(Deal).where(Deal.offer_id == prize.subject)) or 0
    right = len(won) == 1 and offer.state == won[0] and made == (won[0] == "accepted")
    return [] if right else [f"an offer is {offer.state} with {made} deals, and was answered {won}"]


# --- one confirmation of money ----------------------------------------------------------------------------------------


def payment_up(ctx: Ctx, number: int) -> Prize:
    deal = signed(ctx, number)
    payment = ctx.session.scalars(select(Payment).where(Payment.deal_id == deal.id)).one()
    return Prize("payment", payment.id, str(number))


def signed(ctx: Ctx, number: int) -> Deal:
    listing = goods(ctx, 1)
    buyer, seller = acting_newcomer(ctx, f"Buyer {number}"), acting_newcomer(ctx, "Seller")
    deal = bought(ctx, buyer, listing)
    for side in (buyer, seller):
        deals.sign_deal(side, deal.id)
    ctx.settle()  # a reaction plans the parts in which it is paid
    ctx.outbox_messages.clear()
    return deal


def bought(ctx: Ctx, buyer: Ctx, listing: Listing) -> Deal:
    formula = quality_of(catalogue(), "wood_pellets", "ENplus_A1")
    offer = offers.buy_now(buyer, BuyNow(listing_id=listing.id, quantity=tonnes(UNIT), lots=1, quality=formula))
    ctx.settle()
    ctx.outbox_messages.clear()
    return ctx.session.scalars(select(Deal).where(Deal.offer_id == offer.id)).one()


def tell_paid(ctx: Ctx, prize: Prize, _hand: int) -> list[str]:
    """Report the same payment by the webhook, the sweep and a worker's look."""
    payment = ctx.session.get_one(Payment, prize.subject)
    before = payment.charge_ref
    escrow.payment_received(
        ctx,
        prize.subject,
        payment.amount,
        intent_ref=f"pi_{prize.subject}",
        charge_ref=f"ch_{prize.subject}",
        provider_fee=Money(150, payment.currency),
    )
    return [prize.subject] if before is None else []


def counted_once(ctx: Ctx, prize: Prize, _won: list[str]) -> list[str]:
    payment = ctx.session.get_one(Payment, prize.subject)
    entries = select(func.count()).select_from(Entry).where(Entry.key.like(f"deal:%:payment:{prize.subject}:%"))
    booked = ctx.session.scalar(entries) or 0
    right = payment.received_minor == payment.amount_minor and booked == 2  # the money, and the provider's fee
    return [] if right else [f"a payment of {payment.amount_minor} brought {payment.received_minor}, {booked} entries"]


# --- one approval -----------------------------------------------------------------------------------------------------


def approval_up(ctx: Ctx, number: int) -> Prize:
    """Make a buyer who may sign nothing alone, and two colleagues who may approve."""
    listing, buyer = goods(ctx, 1), acting_newcomer(ctx, f"Clerk {number}")
    company = person_of(ctx, str(buyer.actor.person)).organisation_id
    membership(ctx, str(buyer.actor.person), Position.BUYER, Money(100, "EUR"))
    for name in ("A", "B"):
        head = acting_newcomer(ctx, f"Head {name} of {number}")
        person_of(ctx, str(head.actor.person)).organisation_id = company
    ctx.session.flush()
    deal = bought(ctx, buyer, listing)
    for side in (buyer, acting_newcomer(ctx, "Seller")):
        deals.sign_deal(side, deal.id)
    assert deal.state == DealState.AWAITING_APPROVAL, deal.state
    return Prize("approval", deal.id, str(number))


def membership(ctx: Ctx, person_id: str, position: Position, limit: Money | None) -> None:
    made = Membership(person_id=person_id, since=ctx.now)
    made.rights = Rights(positions=frozenset({position}), limit=limit)
    ctx.session.add(made)
    ctx.session.flush()


def decide(ctx: Ctx, prize: Prize, hand: int) -> list[str]:
    head = acting_newcomer(ctx, f"Head {'AB'[hand % 2]} of {prize.detail}")
    act = deals.refuse_deal if hand % 3 == 2 else deals.approve_deal
    return [f"{head.actor.person} {act(head, prize.subject).state}"]


def decided_once(ctx: Ctx, prize: Prize, won: list[str]) -> list[str]:
    deal = ctx.session.get_one(Deal, prize.subject)
    asked = ctx.session.scalar(select(func.count()).select_from(Payment).where(Payment.deal_id == deal.id)) or 0
    right = len(won) == 1 and won[0].startswith(str(deal.decided_by)) and asked == (deal.state != DealState.CLOSED)
    return [] if right else [f"a deal is {deal.state} with {asked} payments asked for, and was decided {won}"]


# --- one invitation ---------------------------------------------------------------------------------------------------


def seat_up(ctx: Ctx, number: int) -> Prize:
    made = company.invite(acting_newcomer(ctx, f"Host {number}"), Rights(positions=frozenset({Position.BUYER})))
    return Prize("seat", made.code, made.organisation_id)


def come_in(ctx: Ctx, prize: Prize, hand: int) -> list[str]:
    """Join by a code that a colleague has shown to others."""
    joined = company.join(acting_newcomer(ctx, f"Guest {hand} of {prize.subject}"), prize.subject)
    return [joined.id] if joined is not None else []


def came_once(ctx: Ctx, prize: Prize, won: list[str]) -> list[str]:
    here = len(members(ctx, prize.detail))
    return [] if here == 2 and len(won) == 1 else [f"{here - 1} have come by one invitation, {len(won)} say so"]


# --- the last head ----------------------------------------------------------------------------------------------------


def heads_up(ctx: Ctx, number: int) -> Prize:
    """Make a company with two heads and an employee."""
    one, other, employee = (acting_newcomer(ctx, f"{name} of company {number}") for name in ("One", "Other", "Clerk"))
    first = person_of(ctx, str(one.actor.person))
    for each, position in ((other, Position.HEAD), (employee, Position.BUYER)):
        person_of(ctx, str(each.actor.person)).organisation_id = first.organisation_id
        membership(ctx, str(each.actor.person), position, None)
    return Prize("heads", f"{number}", first.organisation_id)


def go(ctx: Ctx, prize: Prize, hand: int) -> list[str]:
    """Let one leave while the other does."""
    mine = acting_newcomer(ctx, f"{('One', 'Other')[hand % 2]} of company {prize.subject}")
    gone = company.remove_member(mine, str(mine.actor.person))
    return [gone.id]


def headed(ctx: Ctx, prize: Prize, won: list[str]) -> list[str]:
    here = members(ctx, prize.detail)
    heads = [each.id for each in here if company.is_head(ctx, each.id)]
    right = len(heads) == 1 and len(here) == 2 and len(set(won)) == 1
    return [] if right else [f"a company of {len(here)} has {len(heads)} heads after {len(won)} have gone"]


# --- one slot ---------------------------------------------------------------------------------------------------------


def slot_up(ctx: Ctx, number: int) -> Prize:
    """Make a consultant, and one half hour of theirs."""
    alex = acting_newcomer(ctx, f"Consultant {number}")
    command = OfferExpertise(
        headline="Boilers that burn what they should",
        bio="Twenty years of combustion, ash and emissions in district heating.",
        fields=("bioenergy_engineering",),
        languages=("en",),
        rate=Rate(basis="session", minor=9000, currency="EUR"),
        lengths=(30,),
        hours="daily 0-24 Vilnius",
    )
    expert = offer_expertise(alex, catalogue(), command)
    organisation_of(ctx, expert.organisation_id).country = "LT"
    ctx.session.add(
        Payee(
            organisation_id=expert.organisation_id,
            account_ref=f"acct_{number}",
            asked_by=expert.person_id,
            asked_at=ctx.now,
            ready=True,
        )
    )
    at = ctx.now.replace(minute=0, second=0, microsecond=0) + timedelta(days=3, hours=number % 12)
    return Prize("slot", expert.id, at.isoformat())


def book(ctx: Ctx, prize: Prize, hand: int) -> list[str]:
    mine = acting_newcomer(ctx, f"Seeker {hand} of {prize.subject[-8:]}")
    command = BookSession(expert_id=prize.subject, starts_at=AT(prize.detail), length=30, problem="Why does it melt?")
    return [book_session(mine, command, 1500).id]


def booked_once(ctx: Ctx, prize: Prize, won: list[str]) -> list[str]:
    query = select(Booking.id).where(Booking.expert_id == prize.subject, Booking.state.in_(TAKES_THE_SLOT))
    taken = ctx.session.scalars(query).all()
    return [] if list(taken) == won and len(won) == 1 else [f"a slot is taken by {taken}, and was won by {won}"]


# --- one row of the outbox --------------------------------------------------------------------------------------------


def posts_up(ctx: Ctx, number: int) -> Prize:
    """Make posts that a dead process has left."""
    ordering_key = f"race:{number}:"
    ctx.session.add_all(
        outbox.OutboxRow(
            id=ctx.new_id(),
            channel="race",
            ordering_key=f"{ordering_key}{each}",
            kind="race",
            body={},
            created_at=ctx.now,
            due_at=ctx.now,
            attempts=0,
            dead=False,
        )
        for each in range(STOCK)
    )
    ctx.session.flush()
    return Prize("posts", ordering_key)


def lease(ctx: Ctx, _prize: Prize, _hand: int) -> list[str]:
    return [post.id for post in outbox.lease_due(ctx.session, ctx.now, limit=2) if post.channel == "race"]


def leased_once(_ctx: Ctx, _prize: Prize, won: list[str]) -> list[str]:
    """Check that no row was leased twice, whatever its owner."""
    twice = sorted({each for each in won if won.count(each) > 1})
    return [f"posts {twice} were leased twice"] if twice else []


KINDS: Final[Mapping[str, Kind]] = {
    "stock": Kind(stock_up, buy, stock_left),
    "offer": Kind(offer_up, answer, answered_once),
    "payment": Kind(payment_up, tell_paid, counted_once),
    "approval": Kind(approval_up, decide, decided_once),
    "seat": Kind(seat_up, come_in, came_once),
    "heads": Kind(heads_up, go, headed),
    "slot": Kind(slot_up, book, booked_once),
    "posts": Kind(posts_up, lease, leased_once),
}
REACHES: Final = 6  # per hand and prize, at once
AS: Final[Mapping[str, Actor]] = {"payment": PROVIDER}  # actor of a prize that belongs to no person


def actor_for(kind: str) -> Actor:
    return AS.get(kind, MARKET)
