"""Block Kit's small parts, within Slack's limits by construction. Words are never markup here.

All text is in `plain_text` or in `rich_text` runs, which Slack shows letter by letter. Typed text can therefore not
become a mention, a link or bold. Only a message's fallback `text` is markup to Slack, and is escaped for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from conversations.reply import Button
from core.kernel.plain_text import visible

Block = dict[str, Any]
Style = Literal["", "bold", "italic", "strike", "link"]
Run = tuple[str, Style]
Rows = Sequence[Sequence[Button]]

# docs.slack.dev/reference/block-kit
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TEXT = 3_000
HEADER = 150
BUTTON = 75
LINK = 3_000
BUTTONS_IN_BLOCK = 25
BUTTONS_IN_ROW = 5  # more in a block and Slack hides the rest behind "Show more"
CARDS = 10  # in a carousel
ROWS = 100  # in a table; of a message's tables Slack takes one
COLUMNS = 20
CELL = 400  # characters, so that a few long ones leave room for the rest
CARD_TITLE = 150
CARD_BODY = 200
FALLBACK = 1_000  # characters of a notification; Slack cuts at 40,000

ELLIPSIS = "…"


def clean(text: str) -> str:
    return visible(text).strip()


def clipped(text: str, most: int) -> str:
    """Return at most this many characters; a cut is marked with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS


def escaped(text: str) -> str:
    """Escape words for a place where Slack reads markup. docs.slack.dev/messaging/formatting-message-text#escaping"""
    return clipped(clean(text), FALLBACK).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, most: int = TEXT) -> Block:
    """Return a text object. Slack refuses empty ones."""
    return {"type": "plain_text", "text": clipped(clean(text), most) or ELLIPSIS, "emoji": False}


def header(title: str) -> Block:
    return {"type": "header", "text": plain(" ".join(title.split()), HEADER)}


def context(text: str) -> list[Block]:
    """Return the small print, if there is any."""
    return [{"type": "context", "elements": [plain(text)]}] if clean(text) else []


def rich(*runs: Run, most: int = TEXT) -> list[Block]:
    """Return one block of words with their styles; none without words."""
    elements: list[Block] = []
    left = most
    for text, style in runs:
        shown = clipped(visible(text), left) if left > 0 else ""
        left -= len(shown)
        if shown:
            elements.append(_run(shown, style))
    if not any(element["text"].strip() for element in elements):
        return []
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]


def _run(shown: str, style: str) -> Block:
    if style == "link":
        return {"type": "link", "url": shown, "text": shown}
    return {"type": "text", "text": shown} | ({"style": {style: True}} if style else {})


def paragraphs(text: str, most_blocks: int = 10) -> list[Block]:
    """Return plain words in as many blocks as they need, broken between words where possible."""
    blocks: list[Block] = []
    rest = clean(text)
    while len(rest) > TEXT and len(blocks) < most_blocks - 1:
        at = max(rest.rfind("\n", 0, TEXT), rest.rfind(" ", 0, TEXT))
        at = at if at > TEXT // 2 else TEXT
        blocks += rich((rest[:at], ""))
        rest = rest[at:].lstrip()
    return blocks + rich((rest, ""))


def actions(rows: Rows) -> list[Block]:
    """Return buttons in rows as given, broken where they are too wide."""
    return [
        _row(row[start : start + BUTTONS_IN_ROW])
        for row in map(_drawable, rows)
        for start in range(0, len(row), BUTTONS_IN_ROW)
    ]


def one_row(rows: Rows) -> list[Block]:
    """Return all buttons in one block, where space is scarce."""
    buttons = [button for row in rows for button in _drawable(row)][:BUTTONS_IN_BLOCK]
    return [_row(buttons)] if buttons else []


def side_card(title: str, subtitle: str, body: str, buttons: Sequence[Button]) -> Block:
    """Return one card of a carousel. docs.slack.dev/reference/block-kit/blocks/card-block"""
    drawn: Block = {"type": "card", "title": plain(title, CARD_TITLE)}
    if clean(subtitle):
        drawn["subtitle"] = plain(subtitle, CARD_TITLE)
    if clean(body):
        drawn["body"] = plain(body, CARD_BODY)
    if buttons:
        drawn["actions"] = [_button(button, place) for place, button in enumerate(_drawable(buttons)[:BUTTONS_IN_ROW])]
    return drawn


def carousel(cards: Sequence[Block]) -> Block:
    """docs.slack.dev/reference/block-kit/blocks/carousel-block"""
    return {"type": "carousel", "elements": list(cards[:CARDS])}


def table(rows: Sequence[Sequence[str]]) -> Block:
    """Return a table; the first row is its head. docs.slack.dev/reference/block-kit/blocks/table-block"""
    return {"type": "table", "rows": [[_cell(text) for text in row[:COLUMNS]] for row in rows[:ROWS]]}


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": clipped(clean(text), CELL) or "–"}


def _drawable(row: Sequence[Button]) -> list[Button]:
    """Return the buttons that Slack can draw. It has none that sends an app's content into a conversation."""
    return [button for button in row if button.share is None and button.lookup is None]


def _row(buttons: Iterable[Button]) -> Block:
    return {"type": "actions", "elements": [_button(button, place) for place, button in enumerate(buttons)]}


def _button(button: Button, place: int) -> Block:
    drawn: Block = {"type": "button", "action_id": f"press-{place}", "text": plain(button.label, BUTTON)}
    if button.url is not None:
        assert len(button.url) <= LINK, f"the link behind {button.label} is too long for Slack"
        drawn["url"] = button.url
    else:
        assert button.press is not None, f"the button {button.label} leads nowhere"
        drawn["value"] = button.press
    return drawn if button.style == "plain" else {**drawn, "style": button.style}
