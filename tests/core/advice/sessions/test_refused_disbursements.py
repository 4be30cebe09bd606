"""Disbursements of a session that the provider refuses: the payee is told once, and a refund finds another way."""

from __future__ import annotations

import pytest

from core.advice.sessions import settlement
from core.advice.sessions.model import SessionState
from core.kernel.transaction import MARKET, PROVIDER
from core.money.disbursements import service as disbursements
from core.money.disbursements.events import DisbursementRefused
from core.money.disbursements.model import MOST_REFUSALS, DisbursementKind
from core.money.ledger.accounts import LOSS, payable, receivable, refund_due
from core.money.model import SubjectKind
from core.money.payees.events import AccountAwaited
from core.money.payees.model import Payee
from tests.core.advice.sessions.session_steps import Counsel
from tests.core.advice.sessions.test_chargebacks import ALL, called_back, decided, of, payouts, they
from tests.core.amounts import eur

__all__ = ["they"]


async def refund_of(they: Counsel) -> str:
    """Let the consultant give all of it back, without an answer yet, and return the refund's id."""
    they.silent = {"refund", "transfer"}
    await they.does(they.alex, settlement.give_back)
    return str(next(post.body["disbursement_id"] for post in they.market.posts if post.kind == "refund"))


async def refused(they: Counsel, refund: str) -> None:
    first = len([post for post in they.market.posts if post.kind == "refund"])
    for number in range(first, first + MOST_REFUSALS):
        asked = [post.body["attempt"] for post in they.market.posts if post.kind == "refund"]
        assert asked == list(range(1, number + 1))
        for _ in range(2):  # told twice
            await they.run(PROVIDER, disbursements.refused, refund, "card_closed", final=True)
        await they.market.books_hold()
        await they.later(days=1, minutes=1)


async def has_an_account(they: Counsel, organisation_id: str) -> None:
    payee = Payee(organisation_id=organisation_id, account_ref="acct_s", asked_by="", asked_at=they.market.clock.moment)
    payee.ready, payee.was_ready, payee.closed, payee.missing = True, True, False, []
    await they.run(MARKET, lambda ctx: ctx.session.add(payee))
    await they.run(MARKET, disbursements.send_waiting, organisation_id)


async def test_a_refund_that_is_refused_again_and_again_is_paid_out_to_an_account_of_the_seekers(they: Counsel) -> None:
    they.market.watch(DisbursementRefused, AccountAwaited)
    refund = await refund_of(they)
    await they.run(PROVIDER, disbursements.refused, refund, "balance short", final=False)
    assert they.market.facts == []  # it goes tomorrow
    await they.later(days=1, minutes=1)
    await refused(they, refund)
    seeks = (await they.booking()).seeker_org
    of_it = (SubjectKind.SESSION, they.booking_id, refund, DisbursementKind.REFUND, seeks, eur(ALL))
    assert they.market.facts[:2] == [DisbursementRefused(*of_it, "card_closed"), AccountAwaited(seeks, (eur(ALL),))]
    assert (await payouts(they), await of(they, payable(seeks))) == ([("payout", ALL, "waiting")], ALL)
    await has_an_account(they, seeks)
    await they.run(PROVIDER, disbursements.refused, refund, "account_closed", final=True)
    assert isinstance(they.market.facts[-1], DisbursementRefused)
    assert they.market.facts[-1].kind is DisbursementKind.PAYOUT
    they.silent = set()
    await they.later(days=1, minutes=1)
    await they.bank()
    assert (await they.state(), await payouts(they)) == ("completed", [("payout", ALL, "done")])
    await they.market.books_hold()


@pytest.mark.parametrize("won", [True, False])
async def test_refund_waiting_for_an_account_is_not_paid_beside_a_chargeback(they: Counsel, won: bool) -> None:
    refund = await refund_of(they)
    await refused(they, refund)
    seeks = (await they.booking()).seeker_org
    assert await of(they, payable(seeks)) == ALL
    await called_back(they)
    assert (await of(they, payable(seeks)), await of(they, refund_due(they.booking_id))) == (0, 0)
    await has_an_account(they, seeks)
    assert [post for post in they.market.posts if post.kind == "transfer"] == []
    await they.market.books_hold()
    they.silent = set()
    await decided(they, won=won)
    await they.bank()
    assert await they.state() == SessionState.COMPLETED
    assert await payouts(they) == ([("refund", ALL, "done")] if won else [])
    await they.market.books_hold()


@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("under_way", ["refund", "transfer"])
async def test_refund_refused_during_a_chargeback_waits_and_goes_once(they: Counsel, under_way: str, won: bool) -> None:
    """The last refund, or the payout instead of it, had been asked for before the bank called the charge back."""
    seeks = (await they.booking()).seeker_org
    await has_an_account(they, seeks)
    refund = await refund_of(they)
    for _ in range(MOST_REFUSALS - (under_way == "refund")):
        await they.run(PROVIDER, disbursements.refused, refund, "card_closed", final=True)
        await they.later(days=1, minutes=1)
    await called_back(they, answer=False)
    if under_way == "refund":
        await they.run(PROVIDER, disbursements.refused, refund, "charge_disputed", final=True)
    else:
        await they.run(PROVIDER, disbursements.refused, refund, "account_closed", final=True)
    await they.later(days=2)
    sent = [post for post in they.market.posts if post.kind == "transfer"]
    assert len(sent) == (under_way == "transfer")
    they.silent = set()
    await decided(they, won=won)
    await they.bank()
    assert [post for post in they.market.posts if post.kind == "transfer"] == sent
    assert await payouts(they) == ([("refund", ALL, "done")] if won else [])
    assert (await of(they, payable(seeks)), await of(they, refund_due(they.booking_id))) == (0, 0)
    assert await they.state() == SessionState.COMPLETED
    await they.market.books_hold()


@pytest.mark.parametrize("second", ["re_2", None])
async def test_a_refund_that_has_failed_is_no_news_of_what_is_under_way_after_it(
    they: Counsel, second: str | None
) -> None:
    """The provider reports earlier failures again, days late. They say nothing about the next refund, nor about the
    payout after it.
    """
    await has_an_account(they, (await they.booking()).seeker_org)
    refund = await refund_of(they)

    async def fails(ref: str | None) -> None:
        await they.run(PROVIDER, disbursements.refused, refund, "card_closed", final=True, ref=ref)
        if ref is not None:
            await they.run(PROVIDER, disbursements.done, refund, ref)  # a late report of success

    for ref in ("re_1", second):
        await fails(ref)
        await they.later(days=1, minutes=1)
    for ref in ("re_1", second or "re_1"):
        await fails(ref)
    assert await payouts(they) == [("refund", ALL, "asked")]
    await fails("re_3")
    for ref in ("re_1", "re_3"):
        await fails(ref)
    assert await payouts(they) == [("payout", ALL, "asked")]
    await they.run(PROVIDER, disbursements.done, refund, "tr_1")
    assert await they.state() == SessionState.COMPLETED
    await they.market.books_hold()


@pytest.mark.parametrize("ref", [None, "re_1"])
async def test_a_refund_that_is_refused_when_the_bank_has_decided_already_is_not_owed_any_more(
    they: Counsel, ref: str | None
) -> None:
    """The dispute and the refund's failure were both heard of late: the seeker has the money from their bank."""
    seeks = (await they.booking()).seeker_org
    await has_an_account(they, seeks)
    refund = await refund_of(they)
    await called_back(they, answer=False)
    await decided(they, won=False)
    await they.run(PROVIDER, disbursements.refused, refund, "charge_disputed", final=True, ref=ref)
    await they.later(days=2)
    assert [post for post in they.market.posts if post.kind == "transfer"] == []
    assert (await of(they, payable(seeks)), await of(they, refund_due(they.booking_id))) == (0, 0)
    assert (await they.state(), await payouts(they)) == ("completed", [])
    await they.market.books_hold()


async def test_a_refund_that_comes_back_when_the_bank_has_kept_the_money_is_not_sent_again(they: Counsel) -> None:
    """The refund was with the seeker's bank, and their account is closed. By now the dispute has given them the same
    money.
    """
    refund = await refund_of(they)
    await they.run(PROVIDER, disbursements.done, refund, "re_1")
    await called_back(they, answer=False)
    await decided(they, won=False)
    assert await of(they, LOSS) == ALL
    await they.run(PROVIDER, disbursements.refused, refund, "account_closed", final=True, ref="re_1")
    await they.later(days=2)
    assert (await of(they, LOSS), await of(they, refund_due(they.booking_id)), await payouts(they)) == (0, 0, [])
    await they.market.books_hold()
    they.silent = set()
    await decided(they, won=True)
    assert await payouts(they) == [("refund", ALL, "done")]
    await they.market.books_hold()


async def test_a_payout_that_is_refused_when_the_bank_has_decided_already_serves_what_is_owed(they: Counsel) -> None:
    """The payout was under way when the bank took the money. A second one would only be asked back."""
    they.silent = {"transfer"}
    await they.later(days=2, minutes=1)
    (payout,) = [post.body["disbursement_id"] for post in they.market.posts if post.kind == "transfer"]
    await called_back(they)
    await decided(they, won=False)
    await they.run(PROVIDER, disbursements.refused, payout, "balance short", final=False)
    owes = (await they.booking()).consultant_org
    assert (await payouts(they), await they.state()) == ([], "completed")
    assert (await of(they, payable(owes)), await of(they, receivable(owes))) == (0, 0)
    await they.market.books_hold()


async def test_payout_that_may_have_gone_is_not_kept(they: Counsel) -> None:
    """The provider reported the failure, and then that the payout was made after all. It is then asked back."""
    they.silent = {"transfer"}
    await they.later(days=2, minutes=1)
    (payout,) = [post.body["disbursement_id"] for post in they.market.posts if post.kind == "transfer"]
    await called_back(they)
    await decided(they, won=False)
    await they.run(PROVIDER, disbursements.refused, payout, "api_error", final=False, perhaps=True)
    await they.run(PROVIDER, disbursements.ask_again, payout)
    for _ in range(2):
        await they.run(PROVIDER, disbursements.done, payout, "tr_late")
    await they.run(PROVIDER, disbursements.refused, payout, "told late", final=False)  # it is done
    assert [(kind, state) for kind, _, state in await payouts(they)] == [("payout", "done"), ("reversal", "asked")]
    await they.market.books_hold()


async def test_a_payout_that_is_refused_is_asked_for_again_a_day_later_and_no_sooner(they: Counsel) -> None:
    they.refuses = {"transfer"}
    await they.later(days=2, minutes=1)

    def attempts() -> list[int]:
        return [post.body["attempt"] for post in they.market.posts if post.kind == "transfer"]

    assert attempts() == [1]
    await they.later(hours=23, minutes=50)
    assert attempts() == [1]
    await they.later(minutes=20)
    assert (attempts(), await they.state()) == ([1, 2], "paying_out")
    they.refuses = set()
    await they.later(days=1, minutes=20)
    assert (attempts(), await they.state()) == ([1, 2, 3], "completed")
    await they.market.books_hold()
