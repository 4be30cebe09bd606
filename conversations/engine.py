"""A turn in, replies out, in one transaction: the same for every chat.

Whatever a person does gets a visible answer. A refusal undoes what was begun and becomes a sentence; what was already
entered stays. Deal buttons never wait for a form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from conversations.buttons import Press, read_press
from conversations.chat_context import Almanac, Surface, Talk
from conversations.discovery.search_state import ask_problem_no_more
from conversations.form_controller.dialogue import Interview
from conversations.links import LED_TO, link_in
from conversations.outgoing.messages import ANSWERS, gist, send
from conversations.outgoing.placement import ELSEWHERE
from conversations.outgoing.repeated_presses import done_just_now, note_done
from conversations.reply import FormErrors, FormView, Reply, Say, Toast
from conversations.router import Book, Flow, bound
from conversations.shop.purchases import take_stars
from conversations.turn import (
    Attached,
    ClosedForm,
    Filled,
    Located,
    Misfit,
    OpenedChat,
    OpenedHome,
    PaidStars,
    Pressed,
    Reacted,
    Said,
    Turn,
)
from core.kernel import inbox
from core.kernel.chat_state.model import Draft
from core.kernel.chat_state.service import (
    answered_by,
    focused_draft,
    main_button,
    recall,
    remember,
    room_at,
    was_answer,
)
from core.kernel.errors import Refusal, Stale
from core.kernel.transaction import Actor, Ctx
from core.kernel.transaction import person as acting_person
from core.people.accounts.model import Person
from core.people.accounts.service import meet

NOBODY = Actor(None, "newcomer")  # until we know who speaks
ASKED_IN = "asked_in"  # under which is remembered in which room a form was asked
SIGNS = {"slack": "/parley "}  # what a command begins with, where that is not a mere slash

# Replies that the platform wants as the answer to the input itself, within seconds, rather than as a message.
AT_ONCE = (Toast, FormErrors)


@dataclass(frozen=True, slots=True)
class Answered:
    """What an input led to. `at_once` goes back with the acknowledgement; the rest is on its way as posts.

    `form`: a form is on its way; else `sentence` says the gist of it, for who has waited at a window.
    """

    at_once: list[Reply]
    again: bool = False  # the same input came before; it had its effect then
    form: bool = False
    sentence: str = ""


class Engine:
    """All conversations of the market."""

    def __init__(self, books: Sequence[Book], almanac: Almanac) -> None:
        self._book = bound(books)
        self._almanac = almanac
        self.interview = Interview(self._book.flows)

    @property
    def commands(self) -> list[str]:
        return sorted(self._book.commands)

    @property
    def flows(self) -> Mapping[str, Flow]:
        """Every form there is, by its name."""
        return self._book.flows

    def handle(self, ctx: Ctx, turn: Turn) -> Answered:
        """Take one input. Runs as a unit of work; the same input a second time changes nothing."""
        inbox.after_their_last(ctx.session, turn.identity.key)
        if not inbox.take_in(ctx.session, turn.key, turn.body, ctx.now):
            given = inbox.answer_given(ctx.session, turn.key)
            return Answered(ANSWERS.validate_python(given or []), again=True)
        talk = self._talk(ctx, turn)
        try:
            with ctx.trial():
                self._work(talk, turn)
        except Refusal as refusal:
            talk.replies.clear()
            self._refuse(talk, turn, refusal)
        # Nothing waits for an answer to a reaction: what would be shown at once is said.
        now = () if isinstance(turn.input, Reacted) else AT_ONCE
        at_once: list[Reply] = [reply for reply in talk.replies if isinstance(reply, now)]
        if at_once:
            inbox.remember_answer(ctx.session, turn.key, ANSWERS.dump_python(at_once, mode="json"))
        self._send(talk, turn, [reply for reply in talk.replies if not isinstance(reply, now)])
        form = any(isinstance(reply, FormView) for reply in talk.replies)
        return Answered(at_once, form=form, sentence=gist(talk.replies))

    def apologise(self, ctx: Ctx, turn: Turn, failure: str, reference: str) -> None:
        """Our own mistake: keep the input, and say so with a reference, rather than fall silent."""
        inbox.note_failure(ctx.session, turn.key, turn.body, failure[:200], ctx.now)
        talk = self._talk(ctx, turn)
        self._send(talk, turn, [Say(text=talk.words("talk.our_mistake", reference=reference))])

    # --- by kind of input -------------------------------------------------------------------------------------------

    def _work(self, talk: Talk, turn: Turn) -> None:
        match turn.input:
            case Said(text, anew=True) as said:
                self._said_anew(talk, text, said.message)
            case Said(text):
                self._said(talk, text)
            case Pressed(load):
                talk.fresh = False
                pressed = read_press(load)
                # The card under the finger is edited, not sent again; under a form's button lies the form's own card.
                talk.ctx.notes["pressed"] = not pressed.verb.startswith("form.")
                talk.ctx.notes["pressed_on"] = turn.message or ELSEWHERE
                self._pressed(talk, pressed)
                note_done(talk, load)
            case Filled() | ClosedForm() | Attached() | Located() | Misfit():
                self._brought(talk, turn.input)
            case PaidStars() as paid:
                take_stars(talk, paid)
            case Reacted(message):
                self._reacted(talk, message)
            case OpenedHome():
                self._book.commands["me"](talk, "home")
            case OpenedChat():
                talk.press("welcome.first", "")

    def _reacted(self, talk: Talk, message: str) -> None:
        """A thumb under a card presses its main button, as the person sees it; what needs a second look still asks."""
        where = talk.surface
        load = main_button(talk.ctx, where.platform, where.workspace, where.address, message)
        if load:
            talk.fresh = False
            talk.ctx.notes["pressed"] = True
            talk.ctx.notes["pressed_on"] = message
            self._pressed(talk, read_press(load))

    def _brought(self, talk: Talk, given: Filled | ClosedForm | Attached | Located | Misfit) -> None:
        match given:
            case Filled():
                self.interview.fill(talk, given)
            case ClosedForm(draft):
                self.interview.cancel(talk, draft)
            case Attached():
                self._attached(talk, given)
            case Located(latitude, longitude):
                self._shared_place(talk, latitude, longitude)
            case Misfit(code, parts):
                self._misfit(talk, talk.words(code, **parts))

    def _said_anew(self, talk: Talk, text: str, message: str) -> None:
        """An earlier message says something else now. In a form it is another answer; what was sent stays sent."""
        draft = answered_by(talk.ctx, talk.person.id, message)
        if draft is not None and draft.flow in self._book.flows:
            self.interview.correct(talk, draft, message, text)
        elif was_answer(talk.ctx, talk.person.id, message):
            talk.reply(Say(text=talk.words("talk.sent_already")))
        else:
            self._said(talk, text)

    def _misfit(self, talk: Talk, sentence: str) -> None:
        """What nobody takes: said so, in the form that asks for something just now."""
        draft = focused_draft(talk.ctx, talk.person.id)
        if draft is not None and draft.flow in self._book.flows:
            self.interview.wants_else(talk, draft, sentence)
        else:
            talk.reply(Say(text=sentence))

    def _said(self, talk: Talk, text: str) -> None:
        if text.startswith("/"):
            name, _, rest = text[1:].replace("\n", " ").partition(" ")
            self._command(talk, name.split("@")[0], rest.strip())
            return
        draft = focused_draft(talk.ctx, talk.person.id)
        if draft is not None and draft.flow in self._book.flows and self._asked_here(talk, draft):
            self.interview.hear(talk, draft, text)
            return
        if (link := link_in(text)) is not None:
            self._press(talk, LED_TO[link.thing], link.named)
            return
        if any(hears(talk, text) for hears in self._book.listeners):
            return
        word, _, rest = text.strip().partition(" ")
        if word.lower() in self._book.commands:
            self._command(talk, word.lower(), rest.strip())
        else:
            self._book.commands["anything"](talk, text)

    @staticmethod
    def _asked_here(talk: Talk, draft: Draft) -> bool:
        """In a room of its own only what was asked there is answered; the rest is for the other side."""
        return talk.room is None or recall(talk.ctx, talk.person.id, ASKED_IN) == f"{draft.id} {talk.room}"

    def _shared_place(self, talk: Talk, latitude: float, longitude: float) -> None:
        """An answer to the form that is open, or a word to who is talked with; otherwise where one's company is."""
        degrees = f"{latitude:.5f}, {longitude:.5f}"
        if focused_draft(talk.ctx, talk.person.id) is not None:
            self._said(talk, degrees)
        elif not any(finds(talk, latitude, longitude) for finds in self._book.finders):
            self._command(talk, "place", degrees)

    def _command(self, talk: Talk, written: str, rest: str) -> None:
        ask_problem_no_more(talk)
        name = written.lower()
        if name == "cancel":
            self.interview.cancel(talk)
        elif name in self._book.flows and name not in self._book.commands:
            talk.open(name)
        elif name in self._book.commands:
            self._book.commands[name](talk, rest)
        else:
            self._book.commands["?"](talk, f"{written} {rest}".strip())

    def _pressed(self, talk: Talk, pressed: Press) -> None:
        ask_problem_no_more(talk)
        if pressed.verb.startswith("form."):
            self.interview.press(talk, pressed)
        elif pressed.verb == "command":
            talk.fresh = True
            self._command(talk, pressed.choice, "")
        elif pressed.verb in self._book.presses:
            self._book.presses[pressed.verb](talk, pressed)
        else:
            talk.reply(Toast(text=talk.words("talk.unknown_button")))

    def _press(self, talk: Talk, verb: str, subject: str) -> None:
        self._pressed(talk, Press(verb, subject))

    def _attached(self, talk: Talk, attached: Attached) -> None:
        taken = [file for file in attached.files if any(takes(talk, file) for takes in self._book.takers)]
        if taken:
            _ = attached.caption and any(hears(talk, attached.caption) for hears in self._book.listeners)
            return
        if attached.album:  # its photos come one by one; the first is answered, and the answer then follows the others
            talk.fresh = recall(talk.ctx, talk.person.id, "album") != attached.album
            remember(talk.ctx, talk.person.id, "album", attached.album)
        draft = focused_draft(talk.ctx, talk.person.id)
        if draft is None or not self.interview.receive(talk, draft, attached.files):
            talk.reply(Say(text=talk.words("talk.file_for_what")))

    # --- answering --------------------------------------------------------------------------------------------------

    def _talk(self, ctx: Ctx, turn: Turn) -> Talk:
        person = meet(ctx, turn.identity, turn.address)
        ctx.actor = acting_person(person.id)
        surface = Surface(turn.identity.platform.value, turn.identity.workspace, turn.address)
        ctx.notes["message"] = turn.message or ""
        ctx.notes["said_in"] = turn.input.message if isinstance(turn.input, Said) else ""
        ctx.notes["room"] = room_of(ctx, turn, surface)
        ctx.notes["here"] = surface  # what follows from this input is shown here first
        ctx.notes["input"] = (turn.key, turn.input.text if isinstance(turn.input, Said) else None)  # for the record
        return self.talk_to(ctx, person, surface)

    def talk_to(self, ctx: Ctx, person: Person, surface: Surface) -> Talk:
        """A talk with this person at this place; `ctx` acts as them."""
        words = self._almanac.wordings.speak(person.locale, person.zone, SIGNS.get(surface.platform, "/"))
        return Talk(
            ctx,
            person,
            words,
            self._almanac,
            surface,
            opens=self.interview.open,
            presses=self._press,
            says=self._command,
            answered=self.interview.answered,
        )

    def desk(self, talk: Talk) -> None:
        """The person's desk as it is now."""
        self._book.commands["me"](talk, "home")

    def _refuse(self, talk: Talk, turn: Turn, refusal: Refusal) -> None:
        """Say no in words. A press on what has moved on also gets the thing as it is now."""
        if not isinstance(turn.input, Pressed):
            # The window of a form that is sent closes at last: its first answer had been lost or too late.
            stays = isinstance(turn.input, Filled) and turn.input.final and refusal.code != "talk.form_sent"
            sentence = talk.words.refusal(refusal)
            talk.reply(FormErrors(errors={"": sentence}) if stays else Say(text=sentence))
            return
        own = done_just_now(talk, turn.input.button)  # pressed twice: nobody else has moved it on
        sentence = talk.words("talk.done_already") if own else talk.words.refusal(refusal)
        moved_on = own or isinstance(refusal, Stale)
        talk.reply(Toast(text=sentence[:200], alert=not moved_on))
        if moved_on:
            self._redraw(talk, turn.input)

    def _redraw(self, talk: Talk, pressed: Pressed) -> None:
        """Show the thing again: `<thing>.show` is the button every card's conversation answers to."""
        old = read_press(pressed.button)
        show = self._book.presses.get(f"{old.verb.partition('.')[0]}.show")
        if show is None:
            return
        kept = list(talk.replies)
        try:
            with talk.ctx.trial():
                show(talk, replace(old, seen=None))
        except Refusal:
            talk.replies = kept

    def _send(self, talk: Talk, turn: Turn, replies: list[Reply]) -> None:
        for each in replies:
            if talk.room is not None and isinstance(each, FormView):
                remember(talk.ctx, talk.person.id, ASKED_IN, f"{each.draft} {talk.room}")
        if replies:
            send(
                talk.ctx,
                talk.surface,
                replies,
                words=talk.words,
                trigger=turn.trigger,
                message=turn.message,
                thread=turn.thread,
                channel=turn.channel,
                pressed=talk.ctx.notes.get("pressed_on"),
            )


def room_of(ctx: Ctx, turn: Turn, where: Surface) -> str | None:
    """Whose topic or thread this comes from."""
    return room_at(ctx, where.platform, where.workspace, where.address, turn.thread) if turn.thread else None
