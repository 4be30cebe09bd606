"""Writes movements into the books, once each, and reads balances, holds and one deal's books.

`post` moves money at once. `hold` reserves it. `post_hold` moves all or part of what was reserved and releases the
rest. `void_hold` releases all, as does the end of its time. `post_together` writes several movements, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import SelectBase, func, literal, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from core.kernel.compiled_statements import add_all, pick
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx
from core.money.ledger import rules
from core.money.ledger.accounts import Leg, kind_of, natural
from core.money.ledger.events import HoldExpired
from core.money.ledger.model import HOLD, Balance, Delta, Entry, EntryKind, Movement, Posting
from core.money.ledger.rules import HoldOver, KeyReused, Overdrawn

# --- what is written --------------------------------------------------------------------------------------------------


def post(ctx: Ctx, key: str, memo: str, legs: Sequence[Leg], *, deal: str | None = None) -> str:
    """Write an entry, once. The same key with the same legs gives the id of the existing entry.

    Raises Unbalanced, KeyReused, Overdrawn.
    """
    return post_together(ctx, [Movement(key, memo, tuple(legs), deal)])[0]


def post_together(ctx: Ctx, movements: Sequence[Movement]) -> list[str]:
    """Write all of these movements in their order, as one; if one of them is refused, write none. Return their ids.

    A caller that continues after a refusal calls it within `ctx.trial()`, which undoes what was begun. Raises
    Unbalanced, KeyReused (also when only some of the keys are known), Overdrawn, HoldOver, BeyondHold.
    """
    asked = [_checked(each) for each in movements]
    digests = [rules.digest(each) for each in asked]
    known = [_known(ctx, each, digest) for each, digest in zip(asked, digests, strict=True)]
    written = [entry_id for entry_id in known if entry_id is not None]
    if written:
        if len(written) < len(known):
            raise KeyReused(f"{asked[known.index(None)].key} was not written with the others")
        return written
    ids = [ctx.new_id() for _ in asked]
    _write(ctx, ids, asked, digests)
    return ids


def hold(
    ctx: Ctx, key: str, memo: str, legs: Sequence[Leg], *, deal: str | None = None, expires_at: datetime | None = None
) -> str:
    """Reserve money, once. Nothing moves, but what is reserved of a guarded account cannot be taken otherwise.

    With `expires_at` it ends by itself then. Raises Unbalanced, KeyReused, Overdrawn.
    """
    return post_together(ctx, [Movement(key, memo, tuple(legs), deal, "hold", expires_at=expires_at)])[0]


def post_hold(ctx: Ctx, hold_id: str, memo: str, legs: Sequence[Leg] | None = None) -> str:
    """Move what a hold has reserved, or the part that `legs` say, and release the rest. Once.

    Raises NotFound, HoldOver, BeyondHold, Unbalanced, KeyReused (posted before, in other parts).
    """
    return _end(ctx, hold_id, "post", memo, legs)


def void_hold(ctx: Ctx, hold_id: str, memo: str) -> str:
    """Release all that a hold has reserved. Once. Raises NotFound, HoldOver."""
    return _end(ctx, hold_id, "void", memo)


def expire_hold(ctx: Ctx, hold_id: str) -> None:
    """End a hold whose time is up; one that has ended meanwhile stays as it ended."""
    if _ended(ctx, hold_id) is None:
        _end(ctx, hold_id, "expire", "Not used in time")
        held = pick(ctx.session, Entry, ("key", "deal_id"), id=hold_id)
        assert held is not None, "it was ended just now"
        ctx.announce(HoldExpired(hold_id, held["key"], held["deal_id"]))


def _end(ctx: Ctx, hold_id: str, kind: EntryKind, memo: str, legs: Sequence[Leg] | None = None) -> str:
    held = pick(ctx.session, Entry, ("kind", "deal_id"), id=hold_id)
    if held is None or held["kind"] != HOLD:
        raise NotFound
    moving = tuple(_reserved(ctx, hold_id) if legs is None else legs) if kind == "post" else ()
    return post_together(ctx, [Movement(f"hold:{hold_id}:{kind}", memo, moving, held["deal_id"], kind, hold_id)])[0]


def _checked(movement: Movement) -> Movement:
    if movement.kind in ("void", "expire"):
        return movement
    moving = rules.balanced(movement.legs)
    return movement if len(moving) == len(movement.legs) else replace(movement, legs=moving)


def _known(ctx: Ctx, movement: Movement, digest: str) -> str | None:
    """Return the entry that this key has named before. Raises KeyReused, HoldOver."""
    known = pick(ctx.session, Entry, ("id", "digest"), key=movement.key)
    if known is not None:
        if known["digest"] != digest:
            raise KeyReused(movement.key)
        return str(known["id"])
    if movement.resolves is not None and (ended := _ended(ctx, movement.resolves)) is not None:
        raise HoldOver(f"{movement.resolves}: {ended}")
    return None


def _write(ctx: Ctx, ids: Sequence[str], asked: Sequence[Movement], digests: Sequence[str]) -> None:
    rows = []
    for place, (entry_id, movement) in enumerate(zip(ids, asked, strict=True)):
        held = _reserved(ctx, movement.resolves) if movement.resolves is not None else ()
        if movement.kind == "post":
            rules.within_hold(held, movement.legs)
        for number, (phase, leg) in enumerate(rules.postings(movement, held), 1):
            values = {
                "entry_id": entry_id,
                "number": number,
                "account": leg.account,
                "amount": leg.amount.minor,
                "currency": leg.amount.currency,
                "phase": phase,
            }
            rows.append((rules.lock_order(place, phase, leg), values))
    rows.sort(key=lambda row: row[0])
    try:
        add_all(ctx.session, Posting, [values for _, values in rows])
    except IntegrityError as fault:
        if "never_overdrawn" in str(fault):
            raise Overdrawn(", ".join(each.key for each in asked)) from fault
        raise
    entries = [
        {
            "id": entry_id,
            "key": each.key,
            "kind": each.kind,
            "deal_id": each.deal,
            "memo": each.memo,
            "at": ctx.now,
            "digest": digest,
            "resolves": each.resolves,
            "expires_at": each.expires_at,
        }
        for entry_id, each, digest in zip(ids, asked, digests, strict=True)
    ]
    add_all(ctx.session, Entry, entries)
    for entry_id, each in zip(ids, asked, strict=True):
        if each.expires_at is not None:
            set_timer(ctx.session, Timer(HOLD, entry_id, "expired", each.expires_at))
        if each.resolves is not None:
            clear_timers(ctx.session, HOLD, each.resolves)


def _reserved(ctx: Ctx, hold_id: str) -> list[Leg]:
    query = select(Posting.account, Posting.amount, Posting.currency).where(
        Posting.entry_id == hold_id, Posting.phase == "pending"
    )
    rows = ctx.session.execute(query.order_by(Posting.number))
    return [Leg(row.account, Money(row.amount, row.currency)) for row in rows]


def _ended(ctx: Ctx, hold_id: str) -> str | None:
    """Return how a hold has ended: "post", "void" or "expire"; None while it stands."""
    found = pick(ctx.session, Entry, ("kind",), resolves=hold_id)
    return None if found is None else str(found["kind"])


# --- what is read -----------------------------------------------------------------------------------------------------

SIDES = ("debits", "credits", "pending_debits", "pending_credits")


def balance(ctx: Ctx, account: str, currency: str) -> Money:
    """Return what is owed, for accounts of other people's money and of our earnings; what we have, for all others.

    Money that is only reserved is still where it is: `available` leaves it out.
    """
    debits, credits_, _, _ = _sides(ctx, account, currency)
    return Money(natural(account, debits, credits_), currency)


def available(ctx: Ctx, account: str, currency: str) -> Money:
    """Return the balance without what holds have reserved of it."""
    debits, credits_, pending_debits, pending_credits = _sides(ctx, account, currency)
    if kind_of(account).grows == "credit":
        return Money(credits_ - debits - pending_debits, currency)
    return Money(debits - credits_ - pending_credits, currency)


def balances(ctx: Ctx, account: str) -> dict[str, Money]:
    """Return the balances of an account in every currency that it ever had."""
    currencies = union_all(
        select(Balance.currency).where(Balance.account == account),
        select(Delta.currency).where(Delta.account == account),
    )
    found = sorted(set(ctx.session.scalars(currencies)))
    return {currency: balance(ctx, account, currency) for currency in found}


def _sides(ctx: Ctx, account: str, currency: str) -> tuple[int, int, int, int]:
    if not kind_of(account).hot:
        kept = pick(ctx.session, Balance, SIDES, account=account, currency=currency)
        return (0, 0, 0, 0) if kept is None else tuple(kept[side] for side in SIDES)
    # In one statement: what is rolled up meanwhile would otherwise count twice, or not at all.
    parts = union_all(
        *(
            select(*(getattr(kind, side) for side in SIDES)).where(kind.account == account, kind.currency == currency)
            for kind in (Balance, Delta)
        )
    ).subquery()
    sums = ctx.session.execute(select(*(func.coalesce(func.sum(parts.c[side]), 0) for side in SIDES))).one()
    debits, credits_, pending_debits, pending_credits = (int(each) for each in sums)
    return debits, credits_, pending_debits, pending_credits


def balances_by_account(ctx: Ctx, kind: str) -> dict[tuple[str, str], int]:
    """Return the non-empty balances of one kind of accounts ("escrow", "payable"), by account and currency."""
    query = select(Balance.account, Balance.currency, Balance.debits, Balance.credits).where(
        Balance.account.startswith(f"{kind}:", autoescape=True), Balance.debits != Balance.credits
    )
    return {
        (row.account, row.currency): natural(row.account, row.debits, row.credits) for row in ctx.session.execute(query)
    }


def open_holds(ctx: Ctx, deal_id: str) -> list[Entry]:
    """Return a deal's holds that have not ended yet, the oldest first."""
    end = aliased(Entry)
    query = select(Entry).where(
        Entry.deal_id == deal_id, Entry.kind == HOLD, ~select(literal(1)).where(end.resolves == Entry.id).exists()
    )
    return list(ctx.session.scalars(query.order_by(Entry.id)))


def postings_of(ctx: Ctx, subjects: SelectBase) -> Iterator[tuple[Entry, Leg]]:
    """Yield what the entries of these deals and sessions have moved, in order. Reserved money is left out.

    `subjects`: a query for their ids.
    """
    query = (
        select(Entry, Posting.account, Posting.amount, Posting.currency)
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Entry.deal_id.in_(subjects), Posting.phase == "posted")
        .order_by(Entry.id, Posting.number)
    )
    for entry, account, amount, currency in ctx.session.execute(query):
        yield entry, Leg(account, Money(amount, currency))


def books(ctx: Ctx, deal_id: str) -> dict[str, Any]:
    """Return one deal's entries in order, and the T-accounts they make, as plain values for a page.

    Reserved money stands in its entry, with its phase, and in no account: it has not moved.
    """
    query = (
        select(
            Entry.id,
            Entry.key,
            Entry.kind,
            Entry.memo,
            Entry.at,
            Posting.account,
            Posting.amount,
            Posting.currency,
            Posting.phase,
        )
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Entry.deal_id == deal_id)
        .order_by(Entry.id, Posting.number)
    )
    entries: dict[str, dict[str, Any]] = {}
    accounts: dict[str, dict[str, Any]] = {}
    for row in ctx.session.execute(query):
        known = {"key": row.key, "kind": row.kind, "memo": row.memo, "at": row.at.isoformat(), "postings": []}
        entry = entries.setdefault(row.id, known)
        side = "debit" if row.amount > 0 else "credit"
        leg = {"account": row.account, "side": side, "amount": abs(row.amount), "currency": row.currency}
        entry["postings"].append({**leg, "phase": row.phase})
        if row.phase != "posted":
            continue
        account = accounts.setdefault(
            row.account, {"account": row.account, "currency": row.currency, "debit": [], "credit": [], "balance": 0}
        )
        account[side].append({"entry": row.key, "amount": abs(row.amount)})
        account["balance"] += natural(row.account, max(row.amount, 0), max(-row.amount, 0))
    return {"deal": deal_id, "entries": list(entries.values()), "accounts": list(accounts.values())}
