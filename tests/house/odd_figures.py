"""A scratch copy of the house in which every figure that the market decides is another one.

The constants themselves are changed, where they are decided. So what the code works out from them is odd too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ODD: Final[Mapping[str, Mapping[str, str]]] = {
    "core/advice/availability/busy_times.py": {"LARGEST": "4_000_000", "MOST_APPOINTMENTS": "2_600"},
    "core/advice/availability/dates.py": {"LONGEST_RANGE": "timedelta(days=124)"},
    "core/advice/availability/slots.py": {"FURTHEST": "timedelta(days=120)"},
    "core/advice/experts/model.py": {"FIELDS_AT_MOST": "4", "MISSES_BEFORE_PAUSE": "6"},
    "core/advice/free_minutes.py": {"FREE_MINUTES": "15", "FREE_A_WEEK": "4"},
    "core/advice/promotion/model.py": {"TOP_PLACES": "4"},
    "core/advice/recaps/model.py": {"LINES_KEPT": "timedelta(days=77)"},
    "core/advice/sessions/reactions.py": {"FOLLOW_UP_AFTER": "timedelta(days=19)"},
    "core/advice/sessions/meeting.py": {"EXTENSIONS": "(20, 40)"},
    "core/advice/sessions/model.py": {
        "TIMES_AT_MOST": "4",
        "INSTANT_ANSWER_WITHIN": "timedelta(minutes=4)",
        "GRACE": "timedelta(minutes=3)",
        "REJOIN_WITHIN": "timedelta(minutes=22)",
        "COMPLAIN_WITHIN": "timedelta(days=4)",
    },
    "core/advice/sessions/rules.py": {
        "COMMISSION_BP": "1_730",
        "CHECK_IN_BEFORE": "timedelta(minutes=14)",
        "PROPOSED_AHEAD": "timedelta(hours=3)",
        "REMINDERS": '{"hour": timedelta(hours=4), "minutes": CHECK_IN_BEFORE}',
        "ENDS_SOON": "timedelta(minutes=7)",
        "BANK_SHOWS_WITHIN": "timedelta(days=29)",
    },
    "core/discovery/alerts/model.py": {"LEAST_GAP": "timedelta(minutes=17)", "MORNING": "time(6)"},
    "core/discovery/market_figures/model.py": {"FEWEST": "4"},
    "core/kernel/chat_state/model.py": {"DRAFT_KEPT": "timedelta(days=32)"},
    "core/kernel/lot_sizes.py": {
        "LOTS_AT_MOST": "54",
        "LARGEST_PAYMENT_MINOR": "88_888_800",
        "SMALLEST_PAYMENT_MINOR": "700",
    },
    "core/people/accounts/model.py": {
        "LINK_CODE_VALID": "timedelta(minutes=26)",
        "LINK_CODE_LENGTH": "9",
        "EMAIL_CODE_VALID": "timedelta(minutes=36)",
        "EMAIL_CODE_DIGITS": "7",
        "EMAIL_CODES_AN_HOUR": "4",
        "EMAIL_TRIES": "8",
    },
    "core/people/companies/model.py": {"INVITATION_VALID": "timedelta(days=23)"},
    "core/people/files/model.py": {"LARGEST": "11 * 1024 * 1024"},
    "core/shop/purchases/model.py": {"ANSWERED_WITHIN": "timedelta(days=26)"},
    "core/trade/deals/commission.py": {"COMMISSION_BP": "310"},
    "core/trade/deals/model.py": {
        "SIGN_WITHIN": "timedelta(days=9)",
        "APPROVE_WITHIN": "timedelta(days=16)",
        "APPROVE_AT_LEAST": "timedelta(days=4)",
        "FUND_WITHIN": "timedelta(days=18)",
        "ANSWER_CANCEL_WITHIN": "timedelta(days=12)",
        "OVERDUE_AFTER": "timedelta(days=34)",
        "FINAL_RULE_AFTER": "timedelta(days=71)",
    },
    "core/trade/delivery/model.py": {
        "OVERDUE_AFTER": "timedelta(days=9)",
        "LATE_LIMIT": "timedelta(days=13)",
        "TRANSIT_LIMIT": "timedelta(days=8)",
        "INSPECT_WITHIN": "timedelta(days=17)",
        "INSPECT_WITH_LABORATORY": "timedelta(days=27)",
        "WEIGHT_CLAIM_WITHIN": "timedelta(hours=57)",
        "WEIGHT_ACCEPTED_WITHIN_BP": "1_300",
        "TEST_AT_MOST_BP": "830",
        "ANSWER_CLAIM_WITHIN": "timedelta(days=19)",
        "FINAL_RULE_AFTER": "timedelta(days=45)",
    },
    "core/kernel/appeals.py": {"APPEAL_WITHIN": "timedelta(hours=59)"},
    "core/trade/disputes/model.py": {"MEDIATE_WITHIN": "timedelta(days=24)"},
    "core/trade/funding/evidence/model.py": {"SEND_BEFORE": "timedelta(days=4)"},
    "core/trade/funding/model.py": {"CREDIT_KEPT": "timedelta(days=37)"},
    "core/trade/funding/rails/model.py": {"DEBIT_CHARGEBACK": "timedelta(weeks=9)"},
    "core/trade/listings/model.py": {
        "STANDS_FOR": "timedelta(days=66)",
        "FORGOTTEN_AFTER": "timedelta(days=190)",
        "PHOTOS_AT_MOST": "12",
    },
    "core/trade/offers/inquiries/model.py": {"IDLE_AFTER": "timedelta(days=46)"},
    "core/trade/offers/validity.py": {
        "DEFAULT_VALIDITY": "timedelta(days=8)",
        "SHORTEST_VALIDITY": "timedelta(hours=4)",
        "LONGEST_VALIDITY": "timedelta(days=38)",
    },
    "core/trade/offers/model.py": {
        "ROUNDS_AT_MOST": "13",
    },
    "core/trade/requests/model.py": {
        "SHORTEST_BIDDING": "timedelta(hours=4)",
        "LONGEST_BIDDING": "timedelta(days=39)",
        "AWARD_WITHIN": "timedelta(days=8)",
        "CUT_OFF": "time(16)",
        "QUOTES_EACH": "4",
    },
    "core/trade/reviews/model.py": {"WRITE_WITHIN": "timedelta(days=41)"},
}
POLICIES: Final[Mapping[str, str]] = {  # what cancelling a session costs, in core/advice/sessions/rules.py
    "Policy(timedelta(hours=2), 0, 50)": "Policy(timedelta(hours=6), 0, 40)",
    "Policy(timedelta(hours=24), 50, 100)": "Policy(timedelta(hours=31), 45, 100)",
    "Policy(timedelta(hours=48), 100, 100)": "Policy(timedelta(hours=62), 100, 100)",
}


def make_odd(house: Path) -> None:
    """Change each constant where it is decided. Raises AssertionError if it is not there any more."""
    for name, constants in ODD.items():
        path = house / name
        text = path.read_text("utf-8")
        for constant, value in constants.items():
            line = re.compile(rf"^({constant}(?:: Final)? = )[^#\n]*?(  #.*)?$", re.MULTILINE)
            text, found = line.subn(rf"\g<1>{value}\g<2>", text)
            assert found == 1, f"{constant} is not decided in {name}"
        path.write_text(text, "utf-8")
    rules = house / "core/advice/sessions/rules.py"
    text = rules.read_text("utf-8")
    for old, new in POLICIES.items():
        assert old in text, f"no policy is {old}"
        text = text.replace(old, new)
    rules.write_text(text, "utf-8")
