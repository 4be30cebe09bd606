"""Filling a form: one field at a time on Telegram, whole on Slack, by one sentence on both. Same rules everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext

from conversations.buttons import Press
from conversations.chat_context import Opening, Talk
from conversations.form_controller.controller import Clerk, sent
from conversations.form_controller.drafts import make_room, put_aside, untouched
from conversations.form_controller.interruptions import aside
from conversations.form_controller.outdated_forms import close_over, is_over
from conversations.form_controller.sentence_answers import WHOLE, said_at_once
from conversations.forms.form import BEFORE, Field, Reading, stood
from conversations.forms.suggestions import by_label, chosen
from conversations.market_questions import stops
from conversations.reply import FormClosed, FormErrors, Line, Option, Say
from conversations.router import Doubted
from conversations.turn import Filled
from core.kernel.chat_state import service as talks
from core.kernel.chat_state.model import Draft
from core.kernel.errors import Invalid, Refusal, Stale
from core.people.files.model import Checked
from core.people.files.service import keep


class Interview(Clerk):
    """Opens, continues and closes forms. The draft row is all that it remembers."""

    def open(self, talk: Talk, name: str, opening: Opening) -> None:
        """Begin a form. One that was open is parked, and said so; the very same, untouched, is taken up again."""
        flow = self._flows[name]
        parked = talks.focused_draft(talk.ctx, talk.person.id)
        if parked is not None and untouched(parked, name, opening, flow.form.schema):
            self.show(talk, parked)  # pressed twice
            return
        draft = talks.start_draft(
            talk.ctx, talk.person.id, name, flow.form.schema, subject=opening.subject, seen=opening.seen
        )
        if parked is not None:
            make_room(talk, parked, kept=self._entered(parked))
        if opening.answers:
            trail = [] if BEFORE in opening.answers else list(opening.answers)  # what stands there nobody has said
            draft = self._save(talk, draft, dict(opening.answers), trail=trail)
        reading = flow.form.look(talk, draft.answers)
        if not flow.form.review and reading.missing is None:
            self._finish(talk, draft, reading)  # one word said it all
            return
        self.show(talk, draft)

    def resume(self, talk: Talk, draft_id: str) -> None:
        """Bring a parked form back to the front."""
        draft = self._draft(talk, draft_id)
        if self._is_over(talk, draft):
            return
        talks.focus_draft(talk.ctx, draft)
        if self._drawn_anew(talk, draft):
            return
        if draft.editing is not None and self._to_keep(
            talk, draft, self._flows[draft.flow].form.look(talk, draft.answers)
        ):
            draft = self._save(
                talk, draft, dict(draft.answers), trail=draft.trail
            )  # put aside while a line was changed
        self.show(talk, draft)

    def cancel(self, talk: Talk, draft_id: str | None = None) -> None:
        """Put a form aside: the one named, or the one in front. What nothing was entered into is not kept."""
        ctx, owner = talk.ctx, talk.person.id
        draft = talks.draft_there(ctx, owner, draft_id) if draft_id else talks.focused_draft(ctx, owner)
        if draft is None:
            talk.reply(Say(text=talk.words("form.nothing_to_cancel")))
        elif self._is_over(talk, draft):
            return
        elif not self._entered(draft):
            self.discard(talk, draft.id)
        else:
            talks.park(talk.ctx, draft)
            talk.reply(FormClosed(draft=draft.id), put_aside(talk, draft))

    def discard(self, talk: Talk, draft_id: str) -> None:
        """Throw a form away, with all that was entered."""
        draft = self._draft(talk, draft_id)
        talks.close_draft(talk.ctx, draft)
        talk.reply(FormClosed(draft=draft.id, text=talk.words("form.discarded")))

    def answered(self, talk: Talk, draft: Draft) -> tuple[Line, ...]:
        """What a form says so far, line by line."""
        if draft.flow not in self._flows:
            return ()
        form = self._flows[draft.flow].form
        return form.lines(talk, form.look(talk, draft.answers))

    # --- one field at a time ----------------------------------------------------------------------------------------

    def hear(self, talk: Talk, draft: Draft, text: str) -> None:
        """Typed text answers the field that is asked for. Near misses of a choice are taken as the choice."""
        if self._is_over(talk, draft) or self._drawn_anew(talk, draft):
            return
        if stops(talk, text):
            self.cancel(talk, draft.id)
            return
        flow = self._flows[draft.flow]
        reading = flow.form.look(talk, draft.answers)
        current = self._current(draft, reading)
        if current is not None and (typed := aside(talk, flow.form.field(current), text)) is not None:
            talk.command(*typed)
            talk.fresh = True  # below what was answered
            self.show(talk, draft)
            return
        said = said_at_once(talk, flow, text, draft=draft, reading=reading, current=current)
        if said.answers:
            talks.note_answer(talk.ctx, draft, talk.ctx.notes.get("said_in", ""), WHOLE)
        if said.answers or current is None:
            self._write_down(talk, draft, said)
            return
        asked = flow.form.field(current)
        if asked.kind == "files":
            self.show(talk, draft, errors={current: talk.words("form.send_files")})
            return
        answer = text.strip()
        options = asked.options(talk, reading.values)
        if asked.finds is not None:
            answer = by_label(asked.finds(talk, answer, reading.values), answer)
        if asked.kind in {"choice", "choices"} and not asked.open_choice:
            answer, near = chosen(answer.split(",") if asked.kind == "choices" else [answer], options)
            if near is not None:
                question = talk.words("form.did_you_mean", option=options[near].label)
                talk.reply(self.view(talk, draft, errors={current: question}, proposed=near))
                return
        talks.note_answer(talk.ctx, draft, talk.ctx.notes.get("said_in", ""), current)
        self._answer(talk, draft, asked, answer, reading)

    def correct(self, talk: Talk, draft: Draft, message: str, text: str) -> None:
        """The message that answered a field says something else now."""
        flow = self._flows[draft.flow]
        reading = flow.form.look(talk, draft.answers)
        if draft.said[message] == WHOLE:
            said = said_at_once(talk, flow, text, draft=draft, reading=reading, current=None)
            self._write_down(talk, draft, said)
        else:
            self._answer(talk, draft, flow.form.field(draft.said[message]), text.strip(), reading)

    def wants_else(self, talk: Talk, draft: Draft, sentence: str) -> None:
        """What came is no answer: the question again, with what would be one."""
        flow = self._flows[draft.flow]
        current = self._current(draft, flow.form.look(talk, draft.answers))
        if current is None:
            self.show(talk, draft, note=sentence)
        else:
            self.show(talk, draft, errors={current: sentence})

    def offers(self, talk: Talk, draft: Draft, part: str, name: str | None = None) -> list[Option] | None:
        """What a field takes, while a part of it is typed: the field named, or the one asked for. None: anything."""
        form = self._flows[draft.flow].form
        reading = form.look(talk, draft.answers)
        name = name or self._current(draft, reading)
        if name is None:
            return None
        asked = form.field(name)
        if asked.finds is None and not asked.options(talk, reading.values):
            return None
        return form.offers(talk, asked, part, reading.values)

    def receive(self, talk: Talk, draft: Draft, files: tuple[Checked, ...]) -> bool:
        """Files go to the field that asks for some, else to the form's first that takes any. False: it takes none."""
        if self._is_over(talk, draft):
            return True
        flow = self._flows[draft.flow]
        reading = flow.form.look(talk, draft.answers)
        takers = [each for each in reading.asked if each.kind == "files"]
        if not takers:
            return False
        current = self._current(draft, reading)
        taker = next((each for each in takers if each.name == current), takers[0])
        kept = [keep(talk.ctx, file).id for file in files]
        already = [part for part in draft.answers.get(taker.name, "").split(",") if part]
        self._answer(talk, draft, taker, ",".join([*already, *kept]), reading)
        return True

    def press(self, talk: Talk, press: Press) -> None:
        """A button of the form's card. `seen` is the revision the person saw: an older card is only drawn anew."""
        at_any_revision = {"form.open": self.resume, "form.cancel": self.cancel, "form.discard": self.discard}
        if press.verb in at_any_revision:
            at_any_revision[press.verb](talk, press.subject)
            return
        draft = self._draft(talk, press.subject)
        if self._is_over(talk, draft):
            return
        if press.seen != draft.revision:
            refused = self._refused(talk, draft)
            talk.fresh = not refused
            self.show(talk, draft, errors=refused)
            return
        if not draft.focused:
            talks.focus_draft(talk.ctx, draft)  # what is typed next answers the card that was pressed last
        if not self._drawn_anew(talk, draft):
            self._step(talk, draft, press)

    def _step(self, talk: Talk, draft: Draft, press: Press) -> None:
        """A press on the form as it stands."""
        flow = self._flows[draft.flow]
        reading = flow.form.look(talk, draft.answers)
        current = self._current(draft, reading)
        if current is not None and press.verb in {"form.pick", "form.key"}:
            answer = self._pick if press.verb == "form.pick" else self._key
            answer(talk, draft, flow.form.field(current), press.choice, reading)
            return
        match press.verb:
            case "form.skip" if current is not None and flow.form.field(current).may_be_passed(draft.answers):
                # What was sent or chosen so far is kept: going on means "no more of it". What was refused goes.
                kept = "" if current in reading.errors else draft.answers.get(current, "")
                self._answer(talk, draft, flow.form.field(current), kept, reading)
            case "form.clear" if current is not None and self._may_be_cleared(draft, reading):
                self._answer(talk, draft, flow.form.field(current), "", reading)
            case "form.back":
                self._back(talk, draft, reading)
            case "form.edit":
                name = flow.form.field(press.choice).name
                self.show(talk, self._save(talk, draft, dict(draft.answers), trail=draft.trail, editing=name))
            case "form.keep":
                self.show(talk, self._save(talk, draft, dict(draft.answers), trail=draft.trail))
            case "form.send" | "form.sure" if reading.missing is None:
                self._finish(talk, draft, reading, sure=press.verb == "form.sure")
            case _:
                self.show(talk, draft)

    # --- the whole form at once -------------------------------------------------------------------------------------

    def fill(self, talk: Talk, filled: Filled) -> None:
        """A form sent as a whole. Wrong fields are named, and nothing is lost or counted as a new revision."""
        if filled.quiet and talks.draft_there(talk.ctx, talk.person.id, filled.draft) is None:
            return  # what is typed into a window arrives after the window was sent
        draft = self._draft(talk, filled.draft)
        flow = self._flows[draft.flow]
        if flow.anew is not None and filled.revision != draft.revision:
            # The form went on elsewhere: what this window leaves as it was may be what stood there long ago.
            if not filled.quiet:
                self.show(talk, draft)
            return
        answers = dict(draft.answers)
        open_names = {each.name for each in flow.form.fields if not each.fixed}
        for name, given in filled.values.items():
            if name not in open_names:
                continue  # a field of an older release, or one that is not theirs to fill
            answers[name] = (",".join(given) if isinstance(given, list) else given).strip()
        answers |= {name: ",".join(keep(talk.ctx, each).id for each in files) for name, files in filled.files.items()}
        stood_there = flow.form.look(talk, draft.answers).values
        with sent(talk) if filled.final else nullcontext():
            reading = flow.form.look(talk, answers, stood=stood_there)
        typed = [each for each in reading.asked if each.name in filled.values and each.name in reading.values]
        # As they are kept: what is typed in one language is read in another after it was changed.
        answers |= {each.name: each.write(reading.values[each.name]) for each in typed if answers[each.name]}
        if filled.quiet:
            self._keep_good(talk, draft, answers, {each.name for each in reading.asked if each.is_missing(answers)})
            if filled.warned - reading.errors.keys():  # what the window warns of has been put right
                self.show(talk, draft)
        elif not filled.final:
            self.show(talk, self._save(talk, draft, answers, trail=draft.trail))
        else:
            self._send(talk, draft, answers, reading)

    def _send(self, talk: Talk, draft: Draft, answers: Mapping[str, str], reading: Reading) -> None:
        """A window was sent off with these answers."""
        flow = self._flows[draft.flow]
        wrong = {name: talk.words.refusal(refusal) for name, refusal in reading.errors.items()}
        wrong |= {each.name: talk.words("form.needed") for each in reading.asked if each.is_missing(answers)}
        if wrong:
            self._keep_good(talk, draft, answers, wrong)
            talk.reply(FormErrors(errors=wrong))
            return
        if not is_over(talk, draft) and self._moves_along(talk, draft, answers):
            self.show(talk, draft)
            return
        try:
            flow.run(talk, Opening(answers, draft.subject, draft.seen), reading.values)
        except Doubted as asked:  # the window goes, and a later one of the same form is not meant by this yes
            draft = self._save(talk, draft, dict(answers), trail=draft.trail)
            self._ask_back(talk, draft, reading, asked.doubt)
            return
        except Stale:
            if draft.seen is None:
                raise
            talk.replies.clear()
            close_over(talk, draft)
            return
        except Refusal as refusal:
            named = refusal.field if refusal.field in {each.name for each in reading.asked} else reading.asked[0].name
            talk.replies.clear()
            talk.reply(FormErrors(errors={str(named): talk.words.refusal(refusal)}))
            return
        talks.close_sent(talk.ctx, draft)
        talk.replies.insert(0, FormClosed(draft=draft.id))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _is_over(self, talk: Talk, draft: Draft) -> bool:
        """Whether the form's time is over because its thing has moved on: then that is said, and nothing else done.

        A form that may go along with it does.
        """
        over = is_over(talk, draft)
        if over:
            close_over(talk, draft)
        else:
            self._moves_along(talk, draft, draft.answers)
        return over

    def _entered(self, draft: Draft) -> bool:
        """Whether anything stands in the form that somebody has to lose: what stood there before is kept without it."""
        before = stood(draft.answers)
        changed = {name: text for name, text in draft.answers.items() if text != before.get(name, "")}
        gone = before.keys() - draft.answers.keys()
        return any(before.get(name) for name in gone) or any(not self._is_fixed(draft.flow, name) for name in changed)

    def _is_fixed(self, flow: str, name: str) -> bool:
        return flow in self._flows and any(each.fixed and each.name == name for each in self._flows[flow].form.fields)

    def _back(self, talk: Talk, draft: Draft, reading: Reading) -> None:
        """To the answer given last: it is asked again, or stands again as it was where the form changes it."""
        trail = [name for name in draft.trail if name in {each.name for each in reading.asked}]
        if not trail:
            self.show(talk, draft)
            return
        answers = {name: text for name, text in draft.answers.items() if name != trail[-1]}
        answers |= {name: text for name, text in stood(draft.answers).items() if name == trail[-1]}
        self.show(talk, self._save(talk, draft, answers, trail=trail[:-1]))

    def _pick(self, talk: Talk, draft: Draft, asked: Field, choice: str, reading: Reading) -> None:
        """An option was pressed, by its place in the list."""
        options = asked.options(talk, reading.values)
        index = int(choice) if choice.isascii() and choice.isdigit() else len(options)
        if index >= len(options):
            raise Invalid("talk.unknown_button")
        if asked.kind == "choices":
            self._toggle(talk, draft, asked.name, options[index].value)
        else:
            self._answer(talk, draft, asked, options[index].value, reading)

    def _key(self, talk: Talk, draft: Draft, asked: Field, key: str, reading: Reading) -> None:
        """A key of the keypad: the last one answers, any other is only shown."""
        if asked.keypad is None:
            raise Invalid("talk.unknown_button")
        value, form = reading.values.get(asked.name), f"{draft.id}:{draft.revision}:"
        earlier = talks.recall(talk.ctx, talk.person.id, "keyed")
        keyed = earlier.removeprefix(form) if earlier.startswith(form) else ""
        keyed = asked.keypad.pressed(talk, keyed, key, value, reading.values)
        answer = asked.keypad.answer(keyed)
        if answer is None:
            talks.remember(talk.ctx, talk.person.id, "keyed", f"{form}{keyed}")
            self.show(talk, draft, keyed=keyed)
        else:
            self._answer(talk, draft, asked, answer, reading)

    def _toggle(self, talk: Talk, draft: Draft, name: str, value: str) -> None:
        """One of several: chosen, or no longer; the question stays until the person goes on."""
        chosen = [part for part in draft.answers.get(name, "").split(",") if part]
        chosen = [part for part in chosen if part != value] if value in chosen else [*chosen, value]
        answers = {**draft.answers, name: ",".join(chosen)}
        self.show(talk, self._save(talk, draft, answers, trail=draft.trail, editing=name))
