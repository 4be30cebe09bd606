"""Messages between the two sides of a deal: the command with its limits, the table, the event, and the actions."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import Boolean, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column
from stdnum import iban

from core.kernel.database import Id, Instant, Table, Words
from core.kernel.errors import NotAllowed
from core.kernel.frozen_model import FrozenModel
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting
from core.trade.deals import rules
from core.trade.deals.access import deal_for
from core.trade.deals.events import DealFact
from core.trade.deals.model import Deal, Side


class SayInDeal(FrozenModel):
    """A message to the other side. `message`: its place in the author's own chat, should it be changed there."""

    deal_id: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    message: str = ""


class DealLine(Table):
    """One message, as it was written; contacts are hidden when it is shown."""

    __tablename__ = "deal_line"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    deal_id: Mapped[str] = mapped_column(Id, ForeignKey("deal.id"), index=True)
    side: Mapped[Side] = mapped_column(String(6))
    person: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = mapped_column(Words)
    message: Mapped[str] = mapped_column(String(120), default="")
    changed: Mapped[bool] = mapped_column(Boolean, default=False)


class DealLineWritten(DealFact):
    """One side has said something, or says it otherwise now."""

    line_id: str


# ISO 13616: a country, two check digits, and eleven to thirty more, in groups as people write them.
_LIKE_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b")
_SHORTEST, _LONGEST = 15, 34  # characters


def names_account(words: str) -> bool:
    """Return whether the words hold an IBAN with right check digits. Text after it may look like a part of it."""
    return any(_is_account(re.sub("[ -]", "", found[0])) for found in _LIKE_IBAN.finditer(words.upper()))


def _is_account(written: str) -> bool:
    return any(iban.is_valid(written[:length]) for length in range(_SHORTEST, min(len(written), _LONGEST) + 1))


def say_in_deal(ctx: Ctx, command: SayInDeal) -> DealLine:
    """Kept, and brought to the other side. A message that was changed changes its line. Raises NotFound, NotAllowed."""
    deal, person = deal_for(ctx, command.deal_id), acting(ctx)
    side = rules.side_of(person.organisation_id, deal.buyer, deal.seller)
    if side is None:  # an operator reads, and speaks on the case
        raise NotAllowed
    line = _line_of(ctx, deal.id, person.id, command.message)
    if line is None:
        line = DealLine(id=ctx.new_id(), deal_id=deal.id, side=side, person=person.id, at=ctx.now)
        line.words, line.message, line.changed = command.words, command.message, False
        ctx.session.add(line)
    elif line.words != command.words:
        line.words, line.changed = command.words, True
    else:
        return line
    ctx.announce_change(DealLineWritten(deal.id, deal.buyer, deal.seller, person.id, line.id))
    return line


def line_for(ctx: Ctx, line_id: str) -> tuple[DealLine, Deal]:
    """Return a line with its deal, for those who may see the deal. Raises NotFound."""
    line = ctx.session.get_one(DealLine, line_id)
    return line, deal_for(ctx, line.deal_id)


def account_told(ctx: Ctx, deal_id: str) -> str | None:
    """Return the seller's last words that hold an account to pay to. Raises NotFound."""
    deal = deal_for(ctx, deal_id)
    query = select(DealLine.words).where(DealLine.deal_id == deal.id, DealLine.side == "seller")
    return next(filter(names_account, ctx.session.scalars(query.order_by(DealLine.id.desc()))), None)


def _line_of(ctx: Ctx, deal_id: str, person: str, message: str) -> DealLine | None:
    """Return the line that this very message has said before."""
    if not message:
        return None
    query = select(DealLine).where(DealLine.deal_id == deal_id, DealLine.person == person)
    return ctx.session.scalar(query.where(DealLine.message == message))
