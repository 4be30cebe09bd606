"""What the sides of a deal say of each other: on the deal's card by name, and for everybody without one."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.buttons import press
from conversations.chat_context import Talk
from conversations.reply import Button, Card, CardList, Line
from core.people.blocking.rules import masked
from core.trade.deals.model import Side
from core.trade.reviews.model import Review
from core.trade.reviews.service import reviews_about


def review_lines(talk: Talk, written: Sequence[Review]) -> list[Line]:
    """What each side says of the other, and what that one answers."""
    words, lines = talk.words, []
    for review in written:
        lines.append(Line(label=words("review.by", name=talk.party(review.author)), value=_said(talk, review)))
        if review.answer:
            answered = words("review.answer_of", name=talk.party(review.about))
            lines.append(Line(label=answered, value=review.answer))
    return lines


def answer_row(talk: Talk, written: Sequence[Review]) -> tuple[Button, ...]:
    """A review of one's own company can be answered once."""
    return tuple(
        Button(label=talk.words("review.answer"), press=press("review.answer", review.id))
        for review in written
        if review.about == talk.organisation and review.answer is None
    )


def public_reviews(talk: Talk, organisation_id: str, side: Side) -> CardList:
    """The newest of them. Who wrote is not told: whom somebody buys from is their own business."""
    words, name = talk.words, talk.party(organisation_id)
    author = words("party.buyer" if side == "seller" else "party.seller")
    items = tuple(
        Card(
            title=f"{author}, {words.show(review.written_at.astimezone(words.zone).date())}",
            text=masked(_said(talk, review)),
            lines=(
                (Line(label=words("review.answer_of", name=name), value=masked(review.answer)),)
                if review.answer
                else ()
            ),
        )
        for review in reviews_about(talk.ctx, organisation_id, side)
    )
    title = words("review.of", name=name, side=words(f"party.{side}"))
    return CardList(subject="reviews", title=title, text="" if items else words("review.none"), items=items)


def _said(talk: Talk, review: Review) -> str:
    marks = ", ".join(f"{talk.words(f'review.{mark}')} {'★' * stars}" for mark, stars in review.stars.items())
    return f"{marks}. {review.words}" if review.words else marks
