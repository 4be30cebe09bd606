"""Filling a form: one field at a time, or whole in a window, or by one sentence. Same rules everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext

from conversations.buttons import Press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.form_controller.draft_editor import KEYED, AtRevision, DraftEditor, sent
from conversations.form_controller.drafts import make_room, put_aside, untouched
from conversations.form_controller.interruptions import aside
from conversations.form_controller.outdated_forms import close_over, is_over
from conversations.form_controller.sentence_answers import WHOLE, said_at_once
from conversations.forms.form import BEFORE, Field, Reading, stood
from conversations.forms.suggestions import by_label, chosen
from conversations.market_questions import stops
from conversations.reply import FormClosed, FormErrors, Line, Option, Say
from conversations.router import NeedsConfirmation
from conversations.turn import FormSubmission
from core.kernel.chat_state import service as talks
from core.kernel.chat_state.model import Draft
from core.kernel.errors import Invalid, Refusal, Stale
from core.people.files.model import Checked
from core.people.files.service import keep


class FormController(DraftEditor):
    """Opens, continues and closes forms. The draft row is all that it remembers."""

    def open(self, chat: ChatContext, name: str, opening: FormDefaults) -> None:
        """Begin a form. One that was open is parked, and said so; the very same, untouched, is taken up again."""
        flow = self._flows[name]
        parked = talks.focused_draft(chat.ctx, chat.person.id)
        if parked is not None and untouched(parked, name, opening, flow.form.schema):
            self.show(chat, parked)  # pressed twice
            return
        draft = talks.start_draft(
            chat.ctx,
            chat.person.id,
            name,
            flow.form.schema,
            subject=opening.subject,
            expected_version=opening.expected_version,
        )
        if parked is not None:
            make_room(chat, parked, kept=self._entered(parked))
        if opening.answers:
            trail = [] if BEFORE in opening.answers else list(opening.answers)  # what stands there nobody has said
            draft = self._save(chat, draft, dict(opening.answers), trail=trail)
        reading = flow.form.look(chat, draft.answers)
        if not flow.form.review and reading.missing is None:
            self._finish(chat, draft, reading)  # one word said it all
            return
        self.show(chat, draft)

    def resume(self, chat: ChatContext, draft_id: str) -> None:
        """Bring a parked form back to the front."""
        draft = self._draft(chat, draft_id)
        if self._is_over(chat, draft):
            return
        talks.focus_draft(chat.ctx, draft)
        if self._drawn_anew(chat, draft):
            return
        if draft.editing is not None and self._to_keep(
            chat, draft, self._flows[draft.flow].form.look(chat, draft.answers)
        ):
            draft = self._save(
                chat, draft, dict(draft.answers), trail=draft.trail
            )  # put aside while a line was changed
        self.show(chat, draft)

    def cancel(self, chat: ChatContext, draft_id: str | None = None) -> None:
        """Put a form aside: the one named, or the one in front. What nothing was entered into is not kept."""
        ctx, owner = chat.ctx, chat.person.id
        draft = talks.draft_there(ctx, owner, draft_id) if draft_id else talks.focused_draft(ctx, owner)
        if draft is None:
            chat.reply(Say(text=chat.words("form.nothing_to_cancel")))
        elif self._is_over(chat, draft):
            return
        elif not self._entered(draft):
            self.discard(chat, draft.id)
        else:
            talks.park(chat.ctx, draft)
            chat.reply(FormClosed(draft=draft.id), put_aside(chat, draft))

    def discard(self, chat: ChatContext, draft_id: str) -> None:
        """Throw a form away, with all that was entered."""
        draft = self._draft(chat, draft_id)
        talks.close_draft(chat.ctx, draft)
        chat.reply(FormClosed(draft=draft.id, text=chat.words("form.discarded")))

    def answered(self, chat: ChatContext, draft: Draft) -> tuple[Line, ...]:
        """What a form says so far, line by line."""
        if draft.flow not in self._flows:
            return ()
        form = self._flows[draft.flow].form
        return form.lines(chat, form.look(chat, draft.answers))

    # --- one field at a time ----------------------------------------------------------------------------------------

    def hear(self, chat: ChatContext, draft: Draft, text: str) -> None:
        """Typed text answers the field that is asked for. Near misses of a choice are taken as the choice."""
        if self._is_over(chat, draft) or self._drawn_anew(chat, draft):
            return
        if stops(chat, text):
            self.cancel(chat, draft.id)
            return
        flow = self._flows[draft.flow]
        reading = flow.form.look(chat, draft.answers)
        current = self._current(draft, reading)
        if current is not None and (typed := aside(chat, flow.form.field(current), text)) is not None:
            chat.command(*typed)
            chat.as_new_message = True  # below what was answered
            self.show(chat, draft)
            return
        said = said_at_once(chat, flow, text, draft=draft, reading=reading, current=current)
        if said.answers:
            talks.note_answer(chat.ctx, draft, chat.update.said_in, WHOLE)
        if said.answers or current is None:
            self._write_down(chat, draft, said)
            return
        asked = flow.form.field(current)
        if asked.kind == "files":
            self.show(chat, draft, errors={current: chat.words("form.send_files")})
            return
        answer = text.strip()
        options = asked.options(chat, reading.values)
        if asked.finds is not None:
            answer = by_label(asked.finds(chat, answer, reading.values), answer)
        if asked.kind in {"choice", "choices"} and not asked.open_choice:
            answer, near = chosen(answer.split(",") if asked.kind == "choices" else [answer], options)
            if near is not None:
                question = chat.words("form.did_you_mean", option=options[near].label)
                chat.reply(self.view(chat, draft, errors={current: question}, proposed=near))
                return
        talks.note_answer(chat.ctx, draft, chat.update.said_in, current)
        self._answer(chat, draft, asked, answer, reading)

    def correct(self, chat: ChatContext, draft: Draft, message: str, text: str) -> None:
        """The message that answered a field says something else now."""
        flow = self._flows[draft.flow]
        reading = flow.form.look(chat, draft.answers)
        if draft.said[message] == WHOLE:
            said = said_at_once(chat, flow, text, draft=draft, reading=reading, current=None)
            self._write_down(chat, draft, said)
        else:
            self._answer(chat, draft, flow.form.field(draft.said[message]), text.strip(), reading)

    def wants_else(self, chat: ChatContext, draft: Draft, sentence: str) -> None:
        """What came is no answer: the question again, with what would be one."""
        flow = self._flows[draft.flow]
        current = self._current(draft, flow.form.look(chat, draft.answers))
        if current is None:
            self.show(chat, draft, note=sentence)
        else:
            self.show(chat, draft, errors={current: sentence})

    def offers(self, chat: ChatContext, draft: Draft, part: str, name: str | None = None) -> list[Option] | None:
        """What a field takes, while a part of it is typed: the field named, or the one asked for. None: anything."""
        form = self._flows[draft.flow].form
        reading = form.look(chat, draft.answers)
        name = name or self._current(draft, reading)
        if name is None:
            return None
        asked = form.field(name)
        if asked.finds is None and not asked.options(chat, reading.values):
            return None
        return form.offers(chat, asked, part, reading.values)

    def receive(self, chat: ChatContext, draft: Draft, files: tuple[Checked, ...]) -> bool:
        """Files go to the field that asks for some, else to the form's first that takes any. False: it takes none."""
        if self._is_over(chat, draft):
            return True
        flow = self._flows[draft.flow]
        reading = flow.form.look(chat, draft.answers)
        takers = [each for each in reading.asked if each.kind == "files"]
        if not takers:
            return False
        current = self._current(draft, reading)
        taker = next((each for each in takers if each.name == current), takers[0])
        kept = [keep(chat.ctx, file).id for file in files]
        already = [part for part in draft.answers.get(taker.name, "").split(",") if part]
        self._answer(chat, draft, taker, ",".join([*already, *kept]), reading)
        return True

    def press(self, chat: ChatContext, press: Press) -> None:
        """A button of the form's card. `expected_version` is the revision the person saw: an older card is only drawn
        anew.
        """
        at_any_revision = {"form.open": self.resume, "form.cancel": self.cancel, "form.discard": self.discard}
        if press.verb in at_any_revision:
            at_any_revision[press.verb](chat, press.subject)
            return
        draft = self._draft(chat, press.subject)
        if self._is_over(chat, draft):
            return
        if press.expected_version != draft.revision:
            refused = self._refused(chat, draft)
            chat.as_new_message = not refused
            self.show(chat, draft, errors=refused)
            return
        if not draft.focused:
            talks.focus_draft(chat.ctx, draft)  # what is typed next answers the card that was pressed last
        if not self._drawn_anew(chat, draft):
            self._step(chat, draft, press)

    def _step(self, chat: ChatContext, draft: Draft, press: Press) -> None:
        """A press on the form as it stands."""
        flow = self._flows[draft.flow]
        reading = flow.form.look(chat, draft.answers)
        current = self._current(draft, reading)
        if current is not None and press.verb in {"form.pick", "form.key"}:
            answer = self._pick if press.verb == "form.pick" else self._key
            answer(chat, draft, flow.form.field(current), press.choice, reading)
            return
        match press.verb:
            case "form.skip" if current is not None and flow.form.field(current).may_be_passed(draft.answers):
                # What was sent or chosen so far is kept: going on means "no more of it". What was refused goes.
                kept = "" if current in reading.errors else draft.answers.get(current, "")
                self._answer(chat, draft, flow.form.field(current), kept, reading)
            case "form.clear" if current is not None and self._may_be_cleared(draft, reading):
                self._answer(chat, draft, flow.form.field(current), "", reading)
            case "form.back":
                self._back(chat, draft, reading)
            case "form.edit":
                name = flow.form.field(press.choice).name
                self.show(chat, self._save(chat, draft, dict(draft.answers), trail=draft.trail, editing=name))
            case "form.keep":
                self.show(chat, self._save(chat, draft, dict(draft.answers), trail=draft.trail))
            case "form.send" | "form.sure" if reading.missing is None:
                self._finish(chat, draft, reading, sure=press.verb == "form.sure")
            case _:
                self.show(chat, draft)

    # --- the whole form at once -------------------------------------------------------------------------------------

    def fill(self, chat: ChatContext, filled: FormSubmission) -> None:
        """A form sent as a whole. Wrong fields are named, and nothing is lost or counted as a new revision."""
        if filled.quiet and talks.draft_there(chat.ctx, chat.person.id, filled.draft) is None:
            return  # what is typed into a window arrives after the window was sent
        draft = self._draft(chat, filled.draft)
        flow = self._flows[draft.flow]
        if flow.anew is not None and filled.revision != draft.revision:
            # The form went on elsewhere: what this window leaves as it was may be what stood there long ago.
            if not filled.quiet:
                self.show(chat, draft)
            return
        answers = dict(draft.answers)
        open_names = {each.name for each in flow.form.fields if not each.fixed}
        for name, given in filled.values.items():
            if name not in open_names:
                continue  # a field of an older release, or one that is not theirs to fill
            answers[name] = (",".join(given) if isinstance(given, list) else given).strip()
        answers |= {name: ",".join(keep(chat.ctx, each).id for each in files) for name, files in filled.files.items()}
        stood_there = flow.form.look(chat, draft.answers).values
        with sent(chat) if filled.final else nullcontext():
            reading = flow.form.look(chat, answers, stood=stood_there)
        typed = [each for each in reading.asked if each.name in filled.values and each.name in reading.values]
        # As they are kept: what is typed in one language is read in another after it was changed.
        answers |= {each.name: each.write(reading.values[each.name]) for each in typed if answers[each.name]}
        if filled.quiet:
            self._keep_good(chat, draft, answers, {each.name for each in reading.asked if each.is_missing(answers)})
            if filled.warned - reading.errors.keys():  # what the window warns of has been put right
                self.show(chat, draft)
        elif not filled.final:
            self.show(chat, self._save(chat, draft, answers, trail=draft.trail))
        else:
            self._send(chat, draft, answers, reading)

    def _send(self, chat: ChatContext, draft: Draft, answers: Mapping[str, str], reading: Reading) -> None:
        """A window was sent off with these answers."""
        flow = self._flows[draft.flow]
        wrong = {name: chat.words.refusal(refusal) for name, refusal in reading.errors.items()}
        wrong |= {each.name: chat.words("form.needed") for each in reading.asked if each.is_missing(answers)}
        if wrong:
            self._keep_good(chat, draft, answers, wrong)
            chat.reply(FormErrors(errors=wrong))
            return
        if not is_over(chat, draft) and self._moves_along(chat, draft, answers):
            self.show(chat, draft)
            return
        try:
            flow.run(chat, FormDefaults(answers, draft.subject, draft.expected_version), reading.values)
        except NeedsConfirmation as asked:  # the window goes, and a later one of the same form is not meant by this yes
            draft = self._save(chat, draft, dict(answers), trail=draft.trail)
            self._ask_back(chat, draft, reading, asked.confirmation)
            return
        except Stale:
            if draft.expected_version is None:
                raise
            chat.replies.clear()
            close_over(chat, draft)
            return
        except Refusal as refusal:
            named = refusal.field if refusal.field in {each.name for each in reading.asked} else reading.asked[0].name
            chat.replies.clear()
            chat.reply(FormErrors(errors={str(named): chat.words.refusal(refusal)}))
            return
        talks.close_sent(chat.ctx, draft)
        chat.replies.insert(0, FormClosed(draft=draft.id))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _is_over(self, chat: ChatContext, draft: Draft) -> bool:
        """Whether the form's time is over because its thing has moved on: then that is said, and nothing else done.

        A form that may go along with it does.
        """
        over = is_over(chat, draft)
        if over:
            close_over(chat, draft)
        else:
            self._moves_along(chat, draft, draft.answers)
        return over

    def _entered(self, draft: Draft) -> bool:
        """Whether anything stands in the form that somebody has to lose: what stood there before is kept without it."""
        before = stood(draft.answers)
        changed = {name: text for name, text in draft.answers.items() if text != before.get(name, "")}
        gone = before.keys() - draft.answers.keys()
        return any(before.get(name) for name in gone) or any(not self._is_fixed(draft.flow, name) for name in changed)

    def _is_fixed(self, flow: str, name: str) -> bool:
        return flow in self._flows and any(each.fixed and each.name == name for each in self._flows[flow].form.fields)

    def _back(self, chat: ChatContext, draft: Draft, reading: Reading) -> None:
        """To the answer given last: it is asked again, or stands again as it was where the form changes it."""
        trail = [name for name in draft.trail if name in {each.name for each in reading.asked}]
        if not trail:
            self.show(chat, draft)
            return
        answers = {name: text for name, text in draft.answers.items() if name != trail[-1]}
        answers |= {name: text for name, text in stood(draft.answers).items() if name == trail[-1]}
        self.show(chat, self._save(chat, draft, answers, trail=trail[:-1]))

    def _pick(self, chat: ChatContext, draft: Draft, asked: Field, choice: str, reading: Reading) -> None:
        """An option was pressed, by its place in the list."""
        options = asked.options(chat, reading.values)
        index = int(choice) if choice.isascii() and choice.isdigit() else len(options)
        if index >= len(options):
            raise Invalid("talk.unknown_button")
        if asked.kind == "choices":
            self._toggle(chat, draft, asked.name, options[index].value)
        else:
            self._answer(chat, draft, asked, options[index].value, reading)

    def _key(self, chat: ChatContext, draft: Draft, asked: Field, key: str, reading: Reading) -> None:
        """A key of the keypad: the last one answers, any other is only shown."""
        if asked.keypad is None:
            raise Invalid("talk.unknown_button")
        value, earlier = reading.values.get(asked.name), chat.memory.get(KEYED)
        keyed = earlier.text if earlier is not None and earlier.is_about(draft) else ""
        keyed = asked.keypad.pressed(chat, keyed, key, value, reading.values)
        answer = asked.keypad.answer(keyed)
        if answer is None:
            chat.memory.put(KEYED, AtRevision(draft.id, draft.revision, keyed))
            self.show(chat, draft, keyed=keyed)
        else:
            self._answer(chat, draft, asked, answer, reading)

    def _toggle(self, chat: ChatContext, draft: Draft, name: str, value: str) -> None:
        """One of several: chosen, or no longer; the question stays until the person goes on."""
        chosen = [part for part in draft.answers.get(name, "").split(",") if part]
        chosen = [part for part in chosen if part != value] if value in chosen else [*chosen, value]
        answers = {**draft.answers, name: ",".join(chosen)}
        self.show(chat, self._save(chat, draft, answers, trail=draft.trail, editing=name))
