"""Punctuation between labels and values in the reader's language, added in this one place before sending.

French has a no-break space before its colon; the other languages have none.
"""

from __future__ import annotations

from collections.abc import Sequence

from conversations.reply import JOINT, Card, CardList, FormView, Home, Reply
from conversations.wording import Words, labelled


def jointed(replies: Sequence[Reply], words: Words | None) -> list[Reply]:
    """Return the replies with the punctuation of the reader's language. Without words they keep their earlier form."""
    joint = JOINT if words is None else labelled(words, "", "")
    return list(replies) if joint == JOINT else [_with(reply, joint) for reply in replies]


def jointed_card(card: Card, words: Words) -> Card:
    """Return a single card with its punctuation, for a link preview or another chat."""
    joint = labelled(words, "", "")
    return card if joint == JOINT else _card(card, joint)


def _with(reply: Reply, joint: str) -> Reply:
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
