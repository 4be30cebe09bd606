"""The books on a page: every deal with its accounts, in words that a person can follow."""

from __future__ import annotations

import pytest

from core.kernel.errors import NotFound
from core.kernel.transaction import MARKET
from tests.payments.conftest import Shop
from web.books import all_books, books_of


async def test_a_paid_deal_is_seen_from_both_sides(shop: Shop) -> None:
    await shop.funded()
    books = await shop.market.run(MARKET, all_books)
    (deal,) = books["deals"]
    assert (deal["seller"], deal["buyer"], deal["state"]) == ("Anna's pellets", "Ben", "funded")
    assert deal["amount"] == "21,000.00 EUR"
    assert {each["name"]: each["balance"] for each in deal["accounts"]} == {
        "At the payment provider": "20,684.75 EUR",
        "The provider's fees": "315.25 EUR",
        "Held for the deal": "21,000.00 EUR",
    }
    assert {each["memo"] for each in deal["entries"]} == {"Kept by the provider", "Paid by the buyer"}
    entry = next(each for each in deal["entries"] if each["memo"] == "Paid by the buyer")
    assert {"account": "Held for the deal", "amount": "−21,000.00 EUR"} in entry["postings"]
    assert [lot["number"] for lot in deal["lots"]] == [1, 2]
    assert books["invariants"]
    assert all(rule["ok"] for rule in books["invariants"])
    assert await shop.market.run(MARKET, lambda ctx: books_of(ctx, deal["id"])) == deal


async def test_there_are_no_books_of_a_deal_that_is_not(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.market.run(MARKET, lambda ctx: books_of(ctx, "nothing"))


async def test_the_books_tell_what_time_will_do_next(shop: Shop) -> None:
    await shop.funded()
    books = await shop.market.run(MARKET, all_books)
    (deal,) = books["deals"]
    due = books["deadlines"]
    assert [each["at"] for each in due] == sorted(each["at"] for each in due)
    ours = [each for each in due if each["of"] is not None]
    assert {each["kind"] for each in ours} <= {"deal", "lot"}
    assert ours
    assert all(deal["title"].startswith(each["of"]) for each in ours)
