"""Everything that can be said and pressed from a stage on: found by trying, and undone after each try.

A step that was tried before, whatever the stage, is not tried again once it has led somewhere. So the whole of the
conversations is walked through once, and a new command, button or form is walked through without being named.
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
from tools.rehearsal.screen import Filling, Step
from tools.rehearsal.stages import Stage

PATIENCE: Final = 12  # times a way to a form that has not come to its end is tried once more
STAGES: Final = 3  # at which a step is tried that leads to a form which others lead to as well
DEEPEST: Final = 5  # steps from a stage on: what lies deeper has a stage of its own
CHOICES: Final = frozenset({"command", "help.page"})  # verbs whose choices are different things
PHRASES: Final = ("pellets near Kaunas under 300 EUR/t", "oak furniture", "what can I do here?", "/help money", "/wat")

Path = tuple[Step, ...]
Kind = tuple[str, str, str]
After = tuple[str, Kind]  # a step, and the form that was sent off before it where that matters


@dataclass(frozen=True, slots=True)
class Door:
    """How a form is come to: the stage, whose it is, and the steps that open it."""

    flow: str
    stage: str
    who: str
    steps: Path


@dataclass(slots=True)
class Walk:
    """What was found so far, at most `deepest` steps from a stage.

    `record` sees every reply that somebody gets on the way, after which step. Where it has seen something new, the
    step is done `again` for whoever wants to see it otherwise.
    """

    commands: Sequence[str]
    record: Callable[[Player, Step, Reply], bool] = lambda _player, _step, _reply: False
    again: Callable[[Ctx, Rehearsal, Step, Act], None] | None = None
    deepest: int = DEEPEST
    doors: dict[str, list[Door]] = field(default_factory=dict)
    ended: dict[str, list[Door]] = field(default_factory=dict)  # those behind which the form came to its end
    dead: list[tuple[str, Step]] = field(default_factory=list)  # steps that were answered by nothing
    led: dict[After, str] = field(default_factory=dict)  # which steps led on, and to which form
    often: Counter[After] = field(default_factory=Counter)  # how often they were tried
    at: dict[After, set[str]] = field(default_factory=dict)  # at which stages
    first: dict[str, After] = field(default_factory=dict)  # which has opened a form before all others
    front: str = ""  # the form that the last step was about

    async def through(self, here: Rehearsal, stage: Stage) -> None:
        """Try what can be tried at this stage, the near things first. Nothing of it stays."""
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
        """Every step from here, tried; those that led somewhere new are to be followed."""
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
        """Whether this need not be tried again. What opens a form is, until that comes to its end.

        What opens one that something else has opened before may come to its own form at a later stage.
        """
        front, fills = self.led.get(after), after[1][0] == "fills"
        if not front:
            return front is not None
        if front not in self.ended:
            return not fills and self.often[after] > PATIENCE
        stages = self.at[after]
        return fills or self.first[front] == after or stage.name in stages or len(stages) > STAGES

    def _possible(self, here: Rehearsal, stage: Stage, *, first: bool) -> Iterator[Step]:
        """Forms first: what is begun is brought to its end. Then every button that somebody sees, then commands."""
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
        """Whether it led to more than a no, and to something not seen before."""
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
    """The form in front, to its end, or until it is refused whatever is said."""
    replies: list[Reply] = []
    filling = Filling.of(player.screen)
    while (given := filling.next(player.screen)) is not None:
        replies += here.turn_within(ctx, player, given)
    return replies


def is_no(reply: Reply) -> bool:
    """A refusal, seen from outside."""
    return isinstance(reply, FormErrors) or (isinstance(reply, Toast) and reply.alert)


def last_form(path: Path) -> str:
    """What was sent off last on this way: after it a thing is looked at again."""
    return next((step.what for step in reversed(path) if step.does == "fills"), "")
