"""Settlement of sessions: the final charge and where it goes, extensions, complaints, debts, and a slow bank."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.advice.experts.model import Rate
from core.advice.sessions import complaints, meeting, rules, service, settlement
from core.advice.sessions.events import (
    ComplaintAnswered,
    MoneyDelayed,
    SessionComplained,
    SessionFollowedUp,
    SessionNeverPaid,
)
from core.advice.sessions.model import HoldState
from core.advice.sessions.receipts import receipts_of
from core.advice.sessions.rules import MoreTime
from core.books.reconciliation.service import unknown_for_long
from core.kernel.errors import NotAllowed, Refusal, Stale
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Ctx
from core.money.disbursements import service as disbursements
from core.money.ledger import service as ledger
from core.money.ledger.accounts import refund_due
from core.people.accounts.model import Person
from tests.core.advice.sessions.session_steps import BY_MINUTE, FIXED, TUESDAY_TEN, Counsel, agreed, counsel, kept
from tests.core.conftest import Market

EURO = Money(1, "EUR")
RATES = st.sampled_from((FIXED, BY_MINUTE))


@pytest.fixture
async def they(market: Market) -> Counsel:
    """Return an hour's session in which Sarah and Alex are talking, and Sarah has said yes."""
    made = await counsel(market)
    await made.books(TUESDAY_TEN, 60)
    await made.adds_card()
    await made.does(made.alex, service.accept)
    await made.meet(TUESDAY_TEN)
    await made.consent()
    return made


async def adds_half_an_hour(they: Counsel) -> None:
    await they.does(they.alex, meeting.offer_extension, 30)
    await they.does(they.sarah, meeting.take_extension, shown="30 more minutes, €45.00 at most", place="slack:D1")


# --- more time --------------------------------------------------------------------------------------------------------


@given(rate=RATES, minutes=st.integers(1, 120), seconds=st.integers(0, 10_000), beyond=st.integers(0, 10_000))
def test_more_time_is_charged_as_it_is_used_and_never_above_what_was_agreed(
    rate: Rate, minutes: int, seconds: int, beyond: int
) -> None:
    terms = rules.terms_of(rate, 60, "standard", 1500, free=True)
    price = rules.price_of_more(terms, 60, minutes)
    without = rules.due_for(terms, timedelta(seconds=seconds), MoreTime(EURO - EURO, 0, timedelta()))
    due = rules.due_for(terms, timedelta(seconds=seconds), MoreTime(price, minutes, timedelta(seconds=beyond)))
    a_second_more = rules.due_for(
        terms, timedelta(seconds=seconds), MoreTime(price, minutes, timedelta(seconds=beyond + 1))
    )

    assert without <= due <= a_second_more <= terms.price + price
    if not beyond:
        assert due == without or rate is BY_MINUTE


async def test_more_time_that_is_not_used_costs_nothing(they: Counsel) -> None:
    await adds_half_an_hour(they)
    await they.later(minutes=40)
    await they.does(they.sarah, meeting.end)

    assert (await they.money())["held"] == 9000
    assert {hold.state for hold in await they.holds()} == {HoldState.CAPTURED, HoldState.RELEASED}


async def test_extension_is_charged_by_each_minute_begun(they: Counsel) -> None:
    await adds_half_an_hour(they)
    await they.later(minutes=64, seconds=10)
    await they.does(they.sarah, meeting.end)

    assert (await they.money())["held"] == 9000 + 5 * 150


async def test_a_second_extension_costs_as_much_as_the_first(they: Counsel) -> None:
    for _ in range(2):
        price = await they.run(they.alex, meeting.offer_extension, they.booking_id, 15)
        assert price == Money(2250, "EUR")
        await they.does(they.sarah, meeting.take_extension, shown="15 more minutes", place="slack:D1")


# --- complaints -------------------------------------------------------------------------------------------------------


async def complained(they: Counsel) -> None:
    await they.does(they.sarah, meeting.end)
    await they.does(they.sarah, complaints.complain, "He read the newspaper to me.")


async def test_refund_promised_by_a_complaint_is_paid_to_the_cent(market: Market) -> None:
    """An odd sum is included: half a cent is rounded once."""
    they, told = await counsel(market, Rate(basis="session", minor=69_99, currency="EUR")), list[Money]()
    market.reactions.on(SessionComplained, lambda _, fact: told.append(fact.back))
    await agreed(they)
    await they.meet(TUESDAY_TEN)
    await they.consent()
    await complained(they)
    booking = await they.booking()
    assert told == [rules.unruled_back(booking.due)]
    await they.later(days=15)

    settled = await they.run(they.sarah, settlement.settlement_of, they.booking_id)
    assert settled is not None
    assert [settled.back_minor] == [each.minor for each in told]


async def test_a_complaint_is_answered_in_words_and_taken_back_for_all_of_it(they: Counsel) -> None:
    they.market.watch(ComplaintAnswered)
    await complained(they)
    with pytest.raises(Refusal, match=r"session\.complaint_words"):
        await they.does(they.alex, complaints.answer_complaint, "No.")
    with pytest.raises(NotAllowed):
        await they.does(they.sarah, complaints.answer_complaint, "It was a very fine newspaper.")
    await they.does(they.alex, complaints.answer_complaint, "It was your own laboratory report.")
    with pytest.raises(NotAllowed):
        await they.does(they.alex, complaints.take_back)
    await they.does(they.sarah, complaints.take_back)
    settled = await they.run(they.sarah, settlement.settlement_of, they.booking_id)
    assert settled is not None
    assert (settled.net_minor, settled.fee_minor, settled.back_minor) == (76_50, 13_50, 0)
    complaint = await they.run(they.sarah, complaints.complaint_of, they.booking_id)
    assert complaint is not None
    assert (complaint.answer, complaint.ruled, complaint.reason) == ("It was your own laboratory report.", 100, None)
    with pytest.raises(Stale):
        await they.does(they.alex, complaints.answer_complaint, "And one more word on that.")
    await they.market.books_hold()


async def test_receipt_goes_to_the_charged_seeker_alone(they: Counsel) -> None:
    assert await they.run(they.sarah, receipts_of) == []
    await complained(they)
    await they.does(they.alex, settlement.give_back)
    [receipt] = await they.run(they.sarah, receipts_of, they.booking_id)
    assert (receipt.charged, receipt.back) == (Money(90_00, "EUR"), Money(90_00, "EUR"))
    assert await they.run(they.alex, receipts_of) == await they.run(they.nina, receipts_of) == []


async def operator(they: Counsel) -> None:
    def appoint(ctx: Ctx) -> None:
        ctx.session.get_one(Person, str(they.nina.person)).operator = True

    await they.run(MARKET, appoint)


async def test_only_an_operator_decides_and_the_fee_is_on_what_is_kept(they: Counsel) -> None:
    they.market.watch(SessionComplained)
    await complained(they)
    with pytest.raises(NotAllowed):
        await they.does(they.alex, complaints.rule, kept(100), "I was right there.")
    await operator(they)
    assert [each.id for each in await they.run(they.nina, complaints.open_complaints)] == [they.booking_id]
    with pytest.raises(Refusal, match=r"session\.ruling"):
        await they.does(they.nina, complaints.rule, kept(30), "short")
    await they.does(they.nina, complaints.rule, kept(30), "The transcript shows half an hour of silence.")
    assert await they.run(they.sarah, settlement.settlement_of, they.booking_id) is None  # a side may appeal
    await they.later(days=2, minutes=1)

    settled = await they.run(they.sarah, settlement.settlement_of, they.booking_id)
    assert settled is not None
    assert (settled.back_minor, settled.net_minor, settled.fee_minor) == (6300, 2295, 405)
    assert they.market.facts == [
        SessionComplained(
            they.booking_id,
            they.sarah.person,
            Money(9000, "EUR"),
            Money(4500, "EUR"),
            TUESDAY_TEN + timedelta(days=14),
        )
    ]


@pytest.mark.parametrize("side", ["seeker", "consultant"])
async def test_no_operator_decides_on_a_session_of_their_own_or_of_a_colleague(they: Counsel, side: str) -> None:
    await complained(they)
    own, other = (they.sarah, they.alex) if side == "seeker" else (they.alex, they.sarah)

    def appoint(ctx: Ctx) -> None:
        for each in (own, they.nina):
            ctx.session.get_one(Person, str(each.person)).operator = True

    def colleagues(ctx: Ctx) -> None:
        nina, theirs = (ctx.session.get_one(Person, str(each.person)) for each in (they.nina, other))
        nina.organisation_id = theirs.organisation_id

    await they.run(MARKET, appoint)
    with pytest.raises(NotAllowed, match=r"refused\.own_case"):
        await they.does(own, complaints.rule, kept(100), "I was right there.")
    assert await they.run(own, complaints.open_complaints) == []
    decide = await they.run(MARKET, complaints.who_decides, they.booking_id)
    assert [each.id for each in decide] == [they.nina.person]
    await they.run(MARKET, colleagues)
    with pytest.raises(NotAllowed, match=r"refused\.own_case"):
        await they.does(they.nina, complaints.rule, kept(0), "My colleague was right.")
    assert await they.run(MARKET, complaints.who_decides, they.booking_id) == []


async def test_a_consultant_who_gives_it_back_pays_no_fee(they: Counsel) -> None:
    await complained(they)
    await they.does(they.alex, settlement.give_back)
    settled = await they.run(they.sarah, settlement.settlement_of, they.booking_id)
    assert settled is not None
    assert (settled.back_minor, settled.net_minor, settled.fee_minor) == (9000, 0, 0)


# --- money that does not come, or takes long --------------------------------------------------------------------------


async def test_a_debt_that_is_never_paid_is_said_to_both(they: Counsel) -> None:
    they.market.watch(SessionNeverPaid)
    they.refuses = {"capture"}
    await they.does(they.sarah, meeting.end)
    await they.later(days=8)

    assert they.market.facts == [SessionNeverPaid(they.booking_id, None, Money(9000, "EUR"))]
    assert (await they.booking()).why == "unpaid"


async def test_a_bank_that_does_not_answer_is_told_of_once(they: Counsel) -> None:
    they.market.watch(MoneyDelayed)
    they.silent = {"capture"}
    await they.does(they.sarah, meeting.end)
    await they.later(hours=5)

    told = [fact for fact in they.market.facts if isinstance(fact, MoneyDelayed)]
    assert [(fact.booking_id, fact.why) for fact in told] == [(they.booking_id, "capture")]
    await they.later(days=1)
    unknown = await they.run(MARKET, unknown_for_long)
    assert any(each.startswith("capture of ") for each in unknown.values())  # and the operator knows


# --- later ------------------------------------------------------------------------------------------------------------


async def test_the_seeker_is_asked_once_after_two_weeks(they: Counsel) -> None:
    they.market.watch(SessionFollowedUp)
    await they.does(they.sarah, meeting.end)
    await they.later(days=40)

    assert they.market.facts == [SessionFollowedUp(they.booking_id, None)]


async def test_a_refund_that_comes_back_is_owed_again_and_each_that_is_made_is_booked_once(they: Counsel) -> None:
    """The first request got no answer, so it was repeated after its refund had come back, and made a second."""
    await they.later(minutes=20)
    await they.does(they.sarah, meeting.end)
    await they.does(they.alex, settlement.give_back)
    refund = next(post for post in they.market.posts if post.kind == "refund").body["disbursement_id"]
    account = refund_due(they.booking_id)

    async def told(verb: Callable[..., None], ref: str, **more: object) -> int:
        await they.run(PROVIDER, verb, refund, ref=ref, **more)
        return (await they.run(MARKET, lambda ctx: ledger.balance(ctx, account, "EUR"))).minor

    declined = partial(disbursements.refused, why="declined", final=True)
    first = f"tr_{refund}"
    assert await told(declined, first) == 9000
    assert await told(disbursements.done, first) == 9000  # read before it came back
    assert await told(disbursements.done, "re_2") == 0
    assert await told(declined, first) == 0
    assert await told(declined, "re_2") == 9000
    await they.run(MARKET, disbursements.ask_again, refund)
    assert await told(declined, "re_2") == 9000  # told again, while another is asked for
    assert await told(disbursements.done, "re_3") == 0
