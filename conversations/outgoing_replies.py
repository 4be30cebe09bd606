"""Replies on their way to an address, as one outbox message after the commit.

The steps of a reply are punctuation of labels, security phrase, room of a deal, and placement in the chat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from pydantic import AliasChoices, Field, TypeAdapter

from conversations.chat_context import ChatAddress, ChatContext
from conversations.reply import JOINT, Card, CardList, FormView, Home, Reply, Say, Toast
from conversations.wording import Words, labelled
from core.kernel.chat_state.memory import Topic
from core.kernel.chat_state.model import LATELY, ShownCard
from core.kernel.errors import Refusal
from core.kernel.messages import ANY_CHANNEL, Message, stored_as
from core.kernel.transaction import MARKET, Ctx
from core.people.accounts.security_phrases import security_phrase_at
from core.trade.delivery.steps import lot_for
from core.trade.disputes.service import case_for


@stored_as(ANY_CHANNEL, "replies")
class Replies(Message):
    """Replies to an address, in order. The other fields are for their placement in the chat (sender.py)."""

    address: str
    replies: tuple[Reply, ...]
    workspace: str = ""
    trigger: str | None = None
    message: str | None = None
    thread: str | None = None
    channel: str | None = None
    button_message: Annotated[str | None, Field(validation_alias=AliasChoices("button_message", "pressed"))] = None


@stored_as(ANY_CHANNEL, "menu")
class Menu(Message):
    """The commands in a chat's menu: each has a name and a description."""

    address: str
    commands: tuple[tuple[str, str], ...]


def jointed(replies: Sequence[Reply], words: Words | None) -> list[Reply]:
    """Return the replies with the punctuation of the reader's language. Without words they keep their earlier form."""
    joint = JOINT if words is None else labelled(words, "", "")
    return list(replies) if joint == JOINT else [_punctuated(reply, joint) for reply in replies]


def jointed_card(card: Card, words: Words) -> Card:
    """Return a single card with its punctuation, for a link preview or another chat."""
    joint = labelled(words, "", "")
    return card if joint == JOINT else _card(card, joint)


def _punctuated(reply: Reply, joint: str) -> Reply:
    match reply:
        case Card():
            return _card(reply, joint)
        case CardList():
            return _list(reply, joint)
        case Home():
            return reply.model_copy(update={"sections": tuple(_list(each, joint) for each in reply.sections)})
        case FormView():
            fields = tuple(each.model_copy(update={"joint": joint}) for each in reply.fields)
            return reply.model_copy(update={"fields": fields})
        case _:
            return reply


def _card(card: Card, joint: str) -> Card:
    lines = tuple(line.model_copy(update={"joint": joint}) for line in card.lines)
    return card.model_copy(update={"lines": lines})


def _list(shown: CardList, joint: str) -> CardList:
    return shown.model_copy(update={"items": tuple(_card(each, joint) for each in shown.items)})


ABOUT_MONEY: Final = (
    *("deal:", "deals", "paying:", "payout", "money", "case:", "claim:", "hold:", "invoice", "purchase"),
    *("session:", "complaint:"),  # a price, a hold, a charge or a refund
)


def marked(replies: Sequence[Reply], read_phrase: Callable[[], str | None]) -> list[Reply]:
    """Return the replies, those about money with the reader's phrase before their title.

    `read_phrase` is called when needed.
    """
    if not any(speaks_of_money(reply) for reply in replies):
        return list(replies)
    sign = read_phrase()
    return [_with_phrase(reply, sign) if sign is not None and speaks_of_money(reply) else reply for reply in replies]


def speaks_of_money(reply: Reply) -> bool:
    match reply:
        case Card(subject=subject, buttons=rows) | CardList(subject=subject, buttons=rows):
            leads_out = any(button.url is not None for row in rows for button in row)
            return leads_out or (subject or "").startswith(ABOUT_MONEY)
        case Home():
            return True
        case _:
            return False


def _with_phrase(reply: Reply, phrase: str) -> Reply:
    assert isinstance(reply, Card | CardList | Home), "nothing else speaks of money"
    if reply.title.startswith(f"{phrase} "):  # brought here from another of their chats
        return reply
    return reply.model_copy(update={"title": f"{phrase} {reply.title}"})


def roomed(ctx: Ctx, replies: Sequence[Reply]) -> list[Reply]:
    """Return the replies, each card of a deal with its room."""
    return [_roomed(ctx, reply) if isinstance(reply, Card) else reply for reply in replies]


def _roomed(ctx: Ctx, card: Card) -> Card:
    room = _room_of(ctx, card.subject or "") if card.room is None else card.room
    return card if room == card.room else card.model_copy(update={"room": room})


def _room_of(ctx: Ctx, subject: str) -> str | None:
    kind, _, named = subject.partition(":")
    everybody = ctx.acting_as(MARKET)
    try:
        match kind:
            case "deal" | "paying":
                return f"deal:{named}"
            case "claim":
                return f"deal:{lot_for(everybody, named).deal_id}"
            case "case":
                return f"deal:{case_for(everybody, named).deal_id}"
            case _:
                return None
    except Refusal:
        return None


PHOTO: Final = ":photo"  # suffix of a message id if the text is a photo's caption
ELSEWHERE: Final = "elsewhere"  # pressed without a message in this chat: on a Home tab, or in another chat

Placed = Card | CardList | FormView  # replies with one message of their own


def placed(reply: Placed, stands: ShownCard | None, button_message: str | None, *, looks_down: bool = False) -> Placed:
    """Return the reply, as a new message unless the person sees the message that shows its subject.

    `stands`: that message. `button_message`: the message of the pressed button; None when the reply answers no press.
    `looks_down`: a message to the person ends this chat, so they look for the result there.

    A card that answered the same button a moment ago is edited. So a button that is pressed twice answers once.
    """
    if reply.as_new_message or stands is None or not button_message:
        return reply
    shown = stands.message.removesuffix(PHOTO)
    if looks_down and stands.covered and isinstance(reply, Card) and reply.note:
        return reply.model_copy(update={"as_new_message": True})
    if shown == button_message or (stands.lately and not _above(shown, button_message)):
        return reply
    return reply.model_copy(update={"as_new_message": True})


def _above(message: str, other: str) -> bool:
    """Return True if a message is above another.

    Both platforms number their messages in order; other ids have no position.
    """
    try:
        return Decimal(message) < Decimal(other)
    except InvalidOperation:
        return False


@dataclass(frozen=True, slots=True)
class DonePress:
    """A press that had an effect. `load`: the payload of its button."""

    at: datetime
    load: str

    @classmethod
    def read(cls, text: str) -> DonePress:
        at, _, load = text.partition(" ")
        return cls(datetime.fromisoformat(at), load)

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.load}"


DONE: Final = Topic("done", DonePress.read)


def note_done(chat: ChatContext, load: str) -> None:
    """Remember a press that had an effect. A question or a page to read is no effect."""
    if chat.ctx.effectual:
        chat.memory.put(DONE, DonePress(chat.ctx.now, load))


def done_just_now(chat: ChatContext, load: str) -> bool:
    """Return True if this person pressed the same button a moment ago and it had an effect."""
    done = chat.memory.get(DONE)
    return done is not None and done.load == load and done.at > chat.ctx.now - LATELY


ANSWERS: Final[TypeAdapter[list[Reply]]] = TypeAdapter(list[Reply])


def summary(replies: Sequence[Reply]) -> str:
    """Return the first of the replies, in a sentence."""
    for reply in replies:
        match reply:
            case Say(text=text) | Toast(text=text):
                return text
            case Card(title=title) | CardList(title=title) | Home(title=title):
                return title
            case _:
                continue
    return ""


def send(
    ctx: Ctx,
    chat_address: ChatAddress,
    replies: Sequence[Reply],
    *,
    words: Words | None = None,
    trigger: str | None = None,
    message: str | None = None,
    thread: str | None = None,
    channel: str | None = None,
    button_message: str | None = None,
) -> None:
    """Put replies for an address into the outbox, in order, sent after the commit. Those about money get the security
    phrase.

    `words`: the reader's, for replies that were not sent before (label_punctuation.py). `thread`: the thread of the
    input they answer. `channel`: another place for them, in public. `button_message`: the message of the pressed button
    (placement.py).
    """
    replies = jointed(replies, words)
    replies = marked(
        roomed(ctx, replies),
        lambda: security_phrase_at(ctx, chat_address.platform, chat_address.workspace, chat_address.address),
    )
    told = Replies(
        workspace=chat_address.workspace,
        address=chat_address.address,
        replies=tuple(replies),
        trigger=trigger,
        message=message,
        thread=thread,
        channel=channel,
        button_message=button_message,
    )
    ctx.enqueue(chat_address.ordering_key, told, channel=chat_address.platform)
