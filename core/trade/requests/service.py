"""Actions of buyers on open requests, and effects of time. Quotes on them stand above, in `offers.quotes`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core.catalogue.model import Catalogue
from core.kernel.database import check_version, existing
from core.kernel.errors import NotAllowed, Refusal, Stale
from core.kernel.process import enter, step
from core.kernel.timers import Timer, deadline_of, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting, has_traded
from core.people.blocking.suspensions import check_not_suspended
from core.trade.listings.rules import differences
from core.trade.requests import events, rules
from core.trade.requests.model import AWARD_WITHIN, REQUEST, ChangeRequest, PublishRequest, Request


def publish_request(ctx: Ctx, catalogue: Catalogue, command: PublishRequest) -> Request:
    """Ask the market for quotes. Raises Invalid."""
    person = acting(ctx)
    check_not_suspended(ctx, person.organisation_id)
    product = rules.check_request(catalogue, command, ctx.now)
    _check_again(ctx, command)
    target = command.target
    request = Request(
        id=ctx.new_id(),
        buyer=person.organisation_id,
        published_by=person.id,
        published_at=ctx.now,
        certificates=sorted(set(command.certificates)),
        unit=command.quantity.unit,
        quantity_amount=command.quantity.amount,
        target_amount=target.amount if target is not None else None,
        currency=target.currency if target is not None else product.price_currency,
        price_unit=target.unit if target is not None else product.price_unit,
        place_name=command.place.name,
        country=command.place.country,
        lat=command.place.lat,
        lon=command.place.lon,
        quotes=0,
        edition=1,
        stands_from=1,
        **command.model_dump(include=AS_GIVEN),
    )
    enter(ctx, REQUEST, request, REQUEST.initial, {"cut_off": request.closes_at})
    ctx.session.add(request)
    has_traded(ctx, person.organisation_id)
    return _tell(ctx, events.RequestPublished, request)


def _check_again(ctx: Ctx, command: PublishRequest) -> None:
    """Raise NotAllowed for another's request, Refusal for one that is not over."""
    if command.again_of is not None and own_request(ctx, command.again_of).state not in REQUEST.final:
        raise Refusal("request.not_over")


# Fields that a request keeps just as the command gives them.
AS_GIVEN = (PublishRequest.model_fields.keys() & Request.__table__.columns.keys()) - {"certificates"}


def request_for(ctx: Ctx, request_id: str) -> Request:
    """Return a request in whatever state, as everybody may see it. Raises NotFound."""
    return existing(ctx.session, Request, request_id)


def requests_of(ctx: Ctx, organisation_id: str) -> list[Request]:
    """Return an organisation's own requests, those that are not over first, then the newest."""
    query = select(Request).where(Request.buyer == organisation_id)
    found = ctx.session.scalars(query.order_by(Request.id.desc())).all()
    return sorted(found, key=lambda request: request.state in REQUEST.final)


def open_requests(ctx: Ctx, limit: int) -> list[Request]:
    """Return what others look for now, the first to close first."""
    mine = acting(ctx).organisation_id
    query = select(Request).where(Request.state == REQUEST.initial, Request.buyer != mine)
    return list(ctx.session.scalars(query.order_by(Request.closes_at).limit(limit)))


def roles_of(ctx: Ctx, request: Request) -> frozenset[str]:
    """Return the actor's role for a request: its "buyer", or a "seller" who may quote."""
    return frozenset({"buyer" if acting(ctx).organisation_id == request.buyer else "seller"})


def withdraw_request(ctx: Ctx, request_id: str, expected_version: int | None = None) -> Request:
    """Withdraw a request for its buyer. Raises NotAllowed, Stale."""
    request = own_request(ctx, request_id, expected_version)
    step(ctx, REQUEST, request, "withdraw", ("buyer",))
    return _tell(ctx, events.RequestWithdrawn, request)


def changeable_request(ctx: Ctx, request_id: str) -> Request:
    """One's own company's request, as long as it can be changed. Raises NotFound, NotAllowed, Stale."""
    request = own_request(ctx, request_id)
    REQUEST.transition(request.state, "change", ("buyer",))
    return request


def change_request(
    ctx: Ctx, catalogue: Catalogue, request_id: str, command: ChangeRequest, expected_version: int | None = None
) -> Request:
    """Change what is given, as far as it could be asked so. `expected_version`: the edition that the buyer has read.

    An earlier quote counts no longer if it would bind its seller to what they have not read. They quote again. Raises
    NotAllowed, Stale, Invalid.
    """
    request = changeable_request(ctx, request_id)
    if expected_version is not None and expected_version != request.edition:
        raise Stale
    before = rules.told(request)
    _take_over(request, command)
    changes = differences(before, rules.told(request))
    rules.check_change(catalogue, request, changes, ctx.now)
    step(ctx, REQUEST, request, "change", ("buyer",))
    set_timer(ctx.session, Timer(REQUEST.name, request.id, "cut_off", request.closes_at))
    request.edition, passed = request.edition + 1, 0
    if rules.invalidates_quotes(changes):
        passed, request.quotes, request.stands_from = request.quotes, 0, request.edition
    ctx.announce(events.RequestChanged(request.id, request.buyer, ctx.actor.person, changes, passed))
    ctx.session.flush()
    return request


def _take_over(request: Request, command: ChangeRequest) -> None:
    """Raises Invalid."""
    given = command.model_dump(include=CHANGES_AS_GIVEN, exclude_none=True)
    for field, value in given.items():
        setattr(request, field, value)
    if "grade_id" in command.model_fields_set:
        request.grade_id = command.grade_id
    if command.certificates is not None:
        request.certificates = sorted(set(command.certificates))
    if command.quantity is not None:
        request.quantity_amount = command.quantity.to(request.unit).amount
    if command.place is not None:
        request.place_name, request.country = command.place.name, command.place.country
        request.lat, request.lon = command.place.lat, command.place.lon
    if "target" in command.model_fields_set:
        if command.target is not None:
            rules.check_target(request, command.target)
            request.price_unit = command.target.unit
        request.target_amount = command.target.amount if command.target is not None else None


CHANGES_AS_GIVEN = {"incoterm", "window_from", "window_to", "lots", "words", "closes_at", "quotes_each"}


def own_request(ctx: Ctx, request_id: str, expected_version: int | None = None) -> Request:
    """One's own company's request, as it was seen. Raises NotAllowed, Stale."""
    request = request_for(ctx, request_id)
    if acting(ctx).organisation_id != request.buyer:
        raise NotAllowed
    check_version(request, expected_version)
    return request


def count_quote(ctx: Ctx, request: Request, *, replaces: bool) -> None:
    """Count a quote that has come. `anew`: it replaces the same seller's earlier one, so the number stays.

    Two that come at once, or one at the cut-off, race on the request's version.
    """
    step(ctx, REQUEST, request, "quote", ("seller",))
    request.quotes += 0 if replaces else 1
    flag_modified(request, "quotes")  # also where their number stays: it counts as a change of the request
    ctx.session.flush()


def award(ctx: Ctx, request_id: str, expected_version: int | None = None) -> Request:
    """Award the request to one of the quotes. A sealed one is awarded after its cut-off only. Raises Refusal, Stale."""
    request = own_request(ctx, request_id, expected_version)
    if request.sealed and request.state == REQUEST.initial:
        raise Refusal("request.sealed", closes=request.closes_at)
    step(ctx, REQUEST, request, "award", ("buyer",), deadlines={"quotes_expire": _bound_until(ctx, request)})
    return _tell(ctx, events.RequestAwarded, request)


def bound_until(ctx: Ctx, request: Request) -> datetime | None:
    """Return until when other quotes stand while the taken quote's deal is not signed; None if they no longer do."""
    timer = deadline_of(ctx.session, REQUEST.name, request.id, "quotes_expire")
    return timer.due_at if timer is not None else None


def _bound_until(ctx: Ctx, request: Request) -> datetime:
    """Return until when the quotes stand if one is taken now: as long as they would without it."""
    timer = deadline_of(ctx.session, REQUEST.name, request.id, "bidding_closed")
    return timer.due_at if timer is not None else request.closes_at + AWARD_WITHIN


def conclude(ctx: Ctx, request_id: str) -> None:
    """Close the request, as the deal of the quote that was taken counts. No other seller is bound."""
    request = request_for(ctx, request_id)
    freed = bound_until(ctx, request) is not None
    step(ctx, REQUEST, request, "both_signed", ("system",))
    ctx.announce(events.RequestSigned(request.id, request.buyer, None, freed))
    ctx.session.flush()


def open_again(ctx: Ctx, request_id: str, seller: str, others: int) -> None:
    """Open the request again, as the deal of the taken quote came to nothing.

    `seller`: whose quote it was; `others`: how many others can be taken. No quote stands longer for it. More quotes may
    come if the request still takes them.
    """
    request = request_for(ctx, request_id)
    until, request.quotes = bound_until(ctx, request), others
    if ctx.now < request.closes_at:
        event, until, deadlines = "quoting_goes_on", request.closes_at, {"cut_off": request.closes_at}
    elif until is None or until <= ctx.now or not others:
        step(ctx, REQUEST, request, "fell_through", ("system",))
        ctx.announce(events.RequestLapsed(request.id, request.buyer, None, "fell_through"))
        ctx.session.flush()
        return
    else:
        event, deadlines = "choose_again", {"bidding_closed": until}
    step(ctx, REQUEST, request, event, ("system",), deadlines=deadlines)
    ctx.announce(events.RequestReopened(request.id, request.buyer, None, seller, event, until))
    ctx.session.flush()


def time_is_up(ctx: Ctx, request_id: str, event: str) -> None:
    """Apply the cut-off, or the end of the buyer's three days to choose. After a choice, free the other quotes."""
    request = request_for(ctx, request_id)
    step(ctx, REQUEST, request, event, ("time",))
    if event == "quotes_expire":
        _tell(ctx, events.RequestQuotesExpired, request)
        return
    if event == "cut_off" and request.quotes:
        _tell(ctx, events.RequestCutOff, request)
        return
    if event == "cut_off":
        event = "nobody_quoted"
        step(ctx, REQUEST, request, event, ("system",))
    ctx.announce(events.RequestLapsed(request.id, request.buyer, None, event))
    ctx.session.flush()


def _tell(ctx: Ctx, fact: type[events.RequestFact], request: Request) -> Request:
    ctx.announce(fact(request.id, request.buyer, ctx.actor.person))
    ctx.session.flush()
    return request
