"""A book: which commands, buttons and forms one conversation answers to. The engine reads all books together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from conversations.buttons import Press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Form, Values, refusal_of
from core.people.files.model import Checked

Entry = TypeVar("Entry")
OnCommand = Callable[[ChatContext, str], None]  # the words after the command
OnPress = Callable[[ChatContext, Press], None]
OnWords = Callable[[ChatContext, str], bool]  # whether they were meant for it
OnPlace = Callable[
    [ChatContext, float, float], bool
]  # latitude and longitude in degrees; whether they were meant for it
OnFile = Callable[[ChatContext, Checked], bool]  # whether it takes files of this kind


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is asked back before a form goes out: a question, both answers to it, and the field that one of them
    changes."""

    question: str
    yes: str
    change: str
    field: str


class NeedsConfirmation(Exception):
    """What would have been taken is asked back first: nothing of it has been done."""

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(confirmation.question)
        self.confirmation = confirmation


@dataclass(frozen=True, slots=True)
class Flow:
    """A form and the one command it collects the input of. `finish` runs it, in the transaction of the last input.

    `reads(talk, sentence, values)`: the answers, by field, that one sentence gives, whatever is asked just now.
    `anew(talk, opening)`: of a form that changes what is there, which may itself change meanwhile: what was entered,
    laid upon what stands there now.
    `doubts(talk, opening, values)`: what is asked back where the form says something that may be a slip.
    """

    form: Form
    finish: Callable[[ChatContext, FormDefaults, Values], None]
    intro: Callable[[ChatContext, FormDefaults], str] = lambda _chat, _defaults: ""
    reads: Callable[[ChatContext, str, Values], Mapping[str, str]] | None = None
    anew: Callable[[ChatContext, FormDefaults], FormDefaults] | None = None
    confirm: Callable[[ChatContext, FormDefaults, Values], Confirmation | None] = lambda _chat, _defaults, _values: None

    @property
    def name(self) -> str:
        return self.form.name

    def run(self, chat: ChatContext, defaults: FormDefaults, values: Values, *, sure: bool = False) -> None:
        """Run the form's command. A limit that only the command knows is a refusal like any other.

        Raises Doubted where something of it is asked back, unless they are `sure`.
        """
        confirmation = None if sure else self.confirm(chat, defaults, values)
        if confirmation is not None:
            raise NeedsConfirmation(confirmation)  # first: what is refused may be refused for the very slip
        try:
            with chat.ctx.trial():
                self.finish(chat, defaults, values)
        except ValidationError as fault:
            raise refusal_of(fault) from fault


class Router:
    """The commands, buttons and forms of one conversation."""

    def __init__(self) -> None:
        self.commands: dict[str, OnCommand] = {}
        self.presses: dict[str, OnPress] = {}
        self.flows: dict[str, Flow] = {}
        self.listeners: list[OnWords] = []
        self.takers: list[OnFile] = []
        self.finders: list[OnPlace] = []

    def command(self, name: str) -> Callable[[OnCommand], OnCommand]:
        def enter(handler: OnCommand) -> OnCommand:
            self.commands[name] = handler
            return handler

        return enter

    def press(self, verb: str) -> Callable[[OnPress], OnPress]:
        def enter(handler: OnPress) -> OnPress:
            self.presses[verb] = handler
            return handler

        return enter

    def hears(self, handler: OnWords) -> OnWords:
        """What is typed outside of any form is offered to it before it is taken for a command or a search."""
        self.listeners.append(handler)
        return handler

    def takes(self, handler: OnFile) -> OnFile:
        """A file is offered to it before the form that is open: only a kind that no form asks for may be taken."""
        self.takers.append(handler)
        return handler

    def finds(self, handler: OnPlace) -> OnPlace:
        """A place that is shared outside of any form is offered to it before it is taken for one's own."""
        self.finders.append(handler)
        return handler

    def flow(self, flow: Flow) -> Flow:
        self.flows[flow.name] = flow
        return flow


def merge_routers(routers: Sequence[Router]) -> Router:
    """All books in one. The same command, button or form in two of them is our mistake."""
    whole = Router()
    for router in routers:
        _shelve(whole.commands, router.commands)
        _shelve(whole.presses, router.presses)
        _shelve(whole.flows, router.flows)
        whole.listeners += router.listeners
        whole.takers += router.takers
        whole.finders += router.finders
    return whole


def _shelve(shelf: dict[str, Entry], more: Mapping[str, Entry]) -> None:
    twice = shelf.keys() & more.keys()
    assert not twice, f"answered twice: {sorted(twice)}"
    shelf.update(more)
