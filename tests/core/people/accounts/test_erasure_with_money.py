"""Account deletion while the person's money is under way: it has to arrive first, since they cannot be asked later."""

from __future__ import annotations

from functools import partial

from core.advice.sessions import settlement
from core.advice.sessions.model import SessionState
from core.kernel.transaction import PROVIDER
from core.money.disbursements import service as disbursements
from core.privacy.erasure import service as erasure
from core.privacy.erasure.model import Open
from core.trade.deals.model import DealState
from tests.core.advice.sessions.session_steps import Counsel
from tests.core.advice.sessions.test_chargebacks import they
from tests.core.conftest import Market
from tests.core.trades import called_off

__all__ = ["they"]  # the fixture: the session is over, and its money is not split yet


async def test_a_refund_that_the_buyers_bank_has_sent_back_has_to_arrive_first(market: Market) -> None:
    trade, disbursement = await called_off(market)
    await trade.provider_answers()
    assert (await trade.deal()).state == DealState.CANCELLED
    assert (await market.run(trade.buyer, erasure.account_deletion)).hindered_by == ()
    failed = partial(
        disbursements.refused, disbursement_id=disbursement, why="account_closed", final=True, ref=f"re_{disbursement}"
    )
    await market.run(PROVIDER, failed)
    assert (await market.run(trade.buyer, erasure.account_deletion)).hindered_by == (Open.PAYMENT,)
    assert (await market.run(trade.seller, erasure.account_deletion)).hindered_by == ()
    await trade.pass_days(8)
    await market.run(PROVIDER, partial(disbursements.done, disbursement_id=disbursement, ref="re_2"))
    assert (await market.run(trade.buyer, erasure.account_deletion)).hindered_by == ()


async def test_a_refund_of_a_session_that_came_back_has_to_arrive_first(they: Counsel) -> None:
    await they.does(they.alex, settlement.give_back)
    assert await they.state() == SessionState.COMPLETED
    assert (await they.run(they.sarah, erasure.account_deletion)).hindered_by == ()
    disbursement = next(post.body["disbursement_id"] for post in they.market.posts if post.kind == "refund")
    back = partial(
        disbursements.refused, disbursement_id=disbursement, why="account_closed", final=True, ref=f"tr_{disbursement}"
    )
    await they.market.run(PROVIDER, back)
    assert (await they.run(they.sarah, erasure.account_deletion)).hindered_by == (Open.PAYMENT,)
    assert (await they.run(they.alex, erasure.account_deletion)).hindered_by == ()
