"""Our books against the lab's Stripe, object by object: one effect for each cause."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from core.money.disbursements.model import DisbursementState
from lab.stripe.api.shapes import Thing
from simulation.judge.tables import Tables
from simulation.services.stripe_account import StripeAccount

FAILED = ("failed", "canceled")
ON_ITS_WAY = 2 * 86_400.0  # seconds in which an earlier request may still be carried out


def one_effect_each(tables: Tables, stripe: StripeAccount) -> list[str]:
    """Check that the provider's disbursements are exactly those in our rows, each to its payee and once."""
    wrong: list[str] = []
    made: dict[str, list[Thing]] = defaultdict(list)
    for kind in ("transfer", "refund", "transfer_reversal"):
        for thing in stripe.things(kind):
            if thing.get("status") not in FAILED:
                made[_effect_of(thing)].append(thing)
    rows = tables.rows("SELECT id, key, kind, state, amount_minor, currency, payee, subject FROM disbursement")
    accounts = dict(tables.rows("SELECT organisation_id, account_ref FROM payee"))
    known = {row[0]: row for row in rows}
    for effect, things in made.items():
        row = known.get(effect)
        if row is None:
            wrong.append(f"effect: {[each['id'] for each in things]} belong to nothing of ours ({effect!r})")
            continue
        if len(things) > 1:
            wrong.append(f"effect: {row[1]} was carried out {len(things)} times")
        wrong += [f"effect: {row[1]} {wrongly}" for each in things for wrongly in _unlike(each, row, accounts)]
    for effect, key, _, state, *_ in rows:
        if state == DisbursementState.DONE and not made[effect]:
            wrong.append(f"effect: {key} is done here, and was never done there")
    return wrong


def nothing_left_unknown(tables: Tables, stripe: StripeAccount) -> list[str]:
    """Check that no money leaves a deal while a chargeback of it is undecided."""
    left = [(_effect_of(each), each["created"]) for each in stripe.things("transfer")]
    deals = dict(tables.rows("SELECT id, subject FROM disbursement WHERE kind = 'payout'"))
    wrong = []
    for deal, opened, decided in tables.rows(
        "SELECT subject, opened_at, (SELECT MIN(at) FROM step WHERE step.subject = chargeback.id) FROM chargeback"
        " WHERE matter = 'deal'"
    ):
        begins = _seconds(opened) + ON_ITS_WAY
        ends = math.inf if decided is None else math.floor(_seconds(decided))  # the provider counts whole seconds
        wrong += [
            f"doubt: {effect} left deal {deal}, whose money a bank had called back"
            for effect, at in left
            if deals.get(effect) == deal and begins < at < ends
        ]
    return wrong


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


def _effect_of(thing: Thing) -> str:
    return str((thing.get("metadata") or {}).get("effect", ""))


def _unlike(thing: Thing, row: tuple[Any, ...], accounts: dict[str, str]) -> list[str]:
    _, _, _, _, amount, currency, payee, _ = row
    wrong = []
    if (thing["amount"], thing["currency"].upper()) != (amount, currency):
        wrong.append(f"moved {thing['amount']} {thing['currency']} instead of {amount} {currency}")
    if thing["object"] == "transfer" and thing["destination"] != accounts.get(payee):
        wrong.append(f"went to {thing['destination']} instead of {accounts.get(payee)}")
    return wrong
