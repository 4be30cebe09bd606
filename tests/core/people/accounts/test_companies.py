"""People of a company: they sign alone, approve, join and leave. If two decide at once, one decision counts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from core.kernel.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from core.kernel.money import Money
from core.kernel.transaction import Actor, Ctx
from core.people.accounts.service import members, organisation_of, person_of
from core.people.companies import rules
from core.people.companies import service as company
from core.people.companies.model import INVITATION_VALID, LEGACY_POSITIONS, ChangeMember, Membership, Position, Rights
from core.trade.deals import access
from core.trade.deals import service as deals
from core.trade.deals.events import DealApprovalNeeded, DealApproved, DealClosed, DealReadyToFund
from core.trade.deals.model import DealState, NoteOrder
from core.trade.deals.service import approve_by
from core.trade.delivery import service as delivery
from core.trade.delivery import steps
from core.trade.delivery.model import AcceptLot, LotState, ReportArrival
from core.trade.funding import payees
from tests.core.conftest import Market
from tests.core.trades import Trade, agreed, paid

FIVE_THOUSAND = Money(5_000_00, "EUR")


def euros(amount: int) -> Money:
    return Money(amount * 100, "EUR")


def rights(position: Position, limit: Money | None = None) -> Rights:
    """Return the rights that one position alone gave in the release before."""
    return Rights(positions=LEGACY_POSITIONS[position], limit=limit, release_limit=limit)


@pytest.mark.parametrize(
    ("limit", "amount", "alone"),
    [
        (None, euros(10**6), True),
        (euros(5_000), euros(5_000), True),
        (euros(5_000), Money(5_000_01, "EUR"), False),
        (euros(5_000), Money(100, "PLN"), False),  # a limit in euros says nothing of zloty
    ],
)
def test_a_limit_is_kept_to_the_cent_and_in_its_currency(limit: Money | None, amount: Money, *, alone: bool) -> None:
    assert rules.signs_alone(rights(Position.BUYER, limit), amount, Money.zero(amount.currency)) is alone
    assert rules.approves(rights(Position.APPROVER, limit), amount) is alone
    assert not rules.approves(rights(Position.BUYER, limit), amount)


@pytest.mark.parametrize(("signed", "alone"), [(0, True), (4_000, True), (4_001, False)])
def test_a_budget_counts_what_was_signed_before_in_the_month(signed: int, *, alone: bool) -> None:
    employee = rights(Position.BUYER).model_copy(update={"budget": euros(9_000)})
    assert rules.signs_alone(employee, euros(5_000), euros(signed)) is alone


async def colleague(market: Market, head: Actor, name: str, position: Position, limit: Money | None = None) -> Actor:
    """Let a colleague join by an invitation."""
    actor, _ = await market.newcomer(name)
    made = await market.run(head, lambda ctx: company.invite(ctx, rights(position, limit)))
    await market.run(actor, lambda ctx: company.join(ctx, made.code))
    return actor


async def limited(market: Market) -> tuple[Trade, Actor, Actor]:
    """Return a trade whose buyer may sign €5,000 alone, and two colleagues who may approve more."""
    trade = await agreed(market)  # €21,000
    ona = await colleague(market, trade.buyer, "Ona", Position.HEAD)
    ada = await colleague(market, trade.buyer, "Ada", Position.APPROVER)
    ben = ChangeMember(person_id=trade.buyer.person or "", rights=rights(Position.BUYER, FIVE_THOUSAND))
    await market.run(ona, lambda ctx: company.change_member(ctx, ben))
    return trade, ona, ada


async def test_deal_above_the_limit_waits_for_approval_before_payment(market: Market) -> None:
    market.watch(DealApprovalNeeded, DealApproved, DealReadyToFund)
    trade, ona, _ = await limited(market)
    await trade.sign()
    assert (await trade.deal()).state == DealState.AWAITING_APPROVAL
    assert trade.asked("checkout.open") == []

    async def may(actor: Actor) -> list[str]:
        found: list[str] = await market.run(actor, lambda ctx: access.may(ctx, access.deal_for(ctx, trade.deal_id)))
        return found

    assert await may(ona) == ["approve", "refuse"]
    for outsider in (trade.buyer, trade.seller):  # the signer does not approve it too
        assert await may(outsider) == []
        with pytest.raises(NotAllowed):
            await market.run(outsider, lambda ctx: deals.approve_deal(ctx, trade.deal_id))
    with pytest.raises(NotFound):
        await market.run(trade.stranger, lambda ctx: deals.approve_deal(ctx, trade.deal_id))

    await market.run(ona, lambda ctx: deals.approve_deal(ctx, trade.deal_id))
    assert (await trade.deal()).state == DealState.AWAITING_FUNDING
    assert [type(fact) for fact in market.facts] == [DealApprovalNeeded, DealApproved, DealReadyToFund]
    assert len(trade.asked("checkout.open")) == 1


async def test_deal_of_a_signer_who_left_can_still_be_approved(market: Market) -> None:
    trade, ona, _ = await limited(market)
    await market.run(trade.buyer, lambda ctx: deals.sign_deal(ctx, trade.deal_id))
    await market.run(trade.buyer, lambda ctx: company.remove_member(ctx, trade.buyer.person or ""))
    await market.run(trade.seller, lambda ctx: deals.sign_deal(ctx, trade.deal_id))
    assert (await trade.deal()).state == DealState.AWAITING_APPROVAL
    assert trade.asked("checkout.open") == []
    with pytest.raises(NotFound):  # the deal is the company's, and theirs no more
        await market.run(trade.buyer, lambda ctx: deals.approve_deal(ctx, trade.deal_id))
    await market.run(ona, lambda ctx: deals.approve_deal(ctx, trade.deal_id))
    assert (await trade.deal()).state == DealState.AWAITING_FUNDING


async def test_second_of_two_decisions_at_once_is_told_of_the_first(market: Market) -> None:
    trade, ona, ada = await limited(market)
    await trade.sign()
    seen = (await trade.deal()).version
    results = await asyncio.gather(
        market.run(ona, partial(deals.approve_deal, deal_id=trade.deal_id, expected_version=seen)),
        market.run(ada, partial(deals.refuse_deal, deal_id=trade.deal_id, expected_version=seen)),
        return_exceptions=True,
    )
    told = [each for each in results if isinstance(each, Stale)]
    deal = await trade.deal()
    assert len(told) == 1
    first = await trade.as_market(lambda ctx: person_of(ctx, deal.decided_by or "").name)
    assert told[0].parts == {"name": first, "at": market.clock.now()}
    assert (deal.state, told[0].code) in {
        ("awaiting_funding", "deal.approved_already"),
        ("closed", "deal.refused_already"),
    }


async def test_unapproved_deal_closes_after_five_days_and_frees_its_goods(market: Market) -> None:
    market.watch(DealClosed)
    trade, _, _ = await limited(market)
    await trade.sign()
    await trade.pass_days(4.5)
    assert (await trade.deal()).state == DealState.AWAITING_APPROVAL
    await trade.pass_days(0.5)
    assert (await trade.deal()).state == DealState.CLOSED
    assert [fact.why for fact in market.facts if isinstance(fact, DealClosed)] == ["approval_expired"]


async def test_the_buyers_own_numbers_stand_on_the_deal_and_change_nothing_that_was_signed(market: Market) -> None:
    trade = await agreed(market)
    before = (await trade.deal()).terms_hash
    order = NoteOrder(purchase_order=" PO 4500123456 ")
    await market.run(trade.buyer, lambda ctx: deals.note_order(ctx, trade.deal_id, order))
    deal = await trade.deal()
    assert (deal.purchase_order, deal.cost_centre, deal.terms_hash) == ("PO 4500123456", None, before)
    with pytest.raises(NotAllowed):
        await market.run(trade.seller, lambda ctx: deals.note_order(ctx, trade.deal_id, order))


# --- coming and going -------------------------------------------------------------------------------------------------


async def test_an_invitation_is_used_once_and_not_for_ever(market: Market) -> None:
    head, _ = await market.newcomer("Ona")
    one, _ = await market.newcomer("Ada")
    other, _ = await market.newcomer("Ben")
    invite = rights(Position.BUYER, FIVE_THOUSAND)
    made = await market.run(head, lambda ctx: company.invite(ctx, invite))
    with pytest.raises(Refusal, match=r"company\.here_already"):
        await market.run(head, lambda ctx: company.join(ctx, made.code))
    await market.run(one, lambda ctx: company.join(ctx, f" {made.code.lower()} "))
    assert await market.run(other, lambda ctx: company.join(ctx, made.code)) is None

    late = await market.run(head, lambda ctx: company.invite(ctx, invite))
    market.clock.advance(seconds=INVITATION_VALID.total_seconds())
    assert await market.run(other, lambda ctx: company.join(ctx, late.code)) is None


@pytest.mark.parametrize("ended", ["removed", "demoted"])
async def test_an_invitation_ends_with_the_right_to_invite(market: Market, ended: str) -> None:
    """Check that a removed head does not come back by an invitation that they wrote before."""
    head, ona = await market.newcomer("Ona")
    ada = await colleague(market, head, "Ada", Position.HEAD)
    made = await market.run(ada, lambda ctx: company.invite(ctx, rights(Position.HEAD)))
    demoted = ChangeMember(person_id=ada.person or "", rights=rights(Position.BUYER))
    if ended == "removed":
        await market.run(head, lambda ctx: company.remove_member(ctx, ada.person or ""))
    else:
        await market.run(head, lambda ctx: company.change_member(ctx, demoted))
    other, _ = await market.newcomer("Ben")
    for who in (ada, other):
        assert await market.run(who, lambda ctx: company.join(ctx, made.code)) is None
    people = await market.run(head, lambda ctx: [each.name for each in members(ctx, ona.organisation_id)])
    assert people == (["Ona"] if ended == "removed" else ["Ona", "Ada"])


async def test_joining_does_not_leave_business_or_colleagues_behind(market: Market) -> None:
    trade = await agreed(market)
    head, _ = await market.newcomer("Ona")
    ada = await colleague(market, head, "Ada", Position.BUYER)
    made = await market.run(trade.buyer, lambda ctx: company.invite(ctx, rights(Position.BUYER)))
    with pytest.raises(Refusal, match=r"company\.has_traded"):
        await market.run(trade.seller, lambda ctx: company.join(ctx, made.code))
    with pytest.raises(Refusal, match=r"company\.has_traded"):  # an invitation alone is business enough
        await market.run(head, lambda ctx: company.join(ctx, made.code))
    with pytest.raises(Refusal, match=r"company\.has_traded"):
        await market.run(ada, lambda ctx: company.join(ctx, made.code))


async def test_only_a_head_invites_changes_and_removes_and_one_always_stays(market: Market) -> None:
    head, ona = await market.newcomer("Ona")
    ada = await colleague(market, head, "Ada", Position.BUYER, FIVE_THOUSAND)
    adas = ada.person or ""
    for unit in (
        lambda ctx: company.invite(ctx, rights(Position.BUYER)),
        lambda ctx: company.change_member(ctx, ChangeMember(person_id=adas, rights=rights(Position.APPROVER))),
        lambda ctx: company.remove_member(ctx, ona.id),
    ):
        with pytest.raises(NotAllowed, match=r"company\.head_only"):
            await market.run(ada, unit)
    stranger, _ = await market.newcomer("Carla")
    with pytest.raises(NotFound):
        await market.run(stranger, lambda ctx: company.remove_member(ctx, adas))
    with pytest.raises(Refusal, match=r"company\.last_head"):
        await market.run(head, lambda ctx: company.remove_member(ctx, ona.id))
    step_down = ChangeMember(person_id=ona.id, rights=rights(Position.BUYER))
    with pytest.raises(Refusal, match=r"company\.last_head"):
        await market.run(head, lambda ctx: company.change_member(ctx, step_down))
    raised = ChangeMember(person_id=adas, rights=rights(Position.BUYER))
    with pytest.raises(Stale):
        await market.run(head, lambda ctx: company.change_member(ctx, raised, 99))

    def left(ctx: Ctx) -> tuple[str, list[str]]:
        gone = company.remove_member(ctx, adas)
        own = organisation_of(ctx, gone.organisation_id)
        return own.name, [each.name for each in members(ctx, ona.organisation_id)]

    assert await market.run(ada, left) == ("Ada", ["Ona"])
    assert await market.run(ada, lambda ctx: company.is_head(ctx, adas))


async def test_only_a_head_says_where_the_companys_money_goes(market: Market) -> None:
    """Otherwise a colleague who may sign five thousand could send all payouts to an account of their own."""
    trade = await paid(market)
    ada = await colleague(market, trade.seller, "Ada", Position.APPROVER, FIVE_THOUSAND)
    asked = len(trade.asked("account.link"))
    with pytest.raises(NotAllowed, match=r"company\.head_only"):
        await market.run(ada, payees.ask_onboarding)
    assert len(trade.asked("account.link")) == asked
    await market.run(trade.seller, payees.ask_onboarding)
    assert len(trade.asked("account.link")) == asked + 1


@pytest.mark.parametrize(
    ("position", "limit", "code"),
    [
        (Position.BUYER, Money(0, "EUR"), "company.limit_nothing"),
        (Position.HEAD, FIVE_THOUSAND, "company.head_no_limit"),
    ],
)
def test_a_limit_says_something(position: Position, limit: Money, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        rules.check_rights(rights(position, limit))


@pytest.mark.parametrize(("begins_in", "days_to_decide"), [(-3, 1), (0, 1), (3, 3), (30, 5)])
async def test_a_company_decides_before_the_delivery_begins(
    market: Market, begins_in: int, days_to_decide: int
) -> None:
    """The seller waits and cannot leave. For immediate delivery there is a day to decide in."""
    trade = await agreed(market)
    deal, midnight = await trade.deal(), datetime(2026, 11, 23, tzinfo=UTC)
    begins = (midnight + timedelta(days=begins_in)).date()
    deal.terms_json = deal.terms.model_copy(update={"window_from": begins}).as_json()
    assert approve_by(deal, midnight) == midnight + timedelta(days=days_to_decide)


async def test_member_releases_no_more_than_they_may_sign(market: Market) -> None:
    """A delivery of €7,000 waits for a colleague with a higher limit, or for its time."""
    trade = await paid(market, lots=3)
    ona = await colleague(market, trade.buyer, "Ona", Position.HEAD)
    ben = ChangeMember(person_id=trade.buyer.person or "", rights=rights(Position.BUYER, FIVE_THOUSAND))
    await market.run(ona, lambda ctx: company.change_member(ctx, ben))
    lot = (await trade.lots())[0]
    await trade.deliver(lot)
    accept = AcceptLot(lot_id=lot.id)
    with pytest.raises(NotAllowed, match=r"company\.above_release_limit"):
        await market.run(trade.buyer, lambda ctx: delivery.accept_lot(ctx, accept))
    assert (await trade.lots())[0].state == LotState.INSPECTION
    await market.run(ona, lambda ctx: delivery.accept_lot(ctx, accept))
    assert (await trade.lots())[0].state == LotState.ACCEPTED


async def test_each_step_of_the_buyers_company_needs_its_position(market: Market) -> None:
    """One colleague signs, one confirms what has arrived, and one releases: the same person need not do all three."""
    trade = await agreed(market, lots=3)
    ona = await colleague(market, trade.buyer, "Ona", Position.HEAD)
    staff = {
        each: await colleague(market, ona, each.title(), Position.BUYER) for each in ("buyer", "receiver", "payer")
    }
    for name, actor in staff.items():
        only = ChangeMember(person_id=actor.person or "", rights=Rights(positions=frozenset({Position(name)})))
        await market.run(ona, partial(company.change_member, command=only))
    tom = ChangeMember(person_id=trade.buyer.person or "", rights=Rights(positions=frozenset({Position.BUYER})))
    await market.run(ona, lambda ctx: company.change_member(ctx, tom))

    for name in ("receiver", "payer"):
        with pytest.raises(NotAllowed, match=r"company\.buyer_only"):
            await market.run(staff[name], lambda ctx: deals.sign_deal(ctx, trade.deal_id))
    await trade.sign()
    await trade.pay()
    lot = (await trade.lots())[0]
    await trade.dispatch(lot)
    arrival = ReportArrival(lot_id=lot.id)
    for name in ("buyer", "payer"):
        with pytest.raises(NotAllowed, match=r"company\.receiver_only"):
            await market.run(staff[name], lambda ctx: delivery.report_arrival(ctx, arrival))
    await market.run(staff["receiver"], lambda ctx: delivery.report_arrival(ctx, arrival))

    async def may(actor: Actor) -> set[str]:
        return set(await market.run(actor, lambda ctx: delivery.may(ctx, steps.lot_for(ctx, lot.id))))

    assert {"accept", "claim", "weigh"} & await may(staff["receiver"]) == {"claim", "weigh"}
    assert {"accept", "claim", "weigh"} & await may(staff["payer"]) == {"accept"}
    assert {"accept", "claim", "weigh"} & await may(staff["buyer"]) == set()
    accept = AcceptLot(lot_id=lot.id)
    for name in ("buyer", "receiver"):
        with pytest.raises(NotAllowed, match=r"company\.payer_only"):
            await market.run(staff[name], lambda ctx: delivery.accept_lot(ctx, accept))
    await market.run(staff["payer"], lambda ctx: delivery.accept_lot(ctx, accept))
    assert (await trade.lots())[0].state == LotState.ACCEPTED


async def test_budget_of_a_month_is_used_up_by_deals_and_is_whole_again_in_the_next(market: Market) -> None:
    trade = await agreed(market)  # €21,000
    ona = await colleague(market, trade.buyer, "Ona", Position.HEAD)
    budget = rights(Position.BUYER).model_copy(update={"budget": euros(30_000)})
    ben = ChangeMember(person_id=trade.buyer.person or "", rights=budget)
    await market.run(ona, lambda ctx: company.change_member(ctx, ben))
    await trade.sign()
    assert (await trade.deal()).state == DealState.AWAITING_FUNDING
    second = await trade.another()
    await second.sign()
    assert (await second.deal()).state == DealState.AWAITING_APPROVAL  # €42,000 in one month
    market.clock.advance(seconds=timedelta(days=31).total_seconds())
    third = await trade.another()
    await third.sign()
    assert (await third.deal()).state == DealState.AWAITING_FUNDING


async def test_rights_of_the_release_before_are_what_its_one_position_gave(market: Market) -> None:
    head, _ = await market.newcomer("Ona")
    ada = await colleague(market, head, "Ada", Position.BUYER, FIVE_THOUSAND)

    def as_before(ctx: Ctx) -> Rights:
        known = ctx.session.get_one(Membership, ada.person)
        known.positions, known.release_minor, known.release_currency = None, None, None
        ctx.session.flush()
        return company.rights_of(ctx, ada.person or "")

    assert await market.run(head, as_before) == rights(Position.BUYER, FIVE_THOUSAND)
