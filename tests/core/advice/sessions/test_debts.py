"""Debts of consultants after a chargeback of a session: they are kept from the pay for other sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.advice.sessions import meeting, service
from core.kernel.transaction import MARKET, PROVIDER
from core.money.chargebacks import service as chargebacks
from core.money.chargebacks.events import PayoutSetOff
from core.money.chargebacks.model import ChargebackState
from core.money.ledger.accounts import payable, receivable
from core.money.model import SubjectKind
from core.trade.funding.payees import payee_ready
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, Counsel
from tests.core.advice.sessions.test_chargebacks import (
    called_back,
    cannot_be_paid,
    decided,
    found,
    nothing_to_take,
    of,
    they,
)
from tests.core.amounts import eur

__all__ = ["they"]  # the fixture


async def test_debt_is_kept_from_the_next_session(they: Counsel) -> None:
    owes, first = await nothing_to_take(they), they.booking_id
    they.market.watch(PayoutSetOff)
    at = TUESDAY_TEN + timedelta(days=3)
    await they.books(at)
    await they.does(they.alex, service.accept)
    await they.meet(at)
    await they.does(they.sarah, meeting.end)
    await they.later(days=2, minutes=1)
    assert they.market.facts == [PayoutSetOff(SubjectKind.SESSION, they.booking_id, owes, eur(7650), eur(0))]
    (one,) = await they.run(MARKET, chargebacks.of_subject, first)
    assert (one.state, await of(they, receivable(owes)), await they.state()) == ("recovered", 0, "completed")
    await they.market.books_hold()
    await decided(they, won=True)  # the first charge has given all that it could: what was kept leaves our balance
    sent = [post.body for post in they.market.posts if post.kind == "transfer"][-1]
    assert (sent["group"], sent["amount"], sent["charge"]) == (f"session_{first}", 7650, None)
    await they.market.books_hold()


@pytest.mark.parametrize("told", ["before it is sent", "while it waits"])
async def test_debt_is_kept_from_a_waiting_payout(they: Counsel, told: str) -> None:
    """The payout was released before the bank had kept anything, and waits for the account to be in order."""
    await they.later(days=2, minutes=1)
    first, at = they.booking_id, TUESDAY_TEN + timedelta(days=3)
    await they.books(at)
    await they.does(they.alex, service.accept)
    await cannot_be_paid(they)
    await they.meet(at)
    await they.does(they.sarah, meeting.end)
    await they.later(days=2, minutes=1)
    second, they.booking_id = they.booking_id, first
    owes = (await they.booking()).consultant_org
    await called_back(they, 5000, answer=False)
    they.answered |= {post.id for post in they.market.posts}
    assert await of(they, payable(owes)) == 7650
    if told == "while it waits":
        await decided(they, won=False)
        await they.later(minutes=1)
        assert (await of(they, receivable(owes)), await of(they, payable(owes))) == (0, 7650 - 4250)
        assert (await found(they)).state == ChargebackState.RECOVERED
    await they.run(PROVIDER, payee_ready, owes, True)
    await they.bank()
    sent = [post.body for post in they.market.posts if post.kind == "transfer"][-1]
    assert (sent["group"], sent["amount"]) == (f"session_{second}", 7650 - 4250)
    they.booking_id = second
    assert (await they.state(), await of(they, payable(owes))) == ("completed", 0)
    await they.market.books_hold()
