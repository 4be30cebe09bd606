"""Reactions of alerts to events elsewhere, and their timer handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.catalogue.model import Catalogue
from core.discovery.alerts import request_alerts, service
from core.discovery.alerts.matching import Watchlists
from core.discovery.alerts.model import Rhythm
from core.discovery.alerts.notification_hours import OF_PERSON
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.timers import Timer
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked
from core.trade.listings.events import ListingChanged, ListingFact, ListingPublished
from core.trade.requests.events import RequestChanged, RequestFact, RequestPublished


def listen(reactions: Reactions) -> None:
    reactions.on(ListingPublished, _listing_moved)
    reactions.on(ListingChanged, _listing_moved)
    reactions.on(RequestPublished, _request_moved)
    reactions.on(RequestChanged, _request_moved)
    reactions.on(AccountsLinked, _accounts_linked)


def _listing_moved(ctx: Ctx, fact: ListingFact) -> None:
    service.look_for_takers(ctx, fact.listing_id)


def _request_moved(ctx: Ctx, fact: RequestFact) -> None:
    request_alerts.look_for_sellers(ctx, fact.request_id)


def _accounts_linked(ctx: Ctx, fact: AccountsLinked) -> None:
    service.move_searches(ctx, fact.person_id, fact.gone_id)


def timer_handlers(catalogue: Callable[[], Catalogue]) -> Mapping[str, TimerHandler]:
    """Return the timer handlers of alerts. `catalogue` is called on first use."""
    watchlists = Watchlists()

    def match(ctx: Ctx, timer: Timer) -> None:
        _, _, after = timer.event.partition(":")
        service.match_listing(ctx, watchlists, catalogue(), timer.subject, timer.due_at, after=after)

    def tell(ctx: Ctx, timer: Timer) -> None:
        service.tell(ctx, catalogue(), timer.subject, Rhythm(timer.event))

    def find_sellers(ctx: Ctx, timer: Timer) -> None:
        _, _, after = timer.event.partition(":")
        request_alerts.match_request(ctx, catalogue(), timer.subject, after=after)

    return {service.OF_LISTING: match, request_alerts.OF_REQUEST: find_sellers, OF_PERSON: tell}
