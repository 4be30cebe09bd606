"""The provider's evidence fields, in sentences that a bank's clerk can read.

The document beside them has the whole record. Unknown facts are left out: a field holds true sentences, or does not
exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from core.kernel.money import Money
from core.money.disbursements.model import DisbursementState
from core.trade.delivery.model import LotState
from core.trade.funding.evidence.deal_record import LEFT
from core.trade.listings.model import Certificate

Record = Mapping[str, Any]
LONGEST_FIELD: Final = 5_000  # characters


def texts(record: Record) -> dict[str, str]:
    """Return the provider's own fields, filled from the record (by its categories of disputes)."""
    fields = {
        **FIELDS[record["matter"]](record),
        "access_activity_log": "\n".join(
            f"{moment(each['at'])}: {each['who']}, {deed(each['did'])}{_by_message(each)}" for each in record["chat"]
        ),
    }
    if fields.get("customer_name") == LEFT:
        del fields["customer_name"]
    return {name: text[:LONGEST_FIELD] for name, text in fields.items() if text}


# --- deals ------------------------------------------------------------------------------------------------------------


def _of_deal(record: Record) -> dict[str, str]:
    deal, terms = record["deal"], record["deal"]["terms"]
    sent = [(lot, _last(record, lot, "LotDispatched")) for lot in record["lots"]]
    sent = [(lot, mark) for lot, mark in sent if mark is not None]
    where = " ".join(filter(None, (terms.get("incoterm"), (terms.get("place") or {}).get("name"))))
    what = ", ".join(filter(None, (deal["goods"], where)))
    agreed = (
        f"{capital(deal['buyer'])} (the buyer) and {deal['seller']} (the seller) agreed on contract {deal['ref']} in "
        f"chat, {moment(deal['agreed_at'])}: {what}, for {deal['amount']}."
    )
    return {
        "product_description": f"{what}, under contract {deal['ref']}, terms sha256 {deal['terms_sha256']}",
        "customer_name": deal["buyer"],
        "shipping_date": ", ".join(day(mark["at"]) for _, mark in sent if mark is not None),
        "shipping_carrier": ", ".join(str(lot["truck"]) for lot, _ in sent if lot.get("truck")),
        "uncategorized_text": " ".join(
            (
                agreed,
                *(_signed(each) for each in record["signatures"] if each["at"]),
                *_paid(record),
                *(_delivery(record, lot) for lot in record["lots"]),
                *_settled(record),
            )
        ),
    }


def _signed(each: Record) -> str:
    who = each["person"] or LEFT
    return f"It was signed for the {each['side']} by {who}, {moment(each['at'])}{_by_message(each)}."


def _paid(record: Record) -> list[str]:
    """Return what the disputed payment was for, and where its money was held."""
    deal, dispute = record["deal"], record["dispute"]
    paid = [each for each in record["payments"] if each["id"] == dispute["payment"]]
    came = [f"Of the disputed payment {_money(each, 'received_minor')} came." for each in paid]
    if deal["settled"] == "between the two":
        direct = "Buyer and seller settle this contract directly between themselves: the market holds no money for it."
        return [direct, *came, *_given_back(record)]
    held = "The market held it for the two, to be released to the seller for each delivery that is accepted."
    return [*came, held] if paid else [held]


def _delivery(record: Record, lot: Record) -> str:
    """Return the steps that one delivery has taken."""
    said = [f"Delivery {lot['number']}, {lot['quantity_amount']} {lot['unit']}"]
    if sent := _last(record, lot, "LotDispatched"):
        said.append(f"sent {day(sent['at'])}" + (f" by {lot['truck']}" if lot.get("truck") else ""))
    if lot["arrived_at"]:
        by = f" as the {lot['arrived_by']} reported" if lot["arrived_by"] else ""
        said.append(f"arrived {day(lot['arrived_at'])}{by}")
    if lot["measured_amount"]:
        said.append(f"weighed as {lot['measured_amount']} {lot['measured_unit']} by the {lot['weighed_by']}")
    if claimed := _last(record, lot, "LotClaimed"):
        said.append(f"complained of {day(claimed['at'])}")
    if accepted := _last(record, lot, "LotAccepted"):
        said.append(f"accepted by {accepted['who']}, {moment(accepted['at'])}{_by_message(accepted)}")
    if lot["state"] == LotState.ADJUSTED:
        said.append(f"settled for {_money(lot, 'pay_minor')} of {_money(lot, 'amount_minor')}")
    if lot["state"] == LotState.DROPPED:
        said.append("given up, nothing is paid for it")
    return ", ".join(said) + "."


def _settled(record: Record) -> list[str]:
    """Return how the money has been split so far."""
    settled = record["settlements"]
    if not settled:
        return []
    currency = record["deal"]["amount"].split()[-1]
    sums = {name: Money(sum(each[name] for each in settled), currency) for name in ("released_minor", "back_minor")}
    settled = f"Of what was held {sums['released_minor']} was released for these deliveries, the market's fee included"
    back = f", and {sums['back_minor']} is the buyer's again" if sums["back_minor"] else ""
    return [f"{settled}{back}.", *_given_back(record)]


def _given_back(record: Record) -> list[str]:
    """Return the refunds to the payer of the disputed payment: those sent, and those still due."""
    of_it = [each for each in record["payouts_and_refunds"] if each["payment_id"] == record["dispute"]["payment"]]
    return [
        f"{_money(each, 'amount_minor')} was sent back to the buyer as {each['provider_ref']}."
        if each["state"] == DisbursementState.DONE
        else f"{_money(each, 'amount_minor')} is due back to the buyer and has not gone."
        for each in of_it
        if each["to"] == "buyer"
    ]


# --- sessions and sales -----------------------------------------------------------------------------------------------


def _of_session(record: Record) -> dict[str, str]:
    session, terms = record["session"], record["terms"]
    yes = "; ".join(f"{moment(each['at'])} in {each['place']}: {each['shown']}" for each in record["consents"])
    there = "; ".join(f"{moment(each['at'])} {each['who']}, {deed(each['did'])}" for each in record["presence"])
    rules = (
        f"Free to cancel until {terms['free_to_cancel_until_minutes_before']} minutes before the start; later "
        f"{terms['late_cancellation_percent']} %, for not coming {terms['no_show_percent']} % of {terms['price']}. "
        f"The first {terms['free_minutes']} minutes are free; after them only who says yes goes on and pays."
    )
    minutes = record["talk"]
    if terms["rate"].endswith("a minute") and minutes["charged_minutes"]:
        free, charged = minutes["free_minutes"], minutes["charged_minutes"]
        rules += f" Of the talk {free} minutes were free; {charged} were charged, at {terms['rate']}."
    what = f"Consultation {session['ref']} with {session['consultant']}, {session['minutes']} minutes, by appointment"
    agreed = f"The customer said yes to going on and paying: {yes}." if yes else "No talk was charged; see the terms."
    return {
        "product_description": what,
        "customer_name": session["seeker"],
        "service_date": day(session["starts_at"]),
        "cancellation_policy_disclosure": f"Shown before booking, {moment(session['booked_at'])}. {rules}",
        "refund_policy_disclosure": f"Shown before booking, {moment(session['booked_at'])}. {rules}",
        "uncategorized_text": f"{what}. {agreed} Who was there: {there or 'nobody'}.",
    }


def _of_sale(record: Record) -> dict[str, str]:
    purchase = record["purchase"]
    days = "; ".join(
        f"{each['day']} shown {each['shown']}, opened {each['opened']}" for each in record["delivery"] if "day" in each
    )
    paid = f", paid {moment(purchase['paid_at'])} and delivered at once" if purchase["paid_at"] else ""
    delivered = f" Shown since then: {days}." if days else ""
    return {
        "product_description": ": ".join(filter(None, (purchase["what"], purchase["description"]))),
        "customer_name": purchase["buyer"],
        "service_date": day(purchase["delivered_at"]) if purchase["delivered_at"] else "",
        "uncategorized_text": (
            f"{purchase['what']} was ordered in chat, {moment(purchase['ordered_at'])}, for {purchase['price']}{paid}."
            f"{delivered}"
        ),
    }


FIELDS: Final[Mapping[str, Callable[[Record], dict[str, str]]]] = {
    "deal": _of_deal,
    "session": _of_session,
    "purchase": _of_sale,
}


# --- words ------------------------------------------------------------------------------------------------------------


def moment(at: str) -> str:
    """Return a time like "2026-11-24 16:25 UTC"."""
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M} UTC"


def day(at: str) -> str:
    return f"{datetime.fromisoformat(at):%Y-%m-%d}"


def in_words(value: Any) -> str:
    """Return a value of the record as people write it: an amount with its unit, a place with its country. Python's own
    notation never shows. Skip missing values and false flags.
    """
    if isinstance(value, Mapping):
        return _in_words(value)
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(in_words, value)))
    if value is None or isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def _in_words(value: Mapping[str, Any]) -> str:
    match value:
        case {"amount": amount, "currency": currency, "unit": unit}:
            return f"{amount} {currency}/{unit}"
        case {"amount": amount, "unit": unit}:
            return f"{amount} {unit}"
        case {"name": name, "country": country}:
            return f"{name}, {country}"
        case {"scheme": scheme, "number": number}:
            return str(Certificate(scheme=scheme, number=number))
        case _:
            return ", ".join(_named(each, inner) for each, inner in value.items() if in_words(inner))


def _named(name: str, value: Any) -> str:
    if name.endswith("_bp"):
        return f"{name.removesuffix('_bp').replace('_', ' ')} {Decimal(value) / 100} %"
    return f"{name.replace('_', ' ')} {in_words(value)}"


def deed(fact: str) -> str:
    """Return "lot accepted" for `LotAccepted`."""
    return " ".join(re.findall(r"[A-Z][a-z]*", fact)).lower()


def _by_message(each: Record) -> str:
    return f" (message {each['message']})" if each["message"] else ""


def _last(record: Record, lot: Record, fact: str) -> Record | None:
    """The mark of what was done last of this kind with a delivery."""
    return next((each for each in reversed(record["chat"]) if (each["did"], each["about"]) == (fact, lot["id"])), None)


def _money(row: Record, name: str) -> str:
    return str(Money(row[name] or 0, row["currency"]))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
