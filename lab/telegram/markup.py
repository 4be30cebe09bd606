"""Telegram's HTML style: tags become entities, and an invalid tag is refused."""

from __future__ import annotations

import html
import re
from typing import Any, Final

from lab.telegram.call import bad_request

PLAIN: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
}
TAG: Final = re.compile(r"<(/?)([a-zA-Z-]*)((?:\s+[^<>]*)?)>")
ATTRIBUTE: Final = re.compile(r"([a-z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?")


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the text without tags, and its entities; offsets are in UTF-16 units."""
    text = ""
    entities: list[dict[str, Any]] = []
    opened: list[tuple[str, dict[str, Any]]] = []
    at = 0
    while at < len(source):
        if source[at] != "<":
            stop = source.find("<", at)
            stop = len(source) if stop < 0 else stop
            text += html.unescape(source[at:stop])
            at = stop
            continue
        found = TAG.match(source, at)
        place = len(source[:at].encode())
        if not found:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "" at byte offset {place}')
        closing, name, rest = found[1], found[2].lower(), found[3]
        width = len(text.encode("utf-16-le")) // 2
        if not closing:
            if name not in PLAIN:
                raise bad_request(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {place}')
            opened.append((name, _entity(name, rest, width)))
        elif not opened or opened[-1][0] != name:
            expected = f"</{opened[-1][0]}>" if opened else "none"
            raise bad_request(
                f'can\'t parse entities: Unmatched end tag at byte offset {place}, expected "{expected}", '
                f'found "</{name}>"'
            )
        else:
            entity = opened.pop()[1]
            entity["length"] = width - entity["offset"]
            if entity["length"]:
                entities.append(entity)
        at = found.end()
    if opened:
        tag = opened[-1][0]
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
    return text, entities


def _entity(name: str, rest: str, offset: int) -> dict[str, Any]:
    attributes = {each[1]: html.unescape(each[2] or each[3] or "") for each in ATTRIBUTE.finditer(rest)}
    entity: dict[str, Any] = {"type": PLAIN[name], "offset": offset, "length": 0}
    if name == "a":
        entity["url"] = attributes.get("href", "")
    if name == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    if name == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    return entity
