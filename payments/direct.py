"""Settlement without held money: buyer and seller pay each other, and no provider moves money.

Requests that would hold or send money are refused for good, before anything has happened. Lookups find nothing, and the
books are empty. The states of such a deal (`funded_direct`) are defined in `core.trade.deals`.
"""

from __future__ import annotations

from typing import Any

from core.kernel.money import Money
from payments.provider import Answer, Done, Refused


class DirectSettlement:
    """A provider for markets that hold no money: every method of the protocol is one of five."""

    code: str = "direct"

    async def holds_no_money(self, *_: object, **__: object) -> Answer[Any]:
        return Refused("holds_no_money")

    async def is_missing(self, *_: object, **__: object) -> Answer[Any]:
        return Refused("resource_missing")

    async def finds_nothing(self, *_: object, **__: object) -> Answer[Any]:
        return Done(None)

    async def lists_nothing(self, *_: object, **__: object) -> Answer[Any]:
        return Done(())

    async def has_no_balance(self, *_: object, **__: object) -> Answer[dict[str, Money]]:
        return Done({})

    # money in
    open_payer = open_checkout = holds_no_money
    expire_checkout = checkout = intent = credit = is_missing
    in_part = has_no_balance
    # cards
    open_hold_page = open_card_page = hold = holds_no_money
    capture = cancel = is_missing
    find_intent = finds_nothing
    # money out
    transfer = send_credit = pay_out = holds_no_money
    reverse = refund = refund_as_it_is = is_missing
    find_transfer = find_reversal = find_refund = finds_nothing
    # sellers, disputes, books
    open_account = holds_no_money
    account = account_link = dispute = submit_evidence = is_missing
    disputes = movements = news = lists_nothing
    balance = has_no_balance

    async def hold_earnings(self) -> Answer[str]:
        return Done("nothing to hold")

    async def close(self) -> None:
        return None
