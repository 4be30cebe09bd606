"""Entities of a text: given ones are checked, and those that Telegram finds by itself are added."""

from __future__ import annotations

import re
from typing import Any, Final

from lab.telegram.call import bad_request

ENTITY_TYPES: Final = (
    frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic"})
    | frozenset({"underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre"})
    | frozenset({"text_link", "text_mention", "custom_emoji", "date_time"})
)
# Within these Telegram does not look for links.
CLOSED: Final = frozenset({"code", "pre", "text_link", "text_mention"})
# The domains that occur in our trade, out of the many that Telegram knows.
DOMAINS: Final = "com|org|net|info|biz|io|dev|app|me|eu|lt|lv|ee|pl|de|at|ch|fr|it|es|nl|be|dk|se|no|fi|uk|ua|ru|рф|рус"
MARKED: Final = re.compile(
    r"(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/<>]))"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    rf"|(?P<url>https?://\S+|(?<![\w@.])(?:[\w-]+\.)+(?:{DOMAINS})\b(?:[/?]\S*)?)"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31}\b)"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
    r"|(?P<cashtag>(?<!\w)\$[A-Z]{3,8}\b)",
    re.IGNORECASE,
)

Entities = list[dict[str, Any]]


def utf16(text: str) -> int:
    """Return the length in UTF-16 code units, in which Telegram counts entity offsets."""
    return len(text.encode("utf-16-le")) // 2


def found(text: str, given: Entities) -> Entities:
    """Return all entities of a text: given ones, and those that Telegram finds (commands, links, names, tags)."""
    closed = [(each["offset"], each["offset"] + each["length"]) for each in given if each["type"] in CLOSED | set(SEEN)]
    seen = []
    for match in MARKED.finditer(text):
        words = match[0].rstrip(".,;:!?)") if match.lastgroup == "url" else match[0]
        begin = utf16(text[: match.start()])
        end = begin + utf16(words)
        if not any(begin < other_end and other_begin < end for other_begin, other_end in closed):
            seen.append({"type": match.lastgroup, "offset": begin, "length": end - begin})
    return sorted([*given, *seen], key=lambda each: (each["offset"], -each["length"]))


SEEN: Final = tuple(MARKED.groupindex)


def marked(text: str, given: Entities | None = None) -> dict[str, Any]:
    """Return the text of a message with all its entities, as the message object has them."""
    entities = found(text, given or [])
    return {"text": text} | ({"entities": entities} if entities else {})


def marked_caption(caption: str, given: Entities | None = None) -> dict[str, Any]:
    """Return the caption with its entities, or an empty dict without a caption."""
    if not caption:
        return {}
    entities = found(caption, given or [])
    return {"caption": caption} | ({"caption_entities": entities} if entities else {})


def check_entities(text: str, entities: Entities) -> None:
    """Check entities. Raises Telegram's error for one that is outside of the text, or of an unknown type."""
    inside = _middles(text)
    end_of_text = utf16(text)
    for entity in entities:
        kind, begin, length = entity.get("type"), entity.get("offset"), entity.get("length")
        if kind not in ENTITY_TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        if not isinstance(begin, int) or begin < 0:
            raise bad_request(f"receive an entity with incorrect offset {begin}")
        if not isinstance(length, int) or length < 0:
            raise bad_request(f"receive an entity with incorrect length {length}")
        end = begin + length
        if begin in inside:
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {begin}")
        if begin > end_of_text:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {begin}")
        if end in inside:
            raise bad_request(f"entity beginning at UTF-16 offset {begin} ends in a middle of a UTF-16 symbol")
        if end > end_of_text:
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends after the end of the text at UTF-16 offset {end}"
            )
        url = entity.get("url", "")
        if kind == "text_link" and not re.match(r"(https?|tg)://\S+$|(tel|mailto):\S+$", url):
            raise bad_request(f"entity URL '{url}' is invalid: Wrong HTTP URL")
    _check_nesting(entities)


def _check_nesting(entities: Entities) -> None:
    """Check that entities are nested; two may not overlap in part."""
    ends: list[int] = []
    for entity in sorted(entities, key=lambda each: (each["offset"], -each["length"])):
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        while ends and ends[-1] <= begin:
            ends.pop()
        if ends and end > ends[-1]:
            raise bad_request(
                f"entity beginning at UTF-16 offset {begin} ends after the end of the text at UTF-16 offset {end}"
            )
        ends.append(end)


def clipped(entities: Entities, end: int) -> Entities:
    """Return the entities of a text that lost its trailing spaces."""
    kept = [each | {"length": min(each["length"], end - each["offset"])} for each in entities]
    return sorted((each for each in kept if each["length"] > 0), key=lambda each: (each["offset"], -each["length"]))


def _middles(text: str) -> set[int]:
    """Return the UTF-16 offsets that fall between the two halves of one symbol."""
    middles, at = set(), 0
    for character in text:
        width = 2 if ord(character) > 0xFFFF else 1
        if width == 2:
            middles.add(at + 1)
        at += width
    return middles
