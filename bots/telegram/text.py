"""Text for Telegram: plain words with their formatting beside them, never markup, so typed text cannot become any.

Telegram itself turns addresses and @names inside a text into links. An invisible word joiner at their seams prevents
this; real links are buttons. (A command like /help stays a link: it only ever reaches us.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from telegram import MessageEntity

from core.kernel.plain_text import visible

Style = Literal["bold", "italic", "strikethrough"]

MESSAGE_UNITS = 4096  # core.telegram.org/bots/api#sendmessage, in UTF-16 units
CAPTION_UNITS = 1024  # core.telegram.org/bots/api#sendphoto
JOINER = "\u2060"
ELLIPSIS = "…"

# The seams at which Telegram would see a mention or e-mail, a domain, a protocol's link or an IPv4 address. Also a
# command in a price ("215 €/t"): behind a letter Telegram sees none.
SEAMS = re.compile(r"@(?=\w)|(?<=\w)\.(?=[^\W\d_])|:(?=//)|(?<=\d)\.(?=\d{1,3}\.\d{1,3}\.\d)|(?<=[€$£₴])/(?=\w)")


def utf16(text: str) -> int:
    """Return the length in UTF-16 units, in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def clean(text: str) -> str:
    """Return a user's text in a form that a message may contain."""
    return SEAMS.sub(lambda seam: seam[0] + JOINER, visible(text).replace(JOINER, "")).strip()


def head_of(text: str, units: int) -> str:
    """Return the longest beginning of at most `units` units; no character is cut in two."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


@dataclass(frozen=True)
class Text:
    """Pieces one after the other, each in one style."""

    pieces: tuple[tuple[str, Style | None], ...] = ()

    def __add__(self, other: Text) -> Text:
        return Text(self.pieces + other.pieces)

    def __bool__(self) -> bool:
        return any(piece for piece, _ in self.pieces)

    @cached_property
    def plain(self) -> str:
        return "".join(piece for piece, _ in self.pieces)

    @cached_property
    def units(self) -> int:
        return utf16(self.plain)

    @cached_property
    def entities(self) -> list[MessageEntity]:
        found, at = [], 0
        for piece, style in self.pieces:
            length = utf16(piece)
            if style and length:
                found.append(MessageEntity(style, at, length))
            at += length
        return found

    def clipped(self, units: int) -> Text:
        """Return at most `units` units; a cut is marked with an ellipsis."""
        if self.units <= units:
            return self
        if units < 1:
            return Text()
        kept: list[tuple[str, Style | None]] = []
        left = units - 1
        for piece, style in self.pieces:
            beginning = head_of(piece, left)
            kept.append((beginning, style))
            left -= utf16(piece)
            if left <= 0:
                break
        last, style = kept[-1]
        kept[-1] = (last.rstrip() + ELLIPSIS, style)
        return Text(tuple(kept))

    def split(self, units: int) -> list[Text]:
        """Split into parts of at most `units` units, broken between words where possible."""
        parts, rest = [], self.plain
        while utf16(rest) > units:
            part = head_of(rest, units)
            at = max(part.rfind("\n"), part.rfind(" "))
            part = part[:at] if at > len(part) // 2 else part
            parts.append(Text(((part.rstrip(), None),)))
            rest = rest[len(part) :].lstrip()
        return [self] if not parts else [*parts, Text(((rest, None),))]


def styled(text: str, style: Style | None = None) -> Text:
    """Return cleaned words as a text; all words enter through here. Blank ones give an empty text."""
    cleaned = clean(text) if text else ""
    return Text(((cleaned, style),)) if cleaned else Text()


def address(url: str) -> Text:
    """Return one of our own addresses, unbroken: Telegram makes it a link, and it can be copied as it is."""
    return Text(((visible(url), None),))


def joined(gap: str, *parts: Text) -> Text:
    """Join the non-empty parts, with the gap between them."""
    pieces: list[tuple[str, Style | None]] = []
    for part in parts:
        if part:
            pieces += ((gap, None), *part.pieces) if pieces else part.pieces
    return Text(tuple(pieces))
