"""The next step of a request, whose turn it is, and its deadline, for buyer, winner and other sellers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conversations.chat_context import ChatContext
from core.kernel.timers import deadline_of
from core.trade.deals.access import deal_of_quote
from core.trade.deals.model import DEAL, Deal, DealState
from core.trade.offers.quotes import service as quotes
from core.trade.offers.quotes.model import Quote
from core.trade.requests import service as requests
from core.trade.requests.model import REQUEST, Request, RequestState


@dataclass(frozen=True, slots=True)
class Taken:
    """The accepted quote and its deal. The deal is None for readers without a part in it."""

    quote: Quote
    deal: Deal | None


def taken_of(chat: ChatContext, asked: Request) -> Taken | None:
    quote = quotes.taken_quote(chat.ctx, asked)
    return None if quote is None else Taken(quote, deal_of_quote(chat.ctx, quote.id))


def request_turn(chat: ChatContext, asked: Request, taken: Taken | None) -> str:
    """Return whose turn it is. Each state of a request has a sentence for its buyer and one for sellers."""
    if taken is not None:
        return _of_taken(chat, asked, taken)
    side = "buyer" if "buyer" in requests.roles_of(chat.ctx, asked) else "seller"
    due = _due(chat, REQUEST.name, asked.id) or ""
    if side == "seller" and asked.state == REQUEST.initial and quotes.passed_quote(chat.ctx, asked) is not None:
        return chat.words("request.turn.anew.seller", due=due)
    return chat.words(f"request.turn.{asked.state}.{side}", due=due)


def _of_taken(chat: ChatContext, asked: Request, taken: Taken) -> str:
    """Return the sentence after an award.

    Both parties read of their deal, another seller until when their quote binds.
    """
    words, until = chat.words, requests.bound_until(chat.ctx, asked)
    if taken.deal is None:
        if until is not None and quotes.has_standing(chat.ctx, asked, chat.organisation):
            return words("request.turn.reserve.seller", due=until)
        return words(f"request.turn.{asked.state}.seller", due="")
    buyer = chat.organisation == asked.buyer
    name, ref = chat.party(taken.quote.seller if buyer else asked.buyer), taken.deal.ref
    head = words("request.turn.taken.buyer" if buyer else "request.turn.taken.winner", name=name, ref=ref)
    if asked.state != RequestState.AWARDED:
        return f"{head} {words('request.turn.both_signed')}"
    due = _due(chat, DEAL.name, taken.deal.id) or ""
    waits = "request.turn.to_approve" if taken.deal.state == DealState.AWAITING_APPROVAL else "request.turn.to_sign"
    lines = [f"{head} {words(waits, due=due)}"]
    if buyer and until is not None and asked.quotes > 1:
        lines.append(words("request.turn.reserve.buyer", due=until))
    return "\n".join(lines)


def _due(chat: ChatContext, process: str, subject: str) -> datetime | None:
    timer = deadline_of(chat.ctx.session, process, subject)
    return timer.due_at if timer is not None else None
