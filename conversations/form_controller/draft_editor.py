"""The base of every way to fill a form: drawing it, taking an answer, saving it, and submitting it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from conversations.buttons import press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.form_controller.outdated_forms import close_over
from conversations.form_controller.sentence_answers import SaidAtOnce
from conversations.forms.form import Field, Reading, stood
from conversations.reply import Button, Card, FormClosed, FormView
from conversations.router import Confirmation, Flow, NeedsConfirmation
from core.kernel.chat_state import service as talks
from core.kernel.chat_state.memory import Topic
from core.kernel.chat_state.model import Draft
from core.kernel.errors import Refusal, Stale


@dataclass(frozen=True, slots=True)
class AtRevision:
    """A text about a form at one revision. It is invalid for later revisions."""

    draft: str
    revision: int
    text: str

    @classmethod
    def read(cls, text: str) -> AtRevision:
        draft, revision, rest = text.split(":", 2)
        return cls(draft, int(revision), rest)

    def __str__(self) -> str:
        return f"{self.draft}:{self.revision}:{self.text}"

    def is_about(self, draft: Draft) -> bool:
        return (self.draft, self.revision) == (draft.id, draft.revision)


REFUSED: Final = Topic("refused", AtRevision.read)  # why a form was not taken: "field:sentence"
REFUSED_ANSWER: Final = Topic("refused_answer", AtRevision.read)  # the answer that was refused
KEYED: Final = Topic("keyed", AtRevision.read)  # the text keyed in so far on a field's keypad


@contextmanager
def sent(chat: ChatContext) -> Iterator[None]:
    """Mark input read in this block as submitted; otherwise it is only checked or still being typed."""
    chat.update.is_sent = True
    try:
        yield
    finally:
        chat.update.is_sent = False


class DraftEditor:
    """Saves the drafts of all forms. Its only state is the row of the draft."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        self._flows = flows

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
        draft = talks.draft_of(chat.ctx, chat.person.id, draft_id)
        if draft.flow not in self._flows:
            talks.close_draft(chat.ctx, draft)
            raise Stale("talk.form_retired")
        return draft

    def _drawn_anew(self, chat: ChatContext, draft: Draft) -> bool:
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
        if flow.anew is None:
            return False
        now = flow.anew(chat, FormDefaults(answers, draft.subject, draft.expected_version))
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
            with sent(chat):
                canonical = asked.write(form.value(chat, asked, text, reading.values)) if text else ""
        except Refusal as refusal:
            self.show(chat, draft, errors={asked.name: chat.words.refusal(refusal)})
            return
        draft = self._keep(chat, draft, {asked.name: canonical})
        if not form.review and form.look(chat, draft.answers).missing is None:
            self._finish(chat, draft, form.look(chat, draft.answers))
            return
        self.show(chat, draft)

    def _write_down(self, chat: ChatContext, draft: Draft, said: SaidAtOnce) -> None:
        """Save the answers that one sentence gives to several fields.

        Name these fields and the words left over, then go on.
        """
        form, told = self._flows[draft.flow].form, []
        answers, refused = self._taken(chat, draft, said.answers)
        if answers:
            names = [chat.words(form.code(name)) for name in answers]
            draft = self._keep(chat, draft, answers)
            told.append(chat.words("form.written_down", names=names))
        if said.left:
            left = (chat.words("search.chip.rest", words=part[:60]) for part in said.left)
            told.append(chat.words("form.not_taken", said=", ".join(left)))
        if not said.answers:
            told.append(chat.words("form.look_it_over"))
        if refused:  # the line is asked again, and its old value can be kept
            draft = self._save(chat, draft, dict(draft.answers), trail=draft.trail, editing=next(iter(refused)))
        self.show(chat, draft, note=" ".join(told), errors=refused)

    def _taken(self, chat: ChatContext, draft: Draft, said: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the answers of one sentence to save, and by field the refusals of the others.

        An invalid answer does not replace a valid one.
        """
        form = self._flows[draft.flow].form
        stands = form.look(chat, draft.answers).values
        errors = form.look(chat, {**draft.answers, **said}).errors
        refused = {name: chat.words.refusal(errors[name]) for name in said if name in errors and name in stands}
        return {name: answer for name, answer in said.items() if name not in refused}, refused

    def _keep(self, chat: ChatContext, draft: Draft, said: Mapping[str, str]) -> Draft:
        trail = [name for name in draft.trail if name not in said] + list(said)
        return self._save(chat, draft, {**draft.answers, **said}, trail=trail)

    def _ask_back(self, chat: ChatContext, draft: Draft, reading: Reading, confirmation: Confirmation) -> None:
        """Ask for confirmation, in place of the form's card and with all its answers."""
        chat.replies.clear()
        form, words = self._flows[draft.flow].form, chat.words
        yes = press("form.sure", draft.id, draft.revision)
        change = press("form.edit", draft.id, draft.revision, confirmation.field)
        card = Card(
            subject=f"form:{draft.id}",
            title=words(f"{form.name}.title"),
            lines=form.lines(chat, reading),
            turn=confirmation.question,
            buttons=(
                (Button(label=confirmation.yes, press=yes, style="danger"),),
                (Button(label=confirmation.change, press=change, style="primary"),),
            ),
            as_new_message=chat.as_new_message,
        )
        chat.reply(card)

    def _finish(self, chat: ChatContext, draft: Draft, reading: Reading, *, sure: bool = False) -> None:
        """Submit the form, unless it needs a confirmation. `sure`: the confirmation was given."""
        flow = self._flows[draft.flow]
        try:
            flow.run(
                chat, FormDefaults(draft.answers, draft.subject, draft.expected_version), reading.values, sure=sure
            )
        except NeedsConfirmation as asked:
            self._ask_back(chat, draft, reading, asked.confirmation)
            return
        except Stale:
            if draft.expected_version is None:
                raise  # it may be submitted again
            chat.replies.clear()
            close_over(chat, draft)
            return
        except Refusal as refusal:
            chat.replies.clear()
            named = refusal.field if refusal.field in {each.name for each in reading.asked} else None
            if named is None:
                chat.reply(self.view(chat, draft, warning=chat.words.refusal(refusal)))
                return
            refused, before = draft.answers.get(named, ""), stood(draft.answers).get(named, "")
            answers = {**draft.answers, **({named: before} if before else {})}
            draft = self._save(chat, draft, answers, trail=draft.trail, editing=named)
            chat.memory.put(REFUSED_ANSWER, AtRevision(draft.id, draft.revision, refused))
            why = chat.words.refusal(refusal)
            chat.memory.put(REFUSED, AtRevision(draft.id, draft.revision, f"{named}:{why}"))
            self.show(chat, draft, errors={named: why})
            return
        talks.close_sent(chat.ctx, draft)
        chat.replies.insert(0, FormClosed(draft=draft.id))

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
        return talks.save_draft(
            chat.ctx,
            draft,
            answers=answers,
            trail=trail,
            editing=editing,
            schema=schema,
            expected_version=expected_version,
        )
