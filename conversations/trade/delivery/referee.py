"""The referee's value: the report, the cost of the test and its bearer, and the delivery's sum if it counts.

Cost, bearer and sum are on both sides' cards before either side accepts the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import Field, Form, Values
from conversations.reply import Line
from conversations.trade.claim_figures import (
    ASH,
    COST,
    MEASURED_BY,
    MOISTURE,
    NCV,
    OF,
    REMARK,
    finding_fields,
    paid_with,
)
from conversations.trade.deals.sides import as_settled
from conversations.trade.delivery.delivery import FILES, UNIT, which_lot
from core.trade.deals import access
from core.trade.deals.model import Deal
from core.trade.delivery import claims, steps
from core.trade.delivery import service as delivery
from core.trade.delivery.model import Finding, Lot, LotState, ReportReferee
from core.trade.delivery.rules import Refereed

SIDE = Field("side", fixed=True)  # the side that reports
REPORT = replace(FILES, optional=False)
RECEIPTS = replace(FILES, name="receipts", applies=COST.applies)

REFEREE = Form("referee", (OF, UNIT, SIDE, MOISTURE, ASH, NCV, MEASURED_BY, REPORT, COST, RECEIPTS, REMARK))


def what_it_costs(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the delivery's name. For the buyer, who advances the test, add the part of its cost they can claim."""
    lot = steps.lot_for(chat.ctx, str(defaults.subject))
    deal, asked = access.deal_for(chat.ctx, lot.deal_id), which_lot(chat, defaults)
    if "buyer" not in access.sides(chat.ctx, deal):
        return asked
    most = claims.most_for_test(chat.ctx, deal, lot)
    return f"{asked}\n{chat.words('referee.cost_limit', most=most)}" if most else asked


def report(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    fields = finding_fields(defaults, values)
    command = ReportReferee(**fields, cost=values.get("cost"), receipts=values.get("receipts", ()))
    claims.report_referee(chat.ctx, command, defaults.expected_version)


def take_it(chat: ChatContext, lot_id: str) -> str:
    """Return the question before accepting the referee's value, with the shares of both sides."""
    lot = steps.lot_for(chat.ctx, lot_id)
    found = _found(chat, lot)
    parts = _parts(chat, lot, found) if found is not None else ""
    return chat.words("sure.lot.agree_value", parts=parts)


def value_lines(chat: ChatContext, deal: Deal, lot: Lot, findings: Sequence[Finding]) -> list[Line]:
    """Return the cost of the test and who bears it, and the value of the delivery, or its final sum."""
    words, lines = chat.words, []
    found = claims.refereed(deal, lot, findings)
    counts = lot.state == LotState.REFEREE_FOUND or bool(lot.test_minor)
    if found is not None and found.cost:
        cost = words("claim.test_advanced", cost=found.cost)
        borne = f"{cost}; {words(f'claim.borne_by.{found.bearer}')}" if counts else cost
        lines.append(Line(label=words("claim.test"), value=borne))
    if found is not None and lot.state == LotState.REFEREE_FOUND:
        lines.append(Line(label=words("claim.if_it_counts"), value=_parts(chat, lot, found)))
    if lot.state == LotState.ADJUSTED:
        lines.append(Line(label=words("claim.settled"), value=" · ".join(paid_with(chat, lot))))
    return lines


def _found(chat: ChatContext, lot: Lot) -> Refereed | None:
    deal = access.deal_for(chat.ctx, lot.deal_id)
    return claims.refereed(deal, lot, delivery.findings_of(chat.ctx, lot.id))


def _parts(chat: ChatContext, lot: Lot, found: Refereed) -> str:
    net, back, deal = found.net, lot.amount - found.net, access.deal_for(chat.ctx, lot.deal_id)
    if found.test:
        code = as_settled(chat, "claim.net_of_test", deal)
        return chat.words(code, pay=found.pay, test=found.test, net=net, back=back)
    return chat.words(as_settled(chat, "claim.net", deal), net=net, back=back)
