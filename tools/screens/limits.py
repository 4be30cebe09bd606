"""Faults of a screen: it is over a limit of its platform, or so long that it was cut."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, Final

from bots.slack.blocks import HEADER
from bots.slack.home import home_view
from bots.slack.modal import OPTION, TITLE, modal
from bots.slack.renderer import render as on_slack
from bots.telegram.renderer import render as on_telegram
from bots.telegram.text import MESSAGE_UNITS
from conversations.reply import Button, Card, CardList, FormView, Home, Reply, Toast
from lab.slack.check import check_message, check_view
from lab.slack.refusal import Refusal
from lab.telegram.call import Refusal as TelegramRefusal
from lab.telegram.entities import check_entities
from lab.telegram.limits import check_markup
from tools.rehearsal.screen import buttons_of

DICE: Final = random.Random(1)  # noqa: S311 - for the ids that Slack gives to blocks
BUTTON: Final = 75  # characters that both platforms show whole; a label of exactly this length was cut
TOAST: Final = 200  # core.telegram.org/bots/api#answercallbackquery


def faults_of(reply: Reply, platform: str) -> Iterator[str]:
    """Return the broken limits in words, each with the figure and the limit."""
    yield from cut_of(reply)
    yield from _refused_by_telegram(reply) if platform == "telegram" else _refused_by_slack(reply)


def cut_of(reply: Reply) -> Iterator[str]:
    """Return our own words that a renderer has to cut to the platform's limit."""
    match reply:
        case FormView():
            for name, text in (("title", reply.title), ("submit", reply.submit), ("cancel", reply.cancel)):
                if len(text) > TITLE:
                    yield f"the form's {name} “{text}” has {len(text)} characters, {TITLE} fit"
            for each in reply.fields:
                yield from (_too_long("option", option.label) for option in each.options if len(option.label) >= OPTION)
        case Card(title=title) | CardList(title=title) | Home(title=title):
            if len(title) > HEADER:
                yield f"the title “{title}” has {len(title)} characters, {HEADER} fit"
        case Toast(text=text) if len(text) >= TOAST:
            yield f"the toast “{text}” has {len(text)} characters, fewer than {TOAST} fit"
        case _:
            pass
    yield from (_too_long("button", button.label) for button in buttons_of(reply) if _was_cut(button))


def _was_cut(button: Button) -> bool:
    return len(button.label) >= BUTTON


def _too_long(what: str, text: str) -> str:
    return f"the {what} “{text}” has {len(text)} characters or more, fewer than {BUTTON} fit"


def _refused_by_telegram(reply: Reply) -> Iterator[str]:
    for screen in on_telegram(reply):
        if screen.text.units > MESSAGE_UNITS:
            yield f"a message of {screen.text.units} units, {MESSAGE_UNITS} fit"
        try:
            check_entities(screen.text.plain, [each.to_dict() for each in screen.text.entities])
            if screen.keyboard is not None:
                check_markup(json.loads(screen.keyboard.to_json()))
        except TelegramRefusal as refused:
            yield f"Telegram: {refused}"


def _refused_by_slack(reply: Reply) -> Iterator[str]:
    try:
        if isinstance(reply, FormView):
            check_view(modal(reply), "modal", DICE)
        if isinstance(reply, Home):
            check_view(home_view(reply), "home", DICE)
        drawn = on_slack(reply)
        if drawn is not None:
            blocks: list[dict[str, Any]] = drawn.blocks
            check_message(blocks, DICE)
    except Refusal as refused:
        yield f"Slack: {refused}"
