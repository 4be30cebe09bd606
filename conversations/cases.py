"""The cases of operators: disputes, complaints, chargebacks, reports and refunds that buyers ask for."""

from __future__ import annotations

from conversations.advice.aftercare.complaint import brief_card as brief_complaint
from conversations.books.chargebacks import brief_card as chargeback_brief
from conversations.chat_context import ChatContext
from conversations.reply import CardList, Say
from conversations.report_cases import brief_report
from conversations.router import Router
from conversations.shop.purchases import brief_refund
from conversations.trade.delivery.dispute import brief_card as brief_dispute
from core.advice.sessions.complaints import open_complaints
from core.money.chargebacks.service import open_chargebacks
from core.people.blocking.service import open_reports
from core.shop.purchases.service import open_refund_requests
from core.trade.disputes.service import open_cases

router = Router()


@router.command("cases")
def cases(chat: ChatContext, _rest: str) -> None:
    """Show the open cases, the oldest of each kind first."""
    items = [brief_dispute(chat, case) for case in open_cases(chat.ctx)]
    items += [brief_complaint(chat, booking) for booking in open_complaints(chat.ctx)]
    items += [chargeback_brief(chat, found) for found in open_chargebacks(chat.ctx)]
    items += [brief_report(chat, told) for told in open_reports(chat.ctx)]
    items += [brief_refund(chat, purchase) for purchase in open_refund_requests(chat.ctx)]
    if not items:
        chat.reply(Say(text=chat.words("case.none")))
        return
    chat.reply(CardList(subject="cases", title=chat.words("case.waiting"), items=tuple(items)))
