"""A database fault names the failed statement, and none of the data that was to be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from core.kernel.chat_state.model import MemoryRow
from core.kernel.compiled_statements import put
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.model import Person
from core.people.accounts.service import person_of
from tests.core.conftest import Market

NUMBER = "+370 600 12345"


def changed(ctx: Ctx, person: Person) -> None:
    person_of(ctx, person.id).name = NUMBER * 10  # longer than a name can be
    ctx.session.flush()


def put_past_the_session(ctx: Ctx, person: Person) -> None:
    put(ctx.session, MemoryRow, person_id=person.id, topic="t" * 500, text=NUMBER)


@pytest.mark.parametrize("write", [changed, put_past_the_session])
async def test_a_fault_does_not_tell_what_was_to_be_written(
    market: Market, write: Callable[[Ctx, Person], Any]
) -> None:
    _, ona = await market.newcomer("Ona")
    with pytest.raises(DBAPIError) as fault:
        await market.run(MARKET, lambda ctx: write(ctx, ona))
    assert "UPDATE person" in str(fault.value) or "INSERT INTO remembered" in str(fault.value)
    assert NUMBER not in str(fault.value)
