"""Cards of drafts: a form that needs a confirmation, and forms put aside, listed under `/drafts`.

They can be resumed on any platform; a reminder comes before expiry.
"""

from __future__ import annotations

from conversations.buttons import press, to_command
from conversations.chat_context import ChatContext, FormDefaults
from conversations.form_controller.outdated_forms import close_over, is_over
from conversations.forms.form import Form, Reading
from conversations.reply import Button, Card, CardList, FormClosed, Line, Say
from conversations.router import Confirmation, Router
from core.kernel.chat_state import service as chat_state
from core.kernel.chat_state.model import Draft

SHOWN = 10
ANSWERS_SHOWN = 4  # enough to distinguish listings

router = Router()


@router.command("drafts")
def drafts(chat: ChatContext, _rest: str) -> None:
    """Show all drafts, the newest first."""
    words = chat.words
    parked = chat_state.drafts_of(chat.ctx, chat.person.id)[:SHOWN]
    if not parked:
        sell = to_command(words, "sell")
        find = to_command(words, "find")
        chat.reply(Say(text=words("drafts.none"), buttons=((find, sell),)))
        return
    chat.reply(
        CardList(
            subject="drafts",
            title=words("drafts.title"),
            text=words("drafts.text"),
            items=tuple(draft_card(chat, each) for each in parked),
            as_new_message=chat.as_new_message,
        )
    )


def go_on_or_open(chat: ChatContext, flow: str, defaults: FormDefaults) -> None:
    """Resume the draft about the same subject; open a new form if there is none."""
    drafts_of_mine = chat_state.drafts_of(chat.ctx, chat.person.id)
    begun = next((each for each in drafts_of_mine if (each.flow, each.subject) == (flow, defaults.subject)), None)
    chat.as_new_message = True
    if begun is not None:
        chat.press("form.open", begun.id)
    else:
        chat.open(flow, defaults)


def draft_card(chat: ChatContext, draft: Draft) -> Card:
    """Return the card of a draft: its title, its answers so far, and until when it is kept."""
    words = chat.words
    kept = Line(label=words("me.draft"), value=words("drafts.until", until=draft.expires_at))
    return Card(
        title=words(f"{draft.flow}.title"),
        lines=(*chat.answered(chat, draft)[:ANSWERS_SHOWN], kept),
        buttons=(ways_on(chat, draft.id),),
    )


def confirmation_card(
    chat: ChatContext, form: Form, draft: Draft, reading: Reading, confirmation: Confirmation
) -> Card:
    """Return the card that asks for confirmation, in place of the form's card and with all its answers."""
    words = chat.words
    yes = press("form.sure", draft.id, draft.revision)
    change = press("form.edit", draft.id, draft.revision, confirmation.field)
    return Card(
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


def ways_on(chat: ChatContext, draft_id: str) -> tuple[Button, ...]:
    return (
        Button(label=chat.words("form.continue"), press=press("form.open", draft_id, 0)),
        Button(label=chat.words("form.discard"), press=press("form.discard", draft_id, 0)),
    )


def untouched(draft: Draft, flow: str, defaults: FormDefaults, schema: str) -> bool:
    """Return True if the draft equals the form that would be opened: same subject and version, no input yet."""
    about = (draft.flow, draft.subject, draft.expected_version, draft.schema)
    as_it_opened = bool(defaults.answers) and draft.answers == dict(defaults.answers) and draft.editing is None
    return as_it_opened and about == (flow, defaults.subject, defaults.expected_version, schema)


def make_room(chat: ChatContext, draft: Draft, *, kept: bool) -> None:
    """Remove a form from the front for another one.

    Delete empty drafts, and drafts that can no longer be submitted.
    """
    if is_over(chat, draft):
        close_over(chat, draft)
    elif kept:
        chat.reply(put_aside(chat, draft))
    else:
        chat_state.close_draft(chat.ctx, draft)
        chat.reply(FormClosed(draft=draft.id))


def put_aside(chat: ChatContext, draft: Draft) -> Say:
    """Say that a form was closed or replaced by another, and until when it is kept."""
    text = chat.words("form.put_aside", title=chat.words(f"{draft.flow}.title"), until=draft.expires_at)
    return Say(text=text, buttons=(ways_on(chat, draft.id),))


def reminder(chat: ChatContext, draft_id: str) -> Say | None:
    """Return the reminder a day before a draft expires; None if it is gone by then."""
    draft = chat_state.draft_there(chat.ctx, chat.person.id, draft_id)
    if draft is None or is_over(chat, draft):
        return None
    text = chat.words("drafts.nearly_gone", title=chat.words(f"{draft.flow}.title"), until=draft.expires_at)
    return Say(text=text, buttons=(ways_on(chat, draft.id),))
