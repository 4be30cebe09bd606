"""Labels and values joined as the reader's language joins them: put there in this one place, on the way out.

French has a space before its colon, which may not be broken; all others that we speak have none.
"""

from __future__ import annotations

from collections.abc import Sequence

from conversations.reply import JOINT, Card, CardList, FormView, Home, Reply
from conversations.wording import Words, labelled


def jointed(replies: Sequence[Reply], words: Words | None) -> list[Reply]:
    """The replies for who reads these words. Without words they are as they were put on their way before."""
    joint = JOINT if words is None else labelled(words, "", "")
    return list(replies) if joint == JOINT else [_with(reply, joint) for reply in replies]


def jointed_card(card: Card, words: Words) -> Card:
    """A card that stands alone, under a link or in another chat."""
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
