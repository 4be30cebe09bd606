"""A sentence on its way to being understood: what is taken out leaves a bar behind that no later pattern crosses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from core.discovery.search.sentence.grammar import FIRST_WORD, Grammar
from core.discovery.search.sentence.said import Said
from core.kernel.errors import Refusal

TAKEN = "|"
_DIGIT: Final = re.compile("[0-9]")


@dataclass(slots=True)
class Sheet:
    """The folded text that is left; `unclear` is what was said but cannot be."""

    said: Said
    grammar: Grammar
    language: str
    text: str = field(init=False)
    words: frozenset[str] = field(init=False)
    has_digits: bool = field(init=False)
    unclear: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = self.said.text
        self.words = frozenset(FIRST_WORD.findall(self.text))
        self.has_digits = _DIGIT.search(self.text) is not None

    def may_name(self, kind: str) -> bool:
        """Whether a word of the sentence begins any name of that kind: without, no pattern need be tried."""
        return not self.words.isdisjoint(self.grammar.first_words[kind])

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the pattern finds, struck out."""
        found = pattern.search(self.text)
        if found is not None:
            self.strike(*found.span())
        return found

    def strike(self, start: int, end: int) -> None:
        self.text = self.text[:start] + TAKEN * (end - start) + self.text[end:]

    def written(self, start: int, end: int) -> str:
        """A span as the person wrote it."""
        return self.said.as_written(start, end)
