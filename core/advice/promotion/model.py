"""Promotions: the packages and their prices, the process, and the counters of profile views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import StringConstraints
from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.database import Id, Instant, OneOf, Table
from core.kernel.frozen_model import FrozenModel
from core.kernel.money import STARS, Money
from core.kernel.process import SYSTEM, TIME, InProcess, Process, Transition

LOOKED_BACK: Final = timedelta(days=28)  # four of each weekday
WEEK: Final = timedelta(days=7)
CHOSEN_FOR: Final = timedelta(hours=2)  # longer than an offer is open
SUSPENDED_FOR: Final = timedelta(days=200)  # longer than any bank takes to decide
TOP_PLACES: Final = 3  # at the top of one field at a time: more would be no top

# What one more look at a profile costs, and the price that no package falls below or rises above. House prices.
CENTS_A_VIEW: Final = 15
STARS_A_EURO: Final = 50
CURRENCY: Final = "EUR"


class Kind(StrEnum):
    """`featured`: wherever one fits; `top`: in answers to problems of one field of expertise."""

    FEATURED = "featured"
    TOP = "top"


@dataclass(frozen=True, slots=True)
class Package:
    """`least` and `most` in cents."""

    kind: Kind
    days: int
    least: int
    most: int

    @property
    def name(self) -> str:
        return f"{self.kind}{self.days}"

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.days)


PACKAGES: Final = (
    Package(Kind.FEATURED, 7, 4_00, 29_00),
    Package(Kind.FEATURED, 30, 12_00, 89_00),
    Package(Kind.TOP, 7, 5_00, 39_00),
    Package(Kind.TOP, 30, 15_00, 119_00),
)


@dataclass(frozen=True, slots=True)
class Price:
    """One price, the same for payment by card and in Stars."""

    cents: int

    @property
    def card(self) -> Money:
        return Money(self.cents, CURRENCY)

    @property
    def stars(self) -> Money:
        return Money(-(-self.cents * STARS_A_EURO // 100), STARS.code)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The expected effect of a package for one consultant, from our own counters.

    `looks`: profile views in the last `days` days. `lift`: the factor by which earlier promotions raised the views,
    measured over `promotions` that are over. `expected`: the views while the package lasts.
    """

    views: int
    days: int
    lift: Fraction
    promotions: int
    expected: int
    price: Price


class ChoosePackage(FrozenModel):
    """`field`: of expertise, one of the consultant's own; only for the top of a field."""

    package: Annotated[str, StringConstraints(max_length=12)]
    field: Annotated[str, StringConstraints(max_length=40)] | None = None


StopReason = Literal["own", "away", "given_back", "called_back"]

OWNER = frozenset({"owner"})


class PromotionState(StrEnum):
    CHOSEN = "chosen"
    RUNNING = "running"
    DROPPED = "dropped"
    STOPPED = "stopped"
    OVER = "over"
    SUSPENDED = "suspended"


PROMOTION: Final = Process(
    name="promotion",
    initial=PromotionState.CHOSEN,
    final=frozenset({PromotionState.DROPPED, PromotionState.OVER, PromotionState.STOPPED}),
    transitions=(
        Transition(PromotionState.CHOSEN, "paid", SYSTEM, PromotionState.RUNNING),
        Transition(PromotionState.CHOSEN, "drop", OWNER | SYSTEM, PromotionState.DROPPED),
        Transition(PromotionState.CHOSEN, "not_bought", TIME, PromotionState.DROPPED, CHOSEN_FOR),
        Transition(PromotionState.RUNNING, "stop", OWNER | SYSTEM, PromotionState.STOPPED),
        Transition(PromotionState.RUNNING, "run_out", TIME, PromotionState.OVER),
        # A chargeback of the price: the promotion is not shown until the bank has decided.
        Transition(PromotionState.RUNNING, "call_back", SYSTEM, PromotionState.SUSPENDED),
        Transition(PromotionState.SUSPENDED, "resume", SYSTEM, PromotionState.RUNNING),
        Transition(PromotionState.SUSPENDED, "stop", SYSTEM, PromotionState.STOPPED),
        Transition(PromotionState.SUSPENDED, "given_up", TIME, PromotionState.STOPPED, SUSPENDED_FOR),
    ),
    binds=frozenset({"stop"}),
)


class Promotion(InProcess[PromotionState], Table):
    """One package of one consultant, in the process "promotion"."""

    __tablename__ = "promotion"

    state: Mapped[PromotionState] = mapped_column(OneOf(PromotionState), index=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("expert.id"), index=True)
    kind: Mapped[Kind] = mapped_column(OneOf(Kind))
    days: Mapped[int] = mapped_column(Integer)
    field: Mapped[str | None] = mapped_column(String(40))
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    views_before: Mapped[int] = mapped_column("looks_before", Integer)  # in the four weeks before it was chosen
    days_before: Mapped[int] = mapped_column(Integer)  # the days of those weeks on which the profile was listed
    views_expected: Mapped[int] = mapped_column("looks_expected", Integer)
    views_that_day: Mapped[int] = mapped_column("looks_that_day", Integer, default=0)  # before it began
    seconds_left: Mapped[int | None] = mapped_column(Integer)  # while it is suspended
    why: Mapped[StopReason | None] = mapped_column(String(20))


class ProfileDay(Table):
    """The times that one profile was listed and opened on one day (UTC). Only counts, no single views."""

    __tablename__ = "profile_day"

    expert_id: Mapped[str] = mapped_column(Id, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    shown: Mapped[int] = mapped_column(Integer)
    opened: Mapped[int] = mapped_column(Integer)
