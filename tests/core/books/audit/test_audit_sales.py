"""The audit of sessions and of what the market sells: each rule is broken once, and seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from bots.telegram.platform import TELEGRAM
from core.advice.sessions import card_results, meeting, service
from core.advice.sessions.model import Booking, CardHold
from core.advice.sessions.reactions import timer_handlers
from core.books.audit.invariants import PURCHASES, SESSIONS
from core.kernel.money import Money
from core.kernel.transaction import MARKET, PROVIDER, Actor, Ctx
from core.money.ledger.invariants import Invariant
from core.shop.purchases import payments
from core.shop.purchases import service as purchases
from core.shop.purchases.model import BuyThing, Thing
from tests.core import invoicing_steps
from tests.core.advice.sessions.test_free_minutes import adviser, booked
from tests.core.conftest import Market
from tests.core.harms import unseen

SESSION_HARMS = {
    "no consultant is in two sessions at once": (
        "UPDATE booking SET state = 'confirmed', starts_at = (SELECT MIN(starts_at) FROM booking)"
    ),
    "a session that is over holds nothing": (
        "UPDATE ledger_balance SET credits = credits + 5 WHERE account LIKE 'escrow:%';"
        " UPDATE booking SET state = 'completed'"
    ),
    "no seeker is charged for a talk without a yes": "DELETE FROM consent",
    "the yes was given in the talk that it pays for": "UPDATE meeting SET began_at = ended_at",
    "no hold gives more than it holds": "UPDATE card_hold SET amount_minor = 1",
    "a hold is taken once": "UPDATE card_hold SET number = number + 5",
    "a session's money is parted to the cent": "UPDATE session_settlement SET back_minor = back_minor + 1",
    "the fee of a session is the share that was shown": "UPDATE booking SET commission_bp = commission_bp + 100",
    "what was taken is held until it is parted": (
        "UPDATE ledger_balance SET credits = credits + 5 WHERE account LIKE 'escrow:%'"
    ),
    "no card is charged more than was due": "UPDATE booking SET due_minor = due_minor - 1 WHERE due_minor > 0",
    "no session waits without an end": "DELETE FROM timer WHERE kind = 'session'",
}
PURCHASE_HARMS = {
    "what was sold is in the books": "UPDATE purchase SET price_minor = price_minor + 1 WHERE state = 'paid'",
    "the Stars that the platform holds are those that were paid": "UPDATE purchase_payment SET amount_minor = 1",
    "Stars that are kept came back, in part or to nobody, and are not spent yet": (
        "UPDATE purchase SET back_minor = back_minor + 1 WHERE back_minor > 0"
    ),
    "nothing is delivered that was not paid": "UPDATE purchase SET state = 'paid'",
    "no purchase waits without an end": "DELETE FROM timer WHERE kind = 'purchase'",
}
OUT_HARMS = {
    "every Star due back is on its way": "UPDATE disbursement SET state = 'done'",
    "no payment gives more than it brought": "UPDATE disbursement SET amount_minor = 9999",
    "nothing waits to be sent without a reason": "UPDATE disbursement SET state = 'refused'",
}


async def session_amounts(market: Market) -> None:
    """Make a session that is paid and settled, and another that is agreed."""
    invoicing_steps.hire(market)
    seeker, _ = await market.newcomer("Sarah")
    alex = await adviser(market, "Alex")
    first, second = await booked(market, seeker, alex, 24), await booked(market, seeker, alex, 100)
    for each in (first, second):
        await held(market, each)
    consultant = Actor(first.consultant, "person")
    for each in (first, second):
        await market.run(consultant, partial(service.accept, booking_id=each.id))
    market.clock.moment = first.starts_at + timedelta(seconds=1)
    for who in (seeker, consultant):
        await market.run(who, lambda ctx: meeting.come_in(ctx, first.id))
    market.clock.advance(minutes=9)
    going_on = partial(meeting.go_on_paying, booking_id=first.id, shown="Continue, pay €90.00", place="telegram")
    await market.run(seeker, going_on)
    market.clock.advance(minutes=9)
    await market.run(seeker, lambda ctx: meeting.end(ctx, first.id))
    taken, fee = Money(90_00, "EUR"), Money(200, "EUR")
    await market.run(
        PROVIDER, lambda ctx: card_results.captured(ctx, hold_of(ctx, first.id), amount=taken, fee=fee, charge="ch_1")
    )
    market.clock.advance(days=2, minutes=1)
    await market.run_timers(dict(timer_handlers))


async def held(market: Market, booking: Booking) -> None:
    until = booking.starts_at + timedelta(days=5)

    def unit(ctx: Ctx) -> None:
        card_results.held(ctx, hold_of(ctx, booking.id), intent=f"pi_{booking.ref}", until=until, card="pm_1")

    await market.run(PROVIDER, unit)


def hold_of(ctx: Ctx, booking_id: str) -> str:
    return ctx.session.query(CardHold.id).filter(CardHold.booking_id == booking_id).one()[0]


async def sales(market: Market) -> None:
    """Make four purchases: one paid, one refunded in part, one with a refund under way, one still offered."""
    buyer, _ = await market.newcomer("Rasa")
    made = []
    for number in range(4):
        command = BuyThing(
            thing=Thing.PROMOTION,
            subject=f"promo-{number}",
            title="Featured",
            description="A place",
            price_minor=500,
            currency="XTR",
            platform=TELEGRAM.code,
        )
        made.append(await market.run(buyer, partial(purchases.buy, command=command)))
    for number, each in enumerate(made[:3]):
        paid = partial(payments.stars_paid, payer="4711", charge_ref=f"stx-{number}", amount=500)
        await market.run(PROVIDER, partial(paid, purchase_id=each.id))
    for each, back in ((made[1], 200), (made[2], 500)):
        await market.run(MARKET, partial(purchases.give_back, purchase_id=each.id, amount=Money(back, "XTR")))


@pytest.mark.parametrize(
    ("story", "rules", "harms"),
    [(session_amounts, SESSIONS, SESSION_HARMS), (sales, PURCHASES, PURCHASE_HARMS)],
    ids=["sessions", "purchases"],
)
async def test_each_rule_is_seen_when_it_is_broken(
    market: Market, story: Callable[[Market], Awaitable[None]], rules: tuple[Invariant, ...], harms: dict[str, str]
) -> None:
    assert {each.name for each in rules} == harms.keys()
    await story(market)
    assert await unseen(market, harms) == []


async def test_broken_rules_of_outgoing_money_are_seen_in_a_sale(market: Market) -> None:
    await sales(market)
    assert await unseen(market, OUT_HARMS) == []
