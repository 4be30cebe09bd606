"""A router: the commands, buttons and forms of one conversation. The engine merges all routers."""

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
OnWords = Callable[[ChatContext, str], bool]  # whether the handler took the text
OnPlace = Callable[
    [ChatContext, float, float], bool
]  # latitude and longitude in degrees; returns whether the handler took them
OnFile = Callable[[ChatContext, Checked], bool]  # whether the handler took the file


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A question before a form is submitted: its text, both answers, and the field that one of them changes."""

    question: str
    yes: str
    change: str
    field: str


class NeedsConfirmation(Exception):
    """Raised when a form needs a confirmation before it is submitted. No part of it has been done."""

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(confirmation.question)
        self.confirmation = confirmation


@dataclass(frozen=True, slots=True)
class Flow:
    """A form and the one command it collects the input of. `finish` runs it, in the transaction of the last input.

    `reads(chat, sentence, values)`: the answers, by field, in one sentence, whichever field is asked for. `anew(chat,
    defaults)`: the answers of a form that edits something, applied to its newer version. `confirm(chat, defaults,
    values)`: a question about a value that may be a mistake.
    """

    form: Form
    finish: Callable[[ChatContext, FormDefaults, Values], None]
    intro: Callable[[ChatContext, FormDefaults], str] = lambda _chat, _defaults: ""
    reads: Callable[[ChatContext, str, Values], Mapping[str, str]] | None = None
    rebase: Callable[[ChatContext, FormDefaults], FormDefaults] | None = None
    confirm: Callable[[ChatContext, FormDefaults, Values], Confirmation | None] = lambda _chat, _defaults, _values: None

    @property
    def name(self) -> str:
        return self.form.name

    def run(self, chat: ChatContext, defaults: FormDefaults, values: Values, *, sure: bool = False) -> None:
        """Run the form's command. A limit of the command is a refusal like any other.

        Raises NeedsConfirmation if a value has to be confirmed, unless they are `sure`.
        """
        confirmation = None if sure else self.confirm(chat, defaults, values)
        if confirmation is not None:
            raise NeedsConfirmation(confirmation)  # first, because the mistake may be what the command refuses
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
        self.reversible: set[str] = set()
        self.flows: dict[str, Flow] = {}
        self.listeners: list[OnWords] = []
        self.takers: list[OnFile] = []
        self.finders: list[OnPlace] = []

    def command(self, name: str) -> Callable[[OnCommand], OnCommand]:
        def enter(handler: OnCommand) -> OnCommand:
            self.commands[name] = handler
            return handler

        return enter

    def press(self, verb: str, *, reversible: bool = False) -> Callable[[OnPress], OnPress]:
        """Register a handler of a button. A `reversible` step can be taken back, so a reaction may press it too."""

        def enter(handler: OnPress) -> OnPress:
            self.presses[verb] = handler
            if reversible:
                self.reversible.add(verb)
            return handler

        return enter

    def hears(self, handler: OnWords) -> OnWords:
        """Register a handler for text outside of any form, called before it is taken for a command or a search."""
        self.listeners.append(handler)
        return handler

    def takes(self, handler: OnFile) -> OnFile:
        """Register a handler for files, called before the open form. It may take only kinds that no form asks for."""
        self.takers.append(handler)
        return handler

    def finds(self, handler: OnPlace) -> OnPlace:
        """Register a handler for shared places outside of any form.

        It is called before the place becomes the company's own.
        """
        self.finders.append(handler)
        return handler

    def flow(self, flow: Flow) -> Flow:
        self.flows[flow.name] = flow
        return flow


def merge_routers(routers: Sequence[Router]) -> Router:
    """Return all routers as one. A command, button or form in two of them is our mistake."""
    whole = Router()
    for router in routers:
        _shelve(whole.commands, router.commands)
        _shelve(whole.presses, router.presses)
        _shelve(whole.flows, router.flows)
        whole.reversible |= router.reversible
        whole.listeners += router.listeners
        whole.takers += router.takers
        whole.finders += router.finders
    return whole


def _shelve(entries: dict[str, Entry], more: Mapping[str, Entry]) -> None:
    twice = entries.keys() & more.keys()
    assert not twice, f"answered twice: {sorted(twice)}"
    entries.update(more)
