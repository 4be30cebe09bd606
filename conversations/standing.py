"""An organisation's standing on one line: what others say of it, before anybody commits to anything."""

from __future__ import annotations

from decimal import Decimal

from conversations.talk import Talk
from core.reputation.service import score_of


def standing(talk: Talk, organisation_id: str) -> str:
    """ "★ 4.6 (12 reviews), 31 deals, 97 % on time", or that it is new here."""
    words, score = talk.words, score_of(talk.ctx, organisation_id)
    parts = []
    if score.shown is None:
        parts.append(
            words("standing.unrated" if score.completed_deals or score.on_time is not None else "standing.new")
        )
    else:
        stars = Decimal(score.shown).quantize(Decimal("0.1"))
        parts.append(words("standing.stars", stars=stars, count=score.reviews))
    if score.completed_deals:
        parts.append(words("standing.deals", count=score.completed_deals))
    if score.on_time is not None:
        parts.append(words("standing.on_time", percent=round(score.on_time * 100)))
    return ", ".join(parts)
