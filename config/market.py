"""The market as one thing: its slices listening to each other, its conversations, its reference data."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from config.reference import reference
from config.rooms import rooms_of
from config.settings import Settings
from conversations import apart, cases, desk, search, settings
from conversations import help as helping
from conversations.billing import agreement as billing
from conversations.billing import invoices, money, recalled
from conversations.book import Book
from conversations.buying import purchase as buying
from conversations.consulting.after import complaint, recap, recording
from conversations.consulting.after import review as session_review
from conversations.consulting.consultants import at_once, away, hours, promotion, stats
from conversations.consulting.consultants import profile as expert
from conversations.consulting.seeking import question, seek
from conversations.consulting.seeking import refining as seek_again
from conversations.consulting.sessions import asking, booking
from conversations.consulting.sessions import talk as talking
from conversations.engine import Engine
from conversations.filling import drafts
from conversations.help.menus import Menus
from conversations.news.linked import Linked
from conversations.news.notices import Notices
from conversations.people import company, language, leaving, mark, own_copy, place, registration
from conversations.search import alerts as alerting
from conversations.search import browsing, fee, market_view, openings, quiet, wanting
from conversations.talk import Almanac
from conversations.trade.deals import again, held, order, paying, signed
from conversations.trade.deals import card as deal_card
from conversations.trade.deals import talk as deal_talk
from conversations.trade.delivery import claim, delivery, dispute, review
from conversations.trade.listings import change, listing, shelf
from conversations.trade.offers import inquiry, offer
from conversations.trade.requests import change as request_change
from conversations.trade.requests import quoting, request
from conversations.wording import Wordings
from core.alerts import reactions as alerts
from core.deals import reactions as deals
from core.deals.model import HouseTerms
from core.delivery import reactions as lots
from core.erasure import reactions as erasure
from core.escrow import reactions as escrow
from core.escrow.evidence import reactions as evidence
from core.escrow.rails.model import Rail
from core.escrow.rails.service import OFFERED
from core.experts import reactions as experts
from core.invoicing import reactions as invoicing
from core.invoicing.model import MARKET, Party
from core.kernel.events import Reactions
from core.kernel.sweep import Ring
from core.ledger import reactions as ledger
from core.listings import reactions as listings
from core.offers import reactions as offers
from core.people import reactions as people
from core.promotion import reactions as promotions
from core.purchases import reactions as purchases
from core.reconciliation import reactions as reconciling
from core.reputation import reactions as reputation
from core.requests import reactions as requests
from core.search import reactions as searching
from core.search.sentence.places import Places
from core.sessions import reactions as sessions
from core.sessions.vat import MarketVat
from core.support import reactions as support
from core.talks import service as talks

BOOKS: tuple[Book, ...] = (
    registration.book,
    company.book,
    listing.book,
    shelf.book,
    change.book,
    *search.books,
    browsing.book,
    alerting.book,
    market_view.book,
    fee.book,
    wanting.book,
    openings.book,
    place.book,
    mark.book,
    offer.book,
    inquiry.book,
    request.book,
    request_change.book,
    quoting.book,
    deal_card.book,
    again.book,
    signed.book,
    deal_talk.book,
    order.book,
    delivery.book,
    money.book,
    invoices.book,
    billing.book,
    recalled.book,
    claim.book,
    dispute.book,
    held.book,
    paying.book,
    review.book,
    expert.book,
    away.book,
    seek.book,
    seek_again.book,
    booking.book,
    asking.book,
    hours.book,
    at_once.book,
    stats.book,
    question.book,
    buying.book,
    promotion.book,
    apart.book,
    own_copy.book,
    leaving.book,
    talking.book,
    session_review.book,
    complaint.book,
    cases.book,
    recap.book,
    recording.book,
    desk.book,
    quiet.book,
    settings.book,
    drafts.book,
    language.book,
    *helping.books,
)


# Timers that are no person's deadline, but our own next try or somebody else's clock: our absence does not stop them.
OWN_CLOCKS = frozenset(
    {"effect", "expert_feed", "chargeback", "evidence", "purchase_refund", "card_hold", "session_payout"}
)

# Who answers when time comes for which kind of thing.
RINGS: Mapping[str, Ring] = {
    **listings.rings,
    **requests.rings,
    **offers.rings,
    **lots.rings,
    **escrow.rings,
    **evidence.rings,
    **reputation.rings,
    **support.rings,
    **talks.rings,
    **ledger.rings,
    **experts.rings,
    **sessions.rings,
    **purchases.rings,
    **promotions.rings,
    **invoicing.rings,
    **alerts.rings(lambda: reference()[0]),
}


def almanac(settings: Settings, home: str = "") -> Almanac:
    """What this installation's conversations know. `home`: our own address, to which links lead."""
    catalogue, places = reference()
    rails = (*OFFERED, Rail.STABLECOIN) if settings.stripe_stablecoins else OFFERED
    fees = settings.commission_basis_points, settings.session_commission_basis_points
    market = market_of(settings, places)
    return Almanac(
        catalogue,
        places,
        Wordings(),
        *fees,
        rails,
        settings.settlement,
        settings.held,
        telegram_name=settings.telegram_bot_name,
        vat=MarketVat(settings.market_country, market.home_bp or 0),
        market=market,
        rooms=rooms_of(settings, home),
        home=home,
    )


def market_of(settings: Settings, places: Places) -> Party:
    """Who the market is on its own invoices. Without a VAT number it charges none."""
    number = settings.market_vat_number
    return Party(
        id=MARKET,
        name=settings.market_name,
        country=settings.market_country,
        address=settings.market_address,
        vat_number=number,
        home_bp=settings.market_vat_basis_points if number is not None else None,
        zone=places.zone_of(settings.market_country) or "UTC",
    )


def engine_and_reactions(known: Almanac, operators: Collection[str] = ()) -> tuple[Engine, Reactions]:
    """Conversations over the market, and the market's facts reaching all who listen."""
    engine, reactions = Engine(BOOKS, known), Reactions()
    people.listen(reactions, operators=operators)
    searching.listen(reactions)
    alerts.listen(reactions)
    requests.listen(reactions)
    offers.listen(reactions)
    deals.listen(reactions, HouseTerms(known.commission_bp, known.settlement, known.held))
    lots.listen(reactions)
    escrow.listen(reactions)
    evidence.listen(reactions)
    reputation.listen(reactions)
    support.listen(reactions)
    experts.listen(reactions)
    sessions.listen(reactions)
    promotions.listen(reactions)
    reconciling.listen(reactions)
    invoicing.listen(reactions, market=known.market)
    Notices(engine).listen(reactions)
    Menus(known.wordings).listen(reactions)
    Linked(known.wordings).listen(reactions)
    erasure.listen(reactions)
    return engine, reactions
