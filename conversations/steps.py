"""Steps that need one press and nothing more. A step that binds is confirmed first.

The question appears on the pressed card, with the way back beside the yes, on every platform alike. The yes names the
step and its sum.
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
from core.kernel.money import Money
from core.kernel.transaction import Ctx

YES: Final = "yes"
NO: Final = "no"  # going back shows the same card in place

Act = Callable[[Ctx, str, int | None], Any]  # subject id and the version the person saw
Question = Callable[[ChatContext, str], str]
Sum = Callable[[ChatContext, str], Money | None]


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one kind of subject. `thing`: the prefix of its buttons' verbs ("deal").

    `questions`: verbs with a question of their own, or one only in odd cases (empty: no question).
    `side`: the person's side, for a question of its own, `sure.<thing>.<verb>.<side>`.
    `shown_by`: the verb that shows the card with the question, `<thing>.show` by default.
    `labels`: verbs with a button that says more than `<thing>.<verb>`, such as the price.
    `sums`: the sum that the confirming button of a verb names, if there is one.
    `unchanging`: verbs whose effect is the same on every version of the subject.
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
    sums: Mapping[str, Sum] = field(default_factory=dict)
    unchanging: frozenset[str] = frozenset()
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
        verb = button.verb.partition(".")[2]
        if verb not in self.unchanging and button.expected_version not in (None, version):
            raise Stale
        what = self.labels[verb](chat, button.subject) if verb in self.labels else words(button.verb)
        amount = self.sums[verb](chat, button.subject) if verb in self.sums else None
        question = " ".join(filter(None, (name, asked)))
        yes = Button(
            label=yes_to(chat, what, amount), press=press(button.verb, button.subject, version, YES), style="danger"
        )
        back = press(self.shown_by or f"{self.thing}.show", button.subject, choice=NO)
        return asked_on(chat, card, question, yes, back)


def yes_to(chat: ChatContext, what: str, amount: Money | None = None) -> str:
    """Return the label of the button that confirms a step: the step's own name, and its sum."""
    if not amount:
        return chat.words("sure.yes", what=what)
    return chat.words("sure.yes_sum", what=what, amount=amount)


def asked_on(chat: ChatContext, card: Card, question: str, yes: Button, back: str) -> Card:
    """Return the card with a question in place of its turn. `back`: what its "no" presses."""
    no = Button(label=chat.words("sure.no"), press=back)
    return card.model_copy(update={"turn": question, "note": "", "buttons": ((yes,), (no,)), "as_new_message": False})


def enter_step(router: Router, verb: str, act: Act, toast: str) -> None:
    """Register a button that takes one step at once and answers with the toast of this code."""

    def take(chat: ChatContext, press: Press) -> None:
        act(chat.ctx, press.subject, press.expected_version)
        chat.reply(Toast(text=chat.words(toast)))

    router.press(verb)(take)
