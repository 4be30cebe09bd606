"""Wrong codes of links and invitations: each is counted and logged, and too many within an hour end the guessing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from core.kernel.chat_state.memory import ChatMemory, Topic
from core.kernel.errors import Refusal
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting

WRONG_CODES_AT_MOST: Final = 5
WRONG_CODES_WITHIN: Final = timedelta(hours=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WrongCodes:
    """The wrong codes that a person has typed, by their moments."""

    moments: tuple[datetime, ...]

    @classmethod
    def read(cls, text: str) -> WrongCodes:
        return cls(tuple(datetime.fromisoformat(each) for each in text.split()))

    def __str__(self) -> str:
        return " ".join(each.isoformat() for each in self.moments)


WRONG_CODES: Final = Topic("wrong_codes", WrongCodes.read)


def check_guesses(ctx: Ctx) -> None:
    """Raise Refusal if the actor has typed too many wrong codes lately. Then a right one is not looked at either."""
    if len(_lately(ctx)) >= WRONG_CODES_AT_MOST:
        log.warning("codes_guessed", person=acting(ctx).id)
        raise Refusal("people.too_many_guesses", limit=WRONG_CODES_AT_MOST)


def count_guess(ctx: Ctx, kind: str) -> None:
    """Count a wrong code. The caller must not raise a refusal, which would undo the count."""
    moments = (*_lately(ctx), ctx.now)
    ChatMemory(ctx, acting(ctx).id).put(WRONG_CODES, WrongCodes(moments))
    log.warning("code_unknown", kind=kind, person=acting(ctx).id, count=len(moments))


def _lately(ctx: Ctx) -> tuple[datetime, ...]:
    known = ChatMemory(ctx, acting(ctx).id).get(WRONG_CODES)
    return tuple(each for each in known.moments if each > ctx.now - WRONG_CODES_WITHIN) if known else ()
