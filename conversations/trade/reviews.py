"""Reviews between the sides of a deal: with names on the deal's card, without names in public."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button, Card, CardList, Line
from core.people.blocking.rules import masked
from core.trade.deals.model import Side
from core.trade.reviews.model import Review
from core.trade.reviews.service import reviews_about


def review_lines(chat: ChatContext, written: Sequence[Review]) -> list[Line]:
    """Return the review of each side and the answer of the other."""
    words, lines = chat.words, []
    for review in written:
        lines.append(Line(label=words("review.by", name=chat.party(review.author)), value=_said(chat, review)))
        if review.answer:
            answered = words("review.answer_of", name=chat.party(review.about))
            lines.append(Line(label=answered, value=review.answer))
    return lines


def answer_row(chat: ChatContext, written: Sequence[Review]) -> tuple[Button, ...]:
    """Return the button to answer a review of one's own company, which is possible once."""
    return tuple(
        Button(label=chat.words("review.answer"), press=press("review.answer", review.id))
        for review in written
        if review.about == chat.organisation and review.answer is None
    )


def public_reviews(chat: ChatContext, organisation_id: str, side: Side) -> CardList:
    """Return the newest reviews without their authors, because trading partners are private."""
    words, name = chat.words, chat.party(organisation_id)
    author = words("party.buyer" if side == "seller" else "party.seller")
    items = tuple(
        Card(
            title=f"{author}, {words.show(review.written_at.astimezone(words.zone).date())}",
            text=masked(_said(chat, review)),
            lines=(
                (Line(label=words("review.answer_of", name=name), value=masked(review.answer)),)
                if review.answer
                else ()
            ),
        )
        for review in reviews_about(chat.ctx, organisation_id, side)
    )
    title = words("review.of", name=name, side=words(f"party.{side}"))
    return CardList(subject="reviews", title=title, text="" if items else words("review.none"), items=items)


def _said(chat: ChatContext, review: Review) -> str:
    marks = ", ".join(f"{chat.words(f'review.{mark}')} {'★' * stars}" for mark, stars in review.stars.items())
    return f"{marks}. {review.words}" if review.words else marks
