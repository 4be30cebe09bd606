"""Findings of a seller who was silent while the claim was theirs to answer. They can still decide a dispute."""

from __future__ import annotations

from core.kernel.errors import Stale
from core.kernel.process import step
from core.kernel.transaction import Ctx
from core.trade.delivery import rules
from core.trade.delivery.commands import ShowLate
from core.trade.delivery.events import LotShown
from core.trade.delivery.model import LOT, Lot
from core.trade.delivery.steps import find, findings_in, lot_of, roles, tell


def show_late(ctx: Ctx, command: ShowLate, expected_version: int | None = None) -> Lot:
    """Show that the seller has found otherwise, which they did not say while they were asked.

    It counts if the claim is not settled. It is possible once, and with its paper, as the goods can no longer be looked
    at. Raises Invalid, and Stale for a second finding.
    """
    lot, deal = lot_of(ctx, command.lot_id, expected_version)
    step(ctx, LOT, lot, "show_late", roles(ctx, lot, deal))
    findings = findings_in(ctx, lot.id)
    if rules.last(findings, "seller") is not None:
        raise Stale
    rules.check_shown_late(rules.last(findings, "buyer"), command.measured, command.files)
    find(ctx, lot, "seller", command, command.words)
    return tell(ctx, lot, LotShown)
