"""Reversals of session payouts: what comes back, or does not, when the claim is settled otherwise by then."""

from __future__ import annotations

from datetime import timedelta

from core.advice.sessions import complaints, meeting, service, settlement
from core.kernel.transaction import MARKET, PROVIDER
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.rules import withdrawal_ref
from core.money.disbursements import service as disbursements
from core.money.disbursements.model import DisbursementState
from core.money.ledger.accounts import COMMISSION, LOSS, receivable
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel
from tests.core.advice.sessions.test_chargebacks import called_back, decided, found, nothing_to_take, of, payouts, they

__all__ = ["they"]  # the fixture

NET, HALF = 7650, 3825


def asked(they: Counsel, kind: str) -> list[int]:
    return [post.body["amount"] for post in they.market.posts if post.kind == kind]


async def half_made_good(they: Counsel) -> str:
    """Keep half of the claim from the consultant's next session, while the whole of it is asked back."""
    owes = await nothing_to_take(they)
    at, first = TUESDAY_TEN + timedelta(days=3), they.booking_id
    await they.books(at)
    await they.does(they.alex, service.accept)
    await they.meet(at)
    await they.does(they.sarah, meeting.end)
    await they.does(they.sarah, complaints.complain, words="He had not read my question")
    await they.later(days=15)  # no ruling: half of it goes back
    they.booking_id = first
    assert (await of(they, receivable(owes)), asked(they, "reversal")) == (NET - HALF, [NET])
    return owes


def disbursement(they: Counsel) -> str:
    return str([post.body["disbursement_id"] for post in they.market.posts if post.kind == "reversal"][-1])


async def test_consultant_gets_only_the_part_of_a_reversal_above_the_debt(they: Counsel) -> None:
    owes = await half_made_good(they)
    await they.run(PROVIDER, disbursements.done, disbursement(they), "trr_1")
    assert ((await found(they)).state, await of(they, receivable(owes))) == ("recovered", 0)
    assert asked(they, "transfer")[-1] == HALF
    await they.bank()
    await they.market.books_hold()


async def test_repeated_reversal_asks_for_the_debt_that_is_left(they: Counsel) -> None:
    await half_made_good(they)
    refused = {"why": "balance_insufficient", "final": True}
    await they.run(PROVIDER, disbursements.refused, disbursement(they), **refused, perhaps=True)
    await they.later(days=2)
    await they.run(PROVIDER, disbursements.refused, disbursement(they), **refused)
    await they.later(days=2)
    assert asked(they, "reversal")[-1] == NET - HALF
    await decided(they, won=True)
    await they.run(PROVIDER, disbursements.refused, disbursement(they), **refused)
    asked_so_far = asked(they, "reversal")
    await they.later(days=9)
    assert asked(they, "reversal") == asked_so_far
    assert [kind for kind, _, state in await payouts(they) if state != DisbursementState.DONE] == []
    await they.market.books_hold()


async def test_reversal_after_write_off_lessens_our_loss(they: Counsel) -> None:
    await nothing_to_take(they)
    await they.later(days=91)
    assert ((await found(they)).state, await of(they, LOSS)) == ("written_off", NET)
    await they.run(PROVIDER, disbursements.done, disbursement(they), "trr_1")
    assert (await of(they, LOSS), asked(they, "transfer")) == (0, [NET])
    await they.market.books_hold()


async def test_a_dispute_that_was_won_and_is_lost_after_all_is_asked_back_of_what_was_sent_after_the_win(
    they: Counsel,
) -> None:
    await they.later(days=2, minutes=1)
    await called_back(they)
    await they.run(PROVIDER, disbursements.done, disbursement(they), "trr_1")
    await decided(they, won=True)
    assert asked(they, "transfer") == [NET, NET]
    again = withdrawal_ref("du_1", 2)
    await called_back(they, ref=again)
    last = [post.body for post in they.market.posts if post.kind == "reversal"][-1]
    sent = [post.body["disbursement_id"] for post in they.market.posts if post.kind == "transfer"]
    assert (last["amount"], last["transfer"]) == (NET, f"tr_{sent[1]}")
    await they.run(PROVIDER, disbursements.done, disbursement(they), "trr_2")
    for _ in range(2):
        await they.run(PROVIDER, chargebacks.closed, ref=again, won=False)
    found = await they.run(MARKET, settlement.chargebacks_of, they.booking_id)
    assert [(each.ref, each.state) for each in found] == [("du_1", "won"), (again, "recovered")]
    assert (await of(they, COMMISSION), await of(they, LOSS)) == (0, 0)
    await they.market.books_hold()
