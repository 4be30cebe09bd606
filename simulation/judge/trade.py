"""The invariants of the trade itself, beyond its money: slots, stock, and the actor of each step."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from core.advice.sessions.model import TAKES_THE_SLOT
from core.kernel.process import Transition
from core.trade.deals.model import DEAL
from core.trade.delivery.model import LOT
from simulation.judge.tables import Tables
from simulation.recorder import Recorder

# Steps by which a person signs or releases, and the button that confirms each. Offers are left out, because buying at
# once accepts one by a form.
BY_A_YES: Final = {
    ("deal", "sign"): "deal.sign",
    ("deal", "approve"): "deal.approve",
    ("lot", "accept"): "lot.accept",
    ("lot", "accept_weighed"): "lot.accept",
    ("lot", "take"): "lot.take",
    ("lot", "grant"): "lot.grant",
}
NEVER_BEGUN = "'closed'"  # the state of a deal whose goods have not left
SIDES = frozenset({"buyer", "seller"})
# both tables share no pair of state and event
STEPS: Final[tuple[Transition[Any], ...]] = (*DEAL.transitions, *LOT.transitions)


def one_at_a_time(tables: Tables) -> list[str]:
    """Check that no consultant has two sessions at once."""
    taken: dict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    states = ", ".join(f"'{state}'" for state in sorted(TAKES_THE_SLOT))
    rows = tables.rows(f"SELECT expert_id, starts_at, length, ref FROM booking WHERE state IN ({states})")
    for expert, starts_at, length, ref in rows:
        begins = datetime.fromisoformat(starts_at)
        taken[expert].append((begins, begins + timedelta(minutes=length), ref))
    wrong = []
    for sessions in taken.values():
        sessions.sort()
        for (_, ends, one), (begins, _, other) in itertools.pairwise(sessions):
            if begins < ends:
                wrong.append(f"slot: sessions {one} and {other} are at the same time")
    return wrong


def bound_by_a_yes(tables: Tables, recorder: Recorder) -> list[str]:
    """Check that each signature, approval and release of a person was confirmed by its own button."""
    events = ", ".join(f"('{process}', '{event}')" for process, event in BY_A_YES)
    rows = tables.rows(
        "SELECT process, event, subject FROM step JOIN person ON person.id = step.actor"
        f" WHERE (process, event) IN (VALUES {events})"
    )
    return [
        f"promise: {process} {subject} had {event} without a yes"
        for process, event, subject in rows
        if (BY_A_YES[process, event], subject) not in recorder.confirmed
    ]


def back_in_stock(tables: Tables) -> list[str]:
    """Check that the reserved stock of deals that came to nothing is for sale again."""
    wrong = []
    for listing, quantity, remaining in tables.rows(
        f"SELECT id, quantity_amount, remaining_amount FROM listing WHERE EXISTS (SELECT 1 FROM deal WHERE"
        f" deal.listing_id = listing.id) AND NOT EXISTS (SELECT 1 FROM deal WHERE deal.listing_id = listing.id"
        f" AND deal.state NOT IN ({NEVER_BEGUN}))"
    ):
        if Decimal(quantity) != Decimal(remaining):
            wrong.append(f"stock: of listing {listing} {remaining} of {quantity} are left, and nothing was sold")
    return wrong


def ended_when_paid(tables: Tables) -> list[str]:
    """Check that a deal ends when its last money has arrived, not earlier. Returned money had been booked."""
    wrong = []
    for ref, key, ended, booked in tables.rows(
        "SELECT deal.ref, disbursement.key, MIN(step.id), MIN(booked.id) FROM disbursement"
        " JOIN deal ON deal.id = disbursement.subject"
        " LEFT JOIN ledger_entry AS booked ON booked.key LIKE 'deal:' || deal.id || ':' || disbursement.key || ':%'"
        " LEFT JOIN step ON step.subject = deal.id AND step.process = 'deal'"
        " AND step.event IN ('paid_out', 'refunded') AND step.id > disbursement.id"
        " WHERE disbursement.kind IN ('payout', 'refund') AND disbursement.state = 'done'"
        " AND disbursement.chargeback_id IS NULL"
        " GROUP BY disbursement.id"
    ):
        if booked is None:
            wrong.append(f"end: {key} of deal {ref} has arrived, and stands nowhere in the books")
        elif ended is not None and booked > ended:
            wrong.append(f"end: deal {ref} was over, and {key} was still on its way")
    return wrong


def within_their_limits(tables: Tables) -> list[str]:
    """Check that deals above a clerk's limit were approved before they counted."""
    return [
        f"limit: deal {ref} of {amount} counted with the yes of a member who signs up to {limit} alone"
        for ref, amount, limit in tables.rows(
            "SELECT deal.ref, deal.amount_minor, member.limit_minor FROM deal JOIN membership AS member"
            " ON member.person_id = deal.buyer_signed_by WHERE deal.amount_minor > member.limit_minor"
            " AND EXISTS (SELECT 1 FROM step WHERE step.subject = deal.id AND step.event = 'both_signed')"
        )
    ]


def within_their_budgets(tables: Tables) -> list[str]:
    """Check that a deal above a member's budget was approved before it counted."""
    spent: dict[tuple[str, str], int] = {}
    wrong = []
    for ref, signer, signed_at, amount, budget, alone in tables.rows(
        "SELECT deal.ref, deal.buyer_signed_by, deal.buyer_signed_at, deal.amount_minor, member.budget_minor,"
        " EXISTS (SELECT 1 FROM step WHERE step.subject = deal.id AND step.event = 'both_signed')"
        " FROM deal JOIN membership AS member ON member.person_id = deal.buyer_signed_by"
        " WHERE member.budget_minor IS NOT NULL AND deal.state NOT IN ('closed', 'cancelled')"
        " ORDER BY deal.buyer_signed_at, deal.id"
    ):
        month = (signer, str(signed_at)[:7])
        spent[month] = spent.get(month, 0) + amount
        if alone and spent[month] > budget:
            wrong.append(f"budget: deal {ref} took a member to {spent[month]} in a month, of {budget} to sign alone")
    return wrong


def by_their_own_sides(tables: Tables) -> list[str]:
    """Check that every step of a deal and its lots was taken by a person of the right side."""
    wrong = []
    companies = dict(tables.rows("SELECT id, organisation_id FROM person"))
    for ref, buyer, seller, event, source, actor in tables.rows(
        "SELECT deal.ref, deal.buyer, deal.seller, step.event, step.source, step.actor FROM step"
        " LEFT JOIN lot ON lot.id = step.subject JOIN deal ON deal.id = coalesce(lot.deal_id, step.subject)"
        " WHERE step.process IN ('deal', 'lot')"
    ):
        line = next((each for each in STEPS if (each.source, each.event) == (source, event)), None)
        if actor not in companies or line is None or not line.by & SIDES or not line.by <= SIDES:
            continue
        side = {buyer: "buyer", seller: "seller"}.get(companies[actor])
        if side not in line.by:
            wrong.append(f"role: {event} of deal {ref} was done by {side or 'a stranger'}")
    return wrong
