"""The reader of docs/glossary.md: its terms, its banned words, and the names in the tree that contain them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.house.scratch import HOUSE, PACKAGES

PAGE: Final = HOUSE / "docs" / "glossary.md"
FOLDERS: Final = (*PACKAGES, "tests", "bench", "simulation")
CODE: Final = re.compile(r"`([^`]+)`")
PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Term:
    """A line of the first table."""

    name: str
    meaning: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ban:
    """A banned word. `folders`: where the ban holds, everywhere if empty.

    A word "tell_*" bans names that begin so; "…Ask" bans classes that end so.
    """

    word: str
    instead: str
    in_identifiers: bool
    in_files: bool
    folders: tuple[str, ...]

    def bans(self, name: str, *, is_class: bool = False) -> bool:
        parts = parts_of(name)
        if self.word.startswith("…"):
            return is_class and parts[-1:] == parts_of(self.word)
        banned = parts_of(self.word)
        if self.word.endswith("*"):
            return parts[: len(banned)] == banned and len(parts) > len(banned)
        return any(parts[at : at + len(banned)] == banned for at in range(len(parts)))

    def holds_in(self, path: str) -> bool:
        return not self.folders or path.startswith(self.folders)


@dataclass(frozen=True, slots=True)
class Use:
    """A name in the tree that contains a banned word."""

    path: str
    line: int
    name: str
    ban: Ban

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.name}: write {self.ban.instead} instead of `{self.ban.word}`"


def parts_of(name: str) -> list[str]:
    """Split a name at its underscores and capitals, in lower case."""
    return [part.lower() for part in PARTS.findall(name)]


def rows(page: str, heading: str) -> Iterator[list[str]]:
    """Yield the cells of the table under a heading, without its head."""
    section = re.split(rf"^## {re.escape(heading)}$", page, maxsplit=1, flags=re.MULTILINE)[1]
    lines = [
        line for line in re.split(r"^## ", section, maxsplit=1, flags=re.MULTILINE)[0].splitlines() if line[:1] == "|"
    ]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def terms(page: str) -> list[Term]:
    """Return the terms of the first table."""
    return [Term(name, meaning, tuple(CODE.findall(where))) for name, meaning, where in rows(page, "Terms")]


def bans(page: str) -> list[Ban]:
    """Return the banned words; a row may ban several."""
    found = []
    for words, instead, where in rows(page, "Do not write"):
        kinds, _, folders = where.partition(" of ")
        found += [
            Ban(word, instead, "identifiers" in kinds, "files" in kinds, tuple(CODE.findall(folders)))
            for word in CODE.findall(words)
        ]
    return found


def identifiers(tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Yield the names that a module defines, with their lines, and whether each is a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name, True
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, False
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg, False
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id, False
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr, False
        elif isinstance(node, ast.alias) and node.asname:
            yield 1, node.asname, False
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.lineno, node.name, False


def python_files() -> list[Path]:
    return sorted([*HOUSE.glob("*.py"), *(path for folder in FOLDERS for path in (HOUSE / folder).rglob("*.py"))])


def uses_in(path: str, source: str, banned: Iterable[Ban]) -> list[Use]:
    """Return the names of one module, and its file's name and folder, that contain a banned word."""
    here = [ban for ban in banned if ban.holds_in(path)]
    in_files = [ban for ban in here if ban.in_files]
    found = []
    place = Path(path)
    name = place.parent.name if place.name == "__init__.py" else place.stem.removeprefix("test_")
    found += [Use(path, 1, place.name, ban) for ban in in_files if ban.bans(name)]
    in_identifiers = [ban for ban in here if ban.in_identifiers]
    for line, identifier, is_class in identifiers(ast.parse(source)):
        # A test's name is a sentence, so the rules of prose hold for it. Names like __post_init__ are Python's own.
        if identifier.startswith("test_") or (identifier[:2] == identifier[-2:] == "__"):
            continue
        found += [Use(path, line, identifier, ban) for ban in in_identifiers if ban.bans(identifier, is_class=is_class)]
    return found


def uses(banned: list[Ban]) -> list[Use]:
    """Return every use of the banned words in the tree, except in this test's own files."""
    own = HOUSE / "tests" / "house"
    return [
        use
        for path in python_files()
        if path.parent != own
        for use in uses_in(path.relative_to(HOUSE).as_posix(), path.read_text("utf-8"), banned)
    ]


def main() -> None:
    """Print how often each banned word is still used, and where most."""
    banned = bans(PAGE.read_text("utf-8"))
    found = uses(banned)
    counts = Counter(use.ban for use in found)
    for ban in banned:
        folders = Counter("/".join(use.path.split("/")[:2]) for use in found if use.ban is ban)
        most = ", ".join(f"{folder} {count}" for folder, count in folders.most_common(4))
        print(f"{counts[ban]:6}  {ban.word:16} {ban.instead:40} {most}")  # noqa: T201 - its purpose


if __name__ == "__main__":
    main()
