"""Telegram's MarkdownV2: text between marks becomes an entity, and a loose mark is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from lab.telegram.call import bad_request

# These must be escaped wherever they are meant literally (Bot API, MarkdownV2 style).
RESERVED: Final = frozenset("_*[]()~`>#+-=|{}.!")
# Longest first: `__` is underline, never two italics; `||` is a spoiler, and a single `|` is refused.
MARKS: Final = {"__": "underline", "||": "spoiler", "*": "bold", "_": "italic", "~": "strikethrough"}
# Telegram's names of the kinds, in complaints that the end is missing.
NAMES: Final = {"pre": "Pre", "code": "Code", "text_link": "TextUrl"} | {
    kind: kind.capitalize() for kind in MARKS.values()
}
LINK: Final = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")
LANGUAGE: Final = re.compile(r"([^\s`]*)\n")


@dataclass(slots=True)
class Source:
    """The position in the text, the result so far, and the marks that are still open."""

    source: str
    at: int = 0
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    open: list[tuple[str, str, int, int]] = field(default_factory=list)  # mark, kind, offset, byte in the source

    @property
    def byte(self) -> int:
        return len(self.source[: self.at].encode())

    @property
    def offset(self) -> int:
        return len(self.text.encode("utf-16-le")) // 2

    def ahead(self, mark: str) -> bool:
        return self.source.startswith(mark, self.at)

    def keep(self, kind: str, offset: int, **more: str) -> None:
        if self.offset > offset:
            self.entities.append({"type": kind, "offset": offset, "length": self.offset - offset, **more})


def parse_markdown(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the text without marks, and its entities; offsets are in UTF-16 units."""
    read = Source(source)
    while read.at < len(source):
        _step(read)
    if read.open:
        _, kind, _, byte = read.open[-1]
        raise bad_request(f"can't parse entities: Can't find end of {NAMES[kind]} entity at byte offset {byte}")
    return read.text, read.entities


def _step(read: Source) -> None:
    """Read one mark, one escaped character or one plain one."""
    here = read.source[read.at]
    if here == "\\" and 0 < ord(read.source[read.at + 1 : read.at + 2] or "\0") < 127:
        read.text += read.source[read.at + 1]
        read.at += 2
    elif here == "`":
        _code(read)
    elif read.ahead("![") or here == "[":
        read.open.append(("[", "text_link", read.offset, read.byte))
        read.at += 2 if here == "!" else 1
    elif here == "]" and read.open and read.open[-1][0] == "[":
        _link(read)
    elif mark := _mark(read):
        _toggle(read, mark)
    elif here in RESERVED and not (here == ">" and read.text[-1:] in ("", "\n")):
        raise bad_request(
            f"can't parse entities: Character '{here}' is reserved and must be escaped with the preceding '\\'"
        )
    elif here == ">":
        _quote(read)
    else:
        read.text += here
        read.at += 1


def _mark(read: Source) -> str | None:
    """Return the mark that begins here. If an italic is open and closes before an underline, `___` ends it first."""
    if read.ahead("___") and read.open and read.open[-1][0] == "_":
        return "_"
    return next((mark for mark in MARKS if read.ahead(mark)), None)


def _toggle(read: Source, mark: str) -> None:
    """Open or close an entity; only the one that was opened last can be closed."""
    if read.open and read.open[-1][0] == mark:
        _, kind, offset, _ = read.open.pop()
        read.keep(kind, offset)
    else:
        read.open.append((mark, MARKS[mark], read.offset, read.byte))
    read.at += len(mark)


def _code(read: Source) -> None:
    """Read code or a block of it: inside, only the backslash and the backtick are special."""
    fence = "```" if read.ahead("```") else "`"
    kind, begin, byte = ("pre" if fence == "```" else "code"), read.offset, read.byte
    read.at += len(fence)
    more: dict[str, str] = {}
    if fence == "```" and (language := LANGUAGE.match(read.source, read.at)):
        read.at = language.end()
        more = {"language": language[1]} if language[1] else {}
    while not read.ahead(fence):
        if read.at >= len(read.source):
            raise bad_request(f"can't parse entities: Can't find end of {NAMES[kind]} entity at byte offset {byte}")
        read.at += 1 if read.ahead("\\") and read.at + 1 < len(read.source) else 0
        read.text += read.source[read.at]
        read.at += 1
    read.at += len(fence)
    read.keep(kind, begin, **more)


def _link(read: Source) -> None:
    """Read `[words](address)`; an address of `tg://user?id=` mentions a person."""
    _, _, offset, _ = read.open.pop()
    found = LINK.match(read.source, read.at)
    if found is None and read.source[read.at + 1 : read.at + 2] == "(":
        read.at += 1
        raise bad_request(f"can't parse entities: Can't find end of a URL at byte offset {read.byte}")
    if found is None:
        raise bad_request("can't parse entities: Character ']' is reserved and must be escaped with the preceding '\\'")
    url = re.sub(r"\\(.)", r"\1", found[1])
    read.at = found.end()
    if url:
        read.keep("text_link", offset, url=url)


def _quote(read: Source) -> None:
    """Read lines that begin with `>`. They are parsed by themselves, so marks do not reach out of them."""
    lines = []
    while read.ahead(">"):
        end = read.source.find("\n", read.at)
        end = len(read.source) if end < 0 else end + 1
        lines.append(read.source[read.at + 1 : end])
        read.at = end
    begin = read.offset
    inner = "".join(lines)
    expandable = inner.rstrip("\n").endswith("||")
    inner = inner.rstrip("\n").removesuffix("||") if expandable else inner
    text, entities = parse_markdown(inner)
    read.text += text
    read.entities += [each | {"offset": each["offset"] + begin} for each in entities]
    read.keep("expandable_blockquote" if expandable else "blockquote", begin)
