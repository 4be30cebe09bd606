"""Actions of sellers on their listings, and what offers take from them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, select

from core.catalogue.model import Catalogue
from core.kernel.compiled_statements import select_rows
from core.kernel.database import check_version, existing
from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.process import enter, step
from core.kernel.quantity import Quantity
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting, has_traded
from core.people.blocking.suspensions import check_not_suspended
from core.trade.listings import events, rules
from core.trade.listings.model import LISTING, ChangeListing, Listing, ListingCertificate, ListingState, PublishListing

EXPIRY = "listing_expired"
TAKES_OFFERS = frozenset({ListingState.LIVE})
# A negotiation that has begun may end well although the listing is no longer shown to others.
TAKES_RESERVATIONS = frozenset({ListingState.LIVE, ListingState.PAUSED, ListingState.EXPIRED})


_SELLER = select(Listing.seller).where(Listing.id == bindparam("listing"))


def publish_listing(ctx: Ctx, catalogue: Catalogue, command: PublishListing) -> Listing:
    """Put goods up for sale; they can be found at once. Raises Invalid."""
    person = acting(ctx)
    check_not_suspended(ctx, person.organisation_id)
    schemes = [certificate.scheme for certificate in command.certificates]
    product = rules.check_goods(catalogue, command.product_id, command.grade_id, schemes, command.incoterm)
    command.quantity.within(product.units)
    rules.check_price(command.price, command.quantity.unit)
    rules.check_window(command.window_from, command.window_to, ctx.now.date())
    min_lot = rules.smallest_lot(command.quantity, command.min_lot)
    listing = Listing(
        id=ctx.new_id(),
        seller=person.organisation_id,
        published_by=person.id,
        published_at=ctx.now,
        renewed_at=ctx.now,
        unit=command.quantity.unit,
        quantity_amount=command.quantity.amount,
        remaining_amount=command.quantity.amount,
        min_lot_amount=min_lot.amount,
        price_amount=command.price.amount,
        price_currency=command.price.currency,
        price_unit=command.price.unit,
        place_name=command.place.name,
        country=command.place.country,
        lat=command.place.lat,
        lon=command.place.lon,
        photos=list(command.photos),
        documents=list(command.documents),
        certificates=[ListingCertificate(scheme=each.scheme, number=each.number) for each in command.certificates],
        **command.model_dump(include=AS_GIVEN),
    )
    enter(ctx, LISTING, listing, LISTING.initial, {EXPIRY: listing.expires_at})
    ctx.session.add(listing)
    has_traded(ctx, person.organisation_id)
    return _tell(ctx, listing, events.ListingPublished)


# Fields that a listing keeps just as the command gives them: a new field that both have is kept too.
AS_GIVEN = (PublishListing.model_fields.keys() & Listing.__table__.columns.keys()) - {"photos", "documents"}


def listing_for(ctx: Ctx, listing_id: str) -> Listing:
    """Return a listing in whatever state, as everybody may see it. Raises NotFound."""
    return existing(ctx.session, Listing, listing_id)


def seller_of(ctx: Ctx, listing_id: str) -> str:
    """Return the seller's organisation. Raises NotFound."""
    found = select_rows(ctx.session, _SELLER, listing=listing_id)
    if not found:
        raise NotFound
    return str(found[0][0])


def listings_of(ctx: Ctx, organisation_id: str) -> list[Listing]:
    """Return an organisation's listings that are not withdrawn, the newest first."""
    query = select(Listing).where(Listing.seller == organisation_id, Listing.state != ListingState.WITHDRAWN)
    return list(ctx.session.scalars(query.order_by(Listing.id.desc())))


def changeable_listing(ctx: Ctx, listing_id: str) -> Listing:
    """Return an own listing, as long as it can be changed. Raises NotFound, NotAllowed, Stale."""
    listing = _own(ctx, listing_id, None)
    LISTING.transition(listing.state, "change", ("seller",))
    return listing


def change_listing(
    ctx: Ctx, catalogue: Catalogue, listing_id: str, command: ChangeListing, expected_version: int | None = None
) -> Listing:
    """Change what is given, as far as it could be published so. Offers already made keep their terms.

    What had expired is for sale again, where its dates are not over.
    Raises NotAllowed, Stale, Invalid.
    """
    listing = _own(ctx, listing_id, expected_version)
    step(ctx, LISTING, listing, "change", ("seller",))
    before = rules.told(listing)
    given = command.model_dump(include=CHANGES_AS_GIVEN, exclude_none=True)
    for field, value in given.items():
        setattr(listing, field, list(value) if isinstance(value, tuple) else value)
    if "packaging" in command.model_fields_set:
        listing.packaging = command.packaging
    _change_goods(catalogue, listing, command)
    if command.place is not None:
        listing.place_name, listing.country = command.place.name, command.place.country
        listing.lat, listing.lon = command.place.lat, command.place.lon
    if command.price is not None:
        rules.check_currency(command.price, listing.price_currency)
        rules.check_price(command.price, listing.unit)
        listing.price_amount = command.price.amount
        listing.price_unit = command.price.unit
    _change_stock(listing, command)
    if command.window_from is not None or command.window_to is not None:
        listing.window_from = command.window_from or listing.window_from
        listing.window_to = command.window_to or listing.window_to
        rules.check_window(listing.window_from, listing.window_to, ctx.now.date())
        _move_expiry(ctx, listing)
    _put_up_again(ctx, listing)
    _note_stock(ctx, listing, "seller")
    return _tell(ctx, listing, events.ListingChanged, rules.differences(before, rules.told(listing)))


CHANGES_AS_GIVEN = {"negotiable", "buy_now", "incoterm", "words", "photos", "documents"}


def pause_listing(ctx: Ctx, listing_id: str, expected_version: int | None = None) -> Listing:
    """Hide it from search without taking it down."""
    return _move(ctx, listing_id, "pause", expected_version)


def resume_listing(ctx: Ctx, listing_id: str, expected_version: int | None = None) -> Listing:
    return _move(ctx, listing_id, "resume", expected_version)


def renew_listing(ctx: Ctx, listing_id: str, expected_version: int | None = None) -> Listing:
    """Let it stand for another STANDS_FOR. Raises Invalid when its delivery window is over."""
    listing = _own(ctx, listing_id, expected_version)
    rules.check_window(listing.window_from, listing.window_to, ctx.now.date())
    listing.renewed_at = ctx.now
    step(ctx, LISTING, listing, "renew", ("seller",), deadlines={EXPIRY: listing.expires_at})
    _move_expiry(ctx, listing)  # from live to live the step itself leaves the timer as it is
    _note_stock(ctx, listing, "system")
    return _tell(ctx, listing, events.ListingChanged)


def withdraw_listing(ctx: Ctx, listing_id: str, expected_version: int | None = None) -> Listing:
    """Take it down for good."""
    listing = _own(ctx, listing_id, expected_version)
    step(ctx, LISTING, listing, "withdraw", ("seller",))
    return _tell(ctx, listing, events.ListingWithdrawn)


def take_down_listing(ctx: Ctx, listing_id: str, reason: str, suspension: str | None = None) -> Listing:
    """Take a listing out of the market, as an operator, or with all of a suspended seller. Raises NotAllowed, Stale."""
    listing = _of_others(ctx, listing_id)
    before = listing.state
    step(ctx, LISTING, listing, "take_down", ("operator",))
    listing.removed_from, listing.removal_reason, listing.removed_with = before, reason, suspension
    ctx.announce(events.ListingRemoved(listing.id, listing.seller, ctx.actor.person, reason))
    ctx.session.flush()
    return listing


def put_back_listing(ctx: Ctx, listing_id: str) -> Listing:
    """Put a listing back that was taken down, as an operator. Raises NotAllowed, Stale.

    It is paused if it was, and expires at once if its time is over by now.
    """
    listing = _of_others(ctx, listing_id)
    deadlines = {EXPIRY: listing.expires_at}
    if listing.removed_from == ListingState.PAUSED:
        step(ctx, LISTING, listing, "put_back_paused", ("operator",), deadlines=deadlines)
    else:
        step(ctx, LISTING, listing, "put_back", ("operator",), deadlines=deadlines)
    listing.removed_from = listing.removal_reason = listing.removed_with = None
    _note_stock(ctx, listing, "system")
    return _tell(ctx, listing, events.ListingPutBack)


def take_down_all(ctx: Ctx, organisation_id: str, reason: str, suspension: str) -> None:
    """Take down all that a suspended seller has in the market."""
    for listing in listings_of(ctx, organisation_id):
        if "take_down" in LISTING.open_to(listing.state, ("operator",)):
            take_down_listing(ctx, listing.id, reason, suspension)


def put_back_all(ctx: Ctx, suspension: str) -> None:
    """Put back what a suspension has taken down. What an operator took down by itself stays so."""
    query = select(Listing.id).where(Listing.removed_with == suspension, Listing.state == ListingState.REMOVED)
    for listing_id in ctx.session.scalars(query.order_by(Listing.id)).all():
        put_back_listing(ctx, listing_id)


def _of_others(ctx: Ctx, listing_id: str) -> Listing:
    """Return a listing for an operator who does not belong to its seller. Raises NotAllowed, NotFound."""
    operator, listing = acting(ctx), listing_for(ctx, listing_id)
    if not operator.operator or operator.organisation_id == listing.seller:
        raise NotAllowed
    return listing


def reserve(ctx: Ctx, listing_id: str, quantity: Quantity) -> Quantity:
    """Reserve goods of a listing for an accepted offer; return the amount in the listing's unit. Raises Refusal.

    The smallest amount is checked when an offer is proposed. A later change does not undo what is on the table. Two
    takers of the last tonne race on the row's version. The loser is run again and finds too little left.
    """
    listing = listing_for(ctx, listing_id)
    if listing.state not in TAKES_RESERVATIONS:
        raise Refusal("listing.not_for_sale", state=listing.state)
    reserved = rules.check_left(quantity, listing.remaining)
    listing.remaining_amount = (listing.remaining - reserved).amount
    _note_stock(ctx, listing, "system")
    _tell(ctx, listing, events.ListingStockMoved)
    return reserved


def give_back(ctx: Ctx, listing_id: str, quantity: Quantity) -> None:
    """Return reserved goods to the listing; one that was sold out is shown again."""
    listing = listing_for(ctx, listing_id)
    listing.remaining_amount = (listing.remaining + quantity.to(listing.unit)).amount
    listing.quantity_amount = max(listing.quantity_amount, listing.remaining_amount)
    _note_stock(ctx, listing, "system")
    _tell(ctx, listing, events.ListingStockMoved)


def expire_listing(ctx: Ctx, listing_id: str) -> None:
    """Expire a listing whose time is over; the seller may renew it."""
    listing = listing_for(ctx, listing_id)
    step(ctx, LISTING, listing, EXPIRY, ("time",))
    ctx.announce(events.ListingExpired(listing.id, listing.seller, None))


def forget_listing(ctx: Ctx, listing_id: str) -> None:
    """Withdraw a listing that was not renewed for half a year."""
    listing = listing_for(ctx, listing_id)
    step(ctx, LISTING, listing, "listing_forgotten", ("time",))
    ctx.announce(events.ListingWithdrawn(listing.id, listing.seller, None))


def _own(ctx: Ctx, listing_id: str, expected_version: int | None) -> Listing:
    listing = listing_for(ctx, listing_id)
    if acting(ctx).organisation_id != listing.seller:
        raise NotAllowed
    check_version(listing, expected_version)
    return listing


def _move(ctx: Ctx, listing_id: str, event: str, expected_version: int | None) -> Listing:
    listing = _own(ctx, listing_id, expected_version)
    step(ctx, LISTING, listing, event, ("seller",), deadlines={EXPIRY: listing.expires_at})
    return _tell(ctx, listing, events.ListingChanged)


def _tell(
    ctx: Ctx, listing: Listing, fact: Callable[..., events.ListingFact], *details: tuple[rules.Difference, ...]
) -> Listing:
    """Announce an event of the listing. `details`: what has changed, if the event says it."""
    ctx.announce(fact(listing.id, listing.seller, ctx.actor.person, *details))
    ctx.session.flush()
    return listing


def _change_goods(catalogue: Catalogue, listing: Listing, command: ChangeListing) -> None:
    """Grade, certificates and delivery term pass the very checks that they would have to pass on a new listing."""
    if "grade_id" in command.model_fields_set:
        listing.grade_id = command.grade_id
    named = listing.certificates if command.certificates is None else command.certificates
    schemes = [each.scheme for each in named]
    rules.check_goods(catalogue, listing.product_id, listing.grade_id, schemes, listing.incoterm)
    if command.certificates is not None:
        kept = {each.scheme: each for each in listing.certificates}
        for given in command.certificates:
            kept.setdefault(given.scheme, ListingCertificate(scheme=given.scheme)).number = given.number
        listing.certificates = [kept[scheme] for scheme in sorted(schemes)]


def _change_stock(listing: Listing, command: ChangeListing) -> None:
    """Change how much is left. What has been taken stays taken."""
    if command.quantity is not None:
        reserved = listing.quantity - listing.remaining
        listing.remaining_amount = command.quantity.positive().to(listing.unit).amount
        listing.quantity_amount = (reserved + listing.remaining).amount
    left = listing.remaining if listing.remaining_amount else listing.quantity
    if command.min_lot is not None:
        listing.min_lot_amount = rules.smallest_lot(left, command.min_lot).amount
    elif command.quantity is not None:
        listing.min_lot_amount = min(listing.min_lot_amount, listing.remaining_amount)


def _note_stock(ctx: Ctx, listing: Listing, role: str) -> None:
    """Update the listing's state by its stock: sold out when less than the smallest lot is left, else shown again."""
    empty = rules.is_sold_out(listing.remaining, listing.min_lot)
    deadlines = {EXPIRY: listing.expires_at}
    if empty and listing.state in (ListingState.LIVE, ListingState.PAUSED):
        step(ctx, LISTING, listing, "sell_out", (role,), deadlines=deadlines)
        ctx.announce(events.ListingSoldOut(listing.id, listing.seller, ctx.actor.person))
    elif not empty and listing.state == ListingState.SOLD_OUT:
        step(ctx, LISTING, listing, "restock", (role,), deadlines=deadlines)


def _put_up_again(ctx: Ctx, listing: Listing) -> None:
    """Renew an expired listing that its seller has changed, unless its dates are still over."""
    if listing.state == ListingState.EXPIRED and not rules.dates_are_over(listing, ctx.now.date()):
        listing.renewed_at = ctx.now
        step(ctx, LISTING, listing, "renew", ("seller",), deadlines={EXPIRY: listing.expires_at})


def _move_expiry(ctx: Ctx, listing: Listing) -> None:
    if LISTING.timed(listing.state)[0].event == EXPIRY:
        set_timer(ctx.session, Timer(LISTING.name, listing.id, EXPIRY, listing.expires_at))
