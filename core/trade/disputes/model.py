"""Disputes: the commands with their limits, the ladder as a table, and the rulings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.appeals import APPEALS_BIND, appeals
from core.kernel.database import Id, Instant, Minor, OneOf, Table, Words
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import BASIS_POINTS, Money
from core.kernel.process import SYSTEM, TIME, InProcess, Process, StepRow, Transition
from core.trade.deals.model import Deal, Side
from core.trade.delivery.model import Finding, Lot, Proposal
from core.trade.funding.model import DealMoney

TALK_WITHIN: Final = timedelta(days=3)
MEDIATE_WITHIN: Final = timedelta(days=7)

PARTIES = frozenset({"buyer", "seller"})
OTHER = frozenset({"other"})  # a side that has not agreed yet to the proposal
OPERATOR = frozenset({"operator"})


class CaseState(StrEnum):
    TALKING = "talking"
    SETTLED = "settled"
    MEDIATING = "mediating"
    ESCALATED = "escalated"
    RULED = "ruled"
    APPEALED = "appealed"
    EXECUTED = "executed"
    OVERTAKEN = "overtaken"


OPEN: Final = (CaseState.TALKING, CaseState.MEDIATING, CaseState.ESCALATED, CaseState.RULED, CaseState.APPEALED)

CASE: Final = Process(
    name="case",
    initial=CaseState.TALKING,
    final=frozenset({CaseState.SETTLED, CaseState.EXECUTED, CaseState.OVERTAKEN}),
    transitions=(
        Transition(CaseState.TALKING, "propose", PARTIES, CaseState.TALKING),
        Transition(CaseState.TALKING, "agree", OTHER, CaseState.SETTLED),
        Transition(CaseState.TALKING, "call_operator", PARTIES, CaseState.MEDIATING),
        Transition(CaseState.TALKING, "talk_over", TIME, CaseState.MEDIATING, TALK_WITHIN, PARTIES),
        *(
            Transition(state, "propose", PARTIES | OPERATOR, state)
            for state in (CaseState.MEDIATING, CaseState.ESCALATED)
        ),
        # An operator's proposal needs both sides.
        *(Transition(state, "half_agree", OTHER, state) for state in (CaseState.MEDIATING, CaseState.ESCALATED)),
        *(Transition(state, "agree", OTHER, CaseState.SETTLED) for state in (CaseState.MEDIATING, CaseState.ESCALATED)),
        *(Transition(state, "rule", OPERATOR, CaseState.RULED) for state in (CaseState.MEDIATING, CaseState.ESCALATED)),
        Transition(CaseState.MEDIATING, "escalate", TIME, CaseState.ESCALATED, MEDIATE_WITHIN, OPERATOR),
        # The two can still agree, and a side can say why it is not content when the other appeals.
        *(Transition(state, "propose", PARTIES, state) for state in (CaseState.RULED, CaseState.APPEALED)),
        *(Transition(state, "agree", OTHER, CaseState.SETTLED) for state in (CaseState.RULED, CaseState.APPEALED)),
        *appeals(CaseState.RULED, CaseState.APPEALED, CaseState.EXECUTED, PARTIES),
        # The lot or the deal has ended in another way: accepted after all, given back, or ruled on by time.
        *(Transition(state, "overtaken", SYSTEM, CaseState.OVERTAKEN) for state in OPEN),
    ),
    binds=frozenset({"propose", "agree", "half_agree", "rule"}) | APPEALS_BIND,
)

Share = Annotated[int, Field(ge=0, le=BASIS_POINTS)]
Kind = Literal["deal", "lot"]
SHORTEST_REASON: Final = 20  # characters: both sides read it
Proposer = Literal["buyer", "seller", "operator"]


class Parting(FrozenModel):
    """Split of the disputed money: what the seller gets, the rest being the buyer's.

    Exactly one is given: parts of ten thousand, or `pay`, to the cent.
    """

    case_id: str
    seller_bp: Share | None = None
    pay: Money | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.seller_bp is None) == (self.pay is None):
            raise ValueError("a share, or an amount")
        return self


class ProposeShares(Parting):
    """Shares that one side, or an operator, holds to be right."""


class RuleCase(Parting):
    """An operator's decision, with the reason that both sides will read."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=SHORTEST_REASON, max_length=2000)]


class FreezeDeal(FrozenModel):
    """An operator's order that nothing of a deal moves, with the reason that both sides will read."""

    ref: str
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=SHORTEST_REASON, max_length=2000)]


class AppealCase(FrozenModel):
    """Reasons why a ruling is wrong; once, within two days."""

    case_id: str
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]


class Case(InProcess[CaseState], Table):
    """One dispute about a deal or one of its lots. `why`: the event that opened it.

    `freeze_reason`: why an operator has frozen the deal, in their own words.
    `proposed_minor`: set if an amount is proposed; then the parts are its share, rounded.
    """

    __tablename__ = "dispute_case"

    state: Mapped[CaseState] = mapped_column(OneOf(CaseState), index=True)
    kind: Mapped[Kind] = mapped_column(String(4))
    subject: Mapped[str] = mapped_column(Id, index=True)  # id of the deal or lot
    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), index=True)
    why: Mapped[str] = mapped_column(String(40))
    freeze_reason: Mapped[str | None] = mapped_column(Words)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    proposed_by: Mapped[Proposer | None] = mapped_column(String(8))
    proposed_bp: Mapped[int | None] = mapped_column(Integer)
    proposed_minor: Mapped[int | None] = mapped_column(Minor)
    agreed_by: Mapped[Side | None] = mapped_column(String(6))  # to what an operator proposes
    buyer_appeal: Mapped[str | None] = mapped_column(Words)  # reasons why each is not content
    seller_appeal: Mapped[str | None] = mapped_column(Words)

    __table_args__ = (CheckConstraint("proposed_bp BETWEEN 0 AND 10000", name="shares"),)


class Ruling(Table):
    """A decision, kept for ever. The second one, after an appeal, is by another operator.

    `seller_minor`: set if an amount was decided; then the parts are its share, rounded.
    """

    __tablename__ = "ruling"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("dispute_case.id"))
    number: Mapped[int] = mapped_column(Integer)  # 1 or 2
    by: Mapped[str] = mapped_column(Id)  # person, an operator
    at: Mapped[datetime] = mapped_column(Instant)
    buyer_bp: Mapped[int] = mapped_column(Integer)
    seller_bp: Mapped[int] = mapped_column(Integer)
    seller_minor: Mapped[int | None] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(Words)

    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("buyer_bp >= 0 AND seller_bp >= 0 AND buyer_bp + seller_bp = 10000", name="a_whole"),
    )


@dataclass(frozen=True, slots=True)
class Brief:
    """All that an operator has to know: the subject, the history, the findings of each side, and the money.

    `findings` and `proposals` are about the goods that came last. The `record` has also the findings about earlier
    goods.
    """

    case: Case
    deal: Deal
    lot: Lot | None
    at_stake: Money
    money: DealMoney
    steps: list[StepRow]
    record: list[Finding]
    findings: list[Finding]
    proposals: list[Proposal]
    rulings: list[Ruling]
