"""The market as a whole: its slices listening to each other, its conversations, its reference data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bots.telegram.platform import start_link
from config.platforms import PLATFORMS
from config.reference import reference
from config.services import Source
from config.settings import Settings
from config.video_rooms import rooms_of
from conversations import cases, home, moderation, report_cases, settings
from conversations.advice.aftercare import complaint, recap, recording
from conversations.advice.aftercare import review as session_review
from conversations.advice.expert_search import expert_search, question
from conversations.advice.expert_search import refinement as seek_again
from conversations.advice.experts import absence, availability, current_availability, promotion, statistics
from conversations.advice.experts import profile as expert
from conversations.advice.sessions import booking, group_requests
from conversations.advice.sessions import meeting as talking
from conversations.books import chargebacks, invoices, money_statement
from conversations.books import invoicing_agreement as billing
from conversations.chat_context import MarketContext
from conversations.discovery import alerts as alerting
from conversations.discovery import fee_calculator, market_figures, quiet_hours, refinement, request_search, search
from conversations.engine import Engine
from conversations.form_controller import drafts
from conversations.help import commands as help_pages
from conversations.help import concerns, free_text
from conversations.help.commands import Menus
from conversations.market_rules import MarketRules, in_percent
from conversations.notifications.linked_chats import Linked
from conversations.notifications.notifier import Notices
from conversations.people import companies, language, linking, location, registration, security_phrase
from conversations.platforms import ChatPlatform, by_code
from conversations.privacy import erasure as leaving
from conversations.privacy import export
from conversations.router import Router
from conversations.shop import purchases as buying
from conversations.trade import reviews
from conversations.trade.deals import card as deal_card
from conversations.trade.deals import contract_terms, money_summary, order_reference, payment, reorder
from conversations.trade.deals import messages as deal_messages
from conversations.trade.delivery import claim, delivery, dispute
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
from core.catalogue.language.places import Places
from core.discovery.alerts import reactions as alerts
from core.discovery.search import reactions as searching
from core.kernel.chat_state import service as chat_state
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.money.disbursements import reactions as disbursements
from core.money.ledger import reactions as ledger
from core.people.accounts import reactions as people
from core.people.blocking import suspensions
from core.privacy.erasure import reactions as erasure
from core.shop.purchases import reactions as purchases
from core.trade.deals import reactions as deals
from core.trade.deals.commission import PlatformTerms
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

ROUTERS: tuple[Router, ...] = (
    registration.router,
    linking.router,
    companies.router,
    listing.router,
    my_listings.router,
    listing_changes.router,
    search.router,
    refinement.router,
    alerting.router,
    market_figures.router,
    fee_calculator.router,
    request_search.router,
    location.router,
    security_phrase.router,
    offer.router,
    inquiry.router,
    request.router,
    request_change.router,
    quotes.router,
    deal_card.router,
    reorder.router,
    contract_terms.router,
    deal_messages.router,
    order_reference.router,
    delivery.router,
    money_statement.router,
    invoices.router,
    billing.router,
    chargebacks.router,
    claim.router,
    dispute.router,
    money_summary.router,
    payment.router,
    reviews.router,
    expert.router,
    absence.router,
    expert_search.router,
    seek_again.router,
    booking.router,
    group_requests.router,
    availability.router,
    current_availability.router,
    statistics.router,
    question.router,
    buying.router,
    promotion.router,
    moderation.router,
    report_cases.router,
    export.router,
    leaving.router,
    talking.router,
    session_review.router,
    complaint.router,
    cases.router,
    recap.router,
    recording.router,
    home.router,
    quiet_hours.router,
    settings.router,
    drafts.router,
    language.router,
    help_pages.router,
    concerns.router,
    free_text.router,
)


# Timers for our own retries or an outside party's clock, not a person's deadline: our downtime does not stop them.
OWN_CLOCKS = frozenset({"disbursement", "expert_feed", "chargeback", "evidence", "card_hold"})

# The timer handlers by kind of subject.
TIMER_HANDLERS: Mapping[str, TimerHandler] = {
    **listings.timer_handlers,
    **requests.timer_handlers,
    **offers.timer_handlers,
    **lots.timer_handlers,
    **disbursements.timer_handlers,
    **escrow.timer_handlers,
    **evidence.timer_handlers,
    **reputation.timer_handlers,
    **support.timer_handlers,
    **chat_state.timer_handlers,
    **ledger.timer_handlers,
    **experts.timer_handlers,
    **sessions.timer_handlers,
    **session_reviews.timer_handlers,
    **recaps.timer_handlers,
    **purchases.timer_handlers,
    **promotions.timer_handlers,
    **invoicing.timer_handlers,
    **alerts.timer_handlers(lambda: reference()[0]),
}


def market_context(settings: Settings, home: str = "", platforms: Sequence[ChatPlatform] = PLATFORMS) -> MarketContext:
    """Return the data that this installation's conversations need. `home`: our own address, to which links lead."""
    catalogue, places = reference()
    rails = (*OFFERED, Rail.STABLECOIN) if settings.stripe_stablecoins else OFFERED
    fees = settings.commission_basis_points, settings.session_commission_basis_points
    rules = MarketRules(goods_fee=in_percent(fees[0]), session_fee=in_percent(fees[1]))
    market = market_of(settings, places)
    return MarketContext(
        catalogue,
        places,
        Wordings(platforms, rules=rules),
        *fees,
        rails,
        settings.settled,
        settings.held,
        start_link=start_link(settings.telegram_bot_name),
        vat=MarketVat(settings.market_country, market.home_bp or 0),
        market=market,
        rooms=rooms_of(settings, home),
        home=home,
        platforms=by_code(platforms),
        sends_mail=settings.services.mail is not Source.NONE,
        takes_payments=settings.services.money is not Source.NONE,
    )


def market_of(settings: Settings, places: Places) -> Party:
    """Return the market as a party on its own invoices. Without a VAT number it charges none."""
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
    """Return the engine of the conversations, and the reactions that pass events to all listeners."""
    engine, reactions = Engine(ROUTERS, known), Reactions()
    people.listen(reactions, operators=operators)
    suspensions.listen(reactions)
    searching.listen(reactions)
    alerts.listen(reactions)
    requests.listen(reactions)
    listings.listen(reactions)
    offers.listen(reactions)
    deals.listen(reactions, PlatformTerms(known.commission_bp, known.settlement, known.held))
    lots.listen(reactions)
    disbursements.listen(reactions)
    escrow.listen(reactions)
    evidence.listen(reactions)
    reputation.listen(reactions)
    support.listen(reactions)
    experts.listen(reactions)
    sessions.listen(reactions)
    session_reviews.listen(reactions)
    recaps.listen(reactions)
    purchases.listen(reactions)
    promotions.listen(reactions)
    reconciling.listen(reactions)
    invoicing.listen(reactions, market=known.market)
    Notices(engine).listen(reactions)
    Menus(known.wordings, known.platforms).listen(reactions)
    Linked(known.wordings, known.platforms).listen(reactions)
    erasure.listen(reactions)
    return engine, reactions
