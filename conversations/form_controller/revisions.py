"""Texts about a form at one revision: why it was refused, and what was keyed in so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.kernel.chat_state.memory import Topic
from core.kernel.chat_state.model import Draft


@dataclass(frozen=True, slots=True)
class AtRevision:
    """A text about a form at one revision. It is invalid for later revisions."""

    draft: str
    revision: int
    text: str

    @classmethod
    def read(cls, text: str) -> AtRevision:
        draft, revision, rest = text.split(":", 2)
        return cls(draft, int(revision), rest)

    def __str__(self) -> str:
        return f"{self.draft}:{self.revision}:{self.text}"

    def is_about(self, draft: Draft) -> bool:
        return (self.draft, self.revision) == (draft.id, draft.revision)


REFUSED: Final = Topic("refused", AtRevision.read)  # why a form was not taken: "field:sentence"
REFUSED_ANSWER: Final = Topic("refused_answer", AtRevision.read)  # the answer that was refused
KEYED: Final = Topic("keyed", AtRevision.read)  # the text keyed in so far on a field's keypad
