"""Sentences on claims beyond those in the source: buttons with a sum, and the side that it belongs to."""

from __future__ import annotations

from conversations.trade.delivery import claim


def codes() -> dict[str, frozenset[str]]:
    """Return each code with its placeholders."""
    found = dict.fromkeys((f"lot.{verb}" for verb in (*claim.LABELS, "grant.formula")), frozenset({"pay"}))
    found |= dict.fromkeys(("sure.lot.grant.formula", "sure.lot.grant.formula.direct"), frozenset({"amount"}))
    amount = frozenset({"amount"})
    found |= dict.fromkeys((f"sure.deal.sign.{side}" for side in ("buyer", "seller")), amount)
    found |= dict.fromkeys((f"sure.lot.accept.whole{how}" for how in ("", ".direct")), amount)
    weighed = frozenset({"pay", "amount", "measured", "sold"})
    found |= dict.fromkeys((f"sure.lot.accept_anyway.weighed{how}" for how in ("", ".direct")), weighed)
    figures = ("buyer", "seller", "buyer_seller", "referee", "nobody")
    found |= dict.fromkeys((f"claim.undecided.{by}" for by in figures), frozenset({"pay", "amount"}))
    return found | dict.fromkeys(("claim.unnamed_me", "claim.unnamed_buyer"), frozenset())
