"""Erasure plan for a person who leaves, by table: deleted rows, and emptied words in rows that stay.

Amounts, states, times and ids stay and no longer name the person: the books and the reviews' stars. So does what both
sides of a deal have signed, under its hash (Art. 17(3)(b) GDPR). The chats of a suspended account stay as salted hashes
for a bounded term (`SuspendedChat`, Art. 17(3)(e) GDPR). `tests/core/privacy/erasure/test_erasure.py` looks for
what was missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, select

from core.advice.experts.model import Expert, ExpertBusy, ExpertDay, QuestionLine, Shortlisted
from core.advice.promotion.model import ProfileDay
from core.advice.recaps.model import Recap
from core.advice.reviews.model import SessionReview
from core.advice.sessions.model import Booking, Complaint, Consent, Line
from core.books.invoicing.model import Billing
from core.discovery.alerts.model import Alert, QuietHours, RequestAlert, RequestsMuted, SavedSearch
from core.kernel.chat_state.model import Draft, MemoryRow
from core.kernel.database import Table
from core.people.accounts.model import ChatIdentity, EmailCode, LinkCode
from core.people.blocking.model import Block, Report
from core.people.blocking.suspensions import Suspension
from core.people.companies.model import Invitation, Membership
from core.shop.purchases.model import Purchase, PurchasePayment
from core.trade.deals.messages import DealLine
from core.trade.deals.model import Deal
from core.trade.delivery.model import Finding, Proposal
from core.trade.funding.evidence.model import RecordedAct
from core.trade.listings.model import Listing
from core.trade.offers.inquiries.model import InquiryLine
from core.trade.requests.model import Request
from core.trade.reviews.model import Review

Where = ColumnElement[bool]


class Emptied(NamedTuple):
    """Columns that are emptied in the rows that are this person's."""

    table: type[Table]
    where: Where
    values: Mapping[str, Any]


def rows_that_go(person: str) -> list[tuple[type[Table], Where]]:
    """Return the rows that serve only the person."""
    expert = select(Expert.id).where(Expert.person_id == person)
    own: list[tuple[type[Table], Any]] = [
        (ChatIdentity, ChatIdentity.person_id),
        (EmailCode, EmailCode.person_id),
        (LinkCode, LinkCode.person_id),
        (Draft, Draft.person_id),
        (MemoryRow, MemoryRow.person_id),
        (Alert, Alert.person_id),
        (RequestAlert, RequestAlert.person_id),
        (RequestsMuted, RequestsMuted.person_id),
        (SavedSearch, SavedSearch.person_id),
        (QuietHours, QuietHours.person_id),
        (Shortlisted, Shortlisted.person_id),
        (Invitation, Invitation.invited_by),
        (Membership, Membership.person_id),
    ]
    of_expert: list[tuple[type[Table], Any]] = [
        (ExpertBusy, ExpertBusy.expert_id),
        (ExpertDay, ExpertDay.expert_id),
        (Shortlisted, Shortlisted.expert_id),
        (ProfileDay, ProfileDay.expert_id),
    ]
    return [
        *((table, column == person) for table, column in own),
        *((table, column.in_(expert)) for table, column in of_expert),
    ]


def words_of_person(person: str) -> list[Emptied]:
    """Return the texts that the person has written or told, wherever they stand."""
    seeking = select(Booking.id).where(Booking.seeker == person)
    advising = select(Booking.id).where(Booking.consultant == person)
    their_lines = (Line.booking_id.in_(seeking) & (Line.side == "seeker")) | (
        Line.booking_id.in_(advising) & (Line.side == "consultant")
    )
    bought = select(Purchase.id).where(Purchase.buyer == person)
    return [
        Emptied(Expert, Expert.person_id == person, PROFILE),
        Emptied(DealLine, DealLine.person == person, {"words": "", "message": ""}),
        Emptied(InquiryLine, InquiryLine.person == person, {"words": ""}),
        Emptied(QuestionLine, QuestionLine.person == person, {"words": ""}),
        Emptied(Finding, Finding.person == person, {"words": "", "measured_by": None, "sample": None}),
        Emptied(Proposal, Proposal.person == person, {"words": ""}),
        Emptied(RecordedAct, RecordedAct.person_id == person, {"said": None, "came_by": ""}),
        Emptied(Review, Review.written_by == person, {"words": ""}),
        Emptied(SessionReview, SessionReview.author == person, {"words": ""}),
        Emptied(SessionReview, SessionReview.about == person, {"answer": None}),
        Emptied(Booking, Booking.seeker == person, {"problem": ""}),
        Emptied(Booking, Booking.consultant == person, {"link": None}),
        Emptied(Recap, Recap.id.in_(seeking), {"topics": [], "decisions": [], "steps": []}),
        Emptied(Complaint, Complaint.booking_id.in_(seeking), {"words": ""}),
        Emptied(Complaint, Complaint.booking_id.in_(advising), {"answer": None}),
        Emptied(Consent, Consent.person_id == person, {"place": ""}),
        Emptied(Line, their_lines, {"text": "", "files": []}),
        Emptied(Report, Report.reporter == person, {"words": "", "screen": ""}),
        Emptied(Purchase, Purchase.buyer == person, {"url": None, "back_reason": None, "back_answer": None}),
        Emptied(PurchasePayment, PurchasePayment.purchase_id.in_(bought), {"payer": None}),
    ]


def words_of_company(organisation: str) -> list[Emptied]:
    """Return the texts under the name of a company that has no other person."""
    return [
        Emptied(Deal, Deal.buyer == organisation, {"buyer_name": ""}),
        Emptied(Deal, Deal.seller == organisation, {"seller_name": ""}),
        Emptied(
            Listing,
            Listing.seller == organisation,
            {"words": "", "photos": [], "documents": [], "removal_reason": None},
        ),
        Emptied(Request, Request.buyer == organisation, {"words": ""}),
        Emptied(Review, Review.about == organisation, {"answer": None}),
        Emptied(Suspension, Suspension.organisation_id == organisation, {"reason": ""}),
        Emptied(Report, Report.about_id == organisation, {"screen": "", "reason": None}),
    ]


def billing_of(organisation: str) -> tuple[type[Table], Where]:
    """Return the table and filter of the company's billing. Issued invoices keep their address, as the law wants it."""
    return Billing, Billing.organisation_id == organisation


def blocks_of(organisation: str) -> tuple[type[Table], Where]:
    return Block, (Block.organisation_id == organisation) | (Block.blocked_id == organisation)


PROFILE: Final[Mapping[str, Any]] = {
    "headline": "",
    "bio": "",
    "skills": [],
    "own_link": None,
    "feed_url": None,
    "feed_fault": None,
    "live": False,
}
