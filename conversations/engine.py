"""A turn in, replies out, in one transaction: the same for every chat.

Whatever a person does gets a visible answer. A refusal undoes what was begun and becomes a sentence; what was already
entered stays. Deal buttons never wait for a form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from conversations.buttons import Press, read_press
from conversations.chat_context import ChatAddress, ChatContext, MarketContext, UpdateState
from conversations.discovery.search_state import ask_problem_no_more
from conversations.form_controller.controller import FormController
from conversations.links import LED_TO, link_in
from conversations.outgoing.placement import ELSEWHERE
from conversations.outgoing.repeated_presses import done_just_now, note_done
from conversations.outgoing.sender import ANSWERS, send, summary
from conversations.platforms import ChatPlatform
from conversations.reply import FormErrors, FormView, Reply, Say, Toast
from conversations.router import Flow, Router, merge_routers
from conversations.shop.purchases import take_stars
from conversations.turn import (
    Attached,
    ButtonPress,
    ClosedForm,
    FormSubmission,
    Located,
    OpenedChat,
    OpenedHome,
    PaidStars,
    Reaction,
    TextMessage,
    Turn,
    UnsupportedInput,
)
from core.kernel import inbox
from core.kernel.chat_state.memory import Topic
from core.kernel.chat_state.model import Draft
from core.kernel.chat_state.service import answered_by, focused_draft, main_button, room_at, was_answer
from core.kernel.errors import Refusal, Stale
from core.kernel.transaction import Actor, Ctx
from core.kernel.transaction import person as acting_person
from core.people.accounts.model import Person
from core.people.accounts.service import meet

NOBODY = Actor(None, "newcomer")  # until we know who speaks
ALBUM: Final = Topic("album", str)  # whose photos came last


@dataclass(frozen=True, slots=True)
class AskedIn:
    """In which room a form was asked."""

    draft: str
    room: str

    @classmethod
    def read(cls, text: str) -> AskedIn:
        draft, _, room = text.partition(" ")
        return cls(draft, room)

    def __str__(self) -> str:
        return f"{self.draft} {self.room}"


ASKED_IN: Final = Topic("asked_in", AskedIn.read)

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

    def __init__(self, routers: Sequence[Router], market_context: MarketContext) -> None:
        self._router = merge_routers(routers)
        self._market_context = market_context
        self.form_controller = FormController(self._router.flows)

    @property
    def platforms(self) -> Mapping[str, ChatPlatform]:
        """The chat platforms of this installation, by code."""
        return self._market_context.platforms

    @property
    def commands(self) -> list[str]:
        return sorted(self._router.commands)

    @property
    def flows(self) -> Mapping[str, Flow]:
        """Every form there is, by its name."""
        return self._router.flows

    def handle(self, ctx: Ctx, turn: Turn) -> Answered:
        """Take one input. Runs as a unit of work; the same input a second time changes nothing."""
        inbox.after_their_last(ctx.session, turn.identity.key)
        if not inbox.take_in(ctx.session, turn.key, turn.body, ctx.now):
            given = inbox.answer_given(ctx.session, turn.key)
            return Answered(ANSWERS.validate_python(given or []), again=True)
        chat = self._chat(ctx, turn)
        try:
            with ctx.trial():
                self._work(chat, turn)
        except Refusal as refusal:
            chat.replies.clear()
            self._refuse(chat, turn, refusal)
        # Nothing waits for an answer to a reaction: what would be shown at once is said.
        now = () if isinstance(turn.input, Reaction) else AT_ONCE
        at_once: list[Reply] = [reply for reply in chat.replies if isinstance(reply, now)]
        if at_once:
            inbox.remember_answer(ctx.session, turn.key, ANSWERS.dump_python(at_once, mode="json"))
        self._send(chat, turn, [reply for reply in chat.replies if not isinstance(reply, now)])
        form = any(isinstance(reply, FormView) for reply in chat.replies)
        return Answered(at_once, form=form, sentence=summary(chat.replies))

    def apologise(self, ctx: Ctx, turn: Turn, failure: str, reference: str) -> None:
        """Our own mistake: keep the input, and say so with a reference, rather than fall silent."""
        inbox.note_failure(ctx.session, turn.key, turn.body, failure[:200], ctx.now)
        chat = self._chat(ctx, turn)
        self._send(chat, turn, [Say(text=chat.words("talk.our_mistake", reference=reference))])

    # --- by kind of input -------------------------------------------------------------------------------------------

    def _work(self, chat: ChatContext, turn: Turn) -> None:
        match turn.input:
            case TextMessage(text, anew=True) as said:
                self._said_anew(chat, text, said.message)
            case TextMessage(text):
                self._said(chat, text)
            case ButtonPress(load):
                chat.as_new_message = False
                pressed = read_press(load)
                # The card under the finger is edited, not sent again; under a form's button lies the form's own card.
                chat.update.is_press = not pressed.verb.startswith("form.")
                chat.update.pressed_on = turn.message or ELSEWHERE
                self._pressed(chat, pressed)
                note_done(chat, load)
            case FormSubmission() | ClosedForm() | Attached() | Located() | UnsupportedInput():
                self._brought(chat, turn.input)
            case PaidStars() as paid:
                take_stars(chat, paid)
            case Reaction(message):
                self._reacted(chat, message)
            case OpenedHome():
                self._router.commands["me"](chat, "home")
            case OpenedChat():
                chat.press("welcome.first", "")

    def _reacted(self, chat: ChatContext, message: str) -> None:
        """A thumb under a card presses its main button, as the person sees it; what needs a second look still asks."""
        where = chat.chat_address
        load = main_button(chat.ctx, where.platform, where.workspace, where.address, message)
        if load:
            chat.as_new_message = False
            chat.update.is_press = True
            chat.update.pressed_on = message
            self._pressed(chat, read_press(load))

    def _brought(
        self, chat: ChatContext, given: FormSubmission | ClosedForm | Attached | Located | UnsupportedInput
    ) -> None:
        match given:
            case FormSubmission():
                self.form_controller.fill(chat, given)
            case ClosedForm(draft):
                self.form_controller.cancel(chat, draft)
            case Attached():
                self._attached(chat, given)
            case Located(latitude, longitude):
                self._shared_place(chat, latitude, longitude)
            case UnsupportedInput(code, parts):
                self._unsupported(chat, chat.words(code, **parts))

    def _said_anew(self, chat: ChatContext, text: str, message: str) -> None:
        """An earlier message says something else now. In a form it is another answer; what was sent stays sent."""
        draft = answered_by(chat.ctx, chat.person.id, message)
        if draft is not None and draft.flow in self._router.flows:
            self.form_controller.correct(chat, draft, message, text)
        elif was_answer(chat.ctx, chat.person.id, message):
            chat.reply(Say(text=chat.words("talk.sent_already")))
        else:
            self._said(chat, text)

    def _unsupported(self, chat: ChatContext, sentence: str) -> None:
        """What nobody takes: said so, in the form that asks for something just now."""
        draft = focused_draft(chat.ctx, chat.person.id)
        if draft is not None and draft.flow in self._router.flows:
            self.form_controller.wants_else(chat, draft, sentence)
        else:
            chat.reply(Say(text=sentence))

    def _said(self, chat: ChatContext, text: str) -> None:
        if text.startswith("/"):
            name, _, rest = text[1:].replace("\n", " ").partition(" ")
            self._command(chat, name.split("@")[0], rest.strip())
            return
        draft = focused_draft(chat.ctx, chat.person.id)
        if draft is not None and draft.flow in self._router.flows and self._asked_here(chat, draft):
            self.form_controller.hear(chat, draft, text)
            return
        if (link := link_in(text)) is not None:
            self._press(chat, LED_TO[link.thing], link.named)
            return
        if any(hears(chat, text) for hears in self._router.listeners):
            return
        word, _, rest = text.strip().partition(" ")
        if word.lower() in self._router.commands:
            self._command(chat, word.lower(), rest.strip())
        else:
            self._router.commands["anything"](chat, text)

    @staticmethod
    def _asked_here(chat: ChatContext, draft: Draft) -> bool:
        """In a room of its own only what was asked there is answered; the rest is for the other side."""
        return chat.room is None or chat.memory.get(ASKED_IN) == AskedIn(draft.id, chat.room)

    def _shared_place(self, chat: ChatContext, latitude: float, longitude: float) -> None:
        """An answer to the form that is open, or a word to who is talked with; otherwise where one's company is."""
        degrees = f"{latitude:.5f}, {longitude:.5f}"
        if focused_draft(chat.ctx, chat.person.id) is not None:
            self._said(chat, degrees)
        elif not any(finds(chat, latitude, longitude) for finds in self._router.finders):
            self._command(chat, "place", degrees)

    def _command(self, chat: ChatContext, written: str, rest: str) -> None:
        ask_problem_no_more(chat)
        name = written.lower()
        if name == "cancel":
            self.form_controller.cancel(chat)
        elif name in self._router.flows and name not in self._router.commands:
            chat.open(name)
        elif name in self._router.commands:
            self._router.commands[name](chat, rest)
        else:
            self._router.commands["?"](chat, f"{written} {rest}".strip())

    def _pressed(self, chat: ChatContext, pressed: Press) -> None:
        ask_problem_no_more(chat)
        if pressed.verb.startswith("form."):
            self.form_controller.press(chat, pressed)
        elif pressed.verb == "command":
            chat.as_new_message = True
            self._command(chat, pressed.choice, "")
        elif pressed.verb in self._router.presses:
            self._router.presses[pressed.verb](chat, pressed)
        else:
            chat.reply(Toast(text=chat.words("talk.unknown_button")))

    def _press(self, chat: ChatContext, verb: str, subject: str) -> None:
        self._pressed(chat, Press(verb, subject))

    def _attached(self, chat: ChatContext, attached: Attached) -> None:
        taken = [file for file in attached.files if any(takes(chat, file) for takes in self._router.takers)]
        if taken:
            _ = attached.caption and any(hears(chat, attached.caption) for hears in self._router.listeners)
            return
        if attached.album:  # its photos come one by one; the first is answered, and the answer then follows the others
            chat.as_new_message = chat.memory.get(ALBUM) != attached.album
            chat.memory.put(ALBUM, attached.album)
        draft = focused_draft(chat.ctx, chat.person.id)
        if draft is None or not self.form_controller.receive(chat, draft, attached.files):
            chat.reply(Say(text=chat.words("talk.file_for_what")))

    # --- answering --------------------------------------------------------------------------------------------------

    def _chat(self, ctx: Ctx, turn: Turn) -> ChatContext:
        person = meet(ctx, turn.identity, turn.address)
        ctx.actor = acting_person(person.id)
        chat_address = ChatAddress(turn.identity.platform, turn.identity.workspace, turn.address)
        said, update = turn.input if isinstance(turn.input, TextMessage) else None, ctx.collected(UpdateState)
        update.here, update.message, update.room = chat_address, turn.message or "", room_of(ctx, turn, chat_address)
        update.said_in = said.message if said is not None else ""
        current = ctx.collected(inbox.CurrentInput)
        current.key, current.text = turn.key, said.text if said is not None else None
        return self.talk_to(ctx, person, chat_address)

    def talk_to(self, ctx: Ctx, person: Person, chat_address: ChatAddress) -> ChatContext:
        """A talk with this person at this place; `ctx` acts as them."""
        words = self._market_context.wordings.speak(
            person.locale, person.zone, self.platforms[chat_address.platform].command_sign
        )
        return ChatContext(
            ctx,
            person,
            words,
            self._market_context,
            chat_address,
            opens=self.form_controller.open,
            presses=self._press,
            says=self._command,
            answered=self.form_controller.answered,
        )

    def home(self, chat: ChatContext) -> None:
        """The person's desk as it is now."""
        self._router.commands["me"](chat, "home")

    def _refuse(self, chat: ChatContext, turn: Turn, refusal: Refusal) -> None:
        """Say no in words. A press on what has moved on also gets the thing as it is now."""
        if not isinstance(turn.input, ButtonPress):
            # The window of a form that is sent closes at last: its first answer had been lost or too late.
            stays = isinstance(turn.input, FormSubmission) and turn.input.final and refusal.code != "talk.form_sent"
            sentence = chat.words.refusal(refusal)
            chat.reply(FormErrors(errors={"": sentence}) if stays else Say(text=sentence))
            return
        own = done_just_now(chat, turn.input.button)  # pressed twice: nobody else has moved it on
        sentence = chat.words("talk.done_already") if own else chat.words.refusal(refusal)
        moved_on = own or isinstance(refusal, Stale)
        chat.reply(Toast(text=sentence[:200], alert=not moved_on))
        if moved_on:
            self._redraw(chat, turn.input)

    def _redraw(self, chat: ChatContext, pressed: ButtonPress) -> None:
        """Show the thing again: `<thing>.show` is the button every card's conversation answers to."""
        old = read_press(pressed.button)
        show = self._router.presses.get(f"{old.verb.partition('.')[0]}.show")
        if show is None:
            return
        kept = list(chat.replies)
        try:
            with chat.ctx.trial():
                show(chat, replace(old, expected_version=None))
        except Refusal:
            chat.replies = kept

    def _send(self, chat: ChatContext, turn: Turn, replies: list[Reply]) -> None:
        for each in replies:
            if chat.room is not None and isinstance(each, FormView):
                chat.memory.put(ASKED_IN, AskedIn(each.draft, chat.room))
        if replies:
            send(
                chat.ctx,
                chat.chat_address,
                replies,
                words=chat.words,
                trigger=turn.trigger,
                message=turn.message,
                thread=turn.thread,
                channel=turn.channel,
                pressed=chat.update.pressed_on,
            )


def room_of(ctx: Ctx, turn: Turn, where: ChatAddress) -> str | None:
    """Whose topic or thread this comes from."""
    return room_at(ctx, where.platform, where.workspace, where.address, turn.thread) if turn.thread else None
