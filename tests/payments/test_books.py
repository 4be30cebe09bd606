"""The books on a page: every deal with its accounts, in words that a person can follow."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.advice.sessions.model import SESSION
from core.advice.sessions.service import MOVE, REMINDER
from core.kernel.errors import NotFound
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import MARKET, Ctx
from core.trade.disputes.model import CASE
from core.trade.funding.model import TRANCHE, Tranche
from core.trade.listings.model import LISTING
from core.trade.offers.inquiries.model import INQUIRY
from core.trade.requests.model import REQUEST
from tests.payments.conftest import Shop
from web.books import all_books, books_of
from web.deadlines import QUIET, SHOWN, next_deadlines


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
    assert not any(each["quiet"] for each in ours)
    assert ours
    assert all(deal["title"].startswith(each["of"]) for each in ours)


@pytest.mark.parametrize("kind", [REQUEST.name, SESSION.name, MOVE, REMINDER, CASE.name, TRANCHE.name, INQUIRY.name])
async def test_expiries_of_listings_come_after_awaited_deadlines(shop: Shop, kind: str) -> None:
    def run_down(ctx: Ctx) -> list[dict[str, Any]]:
        for day in range(1, 30):
            expiry = Timer(LISTING.name, f"listing-{day}", "listing_expired", ctx.now + timedelta(days=day))
            set_timer(ctx.session, expiry)
        set_timer(ctx.session, Timer(kind, "awaited", "its_time", ctx.now + timedelta(days=40)))
        ctx.session.flush()
        return next_deadlines(ctx)

    due = await shop.market.run(MARKET, run_down)
    assert (kind, "its_time") in {(each["kind"], each["event"]) for each in due}
    assert [each["kind"] for each in due if each["quiet"]] == [LISTING.name, LISTING.name]


@pytest.mark.parametrize("kind", [*SHOWN, *QUIET])
def test_the_page_has_a_name_for_each_kind_of_deadline_that_it_is_told_of(kind: str) -> None:
    names = (Path(__file__).parents[2] / "lab" / "page" / "world" / "deadlines.js").read_text(encoding="utf-8")
    assert f"\n  {kind}: " in names


async def test_timer_of_a_payment_is_named_by_its_deal(shop: Shop) -> None:
    await shop.funded()

    def named(ctx: Ctx) -> set[tuple[str, str | None]]:
        tranche = ctx.session.scalars(select(Tranche)).first()
        assert tranche is not None
        set_timer(ctx.session, Timer(TRANCHE.name, tranche.id, "funding_expired", ctx.now))
        return {(each["kind"], each["of"]) for each in next_deadlines(ctx)}

    seen = await shop.market.run(MARKET, named)
    (ref,) = {of for kind, of in seen if kind == TRANCHE.name}
    assert ref is not None
    assert ("lot", ref) in seen or ("deal", ref) in seen
