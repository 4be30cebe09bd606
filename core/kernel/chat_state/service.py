"""Stores drafts and card pointers. A draft is changed by comparing its revision, so two workers never both win."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from core.kernel.chat_state.events import DraftNearsItsEnd
from core.kernel.chat_state.memory import ChatMemory, Topic, read_list, write_list
from core.kernel.chat_state.model import (
    DRAFT_KEPT,
    DRAFT_KEPT_ABOUT,
    DRAFT_REMINDER,
    LATELY,
    TOPIC,
    CardPointer,
    Draft,
    ShownCard,
)
from core.kernel.compiled_statements import add_rows, change, find, find_by_key, pick, put, remove
from core.kernel.errors import Stale
from core.kernel.timers import Timer, clear_timers, set_timer
from core.kernel.transaction import Ctx

SENT: Final = Topic("sent", read_list, write_list)  # the forms that were sent last
SENT_FORMS_KEPT = 10
ANSWERED: Final = Topic("answered", read_list, write_list)  # the messages that answered the form that was closed last


def start_draft(
    ctx: Ctx, person_id: str, flow: str, schema: str, *, subject: str | None = None, expected_version: int | None = None
) -> Draft:
    """Open a form. Whatever was in focus is parked, not lost."""
    park_all(ctx, person_id)
    begun: dict[str, Any] = {
        "id": ctx.new_id(),
        "person_id": person_id,
        "flow": flow,
        "subject": subject,
        "expected_version": expected_version,
        "answers": {},
        "trail": [],
        "said": {},
        "editing": None,
        "schema": schema,
        "revision": 1,
        "focused": True,
        "started_at": ctx.now,
        "expires_at": ctx.now + DRAFT_KEPT,
    }
    ctx.session.flush()
    add_rows(ctx.session, Draft, [begun])
    draft: Draft = ctx.session.get_one(Draft, begun["id"])
    set_timer(ctx.session, Timer("draft", draft.id, "reminder", draft.expires_at - DRAFT_REMINDER))
    return draft


def park_all(ctx: Ctx, person_id: str) -> None:
    change(ctx.session, Draft, {"person_id": person_id, "focused": True}, focused=False)


def park(ctx: Ctx, draft: Draft) -> None:
    """Put this one aside; another that is in front stays there."""
    change(ctx.session, Draft, {"id": draft.id}, focused=False)
    set_committed_value(draft, "focused", False)


def focused_draft(ctx: Ctx, person_id: str) -> Draft | None:
    return find(ctx.session, Draft, person_id=person_id, focused=True)


def drafts_of(ctx: Ctx, person_id: str) -> list[Draft]:
    """Return the drafts that a person has begun and not sent, newest first, parked ones included."""
    query = select(Draft).where(Draft.person_id == person_id).order_by(Draft.id.desc())
    return list(ctx.session.scalars(query))


def draft_there(ctx: Ctx, person_id: str, draft_id: str) -> Draft | None:
    draft = find_by_key(ctx.session, Draft, draft_id)
    return draft if draft is not None and draft.person_id == person_id else None


def draft_of(ctx: Ctx, person_id: str, draft_id: str) -> Draft:
    """Return a person's own draft. Raises Stale: pressed twice, the second press finds it sent."""
    draft = draft_there(ctx, person_id, draft_id)
    if draft is None:
        raise Stale("talk.form_sent" if draft_id in (ChatMemory(ctx, person_id).get(SENT) or ()) else "talk.form_gone")
    return draft


def save_draft(
    ctx: Ctx,
    draft: Draft,
    *,
    answers: dict[str, Any],
    trail: list[str],
    editing: str | None,
    schema: str,
    expected_version: int | None = None,
) -> Draft:
    """Write new answers over the revision that was read.

    `expected_version`: the version of the subject that the answers are about now.

    Raises Stale when another input was faster.
    """
    end = ctx.now + DRAFT_KEPT
    moves_on = end - draft.expires_at > DRAFT_KEPT_ABOUT
    new = {
        "answers": answers,
        "trail": trail,
        "editing": editing,
        "schema": schema,
        "revision": draft.revision + 1,
        "expires_at": end if moves_on else draft.expires_at,
        "expected_version": draft.expected_version if expected_version is None else expected_version,
    }
    if not change(ctx.session, Draft, {"id": draft.id, "revision": draft.revision}, **new):
        raise Stale("talk.form_moved_on")
    if moves_on:
        clear_timers(ctx.session, "draft", draft.id)
        set_timer(ctx.session, Timer("draft", draft.id, "reminder", end - DRAFT_REMINDER))
    for name, value in new.items():
        set_committed_value(draft, name, value)  # the row's current value, without a query
    return draft


def focus_draft(ctx: Ctx, draft: Draft) -> None:
    park_all(ctx, draft.person_id)
    change(ctx.session, Draft, {"id": draft.id}, focused=True)
    set_committed_value(draft, "focused", True)


def note_answer(ctx: Ctx, draft: Draft, message: str, name: str) -> None:
    """Remember which message has answered which field: it may be changed later."""
    if message:
        sources = {**draft.sources, message: name}
        change(ctx.session, Draft, {"id": draft.id}, said=sources)
        set_committed_value(draft, "sources", sources)


def answered_by(ctx: Ctx, person_id: str, message: str) -> Draft | None:
    """Return the draft of which this message has answered a field."""
    return next((draft for draft in drafts_of(ctx, person_id) if message in draft.sources), None)


def was_answer(ctx: Ctx, person_id: str, message: str) -> bool:
    """Return whether the message answered a field of the form that was sent last."""
    return message in (ChatMemory(ctx, person_id).get(ANSWERED) or ())


def close_draft(ctx: Ctx, draft: Draft) -> None:
    """Close a draft that was submitted or discarded."""
    if draft.sources:
        ChatMemory(ctx, draft.person_id).put(ANSWERED, tuple(draft.sources))
    clear_timers(ctx.session, "draft", draft.id)
    remove(ctx.session, Draft, id=draft.id)
    ctx.session.expunge(draft)


def close_sent(ctx: Ctx, draft: Draft) -> None:
    """Close a draft whose form was accepted. It is remembered for a while, to tell a second press so."""
    memory = ChatMemory(ctx, draft.person_id)
    memory.put(SENT, (draft.id, *(memory.get(SENT) or ()))[:SENT_FORMS_KEPT])
    close_draft(ctx, draft)


def handle_timer(ctx: Ctx, timer: Timer) -> None:
    """Six days without an answer: its owner is told. Seven: the draft goes."""
    draft = find_by_key(ctx.session, Draft, timer.subject)
    if draft is None:
        return
    if timer.event == "reminder":
        set_timer(ctx.session, Timer("draft", draft.id, "expired", draft.expires_at))
        ctx.announce(DraftNearsItsEnd(draft.person_id, draft.id))
    else:
        close_draft(ctx, draft)


timer_handlers = {"draft": handle_timer}


def shown(
    ctx: Ctx, platform: str, workspace: str, address: str, subject: str, *, is_covered: bool = False
) -> ShownCard | None:
    """Return the message that shows this subject at this address, if any. `is_covered`: whether it is covered, too."""
    where = {"platform": platform, "workspace": workspace, "address": address, "subject": subject}
    pointer = pick(ctx.session, CardPointer, ("message", "folded", "main", "shown_at"), **where)
    if pointer is None:
        return None
    lately = pointer["shown_at"] > ctx.now - LATELY
    covered = is_covered and _covered(ctx, platform, workspace, address, pointer["shown_at"])
    return ShownCard(pointer["message"], pointer["folded"], pointer["main"], lately, covered)


def _covered(ctx: Ctx, platform: str, workspace: str, address: str, since: datetime) -> bool:
    here = CardPointer.platform == platform, CardPointer.workspace == workspace, CardPointer.address == address
    cards = CardPointer.subject.not_like(f"{TOPIC}%"), CardPointer.subject != "desk"
    newer = select(CardPointer.subject).where(*here, *cards, CardPointer.shown_at > since).limit(1)
    return ctx.session.scalar(newer) is not None


def has_cards(ctx: Ctx, platform: str, workspace: str, address: str) -> bool:
    """Return whether any card was ever shown at this address."""
    here = CardPointer.platform == platform, CardPointer.workspace == workspace, CardPointer.address == address
    return ctx.session.scalar(select(CardPointer.subject).where(*here).limit(1)) is not None


def room_at(ctx: Ctx, platform: str, workspace: str, address: str, thread: str) -> str | None:
    """Return the subject that owns this topic or thread, as "deal:<id>", or None."""
    here = CardPointer.platform == platform, CardPointer.workspace == workspace, CardPointer.address == address
    begun = CardPointer.message == thread, CardPointer.subject.startswith(TOPIC)
    subject = ctx.session.scalar(select(CardPointer.subject).where(*here, *begun))
    return subject.removeprefix(TOPIC) if subject is not None else None


def main_button(ctx: Ctx, platform: str, workspace: str, address: str, message: str) -> str:
    """Return what the main button of a message carries; empty if it has none or shows no subject any more."""
    here = CardPointer.platform == platform, CardPointer.workspace == workspace, CardPointer.address == address
    shows = CardPointer.message.in_((message, f"{message}:photo"))
    return ctx.session.scalar(select(CardPointer.main).where(*here, shows)) or ""


def point_to(ctx: Ctx, platform: str, workspace: str, address: str, *, subject: str, card: ShownCard) -> None:
    """Store which message shows a subject now. The time of sending stays if the message was edited."""
    where = {"platform": platform, "workspace": workspace, "address": address, "subject": subject}
    folding = {"folded": card.folded, "main": card.main}
    if not change(ctx.session, CardPointer, {**where, "message": card.message}, **folding):
        put(ctx.session, CardPointer, **where, **folding, message=card.message, shown_at=ctx.now)


def point_away(ctx: Ctx, platform: str, workspace: str, address: str, *, subject: str) -> None:
    """Forget a message that is gone or can no longer be edited."""
    remove(ctx.session, CardPointer, platform=platform, workspace=workspace, address=address, subject=subject)
