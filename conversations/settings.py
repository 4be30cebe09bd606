"""`/settings`: what is set of a person (language, clock, quiet hours), and the way to change each."""

from __future__ import annotations

from conversations.buttons import to_command
from conversations.chat_context import Talk
from conversations.discovery.quiet_hours import quiet_button, quiet_hours_text
from conversations.reply import Card, Line
from conversations.router import Book
from core.people.accounts.service import ZONE_UNKNOWN, zone_of

book = Book()


@book.command("notifications")
@book.command("timezone")
@book.command("settings")
def settings(talk: Talk, _rest: str) -> None:
    words, zone = talk.words, zone_of(talk.ctx, talk.person)
    language = words.locale.languages.get(words.language, words.language)
    talk.reply(
        Card(
            title=words("command.settings"),
            lines=(
                Line(label=words("settings.language"), value=language),
                Line(
                    label=words("settings.zone"),
                    value=words("settings.zone_unknown") if zone == ZONE_UNKNOWN else words.clock_of(zone),
                ),
                Line(label=words("alert.quiet"), value=quiet_hours_text(talk)),
            ),
            buttons=(
                (to_command(words, "language"), to_command(words, "place")),
                (quiet_button(talk), to_command(words, "alerts")),
            ),
        )
    )
