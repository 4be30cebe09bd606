"""Filling a form: one field at a time, as a whole in a window, or by one sentence.

The rules are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import nullcontext

from conversations.buttons import Press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.form_controller.drafts import confirmation_card, make_room, put_aside, untouched
from conversations.form_controller.outdated_forms import close_over, is_over
from conversations.form_controller.revisions import KEYED, REFUSED, REFUSED_ANSWER, AtRevision
from conversations.form_controller.sentence_answers import WHOLE, SentenceAnswers, answers_in, aside, part_refused
from conversations.forms.form import BEFORE, Field, Reading, stood
from conversations.forms.suggestions import by_label, chosen
from conversations.market_questions import stops
from conversations.reply import FormClosed, FormErrors, FormView, Line, Option, Say
from conversations.router import Flow, NeedsConfirmation
from conversations.turn import FormSubmission
from core.kernel.chat_state import service as chat_state
from core.kernel.chat_state.model import Draft
from core.kernel.errors import Invalid, Refusal, Stale
from core.people.files.model import Checked
from core.people.files.service import keep


class FormController:
    """Opens, continues and closes forms. Its only state is the row of the draft."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        self._flows = flows

    def open(self, chat: ChatContext, name: str, defaults: FormDefaults) -> None:
        """Open a form. Another open form is put aside with a message; the same form without input is shown again."""
        flow = self._flows[name]
        parked = chat_state.focused_draft(chat.ctx, chat.person.id)
        if parked is not None and untouched(parked, name, defaults, flow.form.schema):
            self.show(chat, parked)  # pressed twice
            return
        draft = chat_state.start_draft(
            chat.ctx,
            chat.person.id,
            name,
            flow.form.schema,
            subject=defaults.subject,
            expected_version=defaults.expected_version,
        )
        if parked is not None:
            make_room(chat, parked, kept=self._entered(parked))
        if defaults.answers:
            # existing values were not entered by the person
            trail = [] if BEFORE in defaults.answers else list(defaults.answers)
            draft = self._save(chat, draft, dict(defaults.answers), trail=trail)
        reading = flow.form.look(chat, draft.answers)
        if not flow.form.review and reading.missing is None:
            self._finish(chat, draft, reading)  # one word has answered everything
            return
        self.show(chat, draft)

    def resume(self, chat: ChatContext, draft_id: str) -> None:
        """Bring a parked form back to the front."""
        draft = self._draft(chat, draft_id)
        if self._is_over(chat, draft):
            return
        chat_state.focus_draft(chat.ctx, draft)
        if self._redrawn(chat, draft):
            return
        if draft.editing is not None and self._to_keep(
            chat, draft, self._flows[draft.flow].form.look(chat, draft.answers)
        ):
            draft = self._save(
                chat, draft, dict(draft.answers), trail=draft.trail
            )  # it was put aside while a line was changed
        self.show(chat, draft)

    def cancel(self, chat: ChatContext, draft_id: str | None = None) -> None:
        """Put aside the named form, or else the form in front. A form without any input is deleted."""
        ctx, owner = chat.ctx, chat.person.id
        draft = chat_state.draft_there(ctx, owner, draft_id) if draft_id else chat_state.focused_draft(ctx, owner)
        if draft is None:
            chat.reply(Say(text=chat.words("form.nothing_to_cancel")))
        elif self._is_over(chat, draft):
            return
        elif not self._entered(draft):
            self.discard(chat, draft.id)
        else:
            chat_state.park(chat.ctx, draft)
            chat.reply(FormClosed(draft=draft.id), put_aside(chat, draft))

    def discard(self, chat: ChatContext, draft_id: str) -> None:
        draft = self._draft(chat, draft_id)
        chat_state.close_draft(chat.ctx, draft)
        chat.reply(FormClosed(draft=draft.id, text=chat.words("form.discarded")))

    def answered(self, chat: ChatContext, draft: Draft) -> tuple[Line, ...]:
        if draft.flow not in self._flows:
            return ()
        form = self._flows[draft.flow].form
        return form.lines(chat, form.look(chat, draft.answers))

    # --- one field at a time ----------------------------------------------------------------------------------------

    def hear(self, chat: ChatContext, draft: Draft, text: str) -> None:
        """Take typed text as an answer to the current field. A near miss of a choice counts as that choice."""
        if self._is_over(chat, draft) or self._redrawn(chat, draft):
            return
        if stops(chat, text):
            self.cancel(chat, draft.id)
            return
        flow = self._flows[draft.flow]
        reading = flow.form.look(chat, draft.answers)
        current = self._current(draft, reading)
        if current is not None and (typed := aside(chat, flow.form.field(current), text)) is not None:
            chat.command(*typed)
            chat.as_new_message = True  # below its answers
            self.show(chat, draft)
            return
        given = answers_in(chat, flow, text, draft=draft, reading=reading, current=current)
        if given.answers:
            chat_state.note_answer(chat.ctx, draft, chat.update.text_message, WHOLE)
        if given.answers or current is None:
            self._write_down(chat, draft, given)
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
        chat_state.note_answer(chat.ctx, draft, chat.update.text_message, current)
        self._answer(chat, draft, asked, answer, reading)

    def correct(self, chat: ChatContext, draft: Draft, message: str, text: str) -> None:
        flow = self._flows[draft.flow]
        reading = flow.form.look(chat, draft.answers)
        if draft.sources[message] == WHOLE:
            given = answers_in(chat, flow, text, draft=draft, reading=reading, current=None)
            self._write_down(chat, draft, given)
        else:
            self._answer(chat, draft, flow.form.field(draft.sources[message]), text.strip(), reading)

    def wants_else(self, chat: ChatContext, draft: Draft, sentence: str) -> None:
        """Show the question again with a sentence that says what would be an answer."""
        flow = self._flows[draft.flow]
        current = self._current(draft, flow.form.look(chat, draft.answers))
        if current is None:
            self.show(chat, draft, note=sentence)
        else:
            self.show(chat, draft, errors={current: sentence})

    def offers(self, chat: ChatContext, draft: Draft, part: str, name: str | None = None) -> list[Option] | None:
        """Return the options of a field for the typed part. The field is the named one, or the current one.

        Return None if the field takes any text.
        """
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
        """Pass files to the current field if it takes files, else to the first that does. False: none does."""
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
        """Handle a button of the form's card.

        `expected_version` is the revision the person saw; an older card is only redrawn.
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
            chat_state.focus_draft(chat.ctx, draft)  # text typed next answers the card that was pressed last
        if not self._redrawn(chat, draft):
            self._step(chat, draft, press)

    def _step(self, chat: ChatContext, draft: Draft, press: Press) -> None:
        flow = self._flows[draft.flow]
        reading = flow.form.look(chat, draft.answers)
        current = self._current(draft, reading)
        if current is not None and press.verb in {"form.pick", "form.key"}:
            answer = self._pick if press.verb == "form.pick" else self._key
            answer(chat, draft, flow.form.field(current), press.choice, reading)
            return
        match press.verb:
            case "form.skip" if current is not None and flow.form.field(current).may_be_passed(draft.answers):
                # The files or choices so far are kept: going on means "no more". A refused answer is dropped.
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

    def fill(self, chat: ChatContext, submission: FormSubmission) -> None:
        """Take a form submitted as a whole. Wrong fields are named; no input is lost, and the revision stays."""
        if submission.quiet and chat_state.draft_there(chat.ctx, chat.person.id, submission.draft) is None:
            return  # text typed into a window can arrive after the window was submitted
        draft = self._draft(chat, submission.draft)
        flow = self._flows[draft.flow]
        if flow.rebase is not None and submission.revision != draft.revision:
            # The form was continued elsewhere, so unchanged fields of this window may be outdated.
            if not submission.quiet:
                self.show(chat, draft)
            return
        answers = dict(draft.answers)
        open_names = {each.name for each in flow.form.fields if not each.fixed}
        for name, given in submission.values.items():
            if name not in open_names:
                continue  # a field of an older release, or one that the person may not fill
            answers[name] = (",".join(given) if isinstance(given, list) else given).strip()
        answers |= {
            name: ",".join(keep(chat.ctx, each).id for each in files) for name, files in submission.files.items()
        }
        stood_there = flow.form.look(chat, draft.answers).values
        with chat.update.sending() if submission.final else nullcontext():
            reading = flow.form.look(chat, answers, stood=stood_there)
        typed = [each for each in reading.asked if each.name in submission.values and each.name in reading.values]
        # In stored form, because text typed in one language may later be read in another.
        answers |= {each.name: each.write(reading.values[each.name]) for each in typed if answers[each.name]}
        if submission.quiet:
            self._keep_good(chat, draft, answers, {each.name for each in reading.asked if each.is_missing(answers)})
            if submission.warned - reading.errors.keys():  # the fault that the window showed has been corrected
                self.show(chat, draft)
        elif not submission.final:
            self.show(chat, self._save(chat, draft, answers, trail=draft.trail))
        else:
            self._send(chat, draft, answers, reading)

    def _send(self, chat: ChatContext, draft: Draft, answers: Mapping[str, str], reading: Reading) -> None:
        wrong = {name: chat.words.refusal(refusal) for name, refusal in reading.errors.items()}
        wrong |= {each.name: chat.words("form.needed") for each in reading.asked if each.is_missing(answers)}
        if wrong:
            self._keep_good(chat, draft, answers, wrong)
            chat.reply(FormErrors(errors=wrong))
            return
        if not is_over(chat, draft) and self._moves_along(chat, draft, answers):
            self.show(chat, draft)
            return
        if (refusal := self._submit(chat, draft, answers, reading)) is not None:
            named = refusal.field if refusal.field in {each.name for each in reading.asked} else reading.asked[0].name
            chat.reply(FormErrors(errors={str(named): chat.words.refusal(refusal)}))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _is_over(self, chat: ChatContext, draft: Draft) -> bool:
        """Return True if the form is outdated, after closing it with a sentence that says why.

        A form that can be rebased on the newer version is updated instead.
        """
        over = is_over(chat, draft)
        if over:
            close_over(chat, draft)
        else:
            self._moves_along(chat, draft, draft.answers)
        return over

    def _entered(self, draft: Draft) -> bool:
        """Return True if the form holds input that could be lost. Values from before the form are kept without it."""
        before = stood(draft.answers)
        changed = {name: text for name, text in draft.answers.items() if text != before.get(name, "")}
        gone = before.keys() - draft.answers.keys()
        flow = self._flows.get(draft.flow)
        fixed = set() if flow is None else {each.name for each in flow.form.fields if each.fixed}
        return any(before.get(name) for name in gone) or not fixed.issuperset(changed)

    def _back(self, chat: ChatContext, draft: Draft, reading: Reading) -> None:
        """Go back to the last answer: ask for it again, or restore its old value in a form that edits."""
        trail = [name for name in draft.trail if name in {each.name for each in reading.asked}]
        if not trail:
            self.show(chat, draft)
            return
        answers = {name: text for name, text in draft.answers.items() if name != trail[-1]}
        answers |= {name: text for name, text in stood(draft.answers).items() if name == trail[-1]}
        self.show(chat, self._save(chat, draft, answers, trail=trail[:-1]))

    def _pick(self, chat: ChatContext, draft: Draft, asked: Field, choice: str, reading: Reading) -> None:
        options = asked.options(chat, reading.values)
        index = int(choice) if choice.isascii() and choice.isdigit() else len(options)
        if index >= len(options):
            raise Invalid("talk.unknown_button")
        if asked.kind == "choices":
            self._toggle(chat, draft, asked.name, options[index].value)
        else:
            self._answer(chat, draft, asked, options[index].value, reading)

    def _key(self, chat: ChatContext, draft: Draft, asked: Field, key: str, reading: Reading) -> None:
        """Handle a key of the keypad: the last one answers, any other only updates the display."""
        if asked.keypad is None:
            raise Invalid("talk.unknown_button")
        value, earlier = reading.values.get(asked.name), chat.memory.get(KEYED)
        keyed = earlier.text if earlier is not None and earlier.is_about(draft) else ""
        keyed = asked.keypad.after_key(chat, keyed, key, value, reading.values)
        answer = asked.keypad.answer(keyed)
        if answer is None:
            chat.memory.put(KEYED, AtRevision(draft.id, draft.revision, keyed))
            self.show(chat, draft, keyed=keyed)
        else:
            self._answer(chat, draft, asked, answer, reading)

    def _toggle(self, chat: ChatContext, draft: Draft, name: str, value: str) -> None:
        """Select or deselect one of several options. The question stays until the person goes on."""
        chosen = [part for part in draft.answers.get(name, "").split(",") if part]
        chosen = [part for part in chosen if part != value] if value in chosen else [*chosen, value]
        answers = {**draft.answers, name: ",".join(chosen)}
        self.show(chat, self._save(chat, draft, answers, trail=draft.trail, editing=name))

    # --- drawing ----------------------------------------------------------------------------------------------------

    def show(
        self,
        chat: ChatContext,
        draft: Draft,
        *,
        errors: Mapping[str, str] | None = None,
        note: str = "",
        keyed: str = "",
    ) -> None:
        """Show the form's card in its current state."""
        chat.reply(self.view(chat, draft, errors=errors, note=note, keyed=keyed))

    def view(
        self,
        chat: ChatContext,
        draft: Draft,
        *,
        errors: Mapping[str, str] | None = None,
        note: str = "",
        warning: str = "",
        keyed: str = "",
        proposed: int | None = None,
    ) -> FormView:
        flow = self._flows[draft.flow]
        reading = flow.form.look(chat, draft.answers)
        moved = chat.words("form.moved_along") if chat.update.moved_form == draft.id else ""
        return flow.form.view(
            chat,
            reading,
            draft.answers,
            draft=draft.id,
            revision=draft.revision,
            current=self._current(draft, reading),
            intro=flow.intro(chat, FormDefaults(draft.answers, draft.subject, draft.expected_version)),
            note=" ".join(filter(None, (moved, note))),
            warning=warning,
            errors=errors,
            as_new_message=chat.as_new_message,
            can_go_back=bool(draft.trail) and draft.editing is None,
            keyed=keyed,
            proposed=proposed,
            keep=self._to_keep(chat, draft, reading),
            may_be_cleared=self._may_be_cleared(draft, reading),
        )

    # --- taking answers and submitting ------------------------------------------------------------------------------

    def _draft(self, chat: ChatContext, draft_id: str) -> Draft:
        draft = chat_state.draft_of(chat.ctx, chat.person.id, draft_id)
        if draft.flow not in self._flows:
            chat_state.close_draft(chat.ctx, draft)
            raise Stale("talk.form_retired")
        return draft

    def _redrawn(self, chat: ChatContext, draft: Draft) -> bool:
        """Return True if a release has changed the form since it was drawn. Then redraw it and take no input."""
        if draft.schema == self._flows[draft.flow].form.schema:
            return False
        draft = self._save(chat, draft, dict(draft.answers), trail=draft.trail, editing=draft.editing)
        self.show(chat, draft, note=chat.words("talk.form_changed"))
        return True

    def _moves_along(self, chat: ChatContext, draft: Draft, answers: Mapping[str, str]) -> bool:
        """Return True if the form's subject has changed.

        Then apply the answers to the new version and show them for review.
        """
        flow = self._flows[draft.flow]
        if flow.rebase is None:
            return False
        now = flow.rebase(chat, FormDefaults(answers, draft.subject, draft.expected_version))
        if now.expected_version == draft.expected_version:
            return False
        self._save(
            chat,
            draft,
            dict(now.answers),
            trail=draft.trail,
            editing=draft.editing,
            expected_version=now.expected_version,
        )
        chat.update.moved_form = draft.id
        return True

    @staticmethod
    def _current(draft: Draft, reading: Reading) -> str | None:
        """Return the current field: the one being changed, else the first without a valid answer.

        None: review the form.
        """
        if draft.editing in {each.name for each in reading.asked}:
            return draft.editing
        return reading.missing

    def _to_keep(self, chat: ChatContext, draft: Draft, reading: Reading) -> str:
        """Return the current answer of the line that is being changed, which can be kept.

        It is empty for lists of choices and files, and for an answer that was just refused.
        """
        if draft.editing not in reading.values or self._current(draft, reading) != draft.editing:
            return ""
        asked, answer = self._flows[draft.flow].form.field(draft.editing), draft.answers.get(draft.editing, "")
        if chat.memory.get(REFUSED_ANSWER) == AtRevision(draft.id, draft.revision, answer):
            return ""
        return "" if asked.kind in {"choices", "files"} else asked.show(chat, reading.values[asked.name])

    def _may_be_cleared(self, draft: Draft, reading: Reading) -> bool:
        """Return True if the line that is being changed has an answer and is optional."""
        name = draft.editing
        if name is None or name != self._current(draft, reading) or not draft.answers.get(name):
            return False
        return self._flows[draft.flow].form.field(name).optional

    def _answer(self, chat: ChatContext, draft: Draft, asked: Field, text: str, reading: Reading) -> None:
        """Take one answer, or say why it is invalid; then ask for the next one."""
        form = self._flows[draft.flow].form
        if text == "" and not asked.optional:
            self.show(chat, draft, errors={asked.name: chat.words("form.needed")})
            return
        try:
            with chat.update.sending():
                canonical = asked.write(form.value(chat, asked, text, reading.values)) if text else ""
        except Refusal as refusal:
            self.show(chat, draft, errors={asked.name: chat.words.refusal(refusal)})
            return
        draft = self._keep(chat, draft, {asked.name: canonical})
        if not form.review and form.look(chat, draft.answers).missing is None:
            self._finish(chat, draft, form.look(chat, draft.answers))
            return
        self.show(chat, draft)

    def _write_down(self, chat: ChatContext, draft: Draft, given: SentenceAnswers) -> None:
        """Save the answers that one sentence gives to several fields.

        Name these fields and the words left over, then go on.
        """
        form, told = self._flows[draft.flow].form, []
        answers, refused = part_refused(chat, form, draft.answers, given.answers)
        if answers:
            names = [chat.words(form.code(name)) for name in answers]
            draft = self._keep(chat, draft, answers)
            told.append(chat.words("form.written_down", names=names))
        if given.left:
            left = (chat.words("search.chip.rest", words=part[:60]) for part in given.left)
            told.append(chat.words("form.not_taken", said=", ".join(left)))
        if not given.answers:
            told.append(chat.words("form.look_it_over"))
        if refused:  # the line is asked again, and its old value can be kept
            draft = self._save(chat, draft, dict(draft.answers), trail=draft.trail, editing=next(iter(refused)))
        self.show(chat, draft, note=" ".join(told), errors=refused)

    def _keep(self, chat: ChatContext, draft: Draft, answers: Mapping[str, str]) -> Draft:
        trail = [name for name in draft.trail if name not in answers] + list(answers)
        return self._save(chat, draft, {**draft.answers, **answers}, trail=trail)

    def _finish(self, chat: ChatContext, draft: Draft, reading: Reading, *, sure: bool = False) -> None:
        """Submit the form, unless it needs a confirmation. `sure`: the confirmation was given."""
        if (refusal := self._submit(chat, draft, draft.answers, reading, sure=sure)) is None:
            return
        why, named = chat.words.refusal(refusal), refusal.field
        if named is None or named not in {each.name for each in reading.asked}:
            chat.reply(self.view(chat, draft, warning=why))
            return
        refused, before = draft.answers.get(named, ""), stood(draft.answers).get(named, "")
        answers = {**draft.answers, **({named: before} if before else {})}
        draft = self._save(chat, draft, answers, trail=draft.trail, editing=named)
        chat.memory.put(REFUSED_ANSWER, AtRevision(draft.id, draft.revision, refused))
        chat.memory.put(REFUSED, AtRevision(draft.id, draft.revision, f"{named}:{why}"))
        self.show(chat, draft, errors={named: why})

    def _submit(
        self, chat: ChatContext, draft: Draft, answers: Mapping[str, str], reading: Reading, *, sure: bool = False
    ) -> Refusal | None:
        """Run the form's command with these answers, then close the form. Return a refusal that can be corrected."""
        about = FormDefaults(answers, draft.subject, draft.expected_version)
        try:
            self._flows[draft.flow].run(chat, about, reading.values, sure=sure)
        except NeedsConfirmation as asked:
            if answers is not draft.answers:
                # The window closes, and its yes must not count for a later window of the same form.
                draft = self._save(chat, draft, dict(answers), trail=draft.trail)
            chat.replies.clear()
            chat.reply(confirmation_card(chat, self._flows[draft.flow].form, draft, reading, asked.confirmation))
        except Stale:
            if draft.expected_version is None:
                raise  # it may be submitted again
            chat.replies.clear()
            close_over(chat, draft)
        except Refusal as refusal:
            chat.replies.clear()
            return refusal
        else:
            chat_state.close_sent(chat.ctx, draft)
            chat.replies.insert(0, FormClosed(draft=draft.id))
        return None

    def _refused(self, chat: ChatContext, draft: Draft) -> dict[str, str]:
        """Return why the form was refused, if no answer came since. A second press shows it again."""
        told = chat.memory.get(REFUSED)
        if told is None or not told.is_about(draft):
            return {}
        named, _, why = told.text.partition(":")
        return {named: why}

    def _keep_good(self, chat: ChatContext, draft: Draft, answers: Mapping[str, str], wrong: Collection[str]) -> None:
        """Save the valid answers of a window without a new revision, because the window sends the same revision again.

        Fields in `wrong`, and fields emptied to be typed again, keep their old values.
        """
        good = {name: text for name, text in answers.items() if name not in wrong}
        draft.answers = {**draft.answers, **good}
        chat.ctx.session.flush()

    def _save(
        self,
        chat: ChatContext,
        draft: Draft,
        answers: dict[str, str],
        *,
        trail: list[str],
        editing: str | None = None,
        expected_version: int | None = None,
    ) -> Draft:
        schema = self._flows[draft.flow].form.schema
        return chat_state.save_draft(
            chat.ctx,
            draft,
            answers=answers,
            trail=trail,
            editing=editing,
            schema=schema,
            expected_version=expected_version,
        )
