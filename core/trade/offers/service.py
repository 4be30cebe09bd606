"""Actions of buyers and sellers on offers: propose, change, accept, decline, take back, buy at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select

from core.catalogue.model import Catalogue
from core.kernel.database import check_version
from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.process import enter, step
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import acting, has_traded
from core.people.blocking.service import check_may_reach
from core.trade.listings.model import Listing
from core.trade.listings.rules import Difference
from core.trade.listings.service import TAKES_OFFERS, listing_for, reserve
from core.trade.offers import events, rules
from core.trade.offers.model import OFFER, BuyNow, CounterOffer, MakeOffer, Offer, OfferRound, OfferState, Side, Terms
from core.trade.offers.validity import DEFAULT_VALIDITY

EXPIRY = "offer_expired"


def make_offer(ctx: Ctx, catalogue: Catalogue, command: MakeOffer, expected_version: int | None = None) -> Offer:
    """Propose terms on a listing; `expected_version` is the listing's version. Raises Refusal, Stale, Invalid."""
    person = acting(ctx)
    listing = _listing_to_deal_on(ctx, person, command.listing_id, expected_version)
    buyer = person.organisation_id
    return open_offer(ctx, catalogue, listing, command.terms, buyer=buyer, side="buyer", valid_for=command.valid_for)


def open_offer(
    ctx: Ctx, catalogue: Catalogue, listing: Listing, terms: Terms, *, buyer: str, side: Side, valid_for: timedelta
) -> Offer:
    """Open a negotiation by either `side`. Raises Refusal, Invalid."""
    rules.check_terms(terms, listing, ctx.now.date())
    rules.check_goods_of(catalogue, terms)
    if _open_offer(ctx, listing.id, buyer) is not None:
        raise Refusal("offer.already_open")
    offer = _open(ctx, listing, terms, buyer=buyer, side=side, valid_for=rules.check_validity(valid_for))
    return _tell(ctx, events.OfferMade, offer)


def counter_offer(ctx: Ctx, catalogue: Catalogue, command: CounterOffer, expected_version: int | None = None) -> Offer:
    """Answer with changed terms: the turn passes over and the validity begins again."""
    offer = _current(ctx, command.offer_id, expected_version)
    check_may_reach(ctx, offer.buyer, offer.seller)
    step(ctx, OFFER, offer, "counter", sides(ctx, offer))
    rules.check_counter(offer.terms, command.terms, offer.round)
    rules.check_terms(command.terms, listing_for(ctx, offer.listing_id), ctx.now.date())
    rules.check_goods_of(catalogue, command.terms)
    proposer = offer.turn
    offer.turn = rules.other(proposer)
    offer.round += 1
    offer.valid_until = ctx.now + rules.check_validity(command.valid_for)
    _propose(ctx, offer, proposer, acting(ctx).id, command.terms)
    # The step stays in its state and so keeps the timer. A counter-offer is a new proposal with a validity of its own.
    set_timer(ctx.session, Timer(OFFER.name, offer.id, EXPIRY, offer.valid_until), since=ctx.now)
    return _tell(ctx, events.OfferCountered, offer)


def accept_offer(ctx: Ctx, offer_id: str, expected_version: int | None = None) -> Offer:
    """Say yes: the goods are reserved and the deal begins. Raises Refusal when too little is left."""
    offer = _step(ctx, offer_id, "accept", expected_version)
    if offer.terms.window_to < ctx.now.date():
        raise Refusal("offer.window_past", field="window_to", today=ctx.now.date())
    return _agree(ctx, offer)


def decline_offer(ctx: Ctx, offer_id: str, expected_version: int | None = None) -> Offer:
    """Say no to what the other side proposed."""
    offer = _step(ctx, offer_id, "decline", expected_version)
    return _tell(ctx, events.OfferDeclined, offer)


def withdraw_offer(ctx: Ctx, offer_id: str, expected_version: int | None = None) -> Offer:
    """Take back one's own last proposal."""
    offer = _step(ctx, offer_id, "withdraw", expected_version)
    return _tell(ctx, events.OfferWithdrawn, offer)


def buy_now(ctx: Ctx, command: BuyNow, expected_version: int | None = None) -> Offer:
    """Take it as listed: the seller has said yes beforehand. An open negotiation of the buyer ends with it."""
    person = acting(ctx)
    listing = _listing_to_deal_on(ctx, person, command.listing_id, expected_version)
    if not listing.buy_now:
        raise Refusal("offer.no_buy_now")
    terms = rules.terms_of(listing, command.quantity, command.lots, command.note, command.quality)
    rules.check_terms(terms, listing, ctx.now.date())
    earlier = _open_offer(ctx, listing.id, person.organisation_id)
    if earlier is not None:
        (decline_offer if earlier.turn == "buyer" else withdraw_offer)(ctx, earlier.id)
    offer = _open(ctx, listing, terms, buyer=person.organisation_id, side="buyer", valid_for=DEFAULT_VALIDITY)
    step(ctx, OFFER, offer, "accept", ("turn",))  # on the seller's standing word
    return _agree(ctx, offer)


def offer_for(ctx: Ctx, offer_id: str) -> Offer:
    """Return an offer for one of its two sides (or the market itself). Raises NotFound, to strangers too."""
    offer = ctx.session.get(Offer, offer_id)
    if offer is None or (ctx.actor.person is not None and not sides(ctx, offer)):
        raise NotFound
    return offer


def offers_of(ctx: Ctx, organisation_id: str) -> list[Offer]:
    """Return an organisation's offers as buyer and as seller, the open ones first, then the newest."""
    if ctx.actor.person is not None and acting(ctx).organisation_id != organisation_id:
        raise NotAllowed
    query = select(Offer).where(or_(Offer.buyer == organisation_id, Offer.seller == organisation_id))
    return list(ctx.session.scalars(query.order_by(Offer.state != OfferState.OPEN, Offer.id.desc())))


def sides(ctx: Ctx, offer: Offer) -> frozenset[str]:
    """Return the actor's roles: "buyer" or "seller", and "turn" or "other". Empty for a stranger."""
    return rules.roles_of(acting(ctx).organisation_id, offer.buyer, offer.seller, offer.turn)


def expire_offer(ctx: Ctx, offer_id: str) -> None:
    """Expire an offer that was not answered in time."""
    offer = offer_for(ctx, offer_id)
    step(ctx, OFFER, offer, EXPIRY, ("time",))
    _tell(ctx, events.OfferExpired, offer)


def announce_to_offers(ctx: Ctx, listing_id: str, changes: Sequence[Difference]) -> None:
    """Tell the parties of open offers about changes of the listing that touch them. The offers keep their terms."""
    listing = listing_for(ctx, listing_id)
    for offer in _open_on(ctx, listing_id):
        touching = rules.touching(changes, offer.terms, listing)
        if touching:
            sides_of = (offer.id, listing_id, offer.buyer, offer.seller)
            ctx.announce(events.OfferListingChanged(*sides_of, ctx.actor.person, touching))


def drop_offers_on(ctx: Ctx, listing_id: str) -> None:
    """End the open offers on a listing that is no longer there."""
    for offer in _open_on(ctx, listing_id):
        step(ctx, OFFER, offer, "listing_gone", ("system",))
        ctx.announce(events.OfferExpired(offer.id, offer.listing_id, offer.buyer, offer.seller, None))


def drop_offers_of(ctx: Ctx, organisation_id: str) -> None:
    """End the open offers of a suspended account, on either side."""
    own = or_(Offer.buyer == organisation_id, Offer.seller == organisation_id)
    for offer in ctx.session.scalars(select(Offer).where(own, Offer.state == OFFER.initial).order_by(Offer.id)).all():
        step(ctx, OFFER, offer, "side_suspended", ("system",))
        ctx.announce(events.OfferExpired(offer.id, offer.listing_id, offer.buyer, offer.seller, None))


def _open_on(ctx: Ctx, listing_id: str) -> Sequence[Offer]:
    query = select(Offer).where(Offer.listing_id == listing_id, Offer.state == OFFER.initial)
    return ctx.session.scalars(query.order_by(Offer.id)).all()


def _listing_to_deal_on(ctx: Ctx, person: Person, listing_id: str, expected_version: int | None) -> Listing:
    listing = listing_for(ctx, listing_id)
    if listing.seller == person.organisation_id:
        raise Refusal("offer.own_listing")
    check_may_reach(ctx, person.organisation_id, listing.seller)
    check_version(listing, expected_version)
    if listing.state not in TAKES_OFFERS:
        raise Refusal("listing.not_for_sale", state=listing.state)
    return listing


def _step(ctx: Ctx, offer_id: str, event: str, expected_version: int | None) -> Offer:
    """Take a step of the actor's, and return the offer. Raises NotFound, NotAllowed, Stale."""
    offer = _current(ctx, offer_id, expected_version)
    step(ctx, OFFER, offer, event, sides(ctx, offer))
    return offer


def _current(ctx: Ctx, offer_id: str, expected_version: int | None) -> Offer:
    offer = offer_for(ctx, offer_id)
    check_version(offer, expected_version)
    return offer


def _open_offer(ctx: Ctx, listing_id: str, buyer: str) -> Offer | None:
    return ctx.session.scalar(
        select(Offer).where(Offer.listing_id == listing_id, Offer.buyer == buyer, Offer.state == OFFER.initial)
    )


def _open(ctx: Ctx, listing: Listing, terms: Terms, *, buyer: str, side: Side, valid_for: timedelta) -> Offer:
    offer = Offer(
        id=ctx.new_id(),
        listing_id=listing.id,
        buyer=buyer,
        seller=listing.seller,
        turn=rules.other(side),
        round=1,
        made_at=ctx.now,
        valid_until=ctx.now + valid_for,
    )
    _propose(ctx, offer, side, acting(ctx).id, terms)
    enter(ctx, OFFER, offer, OFFER.initial, {EXPIRY: offer.valid_until})
    ctx.session.add(offer)
    has_traded(ctx, buyer)
    ctx.session.flush()
    return offer


def _propose(ctx: Ctx, offer: Offer, side: Side, person_id: str, terms: Terms) -> None:
    offer.terms_json = terms.as_json()
    offer.rounds.append(
        OfferRound(number=offer.round, side=side, person=person_id, at=ctx.now, terms_json=offer.terms_json)
    )


def _agree(ctx: Ctx, offer: Offer) -> Offer:
    reserve(ctx, offer.listing_id, offer.terms.quantity)
    return _tell(ctx, events.OfferAccepted, offer)


def _tell(ctx: Ctx, fact: type[events.OfferFact], offer: Offer) -> Offer:
    ctx.announce(fact(offer.id, offer.listing_id, offer.buyer, offer.seller, ctx.actor.person))
    ctx.session.flush()
    return offer
