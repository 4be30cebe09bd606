"""Steps that need one press and nothing more. A step that takes money or goods is confirmed first.

The question appears on the pressed card, with the way back beside the yes, on every platform alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, Toast
from conversations.router import Router
from core.kernel.errors import Stale
from core.kernel.transaction import Ctx

YES: Final = "yes"
NO: Final = "no"  # going back shows the same card in place

Act = Callable[[Ctx, str, int | None], Any]  # subject id and the version the person saw
Question = Callable[[ChatContext, str], str]


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one kind of subject. `thing`: the prefix of its buttons' verbs ("deal").

    `questions`: verbs with a question of their own, or one only in odd cases (empty: no question).
    `side`: the person's side, for a question of its own, `sure.<thing>.<verb>.<side>`.
    `shown_by`: the verb that shows the card with the question, `<thing>.show` by default.
    `labels`: verbs with a button that says more than `<thing>.<verb>`, such as the price.
    `look`: the subject's version, its card, and its name where the card shows several.

    A step has these words: `<thing>.<verb>` on the button, `sure.<thing>.<verb>` for the question, and
    `toast.<thing>.<verb>` for the person. A step with several outcomes returns a word for its outcome:
    `toast.<thing>.<verb>.<word>`.
    """

    thing: str
    acts: Mapping[str, Act]
    confirmed: frozenset[str]
    look: Callable[[ChatContext, str], tuple[int, Card, str]]
    shown_by: str = ""
    questions: Mapping[str, Question] = field(default_factory=dict)
    labels: Mapping[str, Question] = field(default_factory=dict)
    side: Callable[[ChatContext, str], str] = lambda _chat, _subject: ""

    def enter(self, router: Router) -> None:
        for verb in self.acts:
            router.press(f"{self.thing}.{verb}")(self._take)

    def _take(self, chat: ChatContext, press: Press) -> None:
        verb = press.verb.partition(".")[2]
        if press.choice != YES and (asked := self._asked(chat, verb, press.subject)):
            chat.reply(self._question(chat, press, asked))
            return
        how = self.acts[verb](chat.ctx, press.subject, press.expected_version)
        told = f"toast.{press.verb}.{how}" if isinstance(how, str) and how else f"toast.{press.verb}"
        chat.reply(Toast(text=chat.words(told)))

    def _asked(self, chat: ChatContext, verb: str, subject: str) -> str:
        if verb in self.questions:
            return self.questions[verb](chat, subject)
        if verb not in self.confirmed:
            return ""
        asked = f"sure.{self.thing}.{verb}"
        mine = f"{asked}.{self.side(chat, subject)}"
        return chat.words(mine if chat.words.knows(mine) else asked)

    def _question(self, chat: ChatContext, button: Press, asked: str) -> Card:
        """Return the card with the question. Raises Stale when it is out of date."""
        words = chat.words
        version, card, name = self.look(chat, button.subject)
        if button.expected_version is not None and button.expected_version != version:
            raise Stale
        verb = button.verb.partition(".")[2]
        what = self.labels[verb](chat, button.subject) if verb in self.labels else words(button.verb)
        yes = Button(
            label=words("sure.yes", what=what),
            press=press(button.verb, button.subject, version, YES),
            style="danger",
        )
        back = press(self.shown_by or f"{self.thing}.show", button.subject, choice=NO)
        no = Button(label=words("sure.no"), press=back)
        question = " ".join(filter(None, (name, asked)))
        return card.model_copy(
            update={"turn": question, "note": "", "buttons": ((yes,), (no,)), "as_new_message": False}
        )


def enter_step(router: Router, verb: str, act: Act, toast: str) -> None:
    """Register a button that takes one step at once and answers with the toast of this code."""

    def take(chat: ChatContext, press: Press) -> None:
        act(chat.ctx, press.subject, press.expected_version)
        chat.reply(Toast(text=chat.words(toast)))

    router.press(verb)(take)
