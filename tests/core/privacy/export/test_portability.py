"""A copy of a person's data: every table is considered, and the copy can be read.

It contains no data of others.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import LargeBinary

from config.reference import reference
from config.tables import METADATA, WORKSPACES
from core.kernel.transaction import MARKET, Actor, Ctx
from core.people.accounts.linking import offer_link
from core.people.accounts.model import CompleteProfile, Person, Role
from core.people.accounts.service import complete_profile, person_of
from core.people.files.model import Checked, KeptFile
from core.people.files.service import content_of, keep
from core.privacy.export.plan import NOT_HANDED_OUT, sections_of
from core.privacy.export.service import LARGEST_PART, take_copy
from core.trade.listings.service import publish_listing
from core.trade.offers.model import MakeOffer
from core.trade.offers.rules import terms_of
from core.trade.offers.service import make_offer
from tests.core.conftest import Market
from tests.core.goods import pellets, tonnes
from tests.core.trades import agreed

PERSON = Person(id="p", organisation_id="o")


def test_every_table_is_handed_out_or_stays_for_a_reason() -> None:
    given = {own.table.__tablename__ for section in sections_of(PERSON).values() for own in section}
    left_out = {name for names in NOT_HANDED_OUT.values() for name in names}
    assert given | left_out | WORKSPACES == {table.name for table in METADATA.sorted_tables}
    assert given & left_out == set()


def test_no_column_that_is_left_out_is_one_that_is_not_there() -> None:
    for section in sections_of(PERSON).values():
        for own in section:
            assert set(own.but) <= {each.key for each in own.table.__mapper__.column_attrs}


def test_nothing_is_handed_out_that_is_no_text() -> None:
    """Binary values for machines have no place in a copy that people read."""
    bytes_of = {
        f"{own.table.__tablename__}.{column.key}"
        for section in sections_of(PERSON).values()
        for own in section
        for column in own.table.__mapper__.columns
        if isinstance(column.type, LargeBinary) and column.key not in own.but
    }
    assert bytes_of == set()


async def copy_of(market: Market, actor: Actor) -> list[zipfile.ZipFile]:
    def read(ctx: Ctx) -> list[bytes]:
        return [content_of(ctx, each.id).content for each in take_copy(ctx)]

    return [zipfile.ZipFile(io.BytesIO(each)) for each in await market.run(actor, read)]


async def text_of(market: Market, actor: Actor) -> dict[str, Any]:
    """Return the parsed content of the copy."""
    first, *_ = await copy_of(market, actor)
    written: dict[str, Any] = json.loads(first.read("copy.json"))
    return written


def photo(name: str, content: bytes) -> Checked:
    return Checked(name, "image/jpeg", content, hashlib.sha256(content).hexdigest())


async def test_it_has_what_is_ones_own_and_nothing_that_another_has_noted(market: Market) -> None:
    """The other side's note on an unsigned offer may hold contacts that are still hidden."""
    rasa, person = await market.newcomer("Rasa Girienė")
    tom, _ = await market.newcomer("Tom")
    catalogue = reference()[0]

    def settle_in(ctx: Ctx) -> str:
        complete_profile(ctx, CompleteProfile(roles=frozenset({Role.SELLER}), company="Girios UAB", country="LT"))
        person_of(ctx, person.id).email = "rasa@example.org"
        offer_link(ctx)
        return keep(ctx, photo("pile.jpg", b"a photo of pellets")).id

    file_id = await market.run(rasa, settle_in)
    listing = await market.run(rasa, lambda ctx: publish_listing(ctx, catalogue, pellets(words="Dry, from the mill.")))
    terms = terms_of(listing, tonnes(25), note="Call me: +370 600 11111")
    await market.run(tom, lambda ctx: make_offer(ctx, catalogue, MakeOffer(listing_id=listing.id, terms=terms)))

    (packed,) = await copy_of(market, rasa)
    assert packed.namelist() == ["copy.json", f"files/{file_id}-pile.jpg"]
    assert packed.read(f"files/{file_id}-pile.jpg") == b"a photo of pellets"
    copy = await text_of(market, rasa)
    assert [each["email"] for each in copy["you"]["person"]] == ["rasa@example.org"]
    assert [each["name"] for each in copy["you"]["organisation"]] == ["Girios UAB"]
    assert [each["words"] for each in copy["offering"]["listing"]] == ["Dry, from the mill."]
    assert len(copy["offering"]["offer"]) == 1
    assert "600 11111" not in json.dumps(copy)
    assert "link_code" not in json.dumps(copy)

    his = await text_of(market, tom)
    assert "600 11111" in json.dumps(his["offering"]["offer_round"])  # he has written it
    assert "Rasa" not in json.dumps(his, ensure_ascii=False)
    assert "listing" not in his["offering"]


async def test_terms_are_in_it_when_both_have_signed_them(market: Market) -> None:
    trade = await agreed(market)
    (deal,) = (await text_of(market, trade.buyer))["deals"]["deal"]
    assert "terms_json" not in deal
    await trade.sign()
    market.clock.moment += timedelta(minutes=11)
    for side in (trade.buyer, trade.seller):
        (deal,) = (await text_of(market, side))["deals"]["deal"]
        assert deal["terms_hash"]
        assert deal["terms_json"]["price"]


async def test_second_request_gets_the_same_copy_and_later_a_new_one(market: Market) -> None:
    rasa, _ = await market.newcomer("Rasa")

    async def ids() -> list[str]:
        return [each.id for each in await market.run(rasa, take_copy)]

    first = await ids()
    assert await ids() == first
    market.clock.moment += timedelta(minutes=10)
    second = await ids()
    assert second != first

    def kept(ctx: Ctx) -> list[str]:
        return [each.id for each in ctx.session.query(KeptFile)]

    assert await market.run(MARKET, kept) == second
    assert "kept_file" not in (await text_of(market, rasa))["you"]  # a copy is in no copy


async def test_large_files_come_in_several_parts(market: Market) -> None:
    rasa, _ = await market.newcomer("Rasa")
    half = LARGEST_PART // 2
    for number in range(3):
        file = photo(f"{number}.jpg", bytes([number]) * half)
        await market.run(rasa, partial(keep, file=file))
    copies = await market.run(rasa, take_copy)
    assert [each.name for each in copies] == [f"parley-{market.clock.moment:%Y-%m-%d}-{part}.zip" for part in (1, 2)]
    parts = [each.namelist() for each in await copy_of(market, rasa)]
    assert [name.rpartition("-")[2] for part in parts for name in part] == ["copy.json", "0.jpg", "1.jpg", "2.jpg"]
    assert parts[0][0] == "copy.json"
