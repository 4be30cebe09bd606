"""Sentences on lots and disputes of deals that are paid directly, in place of sentences on held money."""

from __future__ import annotations

from typing import Final

from tests.conversations.sentence_codes import claims

TURNS: Final = (
    "late.buyer",
    "late.seller",
    "inspection.buyer",
    "inspection.seller",
    "claim.buyer",
    "never_came.buyer",
    "lot_dispute",
)
ASKED: Final = ("not_arrived", "give_back", "grant", "take", "accept_anyway", "accept_anyway.never_came")
TOASTS: Final = ("accept_anyway", "give_back")
NOTICES: Final = ("lot_dropped.give_back", "case_opened", "case_half_agreed")


def codes() -> dict[str, frozenset[str]]:
    """Return each code with its placeholders, and the codes that these replace."""
    plain = frozenset[str]()
    found = dict.fromkeys((f"turn.lot.{code}" for code in TURNS), frozenset({"other", "due", "lot", "truck", "eta"}))
    found |= dict.fromkeys((f"sure.lot.{code}" for code in ASKED), frozenset({"amount"}))
    found |= dict.fromkeys((f"toast.lot.{code}" for code in TOASTS), plain)
    found |= {"sure.case.agree": plain, "case.shares": frozenset({"seller", "buyer", "percent"})}
    found |= {"claim.net": frozenset({"net", "back"}), "claim.net_of_test": frozenset({"net", "back", "pay", "test"})}
    told = {f"notice.{code}": frozenset({"who", "lot", "why"}) for code in NOTICES}
    by_oneself = {f"{code}.direct.you": parts for code, parts in told.items()}
    return found | {f"{code}.direct": parts for code, parts in (found | told).items()} | by_oneself | claims.codes()
