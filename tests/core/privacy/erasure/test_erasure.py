"""Account deletion: every column that could name a person is cleared, or stays for a reason.

Open business has to end first.
"""

from __future__ import annotations

import pytest
from sqlalchemy import JSON, LargeBinary, String, Text

from config.reference import reference
from config.tables import METADATA
from core.advice.experts import reactions as expert_reactions
from core.advice.experts import service as experts
from core.advice.experts.model import OfferExpertise, Rate
from core.kernel.chat_state.memory import ChatMemory, Topic
from core.kernel.errors import Refusal
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.linking import offer_link, take_link
from core.people.accounts.model import ERASED_NAME, CompleteProfile, Role
from core.people.accounts.service import (
    acting,
    complete_profile,
    identities,
    members,
    organisation_of,
    person_of,
)
from core.people.blocking.model import ReportParty
from core.people.blocking.service import report
from core.people.companies import service as company
from core.people.companies.model import Position, Rights
from core.people.files.model import Checked
from core.people.files.service import keep, own
from core.privacy.erasure import plan, reactions, service
from core.privacy.erasure.model import Open
from core.trade.listings.service import publish_listing
from core.trade.offers import reactions as offer_reactions
from core.trade.offers.model import MakeOffer
from core.trade.offers.rules import terms_of
from core.trade.offers.service import make_offer, offer_for
from tests.core.conftest import Market
from tests.core.goods import pellets, tonnes
from tests.core.trades import agreed

SEEK = Topic("seek_in_test", str)
LONG = 100  # characters: shorter columns hold codes, currencies and names of states

# Columns that stay, each for its reason. Put a new one here or into core/privacy/erasure/plan.py.
STAYS = {
    "codes, amounts or references that name nobody": (
        *(
            "broken_invariant.invariant",
            "broken_invariant.detail",
            "money_difference.detail",
            "money_difference.subject",
        ),
        *(
            "inbox.key",
            "inbox.failure",
            "outbox.ordering_key",
            "outbox.request_id",
            "provider_line.ref",
            "provider_line.source",
            "returned_refund.ref",
        ),
        *("provider_line.explained", "ledger_entry.key", "ledger_entry.memo", "person.roles"),
        *("expert.fields", "expert.languages", "expert.lengths", "expert.week", "expert_day.spans", "booking.proposed"),
        *("request.certificates", "purchase.description", "purchase.page_ref", "consent.shown"),
        *("purchase_payment.charge_ref", "purchase_payment.intent_ref", "disbursement.provider_ref"),
        "disbursement.failed",
        *("disbursement.reverses", "disbursement.why", "chargeback.ref"),
        *("payment.session_ref", "payment.url", "payment.intent_ref", "payment.charge_ref"),
        *(
            "card_hold.session_ref",
            "card_hold.url",
            "card_hold.payer_ref",
        ),
        *("card_hold.card_ref", "card_hold.intent_ref", "card_hold.charge_ref", "card_hold.why", "evidence_pack.why"),
        *("payee.account_ref", "payee.missing", "payer.ref", "saved_search.wishes", "lot.files", "finding.files"),
        *("finding.receipts", "finding.figures", "search_blob.content"),
    ),
    "signed or settled with another side, and kept as long as the law asks": (
        *("deal.terms", "offer.terms", "offer_round.terms", "quote.terms", "lot.note"),
        *("dispute_case.buyer_appeal", "dispute_case.seller_appeal", "dispute_case.freeze_reason"),
        *("invoice.supply", "invoice.market", "invoice.content", "invoice_file.content"),
        *("session_complaint.seeker_appeal", "session_complaint.consultant_appeal", "complaint_ruling.reason"),
        *("ruling.reason", "session_complaint.reason", "payment_way.holder", "evidence_mark.came_by"),
    ),
    "emptied by the service itself": (
        *("card_pointer.folded", "inbox.body", "inbox.answer", "outbox.body", "outbox.failure", "kept_file.name"),
        *("file_content.content", "person.name", "person.email", "organisation.name", "organisation.place"),
        *("listing.place_name", "request.place_name"),
    ),
    "the workspace's, not a person's": ("slack_bots.*", "slack_installations.*", "slack_oauth_states.*"),
}


def could_name_a_person() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text | JSON | LargeBinary)
        or (isinstance(column.type, String) and (column.type.length or 0) >= LONG)
    }


def planned() -> set[str]:
    emptied = (*plan.words_of_person("p"), *plan.words_of_company("o"))
    found = {f"{each.table.__tablename__}.{name}" for each in emptied for name in each.values}
    for table, _ in (*plan.rows_that_go("p"), plan.blocks_of("o"), plan.billing_of("o")):
        found |= {f"{table.__tablename__}.{column.name}" for column in METADATA.tables[table.__tablename__].columns}
    return found


def test_every_column_that_could_name_a_person_is_planned() -> None:
    stays = {name for names in STAYS.values() for name in names}
    whole = {name.removesuffix("*") for name in stays if name.endswith("*")}
    left = {name for name in could_name_a_person() - planned() - stays if not name.startswith(tuple(whole))}
    assert left == set()
    assert {name for name in stays if not name.endswith("*")} <= could_name_a_person()


async def test_open_business_with_others_ends_before_account_deletion(market: Market) -> None:
    trade = await agreed(market)
    for actor in (trade.buyer, trade.seller):
        assert (await market.run(actor, service.account_deletion)).hindered_by == (Open.DEAL,)
        with pytest.raises(Refusal, match=r"erasure\.open"):
            await market.run(actor, service.erase)


async def test_last_member_of_a_company_answers_for_it_alone(market: Market) -> None:
    """Check that a deleted colleague no longer counts: neither as another head, nor as a member who stays."""
    trade = await agreed(market)
    ada, _ = await market.newcomer("Ada")
    made = await market.run(trade.buyer, lambda ctx: company.invite(ctx, Rights(positions=frozenset({Position.BUYER}))))
    await market.run(ada, lambda ctx: company.join(ctx, made.code))
    assert (await market.run(trade.buyer, service.account_deletion)).hindered_by == (Open.COMPANY,)
    await market.run(ada, service.erase)
    people = await market.run(MARKET, lambda ctx: [each.id for each in members(ctx, trade.buying)])
    assert people == [trade.buyer.person]
    assert (await market.run(MARKET, lambda ctx: organisation_of(ctx, trade.buying))).name == "Ben"
    assert (await market.run(trade.buyer, service.account_deletion)).hindered_by == (Open.DEAL,)
    with pytest.raises(Refusal, match=r"erasure\.open"):
        await market.run(trade.buyer, service.erase)


async def test_a_listing_an_offer_and_a_profile_end_with_their_owner(market: Market) -> None:
    offer_reactions.listen(market.reactions)
    rasa, person = await market.newcomer("Rasa Girienė")
    tom, _ = await market.newcomer("Tom")
    catalogue = reference()[0]
    listing = await market.run(
        rasa, lambda ctx: publish_listing(ctx, catalogue, pellets(words="Ask for Rasa Girienė."))
    )
    terms = terms_of(listing, tonnes(25), note="Greetings to Rasa Girienė")
    offer = await market.run(tom, lambda ctx: make_offer(ctx, catalogue, MakeOffer(listing_id=listing.id, terms=terms)))
    profile = OfferExpertise(
        headline="Rasa Girienė on ash",
        bio="Twenty years of combustion and ash.",
        fields=(next(iter(catalogue.expertise)),),
        languages=("en",),
        rate=Rate(basis="session", minor=90_00, currency="EUR"),
        hours="daily 9-17 Vilnius",
    )

    def settle_in(ctx: Ctx) -> str:
        complete_profile(ctx, CompleteProfile(roles=frozenset({Role.SELLER}), company="Rasa Girienė", country="LT"))
        ChatMemory(ctx, person.id).put(SEEK, "Rasa Girienė wants to know")
        experts.offer_expertise(ctx, catalogue, profile)
        return keep(ctx, Checked("rasa.jpg", "image/jpeg", b"a photo of Rasa", "f" * 64)).id

    await market.run(rasa, settle_in)
    await market.run(rasa, service.erase)

    def left(ctx: Ctx) -> tuple[str, str, str, list[object]]:
        names = person_of(ctx, person.id).name, organisation_of(ctx, person.organisation_id).name
        return (*names, offer_for(ctx, offer.id).state, list(identities(ctx, person.id)))

    assert await market.run(MARKET, left) == (ERASED_NAME, ERASED_NAME, "declined", [])
    everything = await market.run(MARKET, whole_database)
    assert [line for line in everything if "Rasa" in line or "id-Rasa" in line] == []


async def test_an_account_that_was_linked_is_forgotten_with_the_one_that_stays(market: Market) -> None:
    """No person acts as the linked account any more. So it could never be deleted by itself."""
    expert_reactions.listen(market.reactions)
    reactions.listen(market.reactions)
    tom, _ = await market.newcomer("Tom")
    rasa, person = await market.newcomer("Rasa Girienė")
    carla, _ = await market.newcomer("Carla")

    def settle_in(ctx: Ctx) -> str:
        complete_profile(ctx, CompleteProfile(roles=frozenset({Role.BUYER}), company="Rasa Girienė", country="LT"))
        person_of(ctx, person.id).email = "rasa@example.org"
        ChatMemory(ctx, person.id).put(SEEK, "Rasa Girienė wants to know")
        about = acting(ctx.acting_as(carla)).organisation_id
        report(ctx, ReportParty(organisation_id=about, words="Rude to Rasa Girienė", screen="Rasa Girienė"))
        return keep(ctx, Checked("rasa.jpg", "image/jpeg", b"a photo of Rasa", "f" * 64)).id

    photo = await market.run(rasa, settle_in)
    code = (await market.run(tom, offer_link)).code
    stays = await market.run(rasa, lambda ctx: take_link(ctx, code))
    assert stays is not None
    assert (stays.id, stays.email) == (tom.person, "rasa@example.org")
    assert [kept.id for kept in await market.run(tom, lambda ctx: own(ctx, [photo]))] == [photo]

    await market.run(tom, service.erase)
    everything = await market.run(MARKET, whole_database)
    assert [line for line in everything if "Rasa" in line or "rasa" in line] == []


def whole_database(ctx: Ctx) -> list[str]:
    return [
        f"{table.name}: {row}"
        for table in METADATA.sorted_tables
        for row in ctx.session.execute(table.select())
        if table.name not in ("outbox", "search_blob")  # on its way out, and packed
    ]
