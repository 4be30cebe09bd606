"""Chargebacks of a session: the side that bears them, what stands still, what a win undoes; nothing goes twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from core.advice.sessions import complaints, meeting, service, settlement
from core.advice.sessions.events import SessionPaidOut
from core.advice.sessions.evidence import record_of
from core.advice.sessions.model import SessionState
from core.books.audit.invariants import CHARGEBACKS
from core.books.statements import service as statements
from core.kernel.errors import NotAllowed, Refusal
from core.kernel.transaction import MARKET, PROVIDER, Ctx
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.events import ChargebackThawed
from core.money.chargebacks.model import Chargeback, ChargebackState
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import Disbursement
from core.money.ledger import service as ledger
from core.money.ledger.accounts import COMMISSION, LOSS, PROVIDER_FEES, payable, receivable, refund_due
from core.money.payees.events import AccountAwaited
from core.money.payees.model import Payee
from core.people.accounts.model import Person
from core.trade.funding.evidence import reactions as evidence
from payments.reconciliation import OpenEnds
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel, counsel, kept
from tests.core.amounts import eur
from tests.core.conftest import Market
from tests.core.harms import unseen

ALL = 9000  # cents: the price of the session


@pytest.fixture
async def they(market: Market) -> Counsel:
    """Return a session that is over after Sarah has said yes: her two days to complain run."""
    made = await counsel(market)
    evidence.listen(market.reactions)
    await made.books(TUESDAY_TEN, 60)
    await made.adds_card()
    await made.does(made.alex, service.accept)
    await made.meet(TUESDAY_TEN)
    await made.consent()
    await made.does(made.sarah, meeting.end)
    return made


async def called_back(they: Counsel, cents: int = ALL, *, answer: bool = True, ref: str = "du_1") -> None:
    """Report the chargeback twice, as the provider does."""
    (hold,) = [each for each in await they.holds() if each.captured_minor]
    opened = partial(
        recovery.chargeback_opened,
        ref=ref,
        intent_ref=str(hold.intent_ref),
        amount=eur(cents),
        fee=eur(2000),
        reason="fraudulent",
        evidence_due=they.market.clock.moment,
    )
    for _ in range(2):
        await they.run(PROVIDER, opened)
    if answer:
        await they.bank()


async def decided(they: Counsel, *, won: bool) -> None:
    closed = partial(chargebacks.closed, ref="du_1", won=won, fee_returned=eur(2000) if won else None)
    for _ in range(2):
        await they.run(PROVIDER, closed)
    await they.bank()


async def found(they: Counsel) -> Chargeback:
    (one,) = await they.run(MARKET, settlement.chargebacks_of, they.booking_id)
    return one


async def of(they: Counsel, account: str) -> int:
    return (await they.run(MARKET, ledger.balance, account, "EUR")).minor


async def payouts(they: Counsel) -> list[tuple[str, int, str]]:
    def read(ctx: Ctx) -> list[tuple[str, int, str]]:
        rows = ctx.session.query(Disbursement).order_by(Disbursement.id)
        return [(each.kind.value, each.amount_minor, each.state.value) for each in rows]

    return await they.run(MARKET, read)


async def still_open(they: Counsel) -> list[tuple[str, str]]:
    """Return what a sweep asks the provider about, without accounts."""
    asked = await they.run(MARKET, OpenEnds().next)
    return [(each.kind, each.ref) for each in asked if each.kind != "account"]


async def operator(they: Counsel) -> None:
    def appoint(ctx: Ctx) -> None:
        ctx.session.get_one(Person, str(they.nina.person)).operator = True

    await they.run(MARKET, appoint)


async def cannot_be_paid(they: Counsel) -> None:
    consultant_org = (await they.booking()).consultant_org

    def close(ctx: Ctx) -> None:
        ctx.session.get_one(Payee, consultant_org).ready = False

    await they.run(MARKET, close)


async def sarah_has_back(they: Counsel) -> int:
    """Return what Sarah has back by her statement, in cents."""
    (taken,) = (await they.run(they.sarah, statements.statement)).charged
    return taken.back.minor


# --- before it is parted ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("won", [True, False])
async def test_before_it_is_parted_the_held_money_bears_it(they: Counsel, won: bool) -> None:
    await called_back(they)
    assert (await found(they)).from_escrow_minor == ALL
    assert (await they.money())["held"] == 0
    await they.market.books_hold()

    verbs: tuple[tuple[Any, Callable[..., object], tuple[object, ...]], ...] = (
        (they.sarah, complaints.complain, ("He read the newspaper to me.",)),
        (they.alex, settlement.give_back, ()),
    )
    for who, verb, said in verbs:
        with pytest.raises(Refusal, match=r"session\.called_back"):
            await they.does(who, verb, *said)
        buttons = await they.run(who, lambda ctx: service.may(ctx, service.booking_for(ctx, they.booking_id)))
        assert buttons == []
    await they.later(days=30)
    assert (await they.state(), await payouts(they)) == ("review_window", [])  # freeze beats timer

    await decided(they, won=won)
    await they.later(days=2)
    assert await they.state() == SessionState.COMPLETED
    assert await payouts(they) == ([("payout", 7650, "done")] if won else [])
    assert await of(they, COMMISSION) == (1350 if won else 0)
    assert await of(they, PROVIDER_FEES) == 126 + (0 if won else 2000)
    await they.market.books_hold()
    await decided(they, won=True)  # on appeal: the talk is paid for after all
    assert (await payouts(they), await of(they, COMMISSION)) == ([("payout", 7650, "done")], 1350)
    await they.market.books_hold()


async def test_rest_after_a_chargeback_goes_on_and_a_complaint_is_ruled_on_it(they: Counsel) -> None:
    await operator(they)
    await they.does(they.sarah, complaints.complain, "He read the newspaper to me.")
    await called_back(they, 3000)
    with pytest.raises(Refusal, match=r"session\.called_back"):
        await they.does(they.nina, complaints.rule, kept(100), "He was there all the time.")
    await decided(they, won=False)
    assert await they.state() == SessionState.SESSION_DISPUTE
    await they.does(they.nina, complaints.rule, kept(50), "Half of it was a talk.")
    await they.later(days=2, minutes=1)  # neither side appeals
    assert await payouts(they) == [("payout", 2550, "done"), ("refund", 3000, "done")]
    assert await they.state() == SessionState.COMPLETED
    assert await sarah_has_back(they) == 3000 + 3000  # from us, and from her bank
    await they.market.books_hold()
    await decided(they, won=True)  # on appeal: split as the rest was
    assert (await payouts(they))[2:] == [("payout", 1275, "done"), ("refund", 1500, "done")]
    assert await sarah_has_back(they) == 3000 + 1500
    await they.market.books_hold()


async def test_rest_after_a_chargeback_goes_to_the_seekers_account_if_the_card_refuses(they: Counsel) -> None:
    """The provider refunds nothing of a charge if a bank has kept a part of it."""
    they.market.watch(AccountAwaited, SessionPaidOut)
    await they.does(they.sarah, complaints.complain, "He read the newspaper to me.")
    await called_back(they, 3000)
    await decided(they, won=False)
    they.silent = {"refund"}
    await they.does(they.alex, settlement.give_back)
    (asked,) = [post.body for post in they.market.posts if post.kind == "refund"]
    for _ in range(2):  # told twice
        await they.run(PROVIDER, disbursements.refused, asked["disbursement_id"], "charge_disputed", final=True)
    seeks = (await they.booking()).seeker_org
    assert (await payouts(they), await of(they, payable(seeks))) == ([("payout", 6000, "waiting")], 6000)
    await they.later(days=3, minutes=1)
    assert they.market.facts == [AccountAwaited(seeks, (eur(6000),))] * 2  # at once, and again
    await they.market.books_hold()
    payee = Payee(
        organisation_id=seeks, account_ref="acct_s", ready=True, asked_by="", asked_at=they.market.clock.moment
    )
    payee.was_ready, payee.closed, payee.missing = True, False, []
    await they.run(MARKET, lambda ctx: ctx.session.add(payee))
    await they.run(MARKET, disbursements.send_waiting, seeks)
    await they.bank()
    assert (await they.state(), await payouts(they)) == ("completed", [("payout", 6000, "done")])
    assert await sarah_has_back(they) == ALL
    assert len(they.market.facts) == 2  # the consultant was paid nothing
    await they.market.books_hold()


async def test_seeker_gets_all_if_consultant_gave_back_and_the_bank_turns(
    they: Counsel,
) -> None:
    await they.does(they.sarah, complaints.complain, "He read the newspaper to me.")
    await called_back(they, 3000)
    await decided(they, won=False)
    await they.does(they.alex, settlement.give_back)
    await decided(they, won=True)
    assert [kind for kind, _, _ in await payouts(they)] == ["refund", "refund"]
    assert (await of(they, COMMISSION), sum(amount for _, amount, _ in await payouts(they))) == (0, 9000)
    await they.market.books_hold()


# --- after it is parted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("won", [True, False])
async def test_after_the_payout_the_commission_goes_back_and_the_consultant_bears_the_rest(
    they: Counsel, won: bool
) -> None:
    await they.later(days=2, minutes=1)
    await called_back(they)
    one = await found(they)
    assert (one.from_escrow_minor, one.from_commission_minor, one.claimed_minor) == (0, 1350, 7650)
    assert (await payouts(they))[-1] == ("reversal", 7650, "asked")
    reversal = next(post.body for post in they.market.posts if post.kind == "reversal")
    assert reversal["transfer"].startswith("tr_")
    for _ in range(2):
        await they.run(PROVIDER, disbursements.done, reversal["disbursement_id"], "trr_1")
    assert (await found(they)).outstanding == eur(0)
    await they.market.books_hold()

    await decided(they, won=won)
    assert (await found(they)).state == (ChargebackState.WON if won else ChargebackState.RECOVERED)
    assert (await payouts(they))[2:] == ([("payout", 7650, "done")] if won else [])  # theirs again
    assert await of(they, COMMISSION) == (1350 if won else 0)
    assert await they.state() == SessionState.COMPLETED
    await they.market.books_hold()
    await decided(they, won=True)  # on appeal, where it was made good
    assert (await payouts(they))[2:] == [("payout", 7650, "done")]
    await they.market.books_hold()


async def test_a_payout_that_waits_serves_the_claim_instead_of_leaving(they: Counsel) -> None:
    await cannot_be_paid(they)
    await they.later(days=2, minutes=1)
    await called_back(they)
    await they.run(MARKET, disbursements.send_waiting, (await they.booking()).consultant_org)
    assert await payouts(they) == [("payout", 7650, "waiting")]
    await decided(they, won=False)
    assert ((await found(they)).state, await payouts(they)) == ("recovered", [])
    assert await they.state() == SessionState.COMPLETED
    await they.market.books_hold()


async def test_a_refund_that_waits_is_not_given_twice_and_goes_when_the_bank_decides_for_us(they: Counsel) -> None:
    they.refuses = {"refund"}
    await they.does(they.alex, settlement.give_back)
    await called_back(they)
    await they.later(days=3)
    assert ((await found(they)).outstanding, await payouts(they)) == (eur(0), [])  # the bank has given it back
    await they.market.books_hold()
    await decided(they, won=False)
    assert ((await found(they)).state, await payouts(they)) == ("recovered", [])
    assert await sarah_has_back(they) == ALL  # once
    booking = await they.booking()
    assert await of(they, refund_due(booking.id)) == await of(they, receivable(booking.consultant_org)) == 0
    await they.market.books_hold()
    they.refuses = set()
    await decided(they, won=True)  # on appeal it goes after all
    assert await payouts(they) == [("refund", ALL, "done")]
    await they.market.books_hold()


async def test_consultant_does_not_pay_for_what_was_refunded_before(they: Counsel) -> None:
    await they.does(they.alex, settlement.give_back)
    await they.bank()
    await called_back(they)
    assert (await of(they, receivable((await they.booking()).consultant_org)), await of(they, LOSS)) == (0, ALL)
    await they.market.books_hold()


async def test_a_payout_under_way_when_the_bank_calls_is_asked_back_when_it_has_arrived(they: Counsel) -> None:
    they.silent = {"transfer"}
    await they.later(days=2, minutes=1)
    await called_back(they)
    asked = next(post.body for post in they.market.posts if post.kind == "transfer")
    assert await still_open(they) == [("transfer", asked["group"]), ("dispute", "du_1")]
    await they.run(PROVIDER, disbursements.done, asked["disbursement_id"], "tr_late")
    assert [(kind, state) for kind, _, state in await payouts(they)] == [("payout", "done"), ("reversal", "asked")]
    assert await still_open(they) == [("reversal", "tr_late"), ("dispute", "du_1")]
    await they.market.books_hold()


async def nothing_to_take(they: Counsel) -> str:
    """Let the bank keep the charge while the consultant's account is empty, and return the company that owes it."""
    await they.later(days=2, minutes=1)
    await called_back(they, answer=False)
    they.answered |= {post.id for post in they.market.posts}
    await decided(they, won=False)
    owes = (await they.booking()).consultant_org
    assert await of(they, receivable(owes)) == 7650
    return owes


async def test_debt_that_is_never_paid_is_our_loss_in_the_end(they: Counsel) -> None:
    owes = await nothing_to_take(they)
    await they.later(days=91)
    assert (await found(they)).state == ChargebackState.WRITTEN_OFF
    assert (await of(they, LOSS), await of(they, receivable(owes))) == (7650, 0)
    assert [kind for kind, _, _ in await payouts(they)] == ["payout", "reversal"]  # asked for, and never answered
    await they.market.books_hold()
    await decided(they, won=True)
    assert ((await found(they)).state, await of(they, LOSS)) == ("won", 0)
    await they.market.books_hold()


# --- what can be shown, and who may look ------------------------------------------------------------------------------


async def test_the_record_shows_the_yes_who_was_there_and_what_was_reminded_of(they: Counsel) -> None:
    await called_back(they)
    record = await they.run(MARKET, record_of, (await found(they)).id)
    assert [each["shown"] for each in record["consents"]] == ["Continue, pay €90.00"]
    there = [(each["did"], each["who"]) for each in record["presence"]]
    assert there[:3] == [("CameIn", "Alex"), ("CameIn", "Sarah"), ("FreeTalkBegan", "the market")]
    assert {"day", "hour"} & {each["about"] for each in record["reminders"]}
    assert record["terms"]["price"] == str(eur(ALL))
    assert "LineSaid" not in {each["did"] for each in record["chat"]}
    with pytest.raises(NotAllowed):
        await they.run(they.alex, chargebacks.open_chargebacks)
    await operator(they)
    assert [each.ref for each in await they.run(they.nina, chargebacks.open_chargebacks)] == ["du_1"]


async def test_only_the_last_bank_lets_it_go(they: Counsel) -> None:
    """Two charges of one session may be called back at once. The money moves when neither bank holds it."""
    they.market.watch(ChargebackThawed)
    await called_back(they, 3000)
    await called_back(they, 1000, ref="du_2")
    await decided(they, won=True)
    assert they.market.facts == []
    await they.run(PROVIDER, partial(chargebacks.closed, ref="du_2", won=True, fee_returned=eur(2000)))
    assert len(they.market.facts) == 1
    await they.market.books_hold()


# --- each rule is seen when it is broken ------------------------------------------------------------------------------

HARMS = {
    "what a bank took is borne by somebody, to the cent": "UPDATE chargeback SET claimed_minor = claimed_minor + 1",
    "what we have lost is what nobody made good, and what a payer has twice": (
        "UPDATE chargeback SET state = 'written_off', recovered_minor = 0"
    ),
    "no seller owes more than they were given": "UPDATE session_settlement SET net_minor = 1",
    "a bank takes back what somebody has paid": "UPDATE chargeback SET payment_id = 'x'",
    "what a bank took, gave back or kept is in the books": "UPDATE chargeback SET state = 'won'",
    "no dispute waits without an end": "DELETE FROM timer WHERE kind = 'chargeback'",
    "every dispute that wants an answer has one prepared": "DELETE FROM evidence_pack",
    "no charge of a session gives more than it brought": "UPDATE disbursement SET amount_minor = 9001",
}
OUT_HARMS = {
    "nothing waits to be sent without a reason": (
        "UPDATE chargeback SET state = 'recovered'; UPDATE disbursement SET state = 'refused', payee = NULL"
    ),
}


async def test_each_rule_is_seen_when_it_is_broken(they: Counsel) -> None:
    assert {each.name for each in CHARGEBACKS} == HARMS.keys()
    await they.later(days=2, minutes=1)
    await called_back(they)
    assert await unseen(they.market, {**HARMS, **OUT_HARMS}) == []
