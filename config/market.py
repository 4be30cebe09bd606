"""The market as one thing: its slices listening to each other, its conversations, its reference data."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from config.reference import reference
from config.rooms import rooms_of
from config.settings import Settings
from conversations import cases, discovery, home, moderation, settings
from conversations import help as helping
from conversations.advice.aftercare import complaint, recap, recording
from conversations.advice.aftercare import review as session_review
from conversations.advice.expert_search import expert_search, question
from conversations.advice.expert_search import refinement as seek_again
from conversations.advice.experts import absence, availability, free_now, promotion, statistics
from conversations.advice.experts import profile as expert
from conversations.advice.sessions import booking, group_requests
from conversations.advice.sessions import meeting as talking
from conversations.books import chargebacks, invoices, money_statement
from conversations.books import invoicing_agreement as billing
from conversations.chat_context import MarketContext
from conversations.discovery import alerts as alerting
from conversations.discovery import (
    browsing,
    fee_calculator,
    market_figures,
    quiet_hours,
    request_alerts,
    request_search,
)
from conversations.engine import Engine
from conversations.form_controller import drafts
from conversations.help.menus import Menus
from conversations.notifications.linked_chats import Linked
from conversations.notifications.notifier import Notices
from conversations.people import companies, language, location, registration, security_phrase
from conversations.privacy import erasure as leaving
from conversations.privacy import export
from conversations.router import Book
from conversations.shop import purchases as buying
from conversations.trade.deals import card as deal_card
from conversations.trade.deals import contract_terms, money_summary, order_reference, payment, reorder
from conversations.trade.deals import messages as deal_talk
from conversations.trade.delivery import claim, delivery, dispute, review
from conversations.trade.listings import listing, listing_changes, my_listings
from conversations.trade.offers import inquiry, offer
from conversations.trade.requests import quotes, request
from conversations.trade.requests import request_changes as request_change
from conversations.wording import Wordings
from core.advice.experts import reactions as experts
from core.advice.promotion import reactions as promotions
from core.advice.recaps import reactions as recaps
from core.advice.reviews import reactions as session_reviews
from core.advice.sessions import reactions as sessions
from core.advice.sessions.fee_vat import MarketVat
from core.books.invoicing import reactions as invoicing
from core.books.invoicing.model import MARKET, Party
from core.books.reconciliation import reactions as reconciling
from core.discovery.alerts import reactions as alerts
from core.discovery.search import reactions as searching
from core.discovery.search.sentence.places import Places
from core.kernel.chat_state import service as talks
from core.kernel.events import Reactions
from core.kernel.timer_sweep import Ring
from core.money.ledger import reactions as ledger
from core.people.accounts import reactions as people
from core.privacy.erasure import reactions as erasure
from core.shop.purchases import reactions as purchases
from core.trade.deals import reactions as deals
from core.trade.deals.model import HouseTerms
from core.trade.delivery import reactions as lots
from core.trade.disputes import reactions as support
from core.trade.funding import reactions as escrow
from core.trade.funding.evidence import reactions as evidence
from core.trade.funding.rails.model import Rail
from core.trade.funding.rails.service import OFFERED
from core.trade.listings import reactions as listings
from core.trade.offers import reactions as offers
from core.trade.requests import reactions as requests
from core.trade.reviews import reactions as reputation

BOOKS: tuple[Book, ...] = (
    registration.book,
    companies.book,
    listing.book,
    my_listings.book,
    listing_changes.book,
    *discovery.books,
    browsing.book,
    alerting.book,
    market_figures.book,
    fee_calculator.book,
    request_search.book,
    request_alerts.book,
    location.book,
    security_phrase.book,
    offer.book,
    inquiry.book,
    request.book,
    request_change.book,
    quotes.book,
    deal_card.book,
    reorder.book,
    contract_terms.book,
    deal_talk.book,
    order_reference.book,
    delivery.book,
    money_statement.book,
    invoices.book,
    billing.book,
    chargebacks.book,
    claim.book,
    dispute.book,
    money_summary.book,
    payment.book,
    review.book,
    expert.book,
    absence.book,
    expert_search.book,
    seek_again.book,
    booking.book,
    group_requests.book,
    availability.book,
    free_now.book,
    statistics.book,
    question.book,
    buying.book,
    promotion.book,
    moderation.book,
    export.book,
    leaving.book,
    talking.book,
    session_review.book,
    complaint.book,
    cases.book,
    recap.book,
    recording.book,
    home.book,
    quiet_hours.book,
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
    **session_reviews.rings,
    **recaps.rings,
    **purchases.rings,
    **promotions.rings,
    **invoicing.rings,
    **alerts.rings(lambda: reference()[0]),
}


def market_context(settings: Settings, home: str = "") -> MarketContext:
    """What this installation's conversations know. `home`: our own address, to which links lead."""
    catalogue, places = reference()
    rails = (*OFFERED, Rail.STABLECOIN) if settings.stripe_stablecoins else OFFERED
    fees = settings.commission_basis_points, settings.session_commission_basis_points
    market = market_of(settings, places)
    return MarketContext(
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


def engine_and_reactions(known: MarketContext, operators: Collection[str] = ()) -> tuple[Engine, Reactions]:
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
    session_reviews.listen(reactions)
    recaps.listen(reactions)
    promotions.listen(reactions)
    reconciling.listen(reactions)
    invoicing.listen(reactions, market=known.market)
    Notices(engine).listen(reactions)
    Menus(known.wordings).listen(reactions)
    Linked(known.wordings).listen(reactions)
    erasure.listen(reactions)
    return engine, reactions
