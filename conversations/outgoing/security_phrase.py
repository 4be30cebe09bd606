"""The security phrase on every message about money, added in this one place before sending.

A message is about money by its subject, or by a button that leads out of the chat. Payments are asked for there, and an
impostor would lead people there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from conversations.reply import Card, CardList, Home, Reply

ABOUT_MONEY: Final = (
    *("deal:", "deals", "paying:", "payout", "money", "case:", "claim:", "hold:", "invoice", "purchase"),
    *("session:", "complaint:"),  # a price, a hold, a charge or a refund
)


def marked(replies: Sequence[Reply], mark: Callable[[], str | None]) -> list[Reply]:
    """Return the replies, those about money with the reader's phrase before their title.

    `mark` is called when needed.
    """
    if not any(speaks_of_money(reply) for reply in replies):
        return list(replies)
    sign = mark()
    return [_with(reply, sign) if sign is not None and speaks_of_money(reply) else reply for reply in replies]


def speaks_of_money(reply: Reply) -> bool:
    match reply:
        case Card(subject=subject, buttons=rows) | CardList(subject=subject, buttons=rows):
            leads_out = any(button.url is not None for row in rows for button in row)
            return leads_out or (subject or "").startswith(ABOUT_MONEY)
        case Home():
            return True
        case _:
            return False


def _with(reply: Reply, mark: str) -> Reply:
    assert isinstance(reply, Card | CardList | Home), "nothing else speaks of money"
    if reply.title.startswith(f"{mark} "):  # brought here from another of their chats
        return reply
    return reply.model_copy(update={"title": f"{mark} {reply.title}"})
