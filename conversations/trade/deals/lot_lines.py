"""The deliveries on their deal's card: a line for each, and buttons for the first one with an open step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.forms.delivery_window import show_window
from conversations.reply import Button, Line, Style
from conversations.trade.claim_figures import paid_with
from conversations.trade.deals.next_steps import Wait
from core.trade.delivery.lot_summaries import ARGUED, LotSummaries
from core.trade.delivery.model import Lot, LotState

LOTS_WITH_BUTTONS = 3  # to keep the card short; later deliveries show when these are done
LOTS_LISTED = 12

VERBS: tuple[tuple[str, Style], ...] = (
    ("dispatch", "primary"),
    ("arrive", "plain"),
    ("accept", "primary"),
    ("claim", "danger"),
    ("weigh", "plain"),
    ("sample_sent", "plain"),
    ("not_arrived", "danger"),
    ("drop", "danger"),
    ("drop_asked", "plain"),
    ("drop_agreed", "danger"),
)


def lot_lines(chat: ChatContext, lots: Sequence[Lot], summaries: LotSummaries, unpaid: Collection[int]) -> list[Line]:
    """Return a line for each delivery. `unpaid`: the numbers of those without money held here, now or before."""
    return [_line(chat, lot, len(lots), summaries, unpaid) for lot in lots[:LOTS_LISTED]]


def _line(chat: ChatContext, lot: Lot, count: int, summaries: LotSummaries, unpaid: Collection[int]) -> Line:
    words = chat.words
    nothing_back = lot.state == LotState.DROPPED and lot.number in unpaid
    parts = [
        words.show(lot.quantity),
        show_window(chat, (lot.window_from, lot.window_to)),
        words("state.lot.given_up") if nothing_back else words(f"state.lot.{lot.state}"),
    ]
    if lot.truck and lot.eta:
        parts.append(words("lot.on_truck", truck=lot.truck, eta=lot.eta))
    if lot.measured is not None:
        parts.append(words("lot.measured", measured=lot.measured))
    if (pay := summaries.pays.get(lot.id)) is not None:
        parts.append(words("lot.would_pay", pay=pay, amount=lot.amount))
    if lot.state == LotState.ADJUSTED:
        parts += paid_with(chat, lot)
    elif lot.state in ARGUED and lot.never_came:
        parts.append(words("lot.claimed", words=words("claim.never_came")))
    elif lot.state in ARGUED and (found := summaries.findings.get(lot.id)) and found[0].words:
        parts.append(words("lot.claimed", words=found[0].words))
    return Line(label=words("lot.number", number=lot.number, count=count), value=" · ".join(parts))


def lot_rows(
    chat: ChatContext,
    lots: Sequence[Lot],
    summaries: LotSummaries,
    waits: Sequence[Wait],
    *,
    stands_still: bool = False,
) -> list[tuple[Button, ...]]:
    """Return a row of buttons for each of the first deliveries with an open step. There is none while the deal stands
    still.

    Those that the card calls the person's turn come first, in its order.
    """
    mine = [wait.lot.id for wait in waits if wait.mine and wait.lot is not None]
    turn = {lot_id: place for place, lot_id in enumerate(mine)}
    lots = sorted(lots, key=lambda lot: (turn.get(lot.id, len(mine)), lot.number))
    found = (_row(chat, lot, summaries.may(lot), alone=len(lots) == 1) for lot in lots)
    rows = list(islice((row for row in found if row), LOTS_WITH_BUTTONS))
    if stands_still:
        rows = [tuple(each.model_copy(update={"style": "plain"}) for each in row) for row in rows]
    return rows


def _row(chat: ChatContext, lot: Lot, verbs: Sequence[str], *, alone: bool) -> tuple[Button, ...]:
    if lot.state in ARGUED:  # these have a card of their own
        return (_button(chat, lot, "show_claim", "primary", alone=alone),)
    if alone:  # dropping the whole deal is cancelling it
        verbs = [verb for verb in verbs if verb not in ("drop_asked", "drop_agreed")]
    return tuple(_button(chat, lot, verb, style, alone=alone) for verb, style in VERBS if verb in verbs)


def _button(chat: ChatContext, lot: Lot, verb: str, style: Style, *, alone: bool) -> Button:
    return Button(
        label=chat.words(f"lot.{verb}" if alone else f"lot.{verb}.numbered", number=lot.number),
        press=press(f"lot.{verb}", lot.id, lot.version),
        style=style,
    )
