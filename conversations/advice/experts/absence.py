"""Absence of a consultant. For future days the days are closed and the profile stays visible.

If the absence starts today, the profile is hidden and the consultant is told what that ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from conversations.advice.experts.availability import hours_card
from conversations.advice.experts.own_card import own_card
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.delivery_window import WINDOW, show_window
from conversations.forms.form import Form, Values
from conversations.reply import Button, Say, Toast
from conversations.router import Flow, Router
from core.advice.availability.local_times import instant, local
from core.advice.experts import service as experts
from core.advice.experts.model import Expert
from core.advice.promotion import service as promotions
from core.advice.promotion.model import Promotion
from core.kernel.errors import Invalid

BACK_AT: Final = time(6)  # on the morning after the last day, by the consultant's own clock
PART: Final = "~"  # the payload of a button: the last day, if any, and the refund that was shown

HOLIDAY = Form("holiday", (replace(WINDOW, name="days"),), review=False)

router = Router()


def _go_away(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    """Start an absence. If it begins later, only those days are closed; until then the profile is found as before."""
    expert = experts.own(chat.ctx)
    first, last = values["days"]
    if first <= local(chat.ctx.now, expert.zone).date():
        _leave(chat, expert, last)
        return
    kept = experts.close_days(chat.ctx, first, last)
    note = chat.words("expert.away_days", days=show_window(chat, (first, last)))
    chat.reply(hours_card(chat, kept, note))


router.flow(Flow(HOLIDAY, finish=_go_away))


@router.command("holiday")
def holiday(chat: ChatContext, days: str) -> None:
    """`/holiday 24-26 Dec`: close these days. `/holiday until 12 Jan`: hide the profile until that day is over."""
    experts.own(chat.ctx)
    chat.open("holiday", FormDefaults({"days": days} if days else {}))


@router.press("expert.holiday")
def away(chat: ChatContext, _press: Press) -> None:
    chat.as_new_message = True
    chat.open("holiday")


@router.press("expert.pause")
def pause(chat: ChatContext, press: Press) -> None:
    _leave(chat, experts.own(chat.ctx, press.expected_version), None)


@router.press("expert.away_now")
def away_now(chat: ChatContext, press: Press) -> None:
    """Start the absence after the consultant has read what it ends. If less would be refunded by now, ask again."""
    day, _, told = press.choice.partition(PART)
    try:
        last = date.fromisoformat(day) if day else None
    except ValueError as fault:
        raise Invalid("talk.unknown_button") from fault
    _leave(chat, experts.own(chat.ctx), last, told)


def _leave(chat: ChatContext, expert: Expert, last: date | None, told: str = "") -> None:
    """Hide the profile from now on, until the day after `last` or until the consultant returns."""
    running = promotions.running(chat.ctx, [expert.id])
    worth = ".".join(str(promotions.unused_price(chat.ctx, each).minor) for each in running)
    if worth != told:
        chat.reply(_ends(chat, running, "" if last is None else last.isoformat(), worth))
        return
    if last is None:
        chat.reply(own_card(chat, experts.pause(chat.ctx)))
        chat.reply(Toast(text=chat.words("expert.paused_toast")))
        return
    until = instant(datetime.combine(last + timedelta(days=1), BACK_AT), expert.zone)
    chat.reply(own_card(chat, experts.pause(chat.ctx, until), note=chat.words("expert.away_until", until=until)))


def _ends(chat: ChatContext, running: Sequence[Promotion], last: str, worth: str) -> Say:
    """Return what the absence ends: the promotions, each with its refund."""
    words = chat.words
    sentences = [words("expert.away_ends")]
    for each in running:
        if promotions.is_asked_back(chat.ctx, each):
            continue  # an operator decides on the refund
        kept = ".kept" if promotions.comes_back(chat.ctx, each).credit else ""
        sentences.append(words(f"promote.stop_sure{kept}", amount=promotions.unused_price(chat.ctx, each)))
    yes = press("expert.away_now", choice=f"{last}{PART}{worth}")
    return Say(
        text="\n".join(sentences),
        buttons=(
            (
                Button(label=words("expert.away_yes"), press=yes, style="danger"),
                Button(label=words("promote.stop_no"), press=press("expert.mine")),
            ),
        ),
    )
