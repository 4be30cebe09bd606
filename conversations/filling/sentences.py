"""One sentence may answer several questions of a form at once: which ones, and which it leaves alone."""

from __future__ import annotations

from typing import Final

from conversations.book import Flow
from conversations.forms.form import Reading
from conversations.talk import Talk
from core.talks.model import Draft

WHOLE: Final = "*"  # in place of a field's name: the message that answered several
AS_WRITTEN: Final = frozenset({"long_text", "files"})  # their own words are the answer, whatever they speak of


def said_at_once(
    talk: Talk, flow: Flow, text: str, *, draft: Draft, reading: Reading, current: str | None
) -> dict[str, str]:
    """Answers by field name; empty where the text answers no more than the question.

    While something is asked, what was answered before stays: "Kaunas, beside the A1" must not change a grade. When
    all is answered and looked over, whatever is said anew counts.
    """
    if flow.reads is None or (current is not None and flow.form.field(current).kind in AS_WRITTEN):
        return {}
    known = draft.answers if current is not None else {}
    open_names = {each.name for each in flow.form.fields if not each.fixed}
    said = {
        name: answer
        for name, answer in flow.reads(talk, text, reading.values).items()
        if name in open_names and (name == current or not known.get(name))
    }
    return said if len(said) > 1 or current is None else {}
