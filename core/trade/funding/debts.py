"""What a seller owes is kept of payouts that wait: nobody is paid by one deal while they owe us of another.

Only of what the provider was never asked for, or has said no to: nothing of it can have left.
"""

from __future__ import annotations

from core.kernel.timers import clear_timers
from core.kernel.transaction import Ctx
from core.trade.deals.model import Deal
from core.trade.funding import chargebacks
from core.trade.funding.model import EFFECT, Effect, EffectKind, SubjectKind


def keep_owed(ctx: Ctx, effect: Effect, deal: Deal) -> bool:
    """Keep of a payout what its seller owes by now; the rest of it waits on, or is sent. Whether nothing is left of it.

    What goes to a payer's account, because it cannot go back otherwise, serves no claim.
    """
    if effect.kind is not EffectKind.TRANSFER or effect.payee != deal.seller or effect.asked_at is not None:
        return False
    rest = chargebacks.kept_of(ctx, SubjectKind.DEAL, deal.id, deal.seller, effect.amount, mark=effect.id)
    effect.amount_minor = rest.minor
    if not rest:
        clear_timers(ctx.session, EFFECT, effect.id)
        ctx.session.delete(effect)
    ctx.session.flush()
    return not rest
