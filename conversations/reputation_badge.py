"""An organisation's reputation in one line, for readers who have not committed to anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from conversations.buttons import press
from conversations.chat_context import ChatContext
from conversations.reply import Button
from core.trade.deals.model import Side
from core.trade.reviews.model import Score
from core.trade.reviews.service import score_of

SIDES: Final[tuple[Side, ...]] = ("seller", "buyer")


def reputation_badge(chat: ChatContext, organisation_id: str, side: Side) -> str:
    """Return the reputation as a seller or buyer: "★ 4.6 (12 reviews), 31 deals, 97 % on time", or that it is new."""
    return _told(chat, score_of(chat.ctx, organisation_id, side), side)


class ReputationBadge(NamedTuple):
    """The reputation line and the button to the reviews; no button before the first review."""

    text: str
    reviews: tuple[Button, ...]


def reputation_badge_with_reviews(chat: ChatContext, organisation_id: str, side: Side) -> ReputationBadge:
    score = score_of(chat.ctx, organisation_id, side)
    read = Button(label=chat.words("review.read"), press=press("review.read", organisation_id, choice=side))
    return ReputationBadge(_told(chat, score, side), (read,) if score.reviews else ())


def reputation_badge_if_known(chat: ChatContext, organisation_id: str, side: Side) -> str:
    """Return the reputation for a list; empty if the organisation has no trades."""
    score = score_of(chat.ctx, organisation_id, side)
    return _told(chat, score, side) if _begun(score) or score.other_deals else ""


def own_reputation_badge(chat: ChatContext) -> str:
    """Return the organisation's own public reputation: a line for each side on which it has traded."""
    words, scores = chat.words, {side: score_of(chat.ctx, chat.organisation, side) for side in SIDES}
    lines = (f"{words(f'party.{side}')}: {_told(chat, scores[side], side)}" for side in SIDES if _begun(scores[side]))
    return "\n".join(lines) or words("standing.new")


def _begun(score: Score) -> bool:
    return bool(score.reviews) or bool(score.completed_deals) or bool(score.payments_lost) or score.on_time is not None


def _told(chat: ChatContext, score: Score, side: Side) -> str:
    words, parts = chat.words, []
    lost = words("standing.lost", count=score.payments_lost) if score.payments_lost else ""
    if not _begun(score):
        return ", ".join(filter(None, (_new(chat, score, side), lost)))
    if score.shown is None:
        parts.append(words("standing.too_few" if score.reviews else "standing.unrated"))
    else:
        stars = Decimal(score.shown).quantize(Decimal("0.1"))
        parts.append(words("standing.stars", stars=stars, count=score.reviews))
    if score.completed_deals:
        parts.append(words("standing.deals", count=score.completed_deals))
    if score.on_time is not None:
        parts.append(words("standing.on_time", percent=round(score.on_time * 100)))
    return ", ".join(filter(None, (*parts, lost)))


def _new(chat: ChatContext, score: Score, side: Side) -> str:
    """Return the text for a new seller or buyer. If it has traded on the other side, say so."""
    words, count = chat.words, score.other_deals
    if not count:
        return words("standing.new")
    if side == "seller":
        return f"{words('standing.new_seller')}, {words('standing.bought', count=count)}"
    return f"{words('standing.new_buyer')}, {words('standing.sold', count=count)}"
