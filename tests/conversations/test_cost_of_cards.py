"""Cost of drawing a card, in statements: few, and no more of them for a longer deal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from config.platforms import PLATFORMS
from conversations.advice.sessions.card import session_card
from conversations.chat_context import ChatAddress, ChatContext, MarketContext
from conversations.engine import Engine
from conversations.platforms import by_code
from conversations.reply import Card
from conversations.trade.deals.card import awaits_me, deal_card
from conversations.wording import Wordings
from core.advice.sessions import meeting
from core.advice.sessions.service import booking_for
from core.catalogue.language.places import Places
from core.kernel.compiled_statements import connection_of
from core.kernel.transaction import MARKET, Actor, Ctx
from core.people.accounts.service import acting
from core.trade.deals.access import deal_for
from core.trade.funding.rails.service import settling
from tests.core.advice.sessions.session_steps import TUESDAY_TEN, counsel
from tests.core.advice.sessions.session_steps import agreed as session_agreed
from tests.core.conftest import Market
from tests.core.goods import catalogue
from tests.core.trades import Trade, agreed, market_in_memory

MOST = 12  # one of them is for the VAT on the fee, and one for the rights of the reader
MOST_OF_A_SESSION = 12  # one of them for the side that ended a session that is over
ENGINE = Engine(
    [], MarketContext(catalogue(), Places([]), Wordings(PLATFORMS), 100, 1500, platforms=by_code(PLATFORMS))
)


async def statements(market: Market, actor: Actor, draw: Callable[[ChatContext], Card]) -> list[str]:
    """Return the statements sent to the database while this person's card is drawn."""
    asked: list[str] = []

    def unit(ctx: Ctx) -> None:
        chat = ENGINE.chat_with(ctx, acting(ctx), ChatAddress("telegram", "", "1"))
        driver: Any = connection_of(ctx.session).connection.driver_connection
        driver.set_trace_callback(asked.append)
        try:
            draw(chat)
        finally:
            driver.set_trace_callback(None)

    await market.run(actor, unit)
    return asked


async def counted(trade: Trade) -> list[int]:
    """Return the number of statements for the buyer's card and for the seller's."""
    sides = (trade.buyer, trade.seller)
    asked = [
        await statements(trade.market, side, lambda chat: deal_card(chat, deal_for(chat.ctx, trade.deal_id)))
        for side in sides
    ]
    assert all(len(each) <= MOST for each in asked), max(asked, key=len)
    return [len(each) for each in asked]


async def query_counts(lots: int) -> list[list[int]]:
    """Return the statements of both cards at each turn of a deal with this many lots, from signature to end."""
    async with market_in_memory() as market:
        trade = await agreed(market, lots=lots)
        await trade.sign()
        counts = [await counted(trade)]
        await trade.pay()
        await trade.seller_can_be_paid()
        counts.append(await counted(trade))
        for step in (trade.deliver, trade.claim, trade.accept):
            for lot in await trade.lots():
                await step(lot)
            await trade.provider_answers()
            counts.append(await counted(trade))
        return counts


async def test_a_deals_card_asks_no_more_for_twenty_lots_than_for_one() -> None:
    assert await query_counts(20) == await query_counts(1)


async def test_buyer_is_not_asked_to_pay_while_a_debit_settles() -> None:
    async with market_in_memory() as market:
        trade = await agreed(market, lots=1)
        await trade.sign()
        payment = await trade.payment()

        async def told(side: Actor) -> tuple[str, bool]:
            def unit(ctx: Ctx) -> tuple[str, bool]:
                chat = ENGINE.chat_with(ctx, acting(ctx), ChatAddress("telegram", "", "1"))
                deal = deal_for(ctx, trade.deal_id)
                return deal_card(chat, deal).turn, awaits_me(chat, deal)

            return cast("tuple[str, bool]", await market.run(side, unit))

        turn, mine = await told(trade.buyer)
        assert turn.startswith("Your turn: make the protected payment")
        assert mine
        await market.run(MARKET, lambda ctx: settling(ctx, payment.id))
        turn, mine = await told(trade.buyer)
        assert turn.startswith("You have paid, and the banks confirm it by")
        assert not mine
        turn, mine = await told(trade.seller)
        assert turn.startswith("Send nothing yet: the payment is on its way")
        assert not mine


async def test_a_sessions_card_asks_little_at_every_turn() -> None:
    async with market_in_memory() as market:
        they = await counsel(market)

        async def little() -> None:
            for actor in (they.sarah, they.alex):
                asked = await statements(
                    market, actor, lambda chat: session_card(chat, booking_for(chat.ctx, they.booking_id))
                )
                assert len(asked) <= MOST_OF_A_SESSION, asked

        await session_agreed(they)
        await little()
        await they.meet(TUESDAY_TEN)
        await little()
        await they.consent()
        await little()
        await they.does(they.sarah, meeting.end)
        await little()
