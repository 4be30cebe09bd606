"""The engine: a turn in, replies out, in one transaction, on every chat platform.

Every input gets a visible answer. A refusal rolls back the transaction and becomes a sentence; earlier input stays.
Deal buttons never wait for a form.
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
from conversations.outgoing_replies import ANSWERS, ELSEWHERE, done_just_now, note_done, send, summary
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

NEWCOMER = Actor(None, "newcomer")  # until the person is known
ALBUM: Final = Topic("album", str)  # the person whose photos came last


@dataclass(frozen=True, slots=True)
class AskedIn:
    """The room in which a form was opened."""

    draft: str
    room: str

    @classmethod
    def read(cls, text: str) -> AskedIn:
        draft, _, room = text.partition(" ")
        return cls(draft, room)

    def __str__(self) -> str:
        return f"{self.draft} {self.room}"


ASKED_IN: Final = Topic("asked_in", AskedIn.read)

# Replies that the platform needs within seconds as the response to the input, and not as a message.
AT_ONCE = (Toast, FormErrors)


@dataclass(frozen=True, slots=True)
class Answered:
    """The result of an input. `at_once` goes back with the acknowledgement; the rest is on its way in the outbox.

    `form`: a form is on its way. Otherwise `sentence` is the summary for a person who waited at a window.
    """

    at_once: list[Reply]
    again: bool = False  # duplicate input, which had its effect before
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
        return self._router.flows

    def handle(self, ctx: Ctx, turn: Turn) -> Answered:
        """Handle one input as a unit of work. A duplicate input changes nothing."""
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
        # A reaction has no response to fill, so these replies become messages.
        now = () if isinstance(turn.input, Reaction) else AT_ONCE
        at_once: list[Reply] = [reply for reply in chat.replies if isinstance(reply, now)]
        if at_once:
            inbox.keep_answer(ctx.session, turn.key, ANSWERS.dump_python(at_once, mode="json"))
        self._send(chat, turn, [reply for reply in chat.replies if not isinstance(reply, now)])
        form = any(isinstance(reply, FormView) for reply in chat.replies)
        return Answered(at_once, form=form, sentence=summary(chat.replies))

    def apologise(self, ctx: Ctx, turn: Turn, failure: str, reference: str) -> None:
        """Apologise for our own error: keep the input, and reply with a reference."""
        inbox.note_failure(ctx.session, turn.key, turn.body, failure[:200], ctx.now)
        chat = self._chat(ctx, turn)
        self._send(chat, turn, [Say(text=chat.words("talk.our_mistake", reference=reference))])

    # --- by kind of input -------------------------------------------------------------------------------------------

    def _work(self, chat: ChatContext, turn: Turn) -> None:
        match turn.input:
            case TextMessage(text, is_correction=True) as correction:
                self._corrected(chat, text, correction.message)
            case TextMessage(text):
                self._text(chat, text)
            case ButtonPress(load):
                chat.as_new_message = False
                button = read_press(load)
                # The pressed card is edited, not sent again; below a form's button is the form's own card.
                chat.update.is_press = not button.verb.startswith("form.")
                chat.update.button_message = turn.message or ELSEWHERE
                self._run_press(chat, button)
                note_done(chat, load)
            case FormSubmission() | ClosedForm() | Attached() | Located() | UnsupportedInput():
                self._brought(chat, turn.input)
            case PaidStars() as paid:
                take_stars(chat, paid)
            case Reaction(message):
                self._on_reaction(chat, message)
            case OpenedHome():
                self._router.commands["me"](chat, "home")
            case OpenedChat():
                chat.press("welcome.first", "")

    def _on_reaction(self, chat: ChatContext, message: str) -> None:
        """Press the main button of a card under which the person reacted, if that step can be taken back.

        Any other step needs a press on its own button. The person is told so, and sees the card as it is now.
        """
        where = chat.chat_address
        load = main_button(chat.ctx, where.platform, where.workspace, where.address, message)
        if not load:
            return
        chat.as_new_message = False
        chat.update.is_press = True
        chat.update.button_message = message
        button = read_press(load)
        if button.verb in self._router.reversible:
            self._run_press(chat, button)
        else:
            self._redraw(chat, button)
            chat.reply(Say(text=chat.words("talk.reaction_decides_nothing")))

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

    def _corrected(self, chat: ChatContext, text: str, message: str) -> None:
        """Handle an edited message. In a form it is another answer; a submitted form stays unchanged."""
        draft = answered_by(chat.ctx, chat.person.id, message)
        if draft is not None and draft.flow in self._router.flows:
            self.form_controller.correct(chat, draft, message, text)
        elif was_answer(chat.ctx, chat.person.id, message):
            chat.reply(Say(text=chat.words("talk.sent_already")))
        else:
            self._text(chat, text)

    def _unsupported(self, chat: ChatContext, sentence: str) -> None:
        """Say that this input is unsupported, in the open form if there is one."""
        draft = focused_draft(chat.ctx, chat.person.id)
        if draft is not None and draft.flow in self._router.flows:
            self.form_controller.wants_else(chat, draft, sentence)
        else:
            chat.reply(Say(text=sentence))

    def _text(self, chat: ChatContext, text: str) -> None:
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
        """Return True if the text answers a question asked in this room. Other text is for the other side."""
        return chat.room is None or chat.memory.get(ASKED_IN) == AskedIn(draft.id, chat.room)

    def _shared_place(self, chat: ChatContext, latitude: float, longitude: float) -> None:
        """Use a shared place as an answer to the open form. Otherwise pass it to the other side of a session.

        Without either, it is the location of the person's company.
        """
        degrees = f"{latitude:.5f}, {longitude:.5f}"
        if focused_draft(chat.ctx, chat.person.id) is not None:
            self._text(chat, degrees)
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

    def _run_press(self, chat: ChatContext, press: Press) -> None:
        ask_problem_no_more(chat)
        if press.verb.startswith("form."):
            self.form_controller.press(chat, press)
        elif press.verb == "command":
            chat.as_new_message = True
            self._command(chat, press.choice, "")
        elif press.verb in self._router.presses:
            self._router.presses[press.verb](chat, press)
        else:
            chat.reply(Toast(text=chat.words("talk.unknown_button")))

    def _press(self, chat: ChatContext, verb: str, subject: str) -> None:
        self._run_press(chat, Press(verb, subject))

    def _attached(self, chat: ChatContext, attached: Attached) -> None:
        accepted = [file for file in attached.files if any(takes(chat, file) for takes in self._router.takers)]
        if accepted:
            _ = attached.caption and any(hears(chat, attached.caption) for hears in self._router.listeners)
            return
        # its photos come one by one; the first is answered, and later ones move the answer below them
        if attached.album:
            chat.as_new_message = chat.memory.get(ALBUM) != attached.album
            chat.memory.put(ALBUM, attached.album)
        draft = focused_draft(chat.ctx, chat.person.id)
        if draft is None or not self.form_controller.receive(chat, draft, attached.files):
            chat.reply(Say(text=chat.words("talk.file_for_what")))

    # --- replies ----------------------------------------------------------------------------------------------------

    def _chat(self, ctx: Ctx, turn: Turn) -> ChatContext:
        person = meet(ctx, turn.identity, turn.address)
        ctx.actor = acting_person(person.id)
        chat_address = ChatAddress(turn.identity.platform, turn.identity.workspace, turn.address)
        message, update = turn.input if isinstance(turn.input, TextMessage) else None, ctx.collected(UpdateState)
        update.here, update.message, update.room = chat_address, turn.message or "", room_of(ctx, turn, chat_address)
        update.text_message = message.message if message is not None else ""
        current = ctx.collected(inbox.CurrentInput)
        current.key, current.text = turn.key, message.text if message is not None else None
        return self.chat_with(ctx, person, chat_address)

    def chat_with(self, ctx: Ctx, person: Person, chat_address: ChatAddress) -> ChatContext:
        """Return a chat context for this person and place; `ctx` acts as them."""
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
        self._router.commands["me"](chat, "home")

    def _refuse(self, chat: ChatContext, turn: Turn, refusal: Refusal) -> None:
        """Reply with the refusal in words. After a press on an outdated card, also show the current one."""
        if not isinstance(turn.input, ButtonPress):
            # Close the window of a form whose first response was lost or late.
            stays = isinstance(turn.input, FormSubmission) and turn.input.final and refusal.code != "talk.form_sent"
            sentence = chat.words.refusal(refusal)
            chat.reply(FormErrors(errors={"": sentence}) if stays else Say(text=sentence))
            return
        own = done_just_now(chat, turn.input.button)  # pressed twice: the first press moved it on
        sentence = chat.words("talk.done_already") if own else chat.words.refusal(refusal)
        moved_on = own or isinstance(refusal, Stale)
        chat.reply(Toast(text=sentence[:200], alert=not moved_on))
        if moved_on:
            self._redraw(chat, read_press(turn.input.button))

    def _redraw(self, chat: ChatContext, old: Press) -> None:
        """Show the subject again: every card's conversation handles `<thing>.show`."""
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
                button_message=chat.update.button_message,
            )


def room_of(ctx: Ctx, turn: Turn, where: ChatAddress) -> str | None:
    """Return the room of the topic or thread that this input comes from."""
    return room_at(ctx, where.platform, where.workspace, where.address, turn.thread) if turn.thread else None
