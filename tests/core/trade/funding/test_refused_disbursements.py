"""Disbursements that the provider refuses: the payee hears so once, and a refused refund finds another way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from config import alarms
from config.platforms import PLATFORMS
from conversations.wording import Wordings
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.transaction import PROVIDER, Ctx
from core.money.chargebacks import service as chargebacks
from core.money.disbursements import recovery
from core.money.disbursements import service as disbursements
from core.money.disbursements.events import DisbursementRefused, PayoutWaiting
from core.money.disbursements.model import MOST_REFUSALS, DisbursementKind
from core.money.ledger.accounts import payable, refund_due
from core.money.ledger.service import balance
from core.money.model import SubjectKind
from core.people.accounts.service import organisation_of
from core.trade.deals.model import DealState
from core.trade.funding import chargebacks as funding_chargebacks
from core.trade.funding import payees, service
from tests.core.conftest import Market
from tests.core.trades import Trade, called_off, paid

WHOLE = Money(21_000_00, "EUR")


async def has_an_account(trade: Trade) -> None:
    """Let the buyer name the account that their money goes to."""

    def requests_sent(ctx: Ctx) -> None:
        organisation_of(ctx, trade.buying).country = "SE"
        payees.ask_onboarding(ctx)

    await trade.market.run(trade.buyer, requests_sent)
    await trade.market.run(PROVIDER, lambda ctx: payees.account_opened(ctx, trade.buying, "acct_buyer"))
    await trade.market.run(PROVIDER, lambda ctx: payees.payee_told(ctx, trade.buying, ready=True, missing=()))


async def disputed(trade: Trade, taken: Money = WHOLE) -> Callable[[Ctx], object]:
    """Return the unit of work in which the buyer's bank takes back what was paid for the deal."""
    payment = await trade.as_market(lambda ctx: service.payment_of(ctx, trade.deal_id))
    assert payment is not None
    return partial(
        recovery.chargeback_opened,
        ref="du_1",
        intent_ref=payment.intent_ref or "",
        amount=taken,
        fee=Money(20_00, "EUR"),
        reason="fraudulent",
        evidence_due=None,
    )


@pytest.mark.parametrize("comes_back", [True, False])
async def test_a_refund_that_is_refused_again_and_again_is_paid_out_to_an_account_of_the_buyers(
    market: Market, comes_back: bool
) -> None:
    """The card is closed. The provider says so at once, or its bank does a day after the refund was sent."""
    market.watch(DisbursementRefused, PayoutWaiting)
    operators = "desk@parley.example" if comes_back else None  # without an address there is only the log
    alarms.listen(market.reactions, Wordings(PLATFORMS), operators)
    trade, disbursement = await called_off(market)
    for number in range(1, MOST_REFUSALS + 1):
        assert len(trade.asked("refund")) == number
        ref = f"re_{number}" if comes_back else None
        if ref is not None:
            await market.run(PROVIDER, partial(disbursements.done, disbursement_id=disbursement, ref=ref))
        refused = partial(disbursements.refused, disbursement_id=disbursement, why="card_closed", final=True, ref=ref)
        for _ in range(2):
            await market.run(PROVIDER, refused)
        await trade.market.books_hold()
        if number < MOST_REFUSALS:
            await trade.pass_days(8)
    told = (SubjectKind.DEAL, trade.deal_id, disbursement, DisbursementKind.REFUND, trade.buying, WHOLE)
    assert market.facts == [
        DisbursementRefused(*told, "card_closed"),
        PayoutWaiting(SubjectKind.DEAL, trade.deal_id, trade.buying, WHOLE, "no_account"),
    ]
    letters = [post.body for post in market.posts if post.channel == "mail"]
    assert [letter["to"] for letter in letters] == ([operators] if operators else [])
    assert all("a refund of the deal" in each["text"] and "card_closed" in each["text"] for each in letters)

    await trade.pass_days(30)
    assert len(trade.asked("refund")) == MOST_REFUSALS  # no refund is asked for any more
    await has_an_account(trade)
    (sent,) = trade.asked("transfer")
    assert (sent["amount"], sent["charge"], sent["account"]) == (WHOLE.minor, None, "acct_buyer")
    await market.run(PROVIDER, lambda ctx: disbursements.done(ctx, disbursement, "tr_1"))
    assert (await trade.deal()).state == DealState.CANCELLED
    for account in (refund_due(trade.deal_id), payable(trade.buying)):
        assert await trade.as_market(lambda ctx, of=account: balance(ctx, of, "EUR")) == Money.zero("EUR")  # type: ignore[misc]
    await trade.market.books_hold()


async def test_unclaimed_refund_is_never_paid_from_our_balance(
    market: Market,
) -> None:
    """An unclaimed refund is in the buyer's balance there. It was not on ours and is sent from there alone."""
    trade, disbursement = await called_off(market)
    refused = partial(disbursements.refused, disbursement_id=disbursement, why="unclaimed", final=True, unclaimed=True)
    for number in range(1, MOST_REFUSALS + 2):
        await market.run(PROVIDER, refused)
        await trade.pass_days(8)
        assert len(trade.asked("refund")) == number + 1
    assert trade.asked("transfer") == []
    assert trade.asked("refund")[-1]["beside"] is True
    await trade.market.books_hold()


async def test_refused_reversal_is_told_to_operators_alone(market: Market) -> None:
    trade = await paid(market, lots=1)
    await trade.seller_can_be_paid()
    (lot,) = await trade.lots()
    await trade.deliver(lot)
    await trade.accept(lot)
    await trade.provider_answers()
    market.watch(DisbursementRefused)
    opened = await disputed(trade)
    await market.run(PROVIDER, opened)
    reversal = trade.asked("reversal")[0]["disbursement_id"]
    refused = partial(disbursements.refused, disbursement_id=reversal, why="account_closed", final=True)
    await market.run(PROVIDER, refused)
    (told,) = market.facts
    assert isinstance(told, DisbursementRefused)
    assert (told.kind, told.organisation_id) == (DisbursementKind.REVERSAL, None)
    await trade.market.books_hold()


@pytest.mark.parametrize("won", [True, False])
async def test_refund_waiting_for_an_account_is_not_paid_beside_a_chargeback(market: Market, won: bool) -> None:
    """The card takes nothing back, so the buyer goes to their bank instead of naming an account."""
    trade, disbursement = await called_off(market)
    for _ in range(MOST_REFUSALS):
        refused = partial(disbursements.refused, disbursement_id=disbursement, why="card_closed", final=True)
        await market.run(PROVIDER, refused)
        await trade.pass_days(8)
    assert await trade.as_market(lambda ctx: balance(ctx, payable(trade.buying), "EUR")) == WHOLE
    opened = await disputed(trade)
    for _ in range(2):
        await market.run(PROVIDER, opened)
    await has_an_account(trade)
    assert trade.asked("transfer") == []
    await trade.market.books_hold()
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=won))
    await trade.market.books_hold()
    if won:
        assert trade.asked("refund")[-1]["amount"] == WHOLE.minor
        await market.run(
            PROVIDER,
            partial(disbursements.done, disbursement_id=trade.asked("refund")[-1]["disbursement_id"], ref="re"),
        )
    assert trade.asked("transfer") == []
    assert (await trade.deal()).state == DealState.CANCELLED
    for account in (refund_due(trade.deal_id), payable(trade.buying)):
        assert await trade.as_market(lambda ctx, of=account: balance(ctx, of, "EUR")) == Money.zero("EUR")  # type: ignore[misc]
    await trade.market.books_hold()


@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("under_way", ["refund", "transfer"])
async def test_refund_refused_during_a_chargeback_waits_and_goes_once(
    market: Market, under_way: str, won: bool
) -> None:
    """The last refund, or the payout instead of it, had been asked for before the bank called the payment back."""
    trade, disbursement = await called_off(market)
    await has_an_account(trade)
    refused = partial(disbursements.refused, disbursement_id=disbursement, why="card_closed", final=True)
    for _ in range(MOST_REFUSALS - 1):
        await market.run(PROVIDER, refused)
        await trade.pass_days(8)
    if under_way == "transfer":
        await market.run(PROVIDER, refused)
    await market.run(PROVIDER, await disputed(trade))
    if under_way == "transfer":
        refused = partial(disbursements.refused, disbursement_id=disbursement, why="account_closed", final=True)
    await market.run(PROVIDER, refused)
    await trade.pass_days(8)
    sent = ["transfer"] if under_way == "transfer" else []
    assert [post.kind for post in market.posts if post.kind == "transfer"] == sent
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=won))
    await trade.market.books_hold()
    await trade.pass_days(8)
    assert len(trade.asked("transfer")) == len(sent)
    assert len(trade.asked("refund")) == MOST_REFUSALS + won
    if won:
        await market.run(
            PROVIDER,
            partial(disbursements.done, disbursement_id=trade.asked("refund")[-1]["disbursement_id"], ref="re"),
        )
    assert (await trade.deal()).state == DealState.CANCELLED
    for account in (refund_due(trade.deal_id), payable(trade.buying)):
        assert await trade.as_market(lambda ctx, of=account: balance(ctx, of, "EUR")) == Money.zero("EUR")  # type: ignore[misc]
    await trade.market.books_hold()


@pytest.mark.parametrize("second", ["re_2", None])
async def test_a_refund_that_has_failed_is_no_news_of_what_is_under_way_after_it(
    market: Market, second: str | None
) -> None:
    """The provider reports earlier failures again, days late. They say nothing about the next refund, nor about the
    payout after it.
    """
    trade, disbursement = await called_off(market)
    await has_an_account(trade)

    async def fails(ref: str | None) -> None:
        failed = partial(disbursements.refused, disbursement_id=disbursement, why="card_closed", final=True, ref=ref)
        await market.run(PROVIDER, failed)
        if ref is not None:
            await market.run(
                PROVIDER, partial(disbursements.done, disbursement_id=disbursement, ref=ref)
            )  # a late report of success

    for ref in ("re_1", second):
        await fails(ref)
        await trade.pass_days(8)
    for ref in ("re_1", second or "re_1"):
        await fails(ref)
    assert (len(trade.asked("refund")), trade.asked("transfer")) == (MOST_REFUSALS, [])
    await fails("re_3")
    for ref in ("re_1", "re_3"):
        await fails(ref)
        await trade.pass_days(8)
    assert (len(trade.asked("refund")), len(trade.asked("transfer"))) == (MOST_REFUSALS, 1)
    for _ in range(MOST_REFUSALS):
        await market.run(
            PROVIDER, partial(disbursements.refused, disbursement_id=disbursement, why="closed", final=True)
        )
        await fails("re_3")
        await trade.pass_days(8)
    await market.run(PROVIDER, partial(disbursements.done, disbursement_id=disbursement, ref="tr_1"))
    assert (await trade.deal()).state == DealState.CANCELLED
    await trade.market.books_hold()


@pytest.mark.parametrize("ref", [None, "re_1"])
async def test_a_refund_that_is_refused_when_the_bank_has_decided_already_is_not_owed_any_more(
    market: Market, ref: str | None
) -> None:
    """The dispute and the refund's failure were both heard of late: the buyer has the money from their bank."""
    trade, disbursement = await called_off(market)
    await has_an_account(trade)
    await market.run(PROVIDER, await disputed(trade))
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=False))
    for _ in range(2):
        refused = partial(
            disbursements.refused, disbursement_id=disbursement, why="charge_disputed", final=True, ref=ref
        )
        with suppress(NotFound):  # it is gone
            await market.run(PROVIDER, refused)
    await trade.pass_days(8)
    assert (len(trade.asked("refund")), trade.asked("transfer")) == (1, [])
    for account in (refund_due(trade.deal_id), payable(trade.buying)):
        assert await trade.as_market(lambda ctx, of=account: balance(ctx, of, "EUR")) == Money.zero("EUR")  # type: ignore[misc]
    assert (await trade.deal()).state == DealState.CANCELLED
    await trade.market.books_hold()


@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("taken", [WHOLE, Money(3_000_00, "EUR")])
async def test_a_payout_that_is_refused_when_the_bank_has_decided_already_serves_what_its_seller_owes(
    market: Market, taken: Money, final: bool
) -> None:
    """The payout was under way when the bank took the money. A second one would only be asked back."""
    market.watch(PayoutWaiting)
    trade = await paid(market, lots=1)
    (lot,) = await trade.lots()
    await trade.deliver(lot)
    await trade.accept(lot)
    payout, net = str(trade.asked("transfer")[0]["disbursement_id"]), Money(20_475_00, "EUR")
    await market.run(PROVIDER, await disputed(trade, taken))
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=False))
    for _ in range(2):  # told twice
        refused = partial(disbursements.refused, disbursement_id=payout, why="account_closed", final=final)
        with suppress(NotFound):  # it is gone
            await market.run(PROVIDER, refused)
    (found,) = await trade.as_market(lambda ctx: funding_chargebacks.chargebacks_of(ctx, trade.deal_id))
    assert (found.state, found.outstanding) == ("recovered", Money.zero("EUR"))
    rest = net - Money(found.claimed_minor, "EUR")
    assert market.facts == (
        [PayoutWaiting(SubjectKind.DEAL, trade.deal_id, trade.selling, rest, "account_closed")]
        if not final and rest
        else []
    )
    await trade.market.books_hold()
    assert (await trade.deal()).state == (DealState.PAYOUT_BLOCKED if rest else DealState.COMPLETED)
    await trade.pass_days(8)
    assert [body["amount"] for body in trade.asked("transfer")] == [net.minor, *([rest.minor] if rest else [])]
    trade.answered |= {post.id for post in market.posts if post.body.get("attempt") == 1}
    await trade.provider_answers()
    assert (trade.asked("reversal"), (await trade.deal()).state) == ([], "completed")
    assert await trade.as_market(lambda ctx: balance(ctx, payable(trade.selling), "EUR")) == Money.zero("EUR")
    await trade.market.books_hold()
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=True))
    assert trade.asked("transfer")[-1]["amount"] == found.claimed_minor  # on appeal it is theirs again
    await trade.market.books_hold()


@pytest.mark.parametrize("won_later", [True, False])
@pytest.mark.parametrize("taken", [WHOLE, Money(3_000_00, "EUR")])
async def test_payout_refused_after_a_lost_dispute_is_not_sent_again(
    market: Market, taken: Money, won_later: bool
) -> None:
    """The card took nothing back, and the bank has decided. Only then is the account's refusal heard of."""
    trade, disbursement = await called_off(market)
    await has_an_account(trade)
    for _ in range(MOST_REFUSALS):
        refused = partial(disbursements.refused, disbursement_id=disbursement, why="card_closed", final=True)
        await market.run(PROVIDER, refused)
        await trade.pass_days(8)
    await market.run(PROVIDER, await disputed(trade, taken))
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=False))
    refused = partial(disbursements.refused, disbursement_id=disbursement, why="account_closed", final=True)
    await market.run(PROVIDER, refused)
    await trade.market.books_hold()
    rest = WHOLE - taken
    assert await trade.as_market(lambda ctx: balance(ctx, payable(trade.buying), "EUR")) == rest
    (found,) = await trade.as_market(lambda ctx: funding_chargebacks.chargebacks_of(ctx, trade.deal_id))
    assert (found.state, found.from_refunds_minor, found.outstanding.minor) == ("recovered", taken.minor, 0)
    if not rest:
        assert (await trade.deal()).state == DealState.CANCELLED
    await trade.pass_days(8)
    assert [body["amount"] for body in trade.asked("transfer")] == [WHOLE.minor, *([rest.minor] if rest else [])]
    if won_later:
        await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=True))
        assert trade.asked("refund")[-1]["amount"] == taken.minor  # to the buyer, whose bank has taken it back
    await trade.market.books_hold()


@pytest.mark.parametrize("won", [True, False])
async def test_a_payout_that_is_refused_while_the_bank_asks_waits_for_its_word(market: Market, won: bool) -> None:
    trade = await paid(market, lots=1)
    (lot,) = await trade.lots()
    await trade.deliver(lot)
    await trade.accept(lot)
    payout = str(trade.asked("transfer")[0]["disbursement_id"])
    await market.run(PROVIDER, await disputed(trade))
    await market.run(PROVIDER, partial(disbursements.refused, disbursement_id=payout, why="closed", final=True))
    (found,) = await trade.as_market(lambda ctx: funding_chargebacks.chargebacks_of(ctx, trade.deal_id))
    assert found.outstanding == Money(found.claimed_minor, "EUR")  # neither side has it yet
    await market.run(PROVIDER, partial(chargebacks.closed, ref="du_1", won=won))
    await trade.pass_days(8)
    assert [body["amount"] for body in trade.asked("transfer")] == [20_475_00] * (1 + won)
    await trade.market.books_hold()
