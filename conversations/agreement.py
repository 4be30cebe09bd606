"""Deals: the agreement both sign, its money, its lots and its end, on one card that says whose turn it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from conversations.answers import goods_name, show_window
from conversations.book import Book
from conversations.buttons import Press, press
from conversations.offer import lines_of
from conversations.reply import Button, Card, CardList, Line, Say, Style, Toast
from conversations.standing import standing
from conversations.talk import Talk
from core.deals import service as deals
from core.deals.model import DEAL, Deal
from core.delivery import service as delivery
from core.delivery.model import LOT, Lot
from core.escrow import service as escrow
from core.kernel.timers import Timer, deadline_of
from core.people.service import organisation_of
from core.reputation.service import reviews_due, reviews_of_deal

SHOWN_AT_ONCE = 8
LOTS_WITH_BUTTONS = 3  # a card stays a card; the rest of a long schedule is behind "lots"
LOTS_LISTED = 12

book = Book()


# --- buttons ----------------------------------------------------------------------------------------------------------


@book.press("deal.sign")
def sign(talk: Talk, pressed: Press) -> None:
    deals.sign_deal(talk.ctx, pressed.subject)
    talk.reply(Toast(text=talk.words("deal.signed_toast")))


@book.press("deal.unsign")
def back_out(talk: Talk, pressed: Press) -> None:
    deals.back_out(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("state.closed")))


@book.press("deal.cancel")
def cancel(talk: Talk, pressed: Press) -> None:
    deals.cancel_deal(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("deal.cancelled_toast")))


@book.press("deal.cancel_asked")
def ask_cancel(talk: Talk, pressed: Press) -> None:
    deals.ask_cancel(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("deal.cancel_asked_toast")))


@book.press("deal.cancel_agreed")
def agree_cancel(talk: Talk, pressed: Press) -> None:
    deals.agree_cancel(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("deal.cancelled_toast")))


@book.press("deal.cancel_refused")
def refuse_cancel(talk: Talk, pressed: Press) -> None:
    deals.refuse_cancel(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("deal.goes_on_toast")))


@book.press("deal.pay")
def pay_again(talk: Talk, pressed: Press) -> None:
    """The old pay page has lapsed: a new one is asked for, and the card is drawn when it is there."""
    escrow.pay_again(talk.ctx, pressed.subject)
    talk.reply(Toast(text=talk.words("deal.pay_page_coming")))


@book.press("deal.terms")
def terms(talk: Talk, pressed: Press) -> None:
    """The whole agreement with its fingerprint and who signed when."""
    deal = deals.deal_for(talk.ctx, pressed.subject)
    talk.reply(terms_card(talk, deal))


@book.press("deal.show")
def show(talk: Talk, pressed: Press) -> None:
    talk.reply(deal_card(talk, deals.deal_for(talk.ctx, pressed.subject)))


@book.command("deals")
def my_deals(talk: Talk, ref: str) -> None:
    """The person's deals, newest first; with a reference, that one."""
    words = talk.words
    if ref:
        talk.reply(deal_card(talk, deals.deal_by_ref(talk.ctx, ref)))
        return
    mine = deals.deals_of(talk.ctx, talk.organisation, limit=SHOWN_AT_ONCE)
    if not mine:
        find = Button(label=words("command.find"), press=press("command", choice="find"), style="primary")
        talk.reply(Say(text=words("deal.none_yet"), buttons=((find,),)))
        return
    talk.reply(CardList(subject="deals", title=words("deal.mine"), items=tuple(brief_card(talk, d) for d in mine)))


# --- the card ---------------------------------------------------------------------------------------------------------


def deal_card(talk: Talk, deal: Deal, note: str = "") -> Card:
    """A deal as this person sees it now."""
    words, mine = talk.words, deals.sides(talk.ctx, deal)
    lots = delivery.lots_of(talk.ctx, deal.id)
    other = deal.seller if "buyer" in mine else deal.buyer
    name = organisation_of(talk.ctx, other).name
    return Card(
        subject=f"deal:{deal.id}",
        title=_title(talk, deal),
        lines=(
            *(line for line in lines_of(talk, deal.terms) if line.label != words("terms.note")),
            Line(label=words("party.other"), value=f"{name} · {standing(talk, other)}"),
            *_money_lines(talk, deal),
            *_lot_lines(talk, lots),
            *_review_lines(talk, deal),
        ),
        turn=turn_of(talk, deal, lots, name),
        note=note,
        buttons=_buttons(talk, deal, lots, mine),
        fresh=talk.fresh,
    )


def brief_card(talk: Talk, deal: Deal) -> Card:
    """A deal among others: what, how much, whose turn; one button opens it."""
    words, mine = talk.words, deals.sides(talk.ctx, deal)
    name = organisation_of(talk.ctx, deal.seller if "buyer" in mine else deal.buyer).name
    return Card(
        title=_title(talk, deal),
        lines=(
            Line(label=words("terms.total"), value=words.show(deal.amount)),
            Line(label=words("party.other"), value=name),
        ),
        turn=turn_of(talk, deal, delivery.lots_of(talk.ctx, deal.id), name),
        buttons=((Button(label=words("deal.open"), press=press("deal.show", deal.id)),),),
    )


def terms_card(talk: Talk, deal: Deal) -> Card:
    words = talk.words
    signed = [
        Line(label=words(f"deal.signed_by_{side}"), value=words.show(at) if at else words("deal.not_signed"))
        for side, at in (("buyer", deal.buyer_signed_at), ("seller", deal.seller_signed_at))
    ]
    return Card(
        title=words("deal.terms_title", ref=deal.ref),
        lines=(
            Line(label=words("party.buyer"), value=organisation_of(talk.ctx, deal.buyer).name),
            Line(label=words("party.seller"), value=organisation_of(talk.ctx, deal.seller).name),
            *lines_of(talk, deal.terms, signed=bool(deal.buyer_signed_at and deal.seller_signed_at)),
            *signed,
        ),
        text=words("deal.terms_text"),
        note=words("deal.fingerprint", hash=deal.terms_hash),
    )


def turn_of(talk: Talk, deal: Deal, lots: list[Lot], other: str) -> str:
    """Whose turn it is, what happens next and by when. Every state of every process has its sentence here."""
    mine = deals.sides(talk.ctx, deal)
    side = "buyer" if "buyer" in mine else "seller"
    if deal.state == "funded" and lots:
        lot = min((lot for lot in lots if lot.state not in CLOSED_LOTS), key=lambda lot: lot.number, default=lots[-1])
        return _sentence(talk, f"turn.lot.{lot.state}.{side}", other, deadline_of(talk.ctx.session, "lot", lot.id), lot)
    state = deal.state
    if state == "agreed":
        signed = deal.buyer_signed_at if side == "buyer" else deal.seller_signed_at
        state = "agreed_signed" if signed else "agreed"
    if state == "completed" and not _may_rate(talk, deal):
        state = "completed_rated"
    if state == "cancel_asked":
        state = "cancel_asked_me" if "other" in mine else "cancel_asked_them"
    return _sentence(talk, f"turn.deal.{state}.{side}", other, deadline_of(talk.ctx.session, "deal", deal.id), None)


CLOSED_LOTS = LOT.final


def _sentence(talk: Talk, code: str, other: str, deadline: Timer | None, lot: Lot | None) -> str:
    words = talk.words
    # Where both sides are told the same, the catalogue has one sentence for both.
    code = code if words.knows(code) else code.rpartition(".")[0]
    parts: dict[str, object] = {"other": other}
    parts["due"] = deadline.due_at if deadline is not None else ""
    if lot is not None:
        parts |= {"lot": lot.number, "truck": lot.truck or "", "eta": lot.eta or ""}
    return words(code, **parts)


def _title(talk: Talk, deal: Deal) -> str:
    terms = deal.terms
    return talk.words("deal.card", ref=deal.ref, goods=goods_name(talk, terms.product_id, terms.grade_id))


def _money_lines(talk: Talk, deal: Deal) -> list[Line]:
    """What is held, released and given back, as soon as there is any."""
    words, money = talk.words, escrow.money_of(talk.ctx, deal.id)
    shown = (("money.held", money.held), ("money.released", money.released), ("money.refunded", money.refunded))
    return [Line(label=words(code), value=words.show(amount)) for code, amount in shown if amount]


def _lot_lines(talk: Talk, lots: list[Lot]) -> list[Line]:
    words = talk.words
    lines = []
    for lot in lots[:LOTS_LISTED]:
        parts = [
            words.show(lot.quantity),
            show_window(talk, (lot.window_from, lot.window_to)),
            words(f"state.lot.{lot.state}"),
        ]
        if lot.truck and lot.eta:
            parts.append(words("lot.on_truck", truck=lot.truck, eta=lot.eta))
        if lot.measured is not None:
            parts.append(words("lot.measured", measured=lot.measured))
        if (found := delivery.findings_of(talk.ctx, lot.id)) and lot.state == "claim":
            parts.append(words("lot.claimed", words=found[-1].words))
        lines.append(Line(label=words("lot.number", number=lot.number, count=len(lots)), value=" · ".join(parts)))
    return lines


def _review_lines(talk: Talk, deal: Deal) -> list[Line]:
    """What each side says of the other, once both may read it."""
    lines = []
    for review in reviews_of_deal(talk.ctx, deal.id):
        marks = ", ".join(f"{talk.words(f'review.{mark}')} {'★' * stars}" for mark, stars in review.stars)
        name = organisation_of(talk.ctx, review.author).name
        said = f"{marks}. {review.words}" if review.words else marks
        lines.append(Line(label=talk.words("review.by", name=name), value=said))
    return lines


def _buttons(talk: Talk, deal: Deal, lots: list[Lot], mine: frozenset[str]) -> tuple[tuple[Button, ...], ...]:
    """What moves the deal on stands first; what is for reading, and the ways out, stand last."""
    words, verbs = talk.words, deals.may(talk.ctx, deal)
    rows: list[tuple[Button, ...]] = []
    if deal.state == "awaiting_funding" and "buyer" in mine:
        rows.append((_pay_button(talk, deal),))
    rows.append(_verb_buttons(talk, deal, ONWARD_VERBS, verbs))
    if deal.state in {"funded", "cancel_asked"}:
        rows += lot_rows(talk, lots)
    if _may_rate(talk, deal):
        rows.append((Button(label=words("review.write"), press=press("review.write", deal.id), style="primary"),))
    if "seller" in mine and _payout_waits(talk, deal):
        rows.append((Button(label=words("payout.set_up"), press=press("payout.set_up"), style="primary"),))
    reading = [Button(label=words("deal.terms"), press=press("deal.terms", deal.id))]
    if papers := sum(len(lot.files) for lot in lots):
        reading.append(Button(label=words("deal.papers", count=papers), press=press("deal.papers", deal.id)))
    rows.append((*reading, *_verb_buttons(talk, deal, WAYS_OUT, verbs)))
    return tuple(row for row in rows if row)


def _verb_buttons(
    talk: Talk, deal: Deal, offered: Sequence[tuple[str, Style]], verbs: Collection[str]
) -> tuple[Button, ...]:
    return tuple(
        Button(label=talk.words(f"deal.{verb}"), press=press(f"deal.{verb}", deal.id, deal.version), style=style)
        for verb, style in offered
        if verb in verbs
    )


def _may_rate(talk: Talk, deal: Deal) -> bool:
    """The deal is over, and this side has not said yet how it was."""
    return deal.state in DEAL.final and any(due.id == deal.id for due in reviews_due(talk.ctx, talk.organisation))


def _payout_waits(talk: Talk, deal: Deal) -> bool:
    """Money was released to a seller who has not said yet where it should go."""
    payee = escrow.payee_of(talk.ctx, deal.seller)
    return bool(escrow.money_of(talk.ctx, deal.id).released) and not (payee is not None and payee.ready)


ONWARD_VERBS: tuple[tuple[str, Style], ...] = (
    ("sign", "primary"),
    ("cancel_agreed", "danger"),
    ("cancel_refused", "plain"),
)
WAYS_OUT: tuple[tuple[str, Style], ...] = (("unsign", "danger"), ("cancel", "danger"), ("cancel_asked", "plain"))
LOT_VERBS: tuple[tuple[str, Style], ...] = (
    ("dispatch", "primary"),
    ("arrive", "plain"),
    ("accept", "primary"),
    ("claim", "danger"),
    ("accept_anyway", "primary"),
    ("give_back", "danger"),
    ("drop", "danger"),
)


def _pay_button(talk: Talk, deal: Deal) -> Button:
    payment = escrow.payment_of(talk.ctx, deal.id)
    words = talk.words
    if payment is not None and payment.url and payment.state == "open":
        return Button(label=words("deal.pay", amount=deal.amount)[:75], url=payment.url, style="primary")
    return Button(label=words("deal.get_pay_page"), press=press("deal.pay", deal.id, deal.version), style="primary")


def lot_rows(talk: Talk, lots: list[Lot]) -> list[tuple[Button, ...]]:
    """A row of buttons for each of the first lots on which this person can act."""
    rows = []
    for lot in lots:
        verbs = delivery.may(talk.ctx, lot)
        row = tuple(
            Button(
                label=talk.words(f"lot.{verb}" if len(lots) == 1 else f"lot.{verb}.numbered", number=lot.number)[:75],
                press=press(f"lot.{verb}", lot.id, lot.version),
                style=style,
            )
            for verb, style in LOT_VERBS
            if verb in verbs
        )
        if row:
            rows.append(row)
    return rows[:LOTS_WITH_BUTTONS]
