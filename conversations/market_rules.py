"""The market's fees, deadlines and limits, each under the name that sentences and help pages use.

A figure is decided beside the code that obeys it, in core or in the settings. Sentences use its name: `{sign_days}`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from core.advice.availability.busy_times import LARGEST as LARGEST_CALENDAR
from core.advice.availability.busy_times import MOST_APPOINTMENTS
from core.advice.availability.dates import LONGEST_RANGE
from core.advice.availability.slots import FURTHEST
from core.advice.experts import model as experts
from core.advice.free_minutes import FREE_A_WEEK, FREE_MINUTES
from core.advice.promotion.model import TOP_PLACES
from core.advice.recaps.model import LINES_KEPT
from core.advice.sessions import model as session_process
from core.advice.sessions import model as sessions
from core.advice.sessions import rules as session_rules
from core.advice.sessions.meeting import EXTENSIONS
from core.advice.sessions.reactions import FOLLOW_UP_AFTER
from core.catalogue.comparison import TRUCK_TONNES
from core.discovery.alerts.model import MORNING
from core.discovery.market_figures.model import FEWEST
from core.kernel.appeals import APPEAL_WITHIN
from core.kernel.chat_state.model import DRAFT_KEPT, DRAFT_REMINDER
from core.kernel.decimals import WHOLE_BP
from core.kernel.lot_sizes import LARGEST_PAYMENT_MINOR, LOTS_AT_MOST, SMALLEST_PAYMENT_MINOR
from core.kernel.money import Money
from core.people.accounts import model as people
from core.people.companies.model import INVITATION_VALID
from core.people.files.model import LARGEST as LARGEST_FILE
from core.shop.purchases.model import ANSWERED_WITHIN
from core.trade.deals import model as deals
from core.trade.deals.commission import COMMISSION_BP
from core.trade.delivery import model as delivery
from core.trade.disputes.model import MEDIATE_WITHIN
from core.trade.funding.evidence.model import SEND_BEFORE
from core.trade.funding.model import CREDIT_KEPT
from core.trade.funding.rails.model import DEBIT_CHARGEBACK
from core.trade.listings import model as listings
from core.trade.offers import model as offers
from core.trade.offers.inquiries.model import IDLE_AFTER
from core.trade.offers.validity import DEFAULT_VALIDITY, LONGEST_VALIDITY, SHORTEST_VALIDITY
from core.trade.requests import model as requests
from core.trade.reviews.model import WRITE_WITHIN

Figure = int | Decimal | Money | str

LOCALES: Final = Path(__file__).parent / "locales"  # a catalogue for each language

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
POLICIES: Final = session_rules.POLICIES


def whole(span: timedelta, unit: timedelta) -> int:
    """Return the span in that unit. Raise ValueError for a rest, which a sentence would hide."""
    if span % unit:
        raise ValueError(f"{span} is told in whole units of {unit}")
    return span // unit


def on_the_hour(moment: time) -> int:
    """Return the hour. Raise ValueError for minutes, which a sentence would hide."""
    if moment != time(moment.hour):
        raise ValueError(f"{moment} is told in whole hours")
    return moment.hour


def in_percent(basis_points: int) -> Decimal:
    return Decimal(basis_points) / 100


@dataclass(frozen=True, slots=True)
class MarketRules:
    """Hold each figure with its current value. The settings may name other fees."""

    # Fees in percent: from a seller's released money, and from a session's charge.
    goods_fee: Decimal = field(default=in_percent(COMMISSION_BP))
    session_fee: Decimal = field(default=in_percent(session_rules.COMMISSION_BP))

    # People and their accounts.
    link_minutes: int = whole(people.LINK_CODE_VALID, MINUTE)
    link_letters: int = people.LINK_CODE_LENGTH
    email_minutes: int = whole(people.EMAIL_CODE_VALID, MINUTE)
    email_digits: int = people.EMAIL_CODE_DIGITS
    email_example: str = "123456789"[: people.EMAIL_CODE_DIGITS]
    email_codes: int = people.EMAIL_CODES_AN_HOUR
    email_tries: int = people.EMAIL_TRIES
    invitation_days: int = whole(INVITATION_VALID, DAY)
    draft_days: int = whole(DRAFT_KEPT, DAY)
    draft_reminded_days: int = whole(DRAFT_KEPT - DRAFT_REMINDER, DAY)  # since the company was left
    file_megabytes: int = LARGEST_FILE // 1024 // 1024
    languages: int = len(list(LOCALES.glob("*.po")))
    digest_hour: int = on_the_hour(MORNING)

    # Listings, requests and offers.
    truck_tonnes: int = int(TRUCK_TONNES)
    listing_files: int = listings.PHOTOS_AT_MOST
    listing_days: int = whole(listings.STANDS_FOR, DAY)
    renewal_days: int = whole(listings.FORGOTTEN_AFTER, DAY)
    fewest_sellers: int = FEWEST  # number of sellers needed to show prices
    inquiry_days: int = whole(IDLE_AFTER, DAY)
    quotes_each: int = requests.QUOTES_EACH
    quotes_hour: int = on_the_hour(requests.CUT_OFF)
    bidding_hours: int = whole(requests.SHORTEST_BIDDING, HOUR)
    bidding_days: int = whole(requests.LONGEST_BIDDING, DAY)
    award_days: int = whole(requests.AWARD_WITHIN, DAY)
    offer_rounds: int = offers.ROUNDS_AT_MOST
    offer_days: int = whole(DEFAULT_VALIDITY, DAY)
    offer_hours_least: int = whole(SHORTEST_VALIDITY, HOUR)
    offer_days_most: int = whole(LONGEST_VALIDITY, DAY)
    lots_most: int = LOTS_AT_MOST
    lot_most: Money = field(default=Money(LARGEST_PAYMENT_MINOR, "EUR"))
    deal_least: Money = field(default=Money(SMALLEST_PAYMENT_MINOR, "EUR"))

    # Deals and deliveries.
    sign_days: int = whole(deals.SIGN_WITHIN, DAY)
    approval_days: int = whole(deals.APPROVE_WITHIN, DAY)
    approval_days_least: int = whole(deals.APPROVE_AT_LEAST, DAY)
    fund_days: int = whole(deals.FUND_WITHIN, DAY)
    cancel_days: int = whole(deals.ANSWER_CANCEL_WITHIN, DAY)
    overdue_days: int = whole(delivery.OVERDUE_AFTER, DAY)
    late_days: int = whole(delivery.LATE_LIMIT, DAY)
    transit_days: int = whole(delivery.TRANSIT_LIMIT, DAY)
    inspection_days: int = whole(delivery.INSPECT_WITHIN, DAY)
    laboratory_days: int = whole(delivery.INSPECT_WITH_LABORATORY, DAY)
    weight_hours: int = whole(delivery.WEIGHT_CLAIM_WITHIN, HOUR)
    weight_percent: Decimal = field(default=in_percent(WHOLE_BP - delivery.WEIGHT_ACCEPTED_WITHIN_BP))
    test_percent: Decimal = field(default=in_percent(delivery.TEST_AT_MOST_BP))
    claim_days: int = whole(delivery.ANSWER_CLAIM_WITHIN, DAY)
    appeal_hours: int = whole(APPEAL_WITHIN, HOUR)
    final_rule_days: int = whole(delivery.FINAL_RULE_AFTER, DAY)
    mediation_days: int = whole(MEDIATE_WITHIN, DAY)
    credit_days: int = whole(CREDIT_KEPT, DAY)
    debit_weeks: int = whole(DEBIT_CHARGEBACK, 7 * DAY)
    review_days: int = whole(WRITE_WITHIN, DAY)
    evidence_days: int = whole(SEND_BEFORE, DAY)  # before the bank's own date

    # Consultants and sessions.
    free_minutes: int = FREE_MINUTES
    free_sessions: int = FREE_A_WEEK
    fields_most: int = experts.FIELDS_AT_MOST
    misses: int = experts.MISSES_BEFORE_PAUSE
    well_rated_stars: int = 4  # out of five
    calendar_megabytes: int = LARGEST_CALENDAR // 1_000_000
    calendar_appointments: int = MOST_APPOINTMENTS
    calendar_months: int = whole(FURTHEST, 30 * DAY)
    range_months: int = whole(LONGEST_RANGE, 31 * DAY)
    times_most: int = sessions.TIMES_AT_MOST
    proposed_hours: int = whole(session_rules.PROPOSED_AHEAD, HOUR)
    instant_minutes: int = whole(session_process.INSTANT_ANSWER_WITHIN, MINUTE)
    flexible_hours: int = whole(POLICIES["flexible"].free_until, HOUR)
    flexible_percent: int = POLICIES["flexible"].no_show_percent
    standard_hours: int = whole(POLICIES["standard"].free_until, HOUR)
    standard_percent: int = POLICIES["standard"].late_percent
    strict_hours: int = whole(POLICIES["strict"].free_until, HOUR)
    reminder_hours: int = whole(session_rules.REMINDERS["hour"], HOUR)
    reminder_minutes: int = whole(session_rules.REMINDERS["minutes"], MINUTE)
    check_in_minutes: int = whole(session_rules.CHECK_IN_BEFORE, MINUTE)
    grace_minutes: int = whole(session_process.GRACE, MINUTE)
    ending_minutes: int = whole(session_rules.ENDS_SOON, MINUTE)
    extension_minutes: int = min(EXTENSIONS)
    rejoin_minutes: int = whole(session_process.REJOIN_WITHIN, MINUTE)
    complaint_days: int = whole(session_process.COMPLAIN_WITHIN, DAY)
    bank_days: int = whole(session_rules.BANK_SHOWS_WITHIN, DAY)
    lines_days: int = whole(LINES_KEPT, DAY)
    follow_up_days: int = whole(FOLLOW_UP_AFTER, DAY)
    top_places: int = TOP_PLACES
    refund_answer_days: int = whole(ANSWERED_WITHIN, DAY)
