"""A seller's sentence finds the open requests that it could answer, and none that is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from core.discovery.search import reactions, service
from core.discovery.search.service import parse_query
from core.kernel.transaction import MARKET, Actor
from core.trade.requests import reactions as request_reactions
from core.trade.requests.model import PublishRequest, Request
from core.trade.requests.service import publish_request, withdraw_request
from tests.core.conftest import Market
from tests.core.goods import GDANSK, RIGA, VILNIUS, catalogue, eur, gazetteer, tonnes


@dataclass
class Board:
    """Requests that one buyer has published, by their names in these tests."""

    market: Market
    buyer: Actor
    organisation: str
    names: dict[str, str]

    async def put(self, called: str, **changes: Any) -> Request:
        said: dict[str, Any] = {
            "product_id": "wood_pellets",
            "grade_id": "ENplus_A1",
            "quantity": tonnes(300),
            "incoterm": "DAP",
            "place": VILNIUS,
            "window_from": date(2027, 1, 1),
            "window_to": date(2027, 1, 31),
            "closes_at": self.market.clock.now() + timedelta(days=5),
        }
        command = PublishRequest(**said | changes)
        asked = await self.market.run(self.buyer, lambda ctx: publish_request(ctx, catalogue(), command))
        self.names[asked.id] = called
        return asked

    async def who_wants(self, text: str, but: str = "") -> list[str]:
        query = service.as_supply(parse_query(text, catalogue(), gazetteer(), self.market.clock.now().date()))
        found = await self.market.run(MARKET, lambda ctx: service.search_requests(ctx, catalogue(), query, but=but))
        return [self.names[asked.id] for asked in found.requests]


@pytest.fixture
async def board(market: Market) -> Board:
    reactions.listen(market.reactions)
    buyer, person = await market.newcomer("Bea")
    board = Board(market, buyer, person.organisation_id, {})
    await board.put("vilnius", target=eur(210))
    await board.put("riga", place=RIGA, certificates=("FSC",), quantity=tonnes(50))
    await board.put("sawdust", product_id="sawdust", grade_id=None, quantity=tonnes(100), place=GDANSK)
    return board


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("500 t A1 pelets", {"vilnius", "riga"}),
        ("100 t of pellets", {"riga"}),  # a buyer of 300 t wants them from one seller
        ("turiu 500 t medienos granulių nuo 200 eur", {"vilnius", "riga"}),
        ("pellets from 220 eur", {"riga"}),  # it names no price
        ("Holzpellets FSC", {"riga"}),
        ("pellets near Gdansk", set()),
        ("trociny Gdańsk", {"sawdust"}),
        ("pellets in March 2027", set()),
        ("ENplus A2 pellets", set()),
    ],
)
async def test_a_sellers_sentence_finds_what_it_could_answer(board: Board, sentence: str, expected: set[str]) -> None:
    assert set(await board.who_wants(sentence)) == expected


async def test_a_request_that_is_over_is_not_found(board: Board) -> None:
    request_reactions.listen(board.market.reactions)
    late = await board.put("late", place=RIGA)
    assert set(await board.who_wants("pellets")) == {"vilnius", "riga", "late"}
    assert await board.who_wants("pellets", but=board.organisation) == []
    await board.market.run(board.buyer, lambda ctx: withdraw_request(ctx, late.id))
    assert set(await board.who_wants("pellets")) == {"vilnius", "riga"}
    board.market.clock.advance(days=6)  # the cut-off timer has not fired yet
    assert await board.who_wants("pellets") == []
