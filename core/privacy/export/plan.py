"""Export plan by table: the rows about the person, and why no rows of other tables are handed out.

What the other side has said or noted is theirs (Art. 15(4) GDPR). Where both have written, only the person's own lines
are given. Terms are given only if both have signed them: until then a note may hold contacts that are hidden.
`tests/core/privacy/export/test_portability.py` looks for a table that was missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from core.advice.experts.model import Expert, ExpertBusy, ExpertDay, Question, QuestionLine, Shortlisted
from core.advice.promotion.model import ProfileDay, Promotion
from core.advice.recaps.model import Recap, Recording
from core.advice.reviews.model import PersonScore, SessionReview
from core.advice.sessions.model import Booking, CardHold, Complaint, ComplaintRuling, Consent, Line, Meeting, Settlement
from core.books.invoicing.model import Billing, Invoice, State
from core.discovery.alerts.model import Alert, QuietHours, RequestAlert, RequestsMuted, SavedSearch
from core.kernel.chat_state.model import Draft, MemoryRow
from core.kernel.database import Table
from core.money.chargebacks.model import Chargeback
from core.money.disbursements.model import Disbursement
from core.money.payees.model import Payee
from core.people.accounts.model import ChatIdentity, Organisation, Person
from core.people.blocking.model import Block, Report
from core.people.blocking.suspensions import Suspension
from core.people.companies.model import Membership
from core.people.files.model import KeptFile
from core.shop.purchases.model import Purchase, PurchasePayment
from core.trade.deals.messages import DealLine
from core.trade.deals.model import Deal
from core.trade.delivery.model import Finding, Lot, Proposal
from core.trade.disputes.model import Case, Ruling
from core.trade.funding.evidence.model import RecordedAct
from core.trade.funding.model import Credit, LotSettlement, Payment, Tranche
from core.trade.funding.providers import SellerProvider
from core.trade.funding.rails.model import Payer, PaymentWay, RailChoice
from core.trade.listings.model import Listing, ListingCertificate
from core.trade.offers.inquiries.model import Inquiry, InquiryLine
from core.trade.offers.model import Offer, OfferRound
from core.trade.offers.quotes.model import Quote
from core.trade.requests.model import Request
from core.trade.reviews.model import Review

Where = ColumnElement[bool]
ZIP: Final = "application/zip"  # a copy itself; files of this kind are not accepted from people


class Own(NamedTuple):
    """Rows of one table that are about a person. `but`: columns that are another's, or give access."""

    table: type[Table]
    where: Where
    but: tuple[str, ...] = ()


NOT_HANDED_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "codes that open an account for some minutes": ("email_code", "invitation", "link_code"),
    "what was said by it stands in the rows that it led to": ("card_pointer", "inbox", "outbox", "step", "timer"),
    "worked out of rows that are given, or of everybody's": (
        *("invoice_file", "invoice_series", "review_window", "search_blob", "search_generation", "search_log"),
        *("search_rebuild", "session_review_window"),
    ),
    "the market's books, which say the same as payments and payouts do": (
        *("ledger_balance", "ledger_delta", "ledger_entry", "ledger_link", "ledger_posting", "ledger_unlinked"),
        *("broken_invariant", "money_difference", "provider_line", "provider_reading", "returned_refund"),
    ),
    "the market's own answer to a bank": ("evidence_pack",),
    "salted hashes of chats, which are given as they are": ("suspended_chat",),
    "its bytes are given as files": ("file_content",),
    "of the machine, and of nobody": ("heartbeat", "outage"),
}


def sections_of(person: Person) -> dict[str, list[Own]]:
    """Everything that is handed out, by what it is about."""
    mine, own = person.id, person.organisation_id
    return {
        "you": _you(mine, own),
        "wishes": _refund_requests(mine),
        "offering": _offering(mine, own),
        "deals": _deals(mine, own),
        "money": _money(mine, own),
        "advising": _advising(mine),
        "sessions": _sessions(mine),
    }


def _you(mine: str, own: str) -> list[Own]:
    return [
        Own(Person, Person.id == mine),
        Own(Organisation, Organisation.id == own),
        Own(Membership, Membership.person_id == mine),
        Own(ChatIdentity, ChatIdentity.person_id == mine),
        Own(Billing, Billing.organisation_id == own),
        Own(MemoryRow, MemoryRow.person_id == mine),
        Own(Draft, Draft.person_id == mine),
        Own(Block, Block.organisation_id == own),
        Own(Report, Report.reporter == mine),
        Own(Suspension, Suspension.organisation_id == own, but=("suspended_by", "lifted_by")),
        Own(KeptFile, and_(KeptFile.person_id == mine, KeptFile.mime != ZIP)),  # no earlier copy
    ]


def _refund_requests(mine: str) -> list[Own]:
    """Return what they look for, and are told of."""
    return [
        Own(SavedSearch, SavedSearch.person_id == mine, but=("outline",)),  # bytes that repeat the filters
        Own(Alert, Alert.person_id == mine),
        Own(RequestAlert, RequestAlert.person_id == mine),
        Own(RequestsMuted, RequestsMuted.person_id == mine),
        Own(QuietHours, QuietHours.person_id == mine),
        Own(Shortlisted, Shortlisted.person_id == mine),
    ]


def _offering(mine: str, own: str) -> list[Own]:
    """Return what the company offers and asks for, and what the person said to it."""
    listings = select(Listing.id).where(Listing.seller == own)
    return [
        Own(Listing, Listing.seller == own),
        Own(ListingCertificate, ListingCertificate.listing_id.in_(listings)),
        Own(Request, Request.buyer == own),
        Own(Quote, Quote.seller == own),
        Own(Offer, or_(Offer.buyer == own, Offer.seller == own), but=("terms_json",)),
        Own(OfferRound, OfferRound.person == mine),
        Own(Inquiry, or_(Inquiry.buyer == own, Inquiry.seller == own)),
        Own(InquiryLine, InquiryLine.person == mine),
    ]


def _deals(mine: str, own: str) -> list[Own]:
    ours, buys, sells = or_(Deal.buyer == own, Deal.seller == own), Deal.buyer == own, Deal.seller == own
    signed = and_(Deal.buyer_signed_at.is_not(None), Deal.seller_signed_at.is_not(None))
    deals = select(Deal.id).where(ours)
    bought, sold = (select(Deal.id).where(side == own) for side in (Deal.buyer, Deal.seller))
    cases = select(Case.id).where(Case.deal_id.in_(deals))
    return [
        Own(Deal, and_(buys, signed)),
        Own(Deal, and_(buys, ~signed), but=("terms_json",)),
        Own(Deal, and_(sells, signed), but=("cost_centre",)),
        Own(Deal, and_(sells, ~signed), but=("terms_json", "cost_centre")),
        Own(Lot, Lot.deal_id.in_(deals)),
        Own(DealLine, DealLine.person == mine),
        Own(Finding, Finding.person == mine),
        Own(Proposal, Proposal.person == mine),
        Own(Case, Case.deal_id.in_(bought), but=("seller_appeal",)),
        Own(Case, Case.deal_id.in_(sold), but=("buyer_appeal",)),
        Own(Ruling, Ruling.case_id.in_(cases), but=("by",)),
        Own(RecordedAct, RecordedAct.person_id == mine),
        Own(Review, Review.author == own),
        Own(Review, and_(Review.about == own, Review.revealed_at.is_not(None)), but=("written_by",)),
    ]


def _money(mine: str, own: str) -> list[Own]:
    """Return what was paid, is owed and was paid out, without the addresses of payment pages."""
    deals = select(Deal.id).where(or_(Deal.buyer == own, Deal.seller == own))
    buying = select(Payment.id).join(Deal, Deal.id == Payment.deal_id).where(Deal.buyer == own)
    bought = select(Purchase.id).where(Purchase.buyer == mine)
    refunded = Disbursement.payment_id.in_(buying) & Disbursement.payee.is_(None)
    issued = Invoice.state == State.ISSUED
    return [
        Own(Tranche, Tranche.deal_id.in_(deals)),
        Own(RailChoice, RailChoice.deal_id.in_(deals)),
        Own(Payment, Payment.id.in_(buying), but=("url",)),
        Own(PaymentWay, PaymentWay.payment_id.in_(buying)),
        Own(LotSettlement, LotSettlement.deal_id.in_(deals)),
        Own(Disbursement, or_(Disbursement.payee == own, refunded, Disbursement.subject.in_(bought))),
        Own(Credit, Credit.organisation_id == own),
        Own(Chargeback, Chargeback.seller == own),
        Own(Payee, Payee.organisation_id == own),
        Own(Payer, Payer.organisation_id == own),
        Own(SellerProvider, SellerProvider.organisation_id == own),
        Own(Invoice, and_(or_(Invoice.issuer == own, Invoice.recipient == own), issued)),
        Own(Purchase, Purchase.buyer == mine, but=("url",)),
        Own(PurchasePayment, PurchasePayment.purchase_id.in_(bought)),
    ]


def _advising(mine: str) -> list[Own]:
    """Return a consultant's profile and calendar."""
    profile = select(Expert.id).where(Expert.person_id == mine)
    return [
        Own(Expert, Expert.person_id == mine),
        Own(ExpertDay, ExpertDay.expert_id.in_(profile)),
        Own(ExpertBusy, ExpertBusy.expert_id.in_(profile)),
        Own(Promotion, Promotion.expert_id.in_(profile)),
        Own(ProfileDay, ProfileDay.expert_id.in_(profile)),
        Own(PersonScore, PersonScore.person_id == mine),
        Own(Question, or_(Question.seeker == mine, Question.consultant == mine)),
        Own(QuestionLine, QuestionLine.person == mine),
    ]


def _sessions(mine: str) -> list[Own]:
    seeking = select(Booking.id).where(Booking.seeker == mine)
    advising = select(Booking.id).where(Booking.consultant == mine)
    both = select(Booking.id).where(or_(Booking.seeker == mine, Booking.consultant == mine))
    own_lines = or_(
        and_(Line.booking_id.in_(seeking), Line.side == "seeker"),
        and_(Line.booking_id.in_(advising), Line.side == "consultant"),
    )
    return [
        Own(Booking, Booking.seeker == mine, but=("room", "link")),
        Own(Booking, Booking.consultant == mine, but=("problem",)),
        Own(Meeting, Meeting.booking_id.in_(both)),
        Own(Consent, Consent.person_id == mine),
        Own(Line, own_lines),
        Own(Recap, Recap.id.in_(both)),
        Own(Recording, Recording.id.in_(both)),
        Own(CardHold, CardHold.booking_id.in_(seeking), but=("url",)),
        Own(Settlement, Settlement.booking_id.in_(both)),
        Own(Complaint, Complaint.booking_id.in_(both)),
        Own(ComplaintRuling, ComplaintRuling.booking_id.in_(both), but=("by",)),
        Own(SessionReview, SessionReview.author == mine),
        Own(SessionReview, and_(SessionReview.about == mine, SessionReview.shown_at.is_not(None)), but=("author",)),
    ]
