"""A form of one question that is answered in one's own words: a complaint, the answer to it, a wish for money back."""

from __future__ import annotations

from typing import Final

from conversations.forms.form import Field, Form

LONGEST: Final = 1000  # letters, of what people write to each other or to an operator
WORDS: Final = Field("words", "long_text", max_length=LONGEST)


def own_words(name: str) -> Form:
    return Form(name, (WORDS,), review=False)
