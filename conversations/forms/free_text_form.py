"""A form of one question with a free answer: a complaint, the answer to it, a request for a refund."""

from __future__ import annotations

from typing import Final

from conversations.forms.form import Field, Form

LONGEST: Final = 1000  # letters in a message to the other side or to an operator
WORDS: Final = Field("words", "long_text", max_length=LONGEST)


def own_words(name: str) -> Form:
    return Form(name, (WORDS,), review=False)
