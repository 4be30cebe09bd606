"""An open request as its buyer and the sellers see it: the terms, the quotes, and whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.differences import show_certificates
from conversations.forms.answers import goods_name, show_place
from conversations.forms.delivery_window import show_window
from conversations.reply import Button, Card, Line
from conversations.reputation_badge import reputation_badge
from core.discovery.alerts.request_alerts import sellers_told
from core.kernel.timers import deadline_of
from core.people.blocking.rules import masked
from core.trade.deals.access import deal_of_quote
from core.trade.deals.model import DEAL, Deal, DealState, Side
from core.trade.offers.quotes import service as quotes
from core.trade.offers.quotes.model import Quote
from core.trade.offers.quotes.rules import to_choose
from core.trade.requests import service as requests
from core.trade.requests.model import REQUEST, Request, RequestState

QUOTES_SHOWN = 8
SEALS: Final = ("sealed", "open")


def brief_request(chat: ChatContext, asked: Request) -> Card:
    """Return a request in a list: goods, place and closing date; one button opens it."""
    return Card(
        title=_title(chat, asked),
        lines=tuple(_asked_lines(chat, asked)[:4]),
        turn=request_turn(chat, asked, accepted_quote_of(chat, asked)),
        buttons=((Button(label=chat.words("request.open"), press=press("request.show", asked.id)),),),
    )


def request_card(chat: ChatContext, asked: Request, note: str = "") -> Card:
    """Return a request as this person sees it: the buyer the visible quotes, a seller their own."""
    words, mine = chat.words, "buyer" in requests.roles_of(chat.ctx, asked)
    visible, accepted = quotes.quotes_on(chat.ctx, asked), accepted_quote_of(chat, asked)
    lines = _asked_lines(chat, asked)
    if mine:
        if (told := sellers_told(chat.ctx, asked.id)) is not None:
            lines.append(Line(label=words("request.sellers_told"), value=words.show(told)))
        lines.append(Line(label=words("request.quotes"), value=words.show(asked.quotes)))
    else:
        lines.append(Line(label=words("party.buyer"), value=_name(chat, asked.buyer, "buyer")))
    lines += [_quote_line(chat, asked, each, accepted, mine=not mine) for each in visible[:QUOTES_SHOWN]]
    if not mine and (passed := quotes.passed_quote(chat.ctx, asked)) is not None:
        line = _quote_line(chat, asked, passed, None, mine=True)
        lines.append(line.model_copy(update={"value": words("request.quote_passed", quote=line.value)}))
    return Card(
        subject=f"request:{asked.id}",
        title=_title(chat, asked),
        text=masked(asked.words),
        lines=tuple(lines),
        table=_compared(chat, visible[:QUOTES_SHOWN], accepted) if mine and len(visible) > 1 else (),
        turn=request_turn(chat, asked, accepted),
        note=note,
        buttons=_buttons(chat, asked, visible, accepted, mine=mine),
        as_new_message=chat.as_new_message,
    )


def _title(chat: ChatContext, asked: Request) -> str:
    return chat.words("request.card", goods=goods_name(chat, asked.product_id, asked.grade_id))


def _name(chat: ChatContext, organisation_id: str, side: Side) -> str:
    return f"{chat.party(organisation_id)} · {reputation_badge(chat, organisation_id, side)}"


def _asked_lines(chat: ChatContext, asked: Request) -> list[Line]:
    words = chat.words
    lines = [
        Line(label=words("terms.quantity"), value=words.show(asked.quantity)),
        Line(label=words("terms.delivery"), value=f"{asked.incoterm} {show_place(chat, asked.place)}"),
        Line(label=words("terms.window"), value=show_window(chat, (asked.window_from, asked.window_to))),
        Line(label=words("request.closes"), value=words.show(asked.closes_at)),
    ]
    if asked.target is not None:
        lines.insert(1, Line(label=words("request.target"), value=words.show(asked.target)))
    if asked.lots > 1:
        lines.append(Line(label=words("terms.lots"), value=words.show(asked.lots)))
    if asked.certificates:
        lines.append(Line(label=words("terms.certificates"), value=", ".join(asked.certificates)))
    return [*lines, Line(label=words("request.seal"), value=words(f"request.seal.{SEALS[not asked.sealed]}"))]


def _compared(
    chat: ChatContext, quoted: Sequence[Quote], accepted: AcceptedQuote | None
) -> tuple[tuple[str, ...], ...]:
    """Return the quotes side by side, one a row."""
    words = chat.words
    certified = any(each.number for quote in quoted for each in quote.terms.certificates)
    numbers = ("terms.certificates",) if certified else ()
    head = ("party.seller", "terms.price", "terms.total", "terms.window", *numbers, "terms.note")
    rows = [
        (
            _marked(chat, each, accepted, _name(chat, each.seller, "seller")),
            words.show(each.terms.price),
            words.show(each.terms.total()),
            show_window(chat, (each.terms.window_from, each.terms.window_to)),
            *([show_certificates(chat, each.terms.certificates)] if certified else []),
            masked(each.terms.note or ""),
        )
        for each in quoted
    ]
    return (tuple(map(words, head)), *rows)


def _marked(chat: ChatContext, quote: Quote, accepted: AcceptedQuote | None, text: str) -> str:
    """Return a note behind a quote that was accepted, or was accepted for a deal that failed."""
    if quote.awarded_at is None:
        return text
    chosen = accepted is not None and accepted.quote.id == quote.id
    return chat.words("request.quote_taken" if chosen else "request.quote_fell_through", quote=text)


def _quote_line(chat: ChatContext, asked: Request, quote: Quote, accepted: AcceptedQuote | None, *, mine: bool) -> Line:
    words, terms = chat.words, quote.terms
    parts = [
        words.show(terms.price),
        words.show(terms.total()),
        show_window(chat, (terms.window_from, terms.window_to)),
    ]
    if terms.lots != asked.lots:
        parts.append(f"{words('terms.lots')}: {words.show(terms.lots)}")
    if numbered := [each for each in terms.certificates if each.number]:
        parts.append(show_certificates(chat, numbered))
    if terms.note:
        parts.append(masked(terms.note))
    label = words("request.my_quote") if mine else _name(chat, quote.seller, "seller")
    return Line(label=label, value=_marked(chat, quote, accepted, " · ".join(parts)))


def _buttons(
    chat: ChatContext, asked: Request, visible: list[Quote], accepted: AcceptedQuote | None, *, mine: bool
) -> tuple[tuple[Button, ...], ...]:
    words = chat.words
    verbs = REQUEST.open_to(asked.state, requests.roles_of(chat.ctx, asked))
    rows: list[tuple[Button, ...]] = []
    if accepted is not None and accepted.deal is not None:
        rows.append((Button(label=words("request.open_deal"), press=press("deal.show", accepted.deal.id)),))
    if mine and "award" in verbs:
        rows += _choices(chat, asked, visible)
    if mine and asked.state in REQUEST.final:
        again = press("request.again", asked.id)
        rows.append((Button(label=words("request.again"), press=again, style="plain" if accepted else "primary"),))
    if "quote" in verbs and quotes.quotes_left(chat.ctx, asked) > 0:
        rows.append((Button(label=words("request.quote"), press=press("request.quote", asked.id), style="primary"),))
    row: list[Button] = []
    if "change" in verbs:
        row.append(Button(label=words("listing.change"), press=press("request.change", asked.id)))
    if "withdraw" in verbs:
        load = press("request.withdraw", asked.id, asked.version)
        row.append(Button(label=words("request.withdraw"), press=load, style="danger"))
    return (*rows, tuple(row)) if row else tuple(rows)


def _choices(chat: ChatContext, asked: Request, visible: list[Quote]) -> list[tuple[Button, ...]]:
    """Return a button for each quote that can be accepted, numbered by its position on this card."""
    rows: list[tuple[Button, ...]] = []
    open_to_choose = {each.id for each in to_choose(visible, chat.ctx.now.date())}
    for number, each in enumerate(visible[:QUOTES_SHOWN], 1):
        if each.id in open_to_choose:
            label = chat.words("request.take", name=chat.party(each.seller), total=each.terms.total())
            load = press("request.award", asked.id, asked.version, str(number))
            rows.append((Button(label=label, press=load, style="plain" if rows else "primary"),))
    return rows


@dataclass(frozen=True, slots=True)
class AcceptedQuote:
    """The accepted quote and its deal. The deal is None for readers without a part in it."""

    quote: Quote
    deal: Deal | None


def accepted_quote_of(chat: ChatContext, asked: Request) -> AcceptedQuote | None:
    quote = quotes.awarded_quote(chat.ctx, asked)
    return None if quote is None else AcceptedQuote(quote, deal_of_quote(chat.ctx, quote.id))


def request_turn(chat: ChatContext, asked: Request, accepted: AcceptedQuote | None) -> str:
    """Return whose turn it is. Each state of a request has a sentence for its buyer and one for sellers."""
    if accepted is not None:
        return _after_award(chat, asked, accepted)
    side = "buyer" if "buyer" in requests.roles_of(chat.ctx, asked) else "seller"
    due = _due(chat, REQUEST.name, asked.id) or ""
    if side == "seller" and asked.state == REQUEST.initial and quotes.passed_quote(chat.ctx, asked) is not None:
        return chat.words("request.turn.anew.seller", due=due)
    return chat.words(f"request.turn.{asked.state}.{side}", due=due)


def _after_award(chat: ChatContext, asked: Request, accepted: AcceptedQuote) -> str:
    """Return the sentence after an award.

    Both parties read of their deal, another seller until when their quote binds.
    """
    words, until = chat.words, requests.bound_until(chat.ctx, asked)
    if accepted.deal is None:
        if until is not None and quotes.has_valid_quote(chat.ctx, asked, chat.organisation):
            return words("request.turn.reserve.seller", due=until)
        return words(f"request.turn.{asked.state}.seller", due="")
    buyer = chat.organisation == asked.buyer
    name, ref = chat.party(accepted.quote.seller if buyer else asked.buyer), accepted.deal.ref
    head = words("request.turn.taken.buyer" if buyer else "request.turn.taken.winner", name=name, ref=ref)
    if asked.state != RequestState.AWARDED:
        return f"{head} {words('request.turn.both_signed')}"
    due = _due(chat, DEAL.name, accepted.deal.id) or ""
    waits = "request.turn.to_approve" if accepted.deal.state == DealState.AWAITING_APPROVAL else "request.turn.to_sign"
    lines = [f"{head} {words(waits, due=due)}"]
    if buyer and until is not None and asked.quotes > 1:
        lines.append(words("request.turn.reserve.buyer", due=until))
    return "\n".join(lines)


def _due(chat: ChatContext, process: str, subject: str) -> datetime | None:
    timer = deadline_of(chat.ctx.session, process, subject)
    return timer.due_at if timer is not None else None
