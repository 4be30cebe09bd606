"""Promotion of consultants: forecast a package, choose one, end it, and list the promoted ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from sqlalchemy import func, select

from core.advice.experts.model import Expert
from core.advice.experts.ranking import RankedExpert
from core.advice.experts.service import expert_for, own
from core.advice.promotion import events, rules, view_counts
from core.advice.promotion.model import (
    LOOKED_BACK,
    PACKAGES,
    PROMOTION,
    TOP_PLACES,
    ChoosePackage,
    Forecast,
    Kind,
    Package,
    Promotion,
    PromotionState,
    StopReason,
)
from core.kernel.errors import Invalid, NotFound, Refusal, Stale
from core.kernel.money import Money
from core.kernel.process import enter, step
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.shop.purchases import service as purchases
from core.shop.purchases.model import PURCHASE, Purchase, PurchaseState, Thing
from core.shop.purchases.rules import Back, parted, unused

HOLDS_A_PLACE: Final = (PromotionState.RUNNING, PromotionState.SUSPENDED)  # a promotion may run on after a chargeback
TAPPED_WITHIN: Final = timedelta(seconds=30)
COUNTED: Final = 200  # promotions that are over, the latest: old ones say little of now

# --- actions of a consultant ------------------------------------------------------------------------------------------


def forecast(ctx: Ctx, package: Package) -> Forecast:
    """Return this package's forecast and price for the acting consultant. Raises NotFound for other persons."""
    expert = own(ctx)
    views, days = _views_before(ctx, expert)
    daily, (lift, promotions) = rules.a_day(views, days, _usual(ctx)), _lift(ctx)
    price = rules.price_of(package, daily, lift)
    return Forecast(views, days, lift, promotions, rules.expected(package.days, daily, lift), price)


def choose(ctx: Ctx, command: ChoosePackage) -> tuple[Promotion, Forecast]:
    """Choose a package; it begins when it is paid. Raises Invalid, and Refusal if it runs already or is full."""
    expert, package = own(ctx), package_named(command.package)
    if not expert.live:
        raise Refusal("promotion.away")
    if (package.kind is Kind.TOP) != (command.field is not None) or command.field not in (None, *expert.fields):
        raise Invalid("promotion.field", field="field")
    hindrance = _hindered_by(ctx, expert, package.kind, command.field)
    if hindrance is not None:
        raise Refusal(hindrance, most=TOP_PLACES)
    told = forecast(ctx, package)
    for earlier in _chosen(ctx, expert.id):
        _drop(ctx, earlier)
    promotion = Promotion(
        id=ctx.new_id(),
        expert_id=expert.id,
        kind=package.kind,
        days=package.days,
        field=command.field,
        views_before=told.views,
        days_before=told.days,
        views_expected=told.expected,
    )
    ctx.session.add(promotion)
    enter(ctx, PROMOTION, promotion, PROMOTION.initial)
    ctx.session.flush()
    return promotion, told


def stop(ctx: Ctx, promotion_id: str, told: int | None = None) -> Promotion:
    """End the consultant's promotion and refund the price of the time that is left.

    `told`: that amount in minor units, as the consultant was told. Raises Stale when it is less by now.
    """
    promotion = promotion_for(ctx, promotion_id)
    if told is not None and promotion.state == PromotionState.RUNNING and unused_price(ctx, promotion).minor < told:
        raise Stale
    _stop(ctx, promotion, "own", "owner")
    return promotion


# --- reactions to payments and time -----------------------------------------------------------------------------------


def paid(ctx: Ctx, promotion_id: str, purchase_id: str) -> None:
    """Start a paid promotion. One that can no longer begin (the consultant is away, or it was dropped) is refunded."""
    promotion = _locked(ctx, promotion_id)
    expert = expert_for(ctx, promotion.expert_id)
    hindered = not expert.live or _hindered_by(ctx, expert, promotion.kind, promotion.field) is not None
    if promotion.state != PROMOTION.initial or hindered:
        if promotion.state == PROMOTION.initial:
            step(ctx, PROMOTION, promotion, "drop", ("system",))
        purchases.give_back(ctx, purchase_id, purchases.purchase_for(ctx, purchase_id).price)
        return
    promotion.started_at = ctx.now
    promotion.views_that_day = view_counts.views_between(ctx, expert.id, ctx.now.date(), ctx.now.date())
    until = ctx.now + _package(promotion).lasts
    step(ctx, PROMOTION, promotion, "paid", ("system",), deadlines={"run_out": until})
    ctx.announce_change(events.PromotionBegan(promotion.id, expert.id))


def not_bought(ctx: Ctx, promotion_id: str) -> None:
    promotion = _locked(ctx, promotion_id)
    if promotion.state == PROMOTION.initial:
        step(ctx, PROMOTION, promotion, "drop", ("system",))


def went_away(ctx: Ctx, expert_id: str) -> None:
    """End the promotions of a consultant who is away, and refund the rest: an absent consultant is not shown."""
    for promotion in running(ctx, [expert_id]):
        _stop(ctx, promotion, "away", "system")


def given_back(ctx: Ctx, promotion_id: str) -> None:
    """End a promotion whose whole price was refunded."""
    promotion = _locked(ctx, promotion_id)
    if promotion.state == PromotionState.RUNNING:
        promotion.why = "given_back"
        promotion.ended_at = ctx.now
        step(ctx, PROMOTION, promotion, "stop", ("system",))


def suspend_for_chargeback(ctx: Ctx, promotion_id: str) -> None:
    """Suspend the promotion after a chargeback of its price: it is not shown, and its remaining time is kept."""
    promotion = _locked(ctx, promotion_id)
    ends = until(ctx, promotion)
    if promotion.state == PromotionState.RUNNING and ends is not None:
        promotion.seconds_left = max(int((ends - ctx.now).total_seconds()), 0)
        step(ctx, PROMOTION, promotion, "call_back", ("system",))
        ctx.announce_change(events.PromotionSuspended(promotion.id, promotion.expert_id))


def regained(ctx: Ctx, promotion_id: str) -> None:
    """Resume the promotion after a won chargeback, with the time that was left.

    If the consultant is away, the price of that time is refunded. The same holds if the promotion has ended meanwhile,
    because the bank was slow or had decided otherwise before.
    """
    promotion = _locked(ctx, promotion_id)
    if promotion.state == PromotionState.STOPPED and promotion.why == "called_back":
        _give_back_rest(ctx, promotion)
    if promotion.state != PromotionState.SUSPENDED:
        return
    due = ctx.now + timedelta(seconds=promotion.seconds_left or 0)
    promotion.seconds_left = None
    step(ctx, PROMOTION, promotion, "resume", ("system",), deadlines={"run_out": due})
    ctx.session.flush()
    if not expert_for(ctx, promotion.expert_id).live:
        _stop(ctx, promotion, "away", "system")
        return
    ctx.announce(events.PromotionResumed(promotion.id, promotion.expert_id))


def lost(ctx: Ctx, promotion_id: str) -> None:
    """End a promotion whose price the bank keeps, without a refund."""
    promotion = _locked(ctx, promotion_id)
    if promotion.state == PromotionState.SUSPENDED:
        promotion.why, promotion.ended_at = "called_back", ctx.now
        step(ctx, PROMOTION, promotion, "stop", ("system",))
        ctx.announce_change(events.PromotionForfeited(promotion.id, promotion.expert_id))


def time_is_up(ctx: Ctx, promotion_id: str, event: str) -> None:
    promotion = _locked(ctx, promotion_id)
    step(ctx, PROMOTION, promotion, event, ("time",))
    if event == "given_up":
        promotion.why, promotion.ended_at = "called_back", ctx.now
    elif event == "run_out":
        promotion.ended_at = ctx.now
        ctx.announce_change(events.PromotionOver(promotion.id, promotion.expert_id, views_of_promotion(ctx, promotion)))


# --- views ------------------------------------------------------------------------------------------------------------


def package_named(name: str) -> Package:
    """Raises NotFound."""
    package = next((each for each in PACKAGES if each.name == name), None)
    if package is None:
        raise NotFound
    return package


def promotion_for(ctx: Ctx, promotion_id: str) -> Promotion:
    """Return a promotion for its consultant, and for internal use. Raises NotFound."""
    promotion = ctx.session.get(Promotion, promotion_id)
    if promotion is None:
        raise NotFound
    if ctx.actor.person not in (None, expert_for(ctx, promotion.expert_id).person_id):
        raise NotFound
    return promotion


def running(ctx: Ctx, experts: Collection[str]) -> list[Promotion]:
    query = select(Promotion).where(Promotion.state == PromotionState.RUNNING, Promotion.expert_id.in_(experts))
    return list(ctx.session.scalars(query.order_by(Promotion.id)))


def ranked_experts(ctx: Ctx, found: Iterable[tuple[str, float, Collection[str]]]) -> list[RankedExpert]:
    """Return the consultants with their data for ranking. `found`: id, score, and the query's fields of expertise."""
    asked = list(found)
    ids = [each for each, _, _ in asked]
    showings, promoted = view_counts.shown_of(ctx, ids), running(ctx, ids)
    made = []
    for expert_id, score, fields in asked:
        here = any(each.expert_id == expert_id and each.field in (None, *fields) for each in promoted)
        made.append(RankedExpert(expert_id, score, here, *showings.get(expert_id, (0, 0))))
    return made


def is_promoted(ctx: Ctx, expert_id: str) -> bool:
    """Return whether the profile carries the promotion label."""
    return bool(running(ctx, [expert_id]))


def until(ctx: Ctx, promotion: Promotion) -> datetime | None:
    """Return when the promotion ends by itself; our downtime postpones it."""
    timer = deadline_of(ctx.session, PROMOTION.name, promotion.id, "run_out")
    return timer.due_at if timer is not None else None


def views_of_promotion(ctx: Ctx, promotion: Promotion) -> int:
    """Return how often the profile was opened since the promotion began, to the end of its last day."""
    assert promotion.started_at is not None, "it has begun"
    end = promotion.ended_at or ctx.now
    views = view_counts.views_between(ctx, promotion.expert_id, promotion.started_at.date(), end.date())
    return max(views - promotion.views_that_day, 0)


def unused_price(ctx: Ctx, promotion: Promotion) -> Money:
    """Return the refund if it ended now: the price of the time that is left, to the second.

    It is zero for a price that is already being refunded, or that is kept for good.
    """
    purchase, ends = _purchase(ctx, promotion), until(ctx, promotion)
    if purchase.state != PurchaseState.PAID:
        return Money.zero(purchase.currency)
    whole = int(_package(promotion).lasts.total_seconds())
    left = 0 if ends is None else int((ends - ctx.now).total_seconds())
    return unused(purchase.price, min(max(left, 0), whole), whole)


def comes_back(ctx: Ctx, promotion: Promotion) -> Back:
    """Return how `unused_price` would be refunded: sent to where it was paid from, or kept for the next purchase."""
    purchase = _purchase(ctx, promotion)
    return parted(purchase.rail, purchase.price, purchase.credit, unused_price(ctx, promotion))


def is_asked_back(ctx: Ctx, promotion: Promotion) -> bool:
    """Return whether an operator is to decide on its whole price: no refund is made before."""
    purchase = purchases.purchase_of(ctx, Thing.PROMOTION, promotion.id)
    return purchase is not None and purchase.wish_open


def just_chosen(ctx: Ctx, command: ChoosePackage) -> Promotion | None:
    """Return the same package chosen a moment ago and not paid yet. A second tap on the button means the first."""
    for each in _chosen(ctx, own(ctx).id):
        same = (f"{each.kind}{each.days}", each.field) == (command.package, command.field)
        purchase = purchases.purchase_of(ctx, Thing.PROMOTION, each.id)
        offered = purchase is not None and purchase.state == PURCHASE.initial
        if same and offered and ctx.now - each.state_since < TAPPED_WITHIN:
            return each
    return None


# --- steps ------------------------------------------------------------------------------------------------------------


def _locked(ctx: Ctx, promotion_id: str) -> Promotion:
    promotion = ctx.session.get(Promotion, promotion_id, with_for_update=True)
    if promotion is None:
        raise NotFound
    return promotion


def _purchase(ctx: Ctx, promotion: Promotion) -> Purchase:
    purchase = purchases.purchase_of(ctx, Thing.PROMOTION, promotion.id)
    assert purchase is not None, "nothing runs that was not bought"
    return purchase


def _package(promotion: Promotion) -> Package:
    return package_named(f"{promotion.kind}{promotion.days}")


def _chosen(ctx: Ctx, expert_id: str) -> list[Promotion]:
    query = select(Promotion).where(Promotion.expert_id == expert_id, Promotion.state == PROMOTION.initial)
    return list(ctx.session.scalars(query))


def _drop(ctx: Ctx, promotion: Promotion) -> None:
    """Drop a promotion that was replaced by another choice, and close its payment page."""
    step(ctx, PROMOTION, promotion, "drop", ("owner",))
    purchase = purchases.purchase_of(ctx, Thing.PROMOTION, promotion.id)
    if purchase is not None and purchase.state == PURCHASE.initial:
        purchases.leave(ctx, purchase.id)


def _hindered_by(ctx: Ctx, expert: Expert, kind: Kind, field: str | None) -> str | None:
    """Return why it cannot begin: the same one runs already, or the top of a field has no free place."""
    same = select(Promotion.id).where(Promotion.state.in_(HOLDS_A_PLACE), Promotion.kind == kind)
    same = same.where(Promotion.field == field if field is not None else Promotion.field.is_(None))
    if ctx.session.scalar(same.where(Promotion.expert_id == expert.id).limit(1)) is not None:
        return "promotion.runs_already"
    occupied = select(func.count()).select_from(same.subquery())
    full = kind is Kind.TOP and (ctx.session.scalar(occupied) or 0) >= TOP_PLACES
    return "promotion.full" if full else None


def _stop(ctx: Ctx, promotion: Promotion, why: StopReason, role: str) -> None:
    back = unused_price(ctx, promotion)
    promotion.why, promotion.ended_at = why, ctx.now
    step(ctx, PROMOTION, promotion, "stop", (role,))
    ctx.session.flush()
    purchase = _purchase(ctx, promotion)
    asked = purchase.wish_open
    purchases.give_back(ctx, purchase.id, back)
    ctx.announce(events.PromotionStopped(promotion.id, promotion.expert_id, "asked_back" if asked else why, back))


def _give_back_rest(ctx: Ctx, promotion: Promotion) -> None:
    """Refund the price of the time that was left when the chargeback came."""
    purchase = _purchase(ctx, promotion)
    whole = int(_package(promotion).lasts.total_seconds())
    purchases.give_back(ctx, purchase.id, unused(purchase.price, promotion.seconds_left or 0, whole))


def _views_before(ctx: Ctx, expert: Expert) -> tuple[int, int]:
    """Return the profile's views in the last four weeks, and on how many days of them it was listed."""
    first = max(ctx.now - LOOKED_BACK, expert.listed_at)
    days = (ctx.now.date() - first.date()).days + 1
    return view_counts.views_between(ctx, expert.id, first.date(), ctx.now.date()), days


def _usual(ctx: Ctx) -> Fraction:
    """Return the views a day of an average profile in this market, over the last four weeks."""
    listed = ctx.session.scalar(select(func.count()).where(Expert.live)) or 1
    return Fraction(view_counts.all_views(ctx, LOOKED_BACK.days), listed * LOOKED_BACK.days)


def _lift(ctx: Ctx) -> tuple[Fraction, int]:
    """Return how much more often promoted profiles were viewed, and the number of promotions measured."""
    query = select(Promotion).where(Promotion.state == PromotionState.OVER).order_by(Promotion.id.desc()).limit(COUNTED)
    over = list(ctx.session.scalars(query))
    known = [
        (views_of_promotion(ctx, each), Fraction(each.views_before, each.days_before) * each.days) for each in over
    ]
    return rules.lift_of(known), len(over)
