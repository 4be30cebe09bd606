"""`/settings`: a person's settings (language, time zone, quiet hours), and a way to change each."""

from __future__ import annotations

from conversations.buttons import to_command
from conversations.chat_context import ChatContext
from conversations.discovery.quiet_hours import quiet_button, quiet_hours_text
from conversations.reply import Card, Line
from conversations.router import Router
from core.people.accounts.service import ZONE_UNKNOWN, zone_of

router = Router()


@router.command("notifications")
@router.command("timezone")
@router.command("settings")
def settings(chat: ChatContext, _rest: str) -> None:
    words, zone = chat.words, zone_of(chat.ctx, chat.person)
    language = words.locale.languages.get(words.language, words.language)
    chat.reply(
        Card(
            title=words("command.settings"),
            lines=(
                Line(label=words("settings.language"), value=language),
                Line(
                    label=words("settings.zone"),
                    value=words("settings.zone_unknown") if zone == ZONE_UNKNOWN else words.clock_of(zone),
                ),
                Line(label=words("alert.quiet"), value=quiet_hours_text(chat)),
            ),
            buttons=(
                (to_command(words, "language"), to_command(words, "place")),
                (quiet_button(chat), to_command(words, "alerts")),
            ),
        )
    )
