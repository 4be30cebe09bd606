"""The hours at which a person may be told: quiet hours, recent messages, and the timer of the next message."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import select

from core.discovery.alerts import rules
from core.discovery.alerts.model import Alert, QuietHours, RequestAlert, Rhythm
from core.discovery.alerts.rules import Hours
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.model import Person
from core.people.accounts.rules import known_zone
from core.people.accounts.service import zone_of

OF_PERSON: Final = "alerts"  # kind of the timers for a person's messages


def quiet_hours_of(ctx: Ctx, person: Person) -> Hours:
    own, zone = ctx.session.get(QuietHours, person.id), known_zone(zone_of(ctx, person))
    return Hours(zone) if own is None else Hours(zone, _clock(own.begins_minute), _clock(own.ends_minute))


def set_hour(ctx: Ctx, person: Person, rhythm: Rhythm) -> None:
    """Set the timer for a person's waiting alerts, as soon as rhythm, quiet hours and recent messages allow."""
    due = rules.next_telling(rhythm, ctx.now, quiet_hours_of(ctx, person), told_lately(ctx, person.id))
    set_timer(ctx.session, Timer(OF_PERSON, person.id, rhythm, due))


def told_lately(ctx: Ctx, person_id: str) -> list[datetime]:
    """Return when a person was told of anything within a day. Alerts told together count once."""
    moments = set[datetime]()
    for told_at, of in ((Alert.told_at, Alert.person_id), (RequestAlert.told_at, RequestAlert.person_id)):
        query = select(told_at).where(of == person_id, told_at > ctx.now - timedelta(days=1)).distinct()
        moments |= {moment for moment in ctx.session.scalars(query) if moment is not None}
    return sorted(moments)


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)
