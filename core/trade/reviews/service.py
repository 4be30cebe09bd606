"""Reviews of parties after a deal, and the scores that follow from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import Any, get_args

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from core.kernel.compiled_statements import find_all, select_all, select_rows
from core.kernel.database import Instant, existing
from core.kernel.errors import NotAllowed, NotFound, Refusal
from core.kernel.money import Money
from core.kernel.process import enter, step
from core.kernel.transaction import Ctx
from core.money.chargebacks.model import LOST, Chargeback
from core.people.accounts.model import Organisation
from core.people.accounts.service import acting, organisation_of
from core.trade.deals.access import deal_for
from core.trade.deals.model import Deal, DealState, Side
from core.trade.delivery.model import Lot, LotState
from core.trade.reviews import rules
from core.trade.reviews.events import ReviewAnswered, ReviewsOpened, ReviewsRevealed, ReviewWritten
from core.trade.reviews.model import (
    REVIEW,
    WRITE_WITHIN,
    AnswerReview,
    Aspect,
    Review,
    ReviewWindow,
    Score,
    WriteReview,
)
from core.trade.reviews.rules import Counted


def write_review(ctx: Ctx, command: WriteReview) -> Review:
    """Say once how it was. Sealed until the other side has written too, or may no longer.

    Raises Refusal, NotAllowed, NotFound.
    """
    person = acting(ctx)
    deal = deal_for(ctx, command.deal_id)
    if person.organisation_id not in (deal.buyer, deal.seller):
        raise NotAllowed  # an operator sees it, and has not dealt with either
    # Held until this unit is over. Two sides who write in the same moment must not both think they are the first.
    window = ctx.session.get(ReviewWindow, deal.id, with_for_update=True)
    if window is None:
        raise Refusal("review.deal_not_over")
    if window.state != REVIEW.initial or window.closes_at <= ctx.now:
        raise Refusal("review.window_over", closed_at=window.closes_at)
    earlier = ctx.session.scalars(select(Review).where(Review.deal_id == deal.id)).all()
    if any(each.author == person.organisation_id for each in earlier):
        raise Refusal("review.already_written")
    side = rated_side(deal, person.organisation_id)
    check_other_here(ctx, deal, person.organisation_id)
    if not rules.may_say(side, command.stars):
        raise Refusal("review.other_marks")
    review = Review(
        id=ctx.new_id(),
        deal_id=deal.id,
        author=person.organisation_id,
        about=deal.seller if side == "seller" else deal.buyer,
        side=side,
        written_by=person.id,
        words=command.words,
        written_at=ctx.now,
        value_minor=0 if deal.direct else deal.amount_minor,  # money that was not seen to come: read, and never counted
        currency=deal.currency,
        **{str(aspect): stars for aspect, stars in command.stars.items()},
    )
    ctx.session.add(review)
    ctx.announce_change(ReviewWritten(review.id, deal.id, review.author, review.about, person.id))
    if earlier:
        _reveal(ctx, window, "both_written", "system")
    return review


def answer(ctx: Ctx, command: AnswerReview) -> Review:
    """Answer a review of one's own company once, in public. Raises NotFound, NotAllowed, Refusal."""
    person = acting(ctx)
    review = ctx.session.get(Review, command.review_id, with_for_update=True)
    if review is None or review.revealed_at is None:
        raise NotFound
    if review.about != person.organisation_id:
        raise NotAllowed
    if review.answer is not None:
        raise Refusal("review.already_answered")
    review.answer, review.answered_at = command.words, ctx.now
    ctx.announce_change(ReviewAnswered(review.id, review.deal_id, review.author, review.about, person.id))
    return review


# --- what is read -----------------------------------------------------------------------------------------------------

_ORGANISATION: BindParameter[str] = bindparam("organisation")
_LEFT = select(Organisation.id).where(Organisation.left_at.is_not(None))  # no person is there to read it
_DUE = (
    select(ReviewWindow)
    .where(
        or_(ReviewWindow.buyer == _ORGANISATION, ReviewWindow.seller == _ORGANISATION),
        ReviewWindow.state == REVIEW.initial,
        ReviewWindow.closes_at > bindparam("now"),
        ReviewWindow.id.not_in(select(Review.deal_id).where(Review.author == _ORGANISATION)),
        ReviewWindow.buyer.not_in(_LEFT),
        ReviewWindow.seller.not_in(_LEFT),
    )
    .order_by(ReviewWindow.closes_at)
)
_DUE_OF = _DUE.where(ReviewWindow.id == bindparam("deal"))
_ORGANISATIONS: BindParameter[str] = bindparam("organisations", expanding=True)
_REVEALED = Review.revealed_at.is_not(None)
_SIDE: BindParameter[str] = bindparam("side")
_ASPECTS: list[InstrumentedAttribute[int | None]] = [getattr(Review, aspect) for aspect in get_args(Aspect)]
_GIVEN = reduce(add, (case((aspect.is_not(None), 1), else_=0) for aspect in _ASPECTS))
_STARS = reduce(add, (func.coalesce(aspect, 0) for aspect in _ASPECTS))
_PARTS = (_STARS - _GIVEN) * (rules.PARTS // 4) // _GIVEN  # parts of the mean of the marks that were given
_ABOUT = (
    select(Review)
    .where(Review.about == _ORGANISATION, Review.side == _SIDE, _REVEALED)
    .order_by(Review.revealed_at.desc(), Review.id)
    .limit(bindparam("limit"))
)
_AUTHORS = select(Review.author).where(Review.about.in_(_ORGANISATIONS), Review.side == _SIDE, _REVEALED)
_NEVER = null().cast(Instant)


def _sums(what: str, one: Any, other: Any, count: Any, part: Any) -> Select[Any]:
    """Select lines of figures: the reviewed side, the other side, how many, and how many of them or how much."""
    return select(literal(what), one, other, count, part, literal(""), _NEVER)


_LOTS = exists().where(Lot.deal_id == Deal.id)
# Each of them, as `core.trade.delivery.rules.ended_unpaid` says it.
_UNPAID = or_(Lot.state == LotState.DROPPED, and_(Lot.state == LotState.ADJUSTED, func.coalesce(Lot.pay_minor, 0) == 0))


def _between(*where: ColumnElement[bool]) -> Select[Any]:
    """Select the counterparties of completed deals, and the number of deals.

    A deal that was all given back does not count.
    """
    return (
        _sums("partner", Deal.buyer, Deal.seller, func.count(), literal(0))
        .where(Deal.state == DealState.COMPLETED, or_(not_(_LOTS), _LOTS.where(not_(_UNPAID))), or_(*where))
        .group_by(Deal.buyer, Deal.seller)
    )


_FIGURES: CompoundSelect[Any] = union_all(
    select(
        literal("review"), Review.author, Review.about, Review.value_minor, _PARTS, Review.currency, Review.written_at
    ).where(Review.about.in_(_ORGANISATIONS), Review.side == _SIDE, _REVEALED),
    _between(
        *(side.in_(_ORGANISATIONS) for side in (Deal.buyer, Deal.seller)),
        *(side.in_(_AUTHORS) for side in (Deal.buyer, Deal.seller)),
    ),
    # Count of the lots that did not come by their day, among those for which it is known.
    _sums(
        "in time",
        Deal.seller,
        literal(""),
        func.count(),
        func.sum(case((Lot.came_in_time.is_(False), 1), else_=0)),
    )
    .join(Lot, Lot.deal_id == Deal.id)
    .where(Deal.seller.in_(_ORGANISATIONS), Lot.came_in_time.is_not(None))
    .group_by(Deal.seller),
    # Payments that the buyer's bank has taken back, and kept.
    _sums("lost", Deal.buyer, literal(""), func.count(), literal(0))
    .join(Chargeback, Chargeback.subject == Deal.id)
    .where(Deal.buyer.in_(_ORGANISATIONS), Chargeback.state.in_(LOST), Chargeback.amount_minor > 0)
    .group_by(Deal.buyer),
    _sums("mean", literal(""), literal(""), func.count(), func.coalesce(func.sum(_PARTS), 0)).where(
        Review.side == _SIDE, _REVEALED, Review.value_minor > 0
    ),
)


def rated_side(deal: Deal, author: str) -> Side:
    """Return the side that an organisation rates when it rates a deal of its own."""
    return "seller" if author == deal.buyer else "buyer"


def check_other_here(ctx: Ctx, deal: Deal, author: str) -> None:
    """Raise Refusal if the company to rate is no more."""
    if organisation_of(ctx, deal.seller if rated_side(deal, author) == "seller" else deal.buyer).left_at is not None:
        raise Refusal("review.other_left")


def reviews_due(ctx: Ctx, organisation_id: str) -> list[ReviewWindow]:
    """Return the deals that this organisation may still write about, the most urgent first."""
    return select_all(ctx.session, ReviewWindow, _DUE, organisation=organisation_id, now=ctx.now)


def may_review_until(ctx: Ctx, deal_id: str, organisation_id: str) -> datetime | None:
    """Return until when it may write, if this deal is one of them."""
    due = select_all(ctx.session, ReviewWindow, _DUE_OF, organisation=organisation_id, now=ctx.now, deal=deal_id)
    return due[0].closes_at if due else None


def reviews_of_deal(ctx: Ctx, deal_id: str) -> list[Review]:
    """Return what both sides wrote about a deal, once it can be read."""
    written = find_all(ctx.session, Review, ("id",), deal_id=deal_id)
    return [review for review in written if review.revealed_at is not None]


def reviews_about(ctx: Ctx, organisation_id: str, side: Side, limit: int = 10) -> list[Review]:
    """Return what everybody may read about an organisation on that side of its deals, the newest first."""
    return select_all(ctx.session, Review, _ABOUT, organisation=organisation_id, side=side, limit=limit)


def open_reviews(ctx: Ctx, deal_id: str) -> None:
    """Open the reviews of a deal that moved money and is over: for two weeks both may write."""
    deal = deal_for(ctx, deal_id)
    if not (deal.funded_at is not None or _paid_directly(deal)) or ctx.session.get(ReviewWindow, deal.id) is not None:
        return
    window = ReviewWindow(id=deal.id, buyer=deal.buyer, seller=deal.seller, closes_at=ctx.now + WRITE_WITHIN)
    enter(ctx, REVIEW, window, REVIEW.initial)
    ctx.session.add(window)
    ctx.announce_change(ReviewsOpened(deal.id, deal.buyer, deal.seller, window.closes_at))


def _paid_directly(deal: Deal) -> bool:
    """Return whether the seller has confirmed a payment that was not held, or the buyer says that there was one."""
    confirmed = deal.state == DealState.COMPLETED or deal.ended_by == "undelivered"
    return deal.direct and (confirmed or deal.buyer_paid_at is not None)


def close_reviews(ctx: Ctx, deal_id: str) -> None:
    """Close the reviews of a deal after two weeks: what was written can be read."""
    window = existing(ctx.session, ReviewWindow, deal_id)
    _reveal(ctx, window, "window_over", "time")


def score_of(ctx: Ctx, organisation_id: str, side: Side) -> Score:
    """Return the market's score of an organisation as a seller or a buyer. It is never stored."""
    return scores_of(ctx, [organisation_id], side)[organisation_id]


def scores_of(ctx: Ctx, organisation_ids: Collection[str], side: Side) -> dict[str, Score]:
    """Return the scores of many organisations, in one statement."""
    if not organisation_ids:
        return {}
    reviews: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    partners: dict[str, set[str]] = defaultdict(set)
    deals: dict[Side, dict[str, int]] = {"buyer": defaultdict(int), "seller": defaultdict(int)}
    punctual: dict[str, float] = {}
    lost: dict[str, int] = {}
    mean = rules.market_mean(0, 0)
    for what, one, other, count, part, *more in select_rows(
        ctx.session, _FIGURES, organisations=sorted(set(organisation_ids)), side=side
    ):
        match what:
            case "review":
                reviews[other].append((one, int(part), Money(count, more[0]), more[1]))
            case "partner":
                partners[one].add(other)
                partners[other].add(one)
                deals["buyer"][one] += count
                deals["seller"][other] += count
            case "in time":
                punctual[one] = 1 - part / count
            case "lost":
                lost[one] = count
            case "mean":
                mean = rules.market_mean(int(part) / rules.PARTS, count)
    scores = {}
    for organisation in organisation_ids:
        of = reviews[organisation]
        reputation = rules.reputation_of([_counted(ctx, organisation, each, partners) for each in of], mean)
        scores[organisation] = Score(
            shown=reputation.shown,
            rank=reputation.score,
            floor=reputation.floor,
            reviews=len(of),
            counterparties=reputation.counterparties,
            completed_deals=deals[side][organisation],
            other_deals=deals["buyer" if side == "seller" else "seller"][organisation],
            payments_lost=lost.get(organisation, 0) if side == "buyer" else 0,
            on_time=punctual.get(organisation) if side == "seller" else None,
        )
    return scores


def _counted(ctx: Ctx, about: str, review: tuple[Any, ...], partners: dict[str, set[str]]) -> Counted:
    author, parts, value, written_at = review
    return Counted(
        author=author,
        rating=parts / rules.PARTS,
        value_eur=rules.in_euros(value),
        age_days=(ctx.now - written_at) / timedelta(days=1),
        trust=rules.trust_in(len(partners[author] - {about})),
    )


def _reveal(ctx: Ctx, window: ReviewWindow, event: str, role: str) -> None:
    step(ctx, REVIEW, window, event, (role,))
    written: Sequence[Review] = ctx.session.scalars(select(Review).where(Review.deal_id == window.id)).all()
    for review in written:
        review.revealed_at = ctx.now
    if written:
        ctx.announce(ReviewsRevealed(window.id, window.buyer, window.seller))
    ctx.session.flush()
