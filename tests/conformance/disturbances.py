"""Disturbances of an attempt.

Each is tried at every input of every form, and checks the rules that must hold all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from config.market import ROUTERS
from conversations.buttons import press, read_press
from conversations.forms.form import Field, Form, stood
from conversations.reply import FormClosed, FormErrors, FormView
from conversations.router import Router
from conversations.steps import YES
from conversations.trade.deals import card as deal_card
from conversations.trade.delivery import claim, delivery, dispute
from conversations.turn import ButtonPress, ClosedForm, FormSubmission, Input, TextMessage, Turn
from core.kernel.transaction import Ctx
from tests.conformance.attempt import Attempt, loads_on
from tools.rehearsal.market import Player
from tools.rehearsal.screen import buttons_of, next_input
from tools.rehearsal.stages import SELLER, STRANGER

STEPS: Final = (deal_card.STEPS, delivery.STEPS, claim.STEPS, dispute.STEPS)
ANOTHER: Final = "place"  # a form that anybody can begin at any time
NEW_QUESTION: Final = "new_question"
ANY_TIME: Final = frozenset({"form.open", "form.cancel", "form.discard"})  # these mean the same on an older card
NEVER_CHANGES: Final = frozenset({"deal.sign"})  # so does this: what is signed is the same in every version of a deal


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A disturbance. `same`: every row is as in the undisturbed run.

    Otherwise there are as many rows in each state, whatever the answers were.
    """

    plays: Callable[[Attempt], Awaitable[None]]
    same: bool = True


DISTURBANCES: Final[dict[str, Disturbance]] = {}


def disturbance(*, same: bool = True) -> Callable[[Callable[[Attempt], Awaitable[None]]], None]:
    def add(plays: Callable[[Attempt], Awaitable[None]]) -> None:
        DISTURBANCES[plays.__name__] = Disturbance(plays, same)

    return add


async def undisturbed(trying: Attempt) -> None:
    await trying.enters()
    for given in trying.inputs():
        await trying.brings(given)


@disturbance()
async def duplicate(trying: Attempt) -> None:
    """Bring every input twice, also one that is refused, and all of them once more at the end."""
    await trying.enters()
    await again(trying, trying.turns[-1])
    form = trying.form
    for given in trying.inputs():
        await trying.brings(given)
        await again(trying, trying.turns[-1])
    await trying.brings(ButtonPress(press("form.send", form.draft, form.revision)))
    await again(trying, trying.turns[-1])
    for turn in trying.turns:
        await again(trying, turn)


@disturbance(same=False)
async def reorder(trying: Attempt) -> None:
    """Let the next but one input overtake the next: both are answered, and the form still ends once."""
    await trying.enters()
    given = next_input(trying.form, {}, at_once=trying.player.screen.at_once)
    ahead = await following(trying, given)
    if ahead is not None:
        await trying.brings(ahead)
        await trying.brings(given)
    for each in trying.inputs():
        await trying.brings(each)
    for turn in reversed(trying.turns):
        await again(trying, turn)


@disturbance()
async def restart(trying: Attempt) -> None:
    """Kill the process over every input, right after its commit. The next process sends what is still to be sent."""
    await trying.enters()
    for given in trying.inputs():
        screen = trying.player.screen
        turn, before = trying.player.turn(given), len(screen.shown)
        await trying.worker.dies_over(turn)
        await trying.restarts()
        answered = await trying.worker.takes(trying.player, turn)  # it was not acknowledged: it is brought again
        assert answered.again, f"taken twice: {given}"
        screen.show(answered.at_once)
        trying.looks_at(screen.shown[before:], given)


@disturbance()
async def two_workers(trying: Attempt) -> None:
    """Bring every input to both workers at once. Both look for unsent messages while one delivers."""
    await trying.opens()
    await trying.enters()
    given: Input | None = None
    for given in trying.inputs():
        screen, turn = trying.player.screen, trying.player.turn(given)
        before = len(screen.shown)
        trying.clock.moment += timedelta(seconds=1)
        trying.phones.reached.clear()
        answers = await asyncio.gather(*(worker.stores(turn) for worker in trying.workers))
        screen.show([reply for answer in answers if not answer.again for reply in answer.at_once])
        found = await asyncio.gather(*(worker.dispatcher.sweep() for worker in trying.workers))
        trying.phones.reached.set()
        await asyncio.gather(*(worker.dispatcher.idle() for worker in trying.workers))
        assert found == [0, 0], "what one delivers, the other takes up too"
        assert sorted(answer.again for answer in answers) == [False, True], f"taken by both: {given}"
        trying.looks_at(screen.shown[before:], given)
    trying.phones.in_order = False  # from here on two things are done at the same moment
    if given is not None:
        await asyncio.gather(*(twice(trying, place, given) for place in range(len(trying.workers))))


@disturbance()
async def stale_press(trying: Attempt) -> None:
    """Press the old buttons after the form has gone on in another window, and once more at the end.

    Each press is answered and has no effect. The same holds for a yes to an earlier question.
    """
    await trying.enters()
    for load in asked_first(trying.player):
        await trying.brings(ButtonPress(load))
    form, pressed = trying.form, Buttons()
    await pressed.too_late(trying)
    for given in trying.inputs():
        await trying.brings(given)
        said = trying.player.screen.shown[-1]
        if trying.player.screen.form is not None:
            await pressed.too_late(trying)
            if isinstance(said, FormErrors):
                trying.player.screen.show([said])  # it stands in the window still
        elif isinstance(given, FormSubmission):
            await trying.brings(given)
    assert await trying.kept(form.draft) is None, "what was sent can be sent again"
    effect = trying.effect()
    for load in [*pressed.all.values(), *outdated(trying.player)]:
        replies = await trying.brings(ButtonPress(load))
        shown = [reply for reply in replies if isinstance(reply, FormView)]
        assert form.draft not in {each.draft for each in shown}, "what was sent is there again"
        await trying.leaves()
    assert trying.effect() == effect, "an older card has an effect"


@disturbance()
async def wrong_person(trying: Attempt) -> None:
    """Let a stranger press every button and send every window that is not theirs."""
    await trying.enters()
    stranger = trying.here.people[STRANGER if trying.door.who != STRANGER else SELLER]
    form, tried = trying.form, set[str]()
    for given in trying.inputs():
        kept, now = await trying.kept(form.draft), trying.form
        loads = [*loads_on(now), *(press(verb, now.draft, now.revision) for verb in sorted(ANY_TIME))]
        stolen: list[Input] = [ButtonPress(load) for load in loads if read_press(load).verb not in tried]
        tried |= {read_press(load).verb for load in loads}
        stolen += (
            [given]
            if isinstance(given, FormSubmission)
            else [ClosedForm(form.draft), FormSubmission(form.draft, now.revision, {})]
        )
        for each in stolen:
            replies = await trying.brings(each, by=stranger)
            assert not any(isinstance(reply, FormView) for reply in replies), f"a stranger sees {trying.door.flow}"
            assert await trying.kept(form.draft) == kept, f"a stranger has changed the form: {each}"
        await trying.brings(given)


@disturbance()
async def two_flows(trying: Attempt) -> None:
    """Begin another form between any two inputs.

    The first form is put aside, with a notice, and taken up where it was.
    """
    fields = book_of(trying.door.flow).flows[trying.door.flow].form.fields
    given_at_the_door = {each.name for each in fields if each.fixed}
    await trying.enters()
    form = trying.form
    for given in trying.inputs():
        if isinstance(given, FormSubmission):  # values in a window are sent while they are typed
            typed = replace(given, files={}, final=False, quiet=True)
            await trying.worker.takes(trying.player, trying.player.turn(typed))
        kept = await trying.kept(form.draft)
        assert kept is not None
        replies = await trying.brings(TextMessage(f"/{ANOTHER}"))
        other = trying.form
        assert other.draft != form.draft
        aside = await trying.kept(form.draft)
        before = stood(kept.answers)
        if all(text == before.get(name, "") for name, text in kept.answers.items() if name not in given_at_the_door):
            # Nothing was entered: it is closed, which is seen, and begun again.
            assert aside is None
            assert any(isinstance(reply, FormClosed) and reply.draft == form.draft for reply in replies)
            await trying.leaves()
            await trying.enters()
            form = trying.form
            for each in trying.inputs():
                await trying.brings(each)
            return
        assert aside == replace(kept, focused=False), "what was put aside has changed"
        ways_on = {button.press for reply in replies for button in buttons_of(reply)}
        assert press("form.open", form.draft, 0) in ways_on, "put aside without a word"
        await trying.brings(ClosedForm(form.draft))  # its window, which was closed before the other was opened
        front = await trying.kept(other.draft)
        assert front is not None
        assert front.focused, "what is in front is put aside with it"
        await trying.brings(ButtonPress(press("form.cancel", other.draft, other.revision)))
        await trying.brings(ButtonPress(press("form.open", form.draft, 0)))
        # A line that was just being changed has kept its answer, and the form is looked over as a whole.
        whole = replace(kept, editing=None, revision=kept.revision + (kept.editing is not None))
        resumed = await trying.kept(form.draft)
        assert resumed in (kept, whole), "what was taken up again has changed"
        if kept.editing is not None and resumed == whole and isinstance(given, TextMessage):
            await trying.brings(ButtonPress(press("form.edit", form.draft, whole.revision, kept.editing)))
        await trying.brings(given)


@disturbance(same=False)
async def changed_schema(trying: Attempt) -> None:
    """Add a question to the form in the middle of it, by a release.

    The question is asked, and no answer is lost. Another release lacks the form: people in the middle of it are told
    so. Its people go on with the form on their screen, as the earlier release drew it.
    """
    await trying.enters()
    draft = trying.form.draft
    with retired(trying.door.flow):
        await trying.restarts()
        for meant in (ButtonPress(press("form.send", draft, trying.form.revision)), TextMessage("What now?")):
            replies = await trying.brings(meant)
            assert not any(isinstance(reply, FormView) for reply in replies)
    await trying.restarts()
    await trying.brings(ButtonPress(press("form.open", draft, 0)))
    asked = False
    for given in trying.inputs():
        if asked:
            await trying.brings(given)
            continue
        before = await trying.kept(draft)
        with another_release(trying.door.flow) as ours:
            await trying.restarts()
            await trying.brings(given)
            after = await trying.kept(draft)
            assert before is not None
            assert after is not None, "it was sent as if nothing had been added to it"
            here = {each.name for each in ours.fields}
            here -= set(given.values if isinstance(given, FormSubmission) else ())
            lost = {name for name, text in before.answers.items() if name in here and after.answers.get(name) != text}
            assert not lost, f"{lost} has to be said again"
            assert NEW_QUESTION not in after.answers, "what was said to another question is its answer"
            for each in trying.inputs():
                asked = asked or NEW_QUESTION in {field.name for field in trying.form.fields}
                await trying.brings(each)
        await trying.restarts()
        assert asked, "what a release asks more was not asked"


# --- inside -----------------------------------------------------------------------------------------------------------


async def again(trying: Attempt, turn: Turn) -> None:
    """Send the same input again, by its outside id: it is answered as before, and nothing is shown twice."""
    before = len(trying.player.screen.shown)
    answered = await trying.worker.takes(trying.player, turn)
    assert answered.again, f"taken twice: {turn.input}"
    assert answered.at_once == trying.answers[turn.key].at_once, f"answered otherwise than before: {turn.input}"
    assert len(trying.player.screen.shown) == before, f"shown twice: {turn.input}"


async def twice(trying: Attempt, worker: int, given: Input) -> None:
    """Send the same input once more to any worker: it is answered there."""
    before, player = len(trying.player.screen.shown), trying.player
    await trying.workers[worker].takes(player, player.turn(given))
    trying.looks_at(player.screen.shown[before:], given)


async def following(trying: Attempt, given: Input) -> Input | None:
    """Return the person's next input after this one, without performing this one."""
    found: list[Input] = []
    screen = trying.player.screen.copy()

    def look(ctx: Ctx) -> None:
        trying.here.turn_within(ctx, trying.player, given)
        form = trying.player.screen.form
        if form is not None:
            found.append(next_input(form, {}, at_once=screen.at_once))

    await trying.here.probe(look)
    trying.player.screen = screen
    return found[0] if found else None


@dataclass(slots=True)
class Buttons:
    """The newest buttons of a form's card, one of each kind."""

    all: dict[str, str] = field(default_factory=dict)

    async def too_late(self, trying: Attempt) -> None:
        """Press the buttons after the form has gone on: it is drawn in its current state and does not change."""
        form = trying.form
        loads = {read_press(load).verb: load for load in loads_on(form)}
        loads = {verb: load for verb, load in loads.items() if verb not in ANY_TIME}
        self.all |= loads
        before = await trying.kept(form.draft)
        if before is None or before.editing is not None:
            return  # one line of it is just being changed: the window would take the person away from that
        await trying.brings(FormSubmission(form.draft, form.revision, {}, final=False))
        now = await trying.kept(form.draft)
        assert now is not None
        assert now.revision > form.revision
        for old in loads.values():
            await trying.brings(ButtonPress(old))
            assert await trying.kept(form.draft) == now, f"an older card has changed the form: {old}"
            assert trying.form.revision == now.revision, "the form is not drawn as it stands now"


def asked_first(player: Player) -> list[str]:
    """Return the newest buttons of each kind that only ask for confirmation."""
    confirmed_presses = {f"{steps.thing}.{verb}" for steps in STEPS for verb in steps.confirmed & steps.acts.keys()}
    loads = (button.press for reply in player.screen.shown for button in buttons_of(reply) if button.press is not None)
    found = {read_press(load).verb: load for load in loads if read_press(load).choice != YES}
    return [load for verb, load in found.items() if verb in confirmed_presses]


def outdated(player: Player) -> list[str]:
    """Return outdated buttons on this person's cards: the subject has changed since they were drawn.

    Only the last button of each kind is returned.
    """
    newest: dict[tuple[str, str], int] = {}
    versioned: list[tuple[tuple[str, str], int, str]] = []
    for reply in player.screen.shown:
        for load in (button.press for button in buttons_of(reply) if button.press is not None):
            each = read_press(load)
            thing = (each.verb.partition(".")[0], each.subject)
            if each.expected_version is not None and each.subject and each.verb not in ANY_TIME | NEVER_CHANGES:
                newest[thing] = max(newest.get(thing, 0), each.expected_version)
                versioned.append((thing, each.expected_version, load))
    old = [load for thing, seen, load in versioned if seen < newest[thing]]
    return list({(read_press(load).verb, read_press(load).choice): load for load in old}.values())


def book_of(flow: str) -> Router:
    return next(router for router in ROUTERS if flow in router.flows)


@contextmanager
def another_release(flow: str) -> Iterator[Form]:
    """Yield the form of a later release: one question is added, and an optional one removed."""
    router = book_of(flow)
    ours = router.flows[flow]
    spare = [each for each in ours.form.fields if each.optional and not each.example and each.kind != "files"]
    optional = spare[-1] if spare else None
    fields = tuple(each for each in ours.form.fields if each is not optional)
    form = Form(flow, (Field(NEW_QUESTION), *fields), ours.form.review)
    router.flows[flow] = replace(ours, form=form)
    try:
        yield form
    finally:
        router.flows[flow] = ours


@contextmanager
def retired(flow: str) -> Iterator[None]:
    """Run a release that does not have this form any more."""
    router = book_of(flow)
    ours = router.flows.pop(flow)
    try:
        yield
    finally:
        router.flows[flow] = ours
