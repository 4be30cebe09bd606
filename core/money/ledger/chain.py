"""The hash chain over all entries. It is made in the background, so no writer ever waits for it, and read to verify.

An entry is written with a row that says that it is not chained yet. The worker takes such rows in the order of their
ids and links each entry to the one before. The link's number is unique, so one of two concurrent workers starts again.
The chain's order is the order in which entries were seen to be committed, which is all that it needs.

The chain covers an entry's id, key, deal, kind, moment and postings, all of them ids and amounts. It does not cover the
entry's words, and neither holds a person's name. So data can be erased by law, and the chain still holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, delete, insert, select

from core.kernel.transaction import Ctx
from core.money.ledger.invariants import Check, invariants
from core.money.ledger.model import Entry, Link, Posting, Unlinked

BATCH: Final = 1_000  # entries in one transaction: bounds its memory and how long it holds their rows
BEGINNING: Final = "0" * 64
Content = Row[*tuple[Any, ...]]


class Verdict(NamedTuple):
    """Result of a verification: number of valid links, last digest, first broken row, and the books' checks.

    `head` can be written down elsewhere: a chain that was cut short or rewritten does not end in it.
    """

    links: int
    head: str
    broken: str | None
    checks: list[Check]


def link_entries(ctx: Ctx) -> int:
    """Chain what waits, up to a batch of it. Returns how many entries were chained."""
    waiting = select(Unlinked.entry_id).order_by(Unlinked.entry_id).limit(BATCH).with_for_update(skip_locked=True)
    ids = list(ctx.session.scalars(waiting))
    if not ids:
        return 0
    last = ctx.session.execute(select(Link.number, Link.digest).order_by(Link.number.desc()).limit(1)).one_or_none()
    number, head = (0, BEGINNING) if last is None else (last.number, last.digest)
    links = []
    for entry_id, rows in _contents(ctx, ids):
        number, head = number + 1, linked(head, rows)
        links.append({"number": number, "entry_id": entry_id, "digest": head})
    ctx.session.execute(insert(Link), links)
    ctx.session.execute(delete(Unlinked).where(Unlinked.entry_id.in_(ids)))
    return len(links)


def verify(ctx: Ctx) -> Verdict:
    """Verify the whole chain and recompute every sum. Reads everything, a batch at a time."""
    head, count = BEGINNING, 0
    while links := _links_after(ctx, count):
        contents = dict(_contents(ctx, [link.entry_id for link in links]))
        for link in links:
            rows = contents.get(link.entry_id)
            if link.number != count + 1:
                return _found(ctx, count, head, f"link {count + 1} is missing")
            if rows is None:
                return _found(ctx, count, head, f"link {link.number}: entry {link.entry_id} or its postings are gone")
            if linked(head, rows) != link.digest:
                what = f"entry {link.entry_id} ({rows[0].key}) is not what was chained"
                return _found(ctx, count, head, f"link {link.number}: {what}")
            head, count = link.digest, link.number
    return _found(ctx, count, head, None)


def _found(ctx: Ctx, links: int, head: str, broken: str | None) -> Verdict:
    return Verdict(links, head, broken, invariants(ctx))


def _links_after(ctx: Ctx, number: int) -> Sequence[Row[int, str, str]]:
    query = select(Link.number, Link.entry_id, Link.digest).where(Link.number > number)
    return ctx.session.execute(query.order_by(Link.number).limit(BATCH)).all()


def _contents(ctx: Ctx, ids: Sequence[str]) -> Iterator[tuple[str, list[Content]]]:
    """Yield the chained content of each entry: a row for each posting, in order."""
    query = (
        select(
            Entry.id,
            Entry.key,
            Entry.kind,
            Entry.deal_id,
            Entry.resolves,
            Entry.at,
            Entry.digest,
            Posting.number,
            Posting.account,
            Posting.amount,
            Posting.currency,
            Posting.phase,
        )
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Entry.id.in_(ids))
        .order_by(Entry.id, Posting.number)
    )
    for entry_id, rows in groupby(ctx.session.execute(query), key=lambda row: str(row.id)):
        yield entry_id, list(rows)


def linked(head: str, rows: Sequence[Content]) -> str:
    """Return the digest of the next link: sha256 over the former digest `head` and the entry in one fixed notation."""
    first = rows[0]
    entry = [first.id, first.key, first.kind, first.deal_id, first.resolves, moment(first.at), first.digest]
    legs = [[row.number, row.account, row.amount, row.currency, row.phase] for row in rows]
    plain = json.dumps([head, entry, legs], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
