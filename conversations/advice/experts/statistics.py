"""`/stats`: the results of a consultant's sessions, from their own records."""

from __future__ import annotations

from datetime import timedelta

from babel.dates import format_date

from conversations.advice.aftercare.review import session_reputation
from conversations.advice.experts.card import lasting
from conversations.buttons import press, to_command
from conversations.chat_context import ChatContext
from conversations.dates import month_in_words
from conversations.reply import Bars, Button, Card, Line, Say
from conversations.router import Router
from conversations.wording import labelled
from core.advice.experts import service as experts
from core.advice.promotion.model import LOOKED_BACK
from core.advice.promotion.view_counts import views_of
from core.advice.sessions.statistics import Figures, figures_of
from core.kernel.money import Money

router = Router()


@router.command("stats")
def stats(chat: ChatContext, _rest: str) -> None:
    """Show sessions, the share of free talks that were paid, earnings by month, reviews, and response time."""
    words, expert = chat.words, experts.own_profile(chat.ctx)
    if expert is None:
        become = to_command(words, "expert", "primary")
        chat.reply(Say(text=words("stats.not_one"), buttons=((become,),)))
        return
    figures = figures_of(chat.ctx, expert.id, expert.zone)
    profile = Button(label=words("hours.profile"), press=press("expert.mine"))
    promote = to_command(words, "promote")
    shown, opened = views_of(chat.ctx, expert.id, LOOKED_BACK.days)
    views = words("stats.views_in", days=LOOKED_BACK.days, shown=shown, opened=opened)
    chat.reply(
        Card(
            subject="stats",
            title=words("stats.title"),
            lines=(
                Line(label=words("stats.requests"), value=words.show(figures.requests)),
                Line(label=words("stats.talks"), value=words.show(figures.begun)),
                Line(label=words("stats.conversion"), value=_conversion(chat, figures)),
                Line(label=words("stats.earned"), value=sums_in_words(chat, figures.earned)),
                *((Line(label=words("stats.kept"), value=words.show(figures.kept)),) if figures.kept else ()),
                *_months(chat, figures),
                Line(label=words("party.standing"), value=session_reputation(chat, expert.person_id)),
                Line(label=words("stats.answers"), value=_answers(chat, figures.reply_time)),
                Line(label=words("stats.views"), value=views),
            ),
            buttons=((profile, promote),),
            chart=_picture(chat, figures),
            as_new_message=chat.as_new_message,
        )
    )


def _conversion(chat: ChatContext, figures: Figures) -> str:
    """Return "3 of 4 talks (75 %)"."""
    if figures.conversion is None:
        return chat.words("stats.none_yet")
    return chat.words("stats.converted", paid=figures.paid, talks=figures.free, percent=figures.conversion)


def _months(chat: ChatContext, figures: Figures) -> list[Line]:
    """Return the months since the first one with earnings."""
    earned = [(month, sums) for month, sums in figures.months.items()]
    while earned and not earned[0][1]:
        earned.pop(0)
    return [
        Line(label=month_in_words(month, chat.words.locale), value=sums_in_words(chat, sums)) for month, sums in earned
    ]


def _picture(chat: ChatContext, figures: Figures) -> Bars | None:
    """Return the earnings of the last months in the currency with the largest sum; None before the first earnings."""
    if not figures.earned:
        return None
    currency = max(figures.earned, key=lambda money: money.minor).currency
    words, zero = chat.words, Money.zero(currency)
    sums = [next((each for each in months if each.currency == currency), zero) for months in figures.months.values()]
    if not any(sums):
        return None
    return Bars(
        title=words("stats.earned"),
        names=tuple(format_date(month, "LLL", locale=words.locale) for month in figures.months),
        heights=tuple(float(money.minor) for money in sums),
        labels=tuple(words.show(money) if money else "" for money in sums),
        words=labelled(words, words("stats.earned"), sums_in_words(chat, figures.earned)),
    )


def _answers(chat: ChatContext, reply_time: timedelta | None) -> str:
    return chat.words("stats.few_answers") if reply_time is None else lasting(chat, reply_time)


def sums_in_words(chat: ChatContext, sums: tuple[Money, ...]) -> str:
    return chat.words.show(sums) if sums else "–"
