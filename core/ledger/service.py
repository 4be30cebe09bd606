"""Writes entries into the books and reads balances, one deal's books, and whether everything still adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.ledger import rules
from core.ledger.model import Balance, Entry, Leg, Posting
from core.ledger.rules import KeyReused, LedgerFault, Overdrawn, Unbalanced

__all__ = [
    "Check",
    "KeyReused",
    "LedgerFault",
    "Overdrawn",
    "Unbalanced",
    "balance",
    "books",
    "invariants",
    "post",
    "standing",
]


def post(ctx: Ctx, key: str, memo: str, legs: Sequence[Leg], *, deal: str | None = None) -> str:
    """Write an entry, once: the same key with the same legs gives the id of the entry that is already there.

    Raises Unbalanced, KeyReused, Overdrawn.
    """
    moving = rules.balanced(legs)
    digest = rules.digest(moving)
    known = ctx.session.execute(select(Entry.id, Entry.digest).where(Entry.key == key)).one_or_none()
    if known is not None:
        if known.digest != digest:
            raise KeyReused(key)
        return str(known.id)
    entry_id = ctx.new_id()
    ctx.session.execute(
        insert(Posting),
        [
            {
                "entry_id": entry_id,
                "number": number,
                "account": account,
                "amount": amount.minor,
                "currency": amount.currency,
            }
            for number, (account, amount) in enumerate(moving, 1)
        ],
    )
    ctx.session.execute(insert(Entry).values(id=entry_id, key=key, deal_id=deal, memo=memo, at=ctx.now, digest=digest))
    for (account, currency), (debits, credits_) in rules.sides(moving).items():
        _add(ctx, account, currency, debits, credits_)
    return entry_id


def _add(ctx: Ctx, account: str, currency: str, debits: int, credits_: int) -> None:
    row = (Balance.account == account) & (Balance.currency == currency)
    grown = update(Balance).where(row).values(debits=Balance.debits + debits, credits=Balance.credits + credits_)
    try:
        changed = ctx.session.execute(grown, execution_options={"synchronize_session": False})
    except IntegrityError as fault:
        raise Overdrawn(f"{account} {currency}") from fault
    if changed.rowcount:  # type: ignore[attr-defined]  # a DML result has it
        return
    if rules.is_owed(account) and debits > credits_:
        raise Overdrawn(f"{account} {currency}")
    ctx.session.execute(
        insert(Balance).values(
            account=account, currency=currency, owed=rules.is_owed(account), debits=debits, credits=credits_
        )
    )


def balance(ctx: Ctx, account: str, currency: str) -> Money:
    """What is owed, for accounts of other people's money and for what we earned; what we have, for all others."""
    query = select(Balance.debits, Balance.credits).where(Balance.account == account, Balance.currency == currency)
    found = ctx.session.execute(query).one_or_none()
    if found is None:
        return Money.zero(currency)
    return Money(rules.natural(account, found.debits, found.credits), currency)


def standing(ctx: Ctx, kind: str) -> dict[tuple[str, str], int]:
    """The balances of one kind of accounts ("escrow", "payable") that are not empty, by account and currency."""
    query = select(Balance.account, Balance.currency, Balance.debits, Balance.credits).where(
        Balance.account.startswith(f"{kind}:", autoescape=True), Balance.debits != Balance.credits
    )
    return {
        (row.account, row.currency): rules.natural(row.account, row.debits, row.credits)
        for row in ctx.session.execute(query)
    }


def books(ctx: Ctx, deal_id: str) -> dict[str, Any]:
    """One deal's entries in order, and the T-accounts they make, as plain values for a page that shows them."""
    query = (
        select(Entry.id, Entry.key, Entry.memo, Entry.at, Posting.account, Posting.amount, Posting.currency)
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Entry.deal_id == deal_id)
        .order_by(Entry.id, Posting.number)
    )
    entries: dict[str, dict[str, Any]] = {}
    accounts: dict[str, dict[str, Any]] = {}
    for row in ctx.session.execute(query):
        entry = entries.setdefault(row.id, {"key": row.key, "memo": row.memo, "at": row.at.isoformat(), "postings": []})
        side = "debit" if row.amount > 0 else "credit"
        leg = {"account": row.account, "side": side, "amount": abs(row.amount), "currency": row.currency}
        entry["postings"].append(leg)
        account = accounts.setdefault(
            row.account, {"account": row.account, "currency": row.currency, "debit": [], "credit": [], "balance": 0}
        )
        account[side].append({"entry": row.key, "amount": abs(row.amount)})
        debits, credits_ = max(row.amount, 0), max(-row.amount, 0)
        account["balance"] += rules.natural(row.account, debits, credits_)
    return {"deal": deal_id, "entries": list(entries.values()), "accounts": list(accounts.values())}


class Check(NamedTuple):
    """One thing that must always be true of the books, and what was found."""

    name: str
    ok: bool
    detail: str


def invariants(ctx: Ctx) -> list[Check]:
    """Add everything up anew. Reads the whole ledger: for the console and the tests, not for a hot path."""
    total = func.sum(Posting.amount)
    left_over = ctx.session.execute(select(Posting.currency, total).group_by(Posting.currency).having(total != 0)).all()
    crooked = ctx.session.execute(
        select(Posting.entry_id).group_by(Posting.entry_id, Posting.currency).having(total != 0)
    ).all()
    overdrawn = ctx.session.scalars(select(Balance.account).where(Balance.owed, Balance.debits > Balance.credits)).all()
    drifted = _drifted(ctx)
    return [
        Check("debits equal credits in every currency", not left_over, _named(left_over)),
        Check("every entry balances", not crooked, _named(crooked)),
        Check("every balance is the sum of its postings", not drifted, _named(drifted)),
        Check("nobody's money is overdrawn", not overdrawn, _named(overdrawn)),
    ]


def _drifted(ctx: Ctx) -> list[str]:
    """Accounts whose kept balance is not what their postings add up to."""
    up = func.coalesce(func.sum(case((Posting.amount > 0, Posting.amount), else_=0)), 0)
    down = func.coalesce(func.sum(case((Posting.amount < 0, -Posting.amount), else_=0)), 0)
    posted: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in ctx.session.execute(
        select(
            Posting.account,
            Posting.currency,
            up.label("debits"),
            down.label("credits"),
        ).group_by(Posting.account, Posting.currency)
    ):
        # PostgreSQL adds big integers up to a Decimal.
        posted[row.account, row.currency] = (int(row.debits), int(row.credits))
    kept = {
        (row.account, row.currency): (row.debits, row.credits)
        for row in ctx.session.execute(select(Balance.account, Balance.currency, Balance.debits, Balance.credits))
    }
    return [
        f"{account} {currency}"
        for account, currency in sorted(posted.keys() | kept.keys())
        if posted[account, currency] != kept.get((account, currency), (0, 0))
    ]


def _named(found: Sequence[object]) -> str:
    return ", ".join(str(each) for each in found[:5])
