"""Forms put aside: listed under `/drafts`, taken up again on either platform, and called to mind before they go."""

from __future__ import annotations

from conversations.buttons import press, to_command
from conversations.chat_context import Opening, Talk
from conversations.form_controller.outdated_forms import close_over, is_over
from conversations.reply import Button, Card, CardList, FormClosed, Line, Say
from conversations.router import Book
from core.kernel.chat_state import service as talks
from core.kernel.chat_state.model import Draft

SHOWN = 10
ANSWERS_SHOWN = 4  # enough to tell one listing from another

book = Book()


@book.command("drafts")
def drafts(talk: Talk, _rest: str) -> None:
    """Everything begun and not sent, the newest first."""
    words = talk.words
    parked = talks.drafts_of(talk.ctx, talk.person.id)[:SHOWN]
    if not parked:
        sell = to_command(words, "sell")
        find = to_command(words, "find")
        talk.reply(Say(text=words("drafts.none"), buttons=((find, sell),)))
        return
    talk.reply(
        CardList(
            subject="drafts",
            title=words("drafts.title"),
            text=words("drafts.text"),
            items=tuple(draft_card(talk, each) for each in parked),
            fresh=talk.fresh,
        )
    )


def go_on_or_open(talk: Talk, flow: str, opening: Opening) -> None:
    """The form that was begun of the same thing; a new one where none was."""
    drafts_of_mine = talks.drafts_of(talk.ctx, talk.person.id)
    begun = next((each for each in drafts_of_mine if (each.flow, each.subject) == (flow, opening.subject)), None)
    talk.fresh = True
    if begun is not None:
        talk.press("form.open", begun.id)
    else:
        talk.open(flow, opening)


def draft_card(talk: Talk, draft: Draft) -> Card:
    """What the form is, what it says so far, and until when it is kept."""
    words = talk.words
    kept = Line(label=words("me.draft"), value=words("drafts.until", until=draft.expires_at))
    return Card(
        title=words(f"{draft.flow}.title"),
        lines=(*talk.answered(talk, draft)[:ANSWERS_SHOWN], kept),
        buttons=(ways_on(talk, draft.id),),
    )


def ways_on(talk: Talk, draft_id: str) -> tuple[Button, ...]:
    return (
        Button(label=talk.words("form.continue"), press=press("form.open", draft_id, 0)),
        Button(label=talk.words("form.discard"), press=press("form.discard", draft_id, 0)),
    )


def untouched(draft: Draft, flow: str, opening: Opening, schema: str) -> bool:
    """Whether a form is the very one that would be opened so: about the same thing as it was seen, nothing said yet."""
    about = (draft.flow, draft.subject, draft.seen, draft.schema)
    as_it_opened = bool(opening.answers) and draft.answers == dict(opening.answers) and draft.editing is None
    return as_it_opened and about == (flow, opening.subject, opening.seen, schema)


def make_room(talk: Talk, draft: Draft, *, kept: bool) -> None:
    """Another form is in front now. What nothing was entered into is not kept, nor what nothing can come of."""
    if is_over(talk, draft):
        close_over(talk, draft)
    elif kept:
        talk.reply(put_aside(talk, draft))
    else:
        talks.close_draft(talk.ctx, draft)
        talk.reply(FormClosed(draft=draft.id))


def put_aside(talk: Talk, draft: Draft) -> Say:
    """What becomes of a form that was closed, or made room for another."""
    text = talk.words("form.put_aside", title=talk.words(f"{draft.flow}.title"), until=draft.expires_at)
    return Say(text=text, buttons=(ways_on(talk, draft.id),))


def reminder(talk: Talk, draft_id: str) -> Say | None:
    """A day before a form goes. None when it is gone by now."""
    draft = talks.draft_there(talk.ctx, talk.person.id, draft_id)
    if draft is None or is_over(talk, draft):
        return None
    text = talk.words("drafts.nearly_gone", title=talk.words(f"{draft.flow}.title"), until=draft.expires_at)
    return Say(text=text, buttons=(ways_on(talk, draft.id),))
