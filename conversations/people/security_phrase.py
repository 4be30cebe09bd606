"""The mark by which somebody knows that what speaks of money comes from us: theirs alone, and chosen by them."""

from __future__ import annotations

from conversations.buttons import Press, press
from conversations.chat_context import Talk
from conversations.reply import Button, Card
from conversations.router import Book
from core.people.accounts.security_phrases import choose_mark, offered_marks

book = Book()


@book.press("mark.offer")
def offer(talk: Talk, _pressed: Press) -> None:
    """The mark there is, and others to choose from."""
    talk.reply(mark_card(talk))


@book.press("mark.choose")
def choose(talk: Talk, pressed: Press) -> None:
    choose_mark(talk.ctx, pressed.choice)
    talk.reply(Card(subject="money_mark", title=talk.words("mark.chosen"), text=talk.words("mark.why"), fresh=False))


def mark_card(talk: Talk) -> Card:
    """Chosen when a person arrives, and changed whenever they like."""
    words = talk.words
    others = [mark for mark in offered_marks(talk.ctx) if mark != talk.person.mark]
    buttons = [Button(label=mark, press=press("mark.choose", choice=mark)) for mark in others]
    more = Button(label=words("mark.more"), press=press("mark.offer"))
    rows = [tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3)]
    return Card(
        subject="money_mark",
        title=words("mark.title"),
        text=words("mark.yours", mark=talk.person.mark),
        note=words("mark.why"),
        buttons=(*rows, (more,)),
        fresh=talk.fresh,
    )
