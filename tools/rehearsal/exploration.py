"""Everything that can be said and pressed from a stage on: found by trying, and undone after each try.

A step that has led somewhere is not tried again, whatever the stage. So all conversations are walked through once. A
new command, button or form is walked through without being named.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from conversations.reply import FormErrors, FormView, Reply, Toast
from core.kernel.chat_state.model import Draft
from core.kernel.transaction import Ctx
from tools.rehearsal.market import Act, Player, Rehearsal, undone
from tools.rehearsal.screen import FormInput, Step
from tools.rehearsal.stages import Stage

PATIENCE: Final = 12  # tries of a way to a form that has not come to its end
STAGES: Final = 3  # stages at which a step is tried although other steps lead to the same form
DEEPEST: Final = 5  # steps from a stage: deeper places have a stage of their own
CHOICES: Final = frozenset({"command", "help.page"})  # verbs with a different meaning for each choice
PHRASES: Final = ("pellets near Kaunas under 300 EUR/t", "oak furniture", "what can I do here?", "/help money", "/wat")

Path = tuple[Step, ...]
Kind = tuple[str, str, str]
After = tuple[str, Kind]  # a step, and the form that was sent before it, if that matters


@dataclass(frozen=True, slots=True)
class Door:
    """The way to a form: the stage, the person, and the steps that open it."""

    flow: str
    stage: str
    who: str
    steps: Path


@dataclass(slots=True)
class Walk:
    """The findings so far, at most `deepest` steps from a stage.

    `record` sees every reply on the way, with its person and step. If it has seen something new, `again` repeats the
    step for another look.
    """

    commands: Sequence[str]
    record: Callable[[Player, Step, Reply], bool] = lambda _player, _step, _reply: False
    again: Callable[[Ctx, Rehearsal, Step, Act], None] | None = None
    deepest: int = DEEPEST
    doors: dict[str, list[Door]] = field(default_factory=dict)
    ended: dict[str, list[Door]] = field(default_factory=dict)  # doors through which the form came to its end
    dead: list[tuple[str, Step]] = field(default_factory=list)  # steps without an answer
    led: dict[After, str] = field(default_factory=dict)  # steps that led on, and the form they led to
    often: Counter[After] = field(default_factory=Counter)  # how often each step was tried
    at: dict[After, set[str]] = field(default_factory=dict)  # the stages at which it was tried
    first: dict[str, After] = field(default_factory=dict)  # the step that opened a form first
    front: str = ""  # the form of the last step

    async def through(self, here: Rehearsal, stage: Stage) -> None:
        """Try everything that is possible at this stage, near things first. No change remains."""
        paths: deque[Path] = deque([()])

        def unit(ctx: Ctx) -> None:
            while paths:
                path = paths.popleft()
                with undone(here, ctx):
                    for step in path:
                        self._take(here, ctx, here.people[step.who], step)
                    paths.extend(self._onward(here, stage, ctx, path))

        await here.probe(unit)

    def _onward(self, here: Rehearsal, stage: Stage, ctx: Ctx, path: Path) -> Iterator[Path]:
        """Try every step from here, and yield the paths that led somewhere new."""
        tried: set[tuple[str, Kind]] = set()
        for step in list(self._possible(here, stage, first=not path)):
            what = step.what if step.does != "fills" else _flow_of(ctx, here.people[step.who].screen.form) or ""
            kind = (step.does, what, step.choice if step.what in CHOICES else "")
            after = (last_form(path) if "show" in step.what else "", kind)
            if (step.who, kind) in tried or self._known(after, stage):
                continue
            tried.add((step.who, kind))
            with undone(here, ctx):
                led, new = self._try(here, stage, ctx, path, step)
            if new and self.again is not None:
                self.again(ctx, here, step, partial(self._taken, here, step))
            if led and not self._known(after, stage) and len(path) + 1 < self.deepest:
                yield (*path, step)
            if led:
                self.led[after] = self.front
                self.often[after] += 1
                self.at.setdefault(after, set()).add(stage.name)
                self.first.setdefault(self.front, after)

    def _known(self, after: After, stage: Stage) -> bool:
        """Return whether this need not be tried again.

        A step that opens a form is tried again until the form comes to its end. If another step opened the form first,
        this one is tried at more stages: it may lead elsewhere later.
        """
        front, fills = self.led.get(after), after[1][0] == "fills"
        if not front:
            return front is not None
        if front not in self.ended:
            return not fills and self.often[after] > PATIENCE
        stages = self.at[after]
        return fills or self.first[front] == after or stage.name in stages or len(stages) > STAGES

    def _possible(self, here: Rehearsal, stage: Stage, *, first: bool) -> Iterator[Step]:
        """Yield the form in front first, so that it comes to its end, then every visible button, then commands."""
        for player in here.people.values():
            form = player.screen.form
            if form is not None:
                yield Step(player.name, "fills", form.title)
        for player in here.people.values():
            for pressed, _ in player.screen.presses():
                yield Step(player.name, "presses", pressed.verb, pressed.choice)
        if first and stage.commands:
            said = [*(f"/{each}" for each in self.commands), *PHRASES]
            yield from (Step(name, "says", each) for each in said for name in here.people)

    def _try(self, here: Rehearsal, stage: Stage, ctx: Ctx, path: Path, step: Step) -> tuple[bool, bool]:
        """Try the step. Return whether it led to more than a refusal, and whether it showed anything new."""
        player = here.people[step.who]
        begun = _flow_of(ctx, player.screen.form)
        known = {name: len(each.screen.shown) for name, each in here.people.items()}
        replies = self._take(here, ctx, player, step)
        shown = [(each, reply) for name, each in here.people.items() for reply in each.screen.shown[known[name] :]]
        new = [self.record(each, step, reply) for each, reply in shown]
        if not replies:
            self.dead.append((stage.name, step))
            return False, False
        opened = [reply for reply in replies if isinstance(reply, FormView)]
        flow = _flow_of(ctx, opened[-1]) if opened else None
        self.front = flow or begun or ""
        if flow is not None and step.does != "fills":
            self.doors.setdefault(flow, []).append(Door(flow, stage.name, step.who, (*path, step)))
        if begun is not None and step.does == "fills" and player.screen.form is None and path:
            self.ended.setdefault(begun, []).append(Door(begun, stage.name, step.who, path))
        return not all(is_no(reply) for reply in replies), any(new)

    def _taken(self, here: Rehearsal, step: Step, ctx: Ctx) -> None:
        self._take(here, ctx, here.people[step.who], step)

    @staticmethod
    def _take(here: Rehearsal, ctx: Ctx, player: Player, step: Step) -> list[Reply]:
        if step.does != "fills":
            given = player.screen.input_of(step)
            return here.turn_within(ctx, player, given) if given is not None else []
        return fill_within(here, ctx, player)


def _flow_of(ctx: Ctx, form: FormView | None) -> str | None:
    draft = ctx.session.get(Draft, form.draft) if form is not None else None
    return draft.flow if draft is not None else None


def fill_within(here: Rehearsal, ctx: Ctx, player: Player) -> list[Reply]:
    """Fill the form in front to its end, or until every answer is refused."""
    replies: list[Reply] = []
    form_input = FormInput.of(player.screen)
    while (given := form_input.next(player.screen)) is not None:
        replies += here.turn_within(ctx, player, given)
    return replies


def is_no(reply: Reply) -> bool:
    """Return whether the reply is a refusal, as seen from outside."""
    return isinstance(reply, FormErrors) or (isinstance(reply, Toast) and reply.alert)


def last_form(path: Path) -> str:
    """Return the form that was sent last on this path. After it, views are opened again."""
    return next((step.what for step in reversed(path) if step.does == "fills"), "")
