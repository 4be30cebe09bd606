"""Message service of deals: write to the other side, and change what was written."""

from __future__ import annotations

from sqlalchemy import select

from core.kernel.errors import NotAllowed
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting
from core.trade.deals import rules
from core.trade.deals.access import deal_for
from core.trade.deals.messages.events import DealLineSaid
from core.trade.deals.messages.model import DealLine, SayInDeal
from core.trade.deals.messages.rules import names_account
from core.trade.deals.model import Deal


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
    ctx.session.flush()
    ctx.announce(DealLineSaid(deal.id, deal.buyer, deal.seller, person.id, line.id))
    return line


def line_for(ctx: Ctx, line_id: str) -> tuple[DealLine, Deal]:
    """Return a line with its deal, for those who may see the deal. Raises NotFound."""
    line = ctx.session.get_one(DealLine, line_id)
    return line, deal_for(ctx, line.deal_id)


def account_told(ctx: Ctx, deal_id: str) -> str | None:
    """Return the seller's last words that hold an account to pay to. Raises NotFound."""
    deal = deal_for(ctx, deal_id)
    query = select(DealLine.words).where(DealLine.deal_id == deal.id, DealLine.side == "seller")
    return next((said for said in ctx.session.scalars(query.order_by(DealLine.id.desc())) if names_account(said)), None)


def _line_of(ctx: Ctx, deal_id: str, person: str, message: str) -> DealLine | None:
    """Return the line that this very message has said before."""
    if not message:
        return None
    said = DealLine.deal_id == deal_id, DealLine.person == person, DealLine.message == message
    return ctx.session.scalar(select(DealLine).where(*said))
