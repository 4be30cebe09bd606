"""What operators look at, of trade and consulting alike: disputes, complaints, and payments that banks call back."""

from __future__ import annotations

from conversations.advice.aftercare.complaint import brief_card as brief_complaint
from conversations.books.chargebacks import brief_card as brief_recall
from conversations.chat_context import Talk
from conversations.reply import CardList, Say
from conversations.router import Book
from conversations.trade.delivery.dispute import brief_card as brief_dispute
from core.advice.sessions.complaints import open_complaints
from core.trade.disputes.service import open_cases
from core.trade.funding.chargebacks import open_chargebacks

book = Book()


@book.command("cases")
def cases(talk: Talk, _rest: str) -> None:
    """The oldest first, of each kind."""
    items = [brief_dispute(talk, case) for case in open_cases(talk.ctx)]
    items += [brief_complaint(talk, booking) for booking in open_complaints(talk.ctx)]
    items += [brief_recall(talk, found) for found in open_chargebacks(talk.ctx)]
    if not items:
        talk.reply(Say(text=talk.words("case.none")))
        return
    talk.reply(CardList(subject="cases", title=talk.words("case.waiting"), items=tuple(items)))
