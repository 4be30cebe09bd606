"""Our books against the lab's Stripe, thing by thing: one effect for each cause, and no charge without a yes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from lab.stripe.api.shapes import Thing

if TYPE_CHECKING:
    from simulation.judge.judge import Judge
    from simulation.outside.stripe_side import StripeSide
    from simulation.witness import Witness

FAILED = ("failed", "canceled")


def one_effect_each(judge: Judge, stripe: StripeSide) -> list[str]:
    """What has left is what our rows say, to whom they say, once; and all that they say has left."""
    wrong: list[str] = []
    made: dict[str, list[Thing]] = defaultdict(list)
    for kind in ("transfer", "refund", "transfer_reversal"):
        for thing in stripe.things(kind):
            if thing.get("status") not in FAILED:
                made[_effect_of(thing)].append(thing)
    rows = judge.rows(
        "SELECT id, key, kind, state, amount_minor, currency, payee, deal_id FROM effect UNION ALL "
        "SELECT id, key, kind, state, amount_minor, currency, payee, booking_id FROM session_payout"
    )
    accounts = dict(judge.rows("SELECT organisation_id, account_ref FROM payee"))
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
        if state == "done" and not made[effect]:
            wrong.append(f"effect: {key} is done here, and was never done there")
    return wrong


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


def nothing_without_consent(judge: Judge, stripe: StripeSide, witness: Witness) -> list[str]:
    """Money was taken from a card for a session only after its seeker pressed a button that says so, or by the rule
    for who calls off late or does not come; and never more than once for the same hold."""
    wrong = []
    bookings = {
        hold: (booking, why, free)
        for hold, booking, why, free in judge.rows(
            "SELECT card_hold.id, booking.id, booking.why, booking.free_minutes FROM card_hold"
            " JOIN booking ON booking.id = card_hold.booking_id"
        )
    }
    taken: dict[str, int] = defaultdict(int)
    for intent in stripe.things("payment_intent"):
        hold = (intent.get("metadata") or {}).get("hold")
        if hold is None or not intent["amount_received"]:
            continue
        taken[hold] += 1
        if hold not in bookings:
            wrong.append(f"consent: {intent['id']} was charged for a hold that is not ours")
            continue
        booking, why, free = bookings[hold]
        by_rule = why == "noshow_seeker" or (why == "cancelled" and booking in witness.cancelled)
        if free and not by_rule and booking not in witness.consents:
            wrong.append(f"consent: booking {booking} ({why}) was charged, and nobody had said yes")
    wrong += [f"consent: hold {hold} was charged {times} times" for hold, times in taken.items() if times > 1]
    return wrong


def nothing_held_in_vain(judge: Judge, stripe: StripeSide) -> list[str]:
    """A card is free again when its session is over."""
    over = dict(
        judge.rows(
            "SELECT card_hold.id, booking.ref FROM card_hold JOIN booking ON booking.id = card_hold.booking_id"
            " WHERE booking.state IN ('closed', 'closed_free', 'completed')"
        )
    )
    held = [each for each in stripe.things("payment_intent") if each["status"] == "requires_capture"]
    holds = [str((each.get("metadata") or {}).get("hold")) for each in held]
    return [f"hold: session {over[hold]} is over, and its card is still held" for hold in holds if hold in over]
