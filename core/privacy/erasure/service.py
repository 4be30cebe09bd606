"""A person's departure: ends what only they keep open, and erases who they were. The books stay balanced."""

from __future__ import annotations

from sqlalchemy import Text, cast, delete, func, or_, select, update

from core.advice.experts.service import expert_of, pause
from core.advice.sessions.model import SESSION, Booking, SessionState
from core.kernel.chat_state.model import CardPointer
from core.kernel.errors import Refusal
from core.kernel.inbox import InboxRow
from core.kernel.outbox import OutboxRow
from core.kernel.transaction import Ctx
from core.money.disbursements.model import OVER, Disbursement, DisbursementKind, DisbursementState
from core.money.ledger import service as ledger
from core.money.ledger.accounts import buyer_credit, payable, receivable
from core.money.model import SubjectKind
from core.people.accounts.model import ERASED_NAME, ChatIdentity, Person
from core.people.accounts.security_phrases import new_security_phrase
from core.people.accounts.service import acting, members, organisation_of
from core.people.companies.service import is_head, remove_member
from core.people.files.model import FileContent, KeptFile
from core.privacy.erasure import plan, rules
from core.privacy.erasure.events import PersonForgotten
from core.privacy.erasure.model import AccountDeletion, Open
from core.shop.purchases.model import Purchase, PurchaseState
from core.shop.purchases.service import stars_kept
from core.trade.deals.model import DEAL, Deal
from core.trade.listings.service import listings_of, withdraw_listing
from core.trade.offers.model import OFFER, Offer, OfferRound, OfferState
from core.trade.offers.service import decline_offer, withdraw_offer
from core.trade.requests.model import REQUEST
from core.trade.requests.service import requests_of, withdraw_request

# --- before -----------------------------------------------------------------------------------------------------------


def account_deletion(ctx: Ctx) -> AccountDeletion:
    """Return what hinders the actor from leaving, and what they would lose."""
    person = acting(ctx)
    return AccountDeletion(tuple(_hindrances(ctx, person)), stars_kept(ctx, person.id))


def _hindrances(ctx: Ctx, person: Person) -> list[Open]:
    own = person.organisation_id
    alone = len(members(ctx, own)) == 1
    deals = select(func.count()).where(or_(Deal.buyer == own, Deal.seller == own), Deal.state.not_in(DEAL.final))
    # A seeker has done their part when only the consultant's money is still on its way.
    seeking = (Booking.seeker == person.id) & (Booking.state != SessionState.PAYING_OUT)
    sessions = select(func.count()).where(
        or_(seeking, Booking.consultant == person.id), Booking.state.not_in(SESSION.final)
    )
    # Only the platform knows the payer of Stars, and it refunds them by that name alone.
    unsent = select(Disbursement.subject).where(
        Disbursement.subject_kind == SubjectKind.PURCHASE, Disbursement.state.not_in(OVER)
    )
    going_back = select(func.count()).where(
        Purchase.buyer == person.id, or_(Purchase.state == PurchaseState.GIVING_BACK, Purchase.id.in_(unsent))
    )
    accounts = (payable(own), buyer_credit(own), receivable(own))
    kept = [balance for account in accounts for balance in ledger.balances(ctx, account).values()]
    found = []
    if alone and ctx.session.scalar(deals):
        found.append(Open.DEAL)
    if ctx.session.scalar(sessions):
        found.append(Open.SESSION)
    if ctx.session.scalar(going_back) or _comes_back(ctx, person, alone=alone) or (alone and any(kept)):
        found.append(Open.PAYMENT)
    if not alone and _only_head(ctx, person):
        found.append(Open.COMPANY)
    return found


def _comes_back(ctx: Ctx, person: Person, *, alone: bool) -> bool:
    """Return whether a refund of theirs is unsent, or their bank returned it after the deal or session had ended.

    Such a refund may need an account, and a person who has left cannot name one. For a deal their colleagues can.
    """
    unsent = select(Disbursement.id).where(
        Disbursement.kind == DisbursementKind.REFUND, Disbursement.state != DisbursementState.DONE
    )
    of_deals = unsent.join(Deal, Deal.id == Disbursement.subject).where(Deal.buyer == person.organisation_id)
    of_sessions = unsent.join(Booking, Booking.id == Disbursement.subject).where(Booking.seeker == person.id)
    asked = (of_sessions, of_deals) if alone else (of_sessions,)
    return any(ctx.session.scalar(each.limit(1)) is not None for each in asked)


def _only_head(ctx: Ctx, person: Person) -> bool:
    heads = [each.id for each in members(ctx, person.organisation_id) if is_head(ctx, each.id)]
    return heads == [person.id]


# --- leaving ----------------------------------------------------------------------------------------------------------


def erase(ctx: Ctx) -> None:
    """Erase the actor. Raises Refusal "erasure.open" while something of theirs is open that others need to end."""
    person = acting(ctx)
    hindrances = _hindrances(ctx, person)
    if hindrances:
        raise Refusal("erasure.open", what=tuple(hindrances))
    if len(members(ctx, person.organisation_id)) > 1:
        # The company keeps what is its own. The erased person is no colleague any more, and heads nothing.
        remove_member(ctx, person.id)
    own = person.organisation_id
    _end_what_is_open(ctx, person)
    _forget_letters(ctx, person)
    _forget_files(ctx, person)
    emptied = plan.words_of_person(person.id) + plan.words_of_company(own)
    gone = [*plan.rows_that_go(person.id), plan.blocks_of(own), plan.billing_of(own)]
    _forget_notes(ctx, own)
    ctx.session.flush()
    for table, where, values in emptied:
        ctx.session.execute(update(table).where(where).values(**values).execution_options(synchronize_session=False))
    for kind, rows in gone:
        ctx.session.execute(delete(kind).where(rows).execution_options(synchronize_session=False))
    ctx.session.expire_all()
    _unname(ctx, person.id)
    ctx.announce(PersonForgotten(person.id))


def _end_what_is_open(ctx: Ctx, person: Person) -> None:
    """End what is open. Others hear in the usual way: a listing is withdrawn, an offer is off, a consultant is away."""
    expert = expert_of(ctx, person.id)
    if expert is not None and expert.live:
        pause(ctx)
    own = person.organisation_id
    query = select(Offer).where(or_(Offer.buyer == own, Offer.seller == own), Offer.state == OFFER.initial)
    for offer in ctx.session.scalars(query).all():
        mine = (offer.turn == "buyer") == (offer.buyer == own)
        (decline_offer if mine else withdraw_offer)(ctx, offer.id)
    for listing in listings_of(ctx, own):
        withdraw_listing(ctx, listing.id)
    for request in requests_of(ctx, own):
        if "withdraw" in REQUEST.open_to(request.state, ("buyer",)):
            withdraw_request(ctx, request.id)


def _forget_letters(ctx: Ctx, person: Person) -> None:
    """Erase what came in from their accounts, what could not be delivered to them, and their card pointers."""
    accounts = list(ctx.session.scalars(select(ChatIdentity).where(ChatIdentity.person_id == person.id)))
    for each in accounts:
        _empty_letters(ctx, each)
        there = (CardPointer.platform == each.platform) & (CardPointer.workspace == each.workspace)
        ctx.session.execute(delete(CardPointer).where(there, CardPointer.address == (each.address or "")))
        ordering_key = f"{each.platform}:{each.workspace}:{each.address}"
        ctx.session.execute(delete(OutboxRow).where(OutboxRow.ordering_key == ordering_key, OutboxRow.dead))
    for name in (person.name, organisation_of(ctx, person.organisation_id).name):
        _empty_lines(ctx, name)
    if person.email is not None:
        ctx.session.execute(delete(OutboxRow).where(OutboxRow.ordering_key == f"mail:{person.email}"))


def _empty_letters(ctx: Ctx, account: ChatIdentity) -> None:
    """Found in the database by the bare id, which stands in letters of others too, and then looked at."""
    perhaps = cast(InboxRow.body, Text).contains(account.outside_id, autoescape=True)
    letters = ctx.session.execute(select(InboxRow.key, InboxRow.body).where(perhaps))
    theirs = [row.key for row in letters if rules.tells_of(row.body, account)]
    for key in theirs:
        ctx.session.execute(update(InboxRow).where(InboxRow.key == key).values(body={}, answer=None))


def _empty_lines(ctx: Ctx, name: str) -> None:
    """Empty the lines left of cards in others' chats, where they say that name."""
    perhaps = select(CardPointer).where(CardPointer.folded.contains(name, autoescape=True))
    for pointer in ctx.session.scalars(perhaps):
        if rules.speaks_of(pointer.folded, name):
            pointer.folded = ""
    ctx.session.flush()


def _forget_files(ctx: Ctx, person: Person) -> None:
    """Erase their photos and papers; the bytes too, unless another person has sent in the very same."""
    mine = list(ctx.session.execute(select(KeptFile.id, KeptFile.sha256).where(KeptFile.person_id == person.id)))
    ctx.session.execute(delete(KeptFile).where(KeptFile.person_id == person.id))
    for _, sha256 in mine:
        if not ctx.session.scalar(select(func.count()).where(KeptFile.sha256 == sha256)):
            ctx.session.execute(delete(FileContent).where(FileContent.sha256 == sha256))


def _forget_notes(ctx: Ctx, organisation: str) -> None:
    """Erase the notes beside the terms of failed negotiations. What both have signed stays under its hash."""
    query = select(Offer).where(or_(Offer.buyer == organisation, Offer.seller == organisation))
    for offer in ctx.session.scalars(query.where(Offer.state != OfferState.ACCEPTED)).all():
        offer.terms_json = {**offer.terms_json, "note": None}
        for each in ctx.session.scalars(select(OfferRound).where(OfferRound.offer_id == offer.id)):
            each.terms_json = {**each.terms_json, "note": None}


def _unname(ctx: Ctx, person_id: str) -> None:
    """Remove the name from the rows that others still refer to."""
    person = ctx.session.get_one(Person, person_id)
    person.name, person.locale, person.zone, person.roles = ERASED_NAME, "en", "UTC", []
    person.email = person.email_proved_at = None
    person.operator, person.security_phrase = False, new_security_phrase(ctx.ids)
    company = organisation_of(ctx, person.organisation_id)
    company.without_vat = False
    company.name, company.country, company.vat_number = ERASED_NAME, None, None
    company.left_at = ctx.now
    company.place = company.place_country = company.lat = company.lon = company.zone = None
    ctx.session.flush()
