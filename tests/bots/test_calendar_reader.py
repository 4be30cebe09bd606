"""A consultant's own calendar: read from an address or a file, within limits, and never from a private network."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bots.calendar import fetcher
from bots.calendar.addresses import is_public
from bots.calendar.fetcher import PublicOnly, check_hop, fetched
from bots.calendar.reader import read_in_worker
from core.advice.availability.busy_times import LARGEST, MOST_APPOINTMENTS, Unreadable, busy_times
from core.advice.availability.local_times import Interval
from core.advice.availability.slots import FURTHEST
from core.kernel.worker_pool import WorkerPool

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
WEEKLY = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
UID:stand-up\r
DTSTART;TZID=Europe/Vilnius:20260907T100000\r
DTEND;TZID=Europe/Vilnius:20260907T110000\r
RRULE:FREQ=WEEKLY;BYDAY=MO\r
EXDATE;TZID=Europe/Vilnius:20261109T100000\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:name-day\r
DTSTART;VALUE=DATE:20261030\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:maybe\r
DTSTART:20261028T100000Z\r
DTEND:20261028T110000Z\r
TRANSP:TRANSPARENT\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:called-off\r
DTSTART:20261029T100000Z\r
DTEND:20261029T110000Z\r
STATUS:CANCELLED\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    made = WorkerPool(cpu_seconds=3)
    yield made
    await made.close()


def at(month: int, day: int, hour: int, hours: int = 1) -> Interval:
    start = datetime(2026, month, day, hour, tzinfo=UTC)
    return Interval(start, start + timedelta(hours=hours))


def test_repeating_event_keeps_its_local_time_over_a_clock_change() -> None:
    """cal.com 8398: ten in Vilnius is seven in UTC in summer and eight in winter; one occurrence is called off."""
    taken = busy_times(WEEKLY, NOW, "Europe/Vilnius")

    assert taken[:3] == [at(10, 26, 8), at(10, 29, 22, hours=24), at(11, 2, 8)]
    assert at(11, 9, 8) not in taken
    assert at(11, 16, 8) in taken


DINNER = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
UID:dinner\r
DTSTART:20261020T200000\r
DTEND:20261020T210000\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.mark.parametrize(
    ("zone", "dinner"),
    [("America/Los_Angeles", at(10, 21, 3)), ("UTC", at(10, 20, 20)), ("Pacific/Auckland", at(10, 20, 7))],
)
def test_a_time_without_a_zone_is_the_consultants_own_until_it_is_over_there(zone: str, dinner: Interval) -> None:
    """Check an event of today that is tomorrow in UTC, and one on the last day that can be booked."""
    before, instant = timedelta(minutes=1), timedelta(seconds=1)
    for now in (dinner.start - FURTHEST + instant, dinner.start - before, dinner.end - before):
        assert busy_times(DINNER, now, zone) == [dinner]
    for now in (dinner.start - FURTHEST, dinner.end):
        assert busy_times(DINNER, now, zone) == []


@pytest.mark.parametrize("content", [b"", b"<html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:tomorrow\r\n"])
def test_content_that_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        busy_times(content, NOW, "UTC")
    assert refused.value.why == "unread"


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (b"FREQ=MINUTELY", "too_many"),
        (b"FREQ=SECONDLY", "too_many"),
        (b"FREQ=HOURLY;BYSECOND=" + b",".join(b"%d" % n for n in range(60)), "too_many"),
    ],
)
def test_a_calendar_that_never_ends_is_given_up(rule: bytes, why: str) -> None:
    endless = WEEKLY.replace(b"FREQ=WEEKLY;BYDAY=MO", rule)
    with pytest.raises(Unreadable) as refused:
        busy_times(endless, NOW, "UTC")
    assert refused.value.why == why


def calendar(*components: bytes) -> bytes:
    return b"\r\n".join([b"BEGIN:VCALENDAR", b"VERSION:2.0", *components, b"END:VCALENDAR", b""])


def event(name: bytes, start: bytes, rule: bytes) -> bytes:
    lines = (b"BEGIN:VEVENT", b"UID:" + name, b"DTSTART:" + start, b"DURATION:PT1M", b"RRULE:" + rule, b"END:VEVENT")
    return b"\r\n".join(lines)


def zone_with(rules: int, name: bytes = b"Mine") -> bytes:
    """Return a time zone that changes its clock at every second of an hour, by as many rules."""
    each = b"\r\n".join((
        b"BEGIN:STANDARD", b"DTSTART:16010101T000000", b"TZOFFSETFROM:+0100", b"TZOFFSETTO:+0200",
        b"RRULE:FREQ=SECONDLY", b"END:STANDARD",
    ))  # fmt: skip
    return b"\r\n".join([b"BEGIN:VTIMEZONE", b"TZID:" + name, *[each] * rules, b"END:VTIMEZONE"])


# A calendar of a kilobyte: the second event's repetitions counted as so many fewer, because it begins far ahead.
KILOBYTE = calendar(
    *(event(b"past%d" % n, b"19000101T000000Z", b"FREQ=HOURLY") for n in range(5)),
    *(event(b"ahead%d" % n, b"99990101T000000Z", b"FREQ=HOURLY") for n in range(5)),
)
IN_ZONE = event(b"z", b"20261021T100000", b"FREQ=DAILY").replace(b"DTSTART:", b"DTSTART;TZID=Mine:")
RDATES = b"RDATE:" + b",".join([b"20261022T100000Z"] * 90_000)
HOSTILE = {
    "far future": KILOBYTE,
    "zone": calendar(zone_with(400), IN_ZONE),
    "zone with one rule": calendar(zone_with(1), IN_ZONE),
    "many zones": calendar(*(zone_with(1, b"Z%d" % n) for n in range(200))),
    "no such month": calendar(event(b"never", b"20260101T000000Z", b"FREQ=HOURLY;BYMONTH=13")),
    "no such day": calendar(event(b"never", b"20260101T000000Z", b"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
    "early": calendar(event(b"old", b"00010101T000000Z", b"FREQ=HOURLY;COUNT=999999999")),
    "long": calendar(event(b"a", b"20261021T100000Z", b"FREQ=DAILY").replace(b"PT1M", b"P36500D")),
    "components": calendar(*([b"BEGIN:VTODO\r\nEND:VTODO"] * 30_000)),
    "dates": calendar(event(b"a", b"20261021T100000Z", b"FREQ=DAILY").replace(b"END:", RDATES + b"\r\nEND:")),
    "nested": b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 5_000,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_calendar_that_was_written_to_keep_us_busy_is_given_up_soon(name: str, pool: WorkerPool) -> None:
    """A kilobyte once stopped the product for hours. The work is counted, and its process is ended at the limit."""
    begun = time.process_time()
    try:
        taken = await read_in_worker(pool, HOSTILE[name], NOW, "UTC")
    except Unreadable:
        taken = []
    assert len(taken) <= MOST_APPOINTMENTS
    assert time.process_time() - begun < 2, "the chats have the product's own time"


@pytest.mark.parametrize("name", ["far future", "zone", "zone with one rule", "many zones", "components", "dates"])
def test_most_of_such_calendars_are_counted_before_they_are_read(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable) as refused:
        busy_times(HOSTILE[name], NOW, "UTC")
    assert refused.value.why == "too_many"
    assert time.process_time() - begun < 5


# --- where it may be fetched from -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # where clouds hand out credentials
        ("100.64.0.1", False),
        ("0.0.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::1", False),
        ("fec0::1", False),
        ("::127.0.0.1", False),
        ("::8.8.8.8", False),
        ("::ffff:0:7f00:1", False),
        ("::ffff:8.8.8.8", True),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),  # Teredo
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("ff02::1", False),
        ("192.0.0.8", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
    ],
)
def test_only_public_addresses_are_called(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/a.ics", "insecure"),
        ("ftp://example.com/a.ics", "insecure"),
        ("https://127.0.0.1/a.ics", "private"),
        ("https://[::1]/a.ics", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://①②⑦.0.0.1:8080/a.ics", "private"),
        ("https://１２７.0.0.1/a.ics", "private"),
        ("https://127。0。0。1/a.ics", "private"),
        ("https://[::127.0.0.1]/a.ics", "private"),
        ("https://[fec0::1]/a.ics", "private"),
        ("https://[64:ff9b:1::7f00:1]/a.ics", "private"),
    ],
)
def test_a_hop_that_is_not_made(url: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        check_hop(url)
    assert refused.value.why == why


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "localhost."])
async def test_an_odd_way_to_write_loopback_is_not_called(host: str) -> None:
    with pytest.raises(Unreadable) as refused:
        await fetched(f"https://{host}:1/a.ics", nearby=False)
    assert refused.value.why in {"private", "unreachable"}


@pytest.mark.parametrize(
    "target", ["https://①②⑦.0.0.1:{port}/a.ics", "https://[::127.0.0.1]:{port}/", "https://127.0.0.1:{port}"]
)
async def test_a_redirect_to_a_private_address_is_not_followed(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is let through here, since no public server is at hand; the second one is checked."""
    asked: list[str] = []

    def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": target.format(port=request.url.port)})

    monkeypatch.setattr(fetcher, "check_hop", lambda url: check_hop(url) if asked else None)
    async with serving(answer) as home:
        monkeypatch.setattr(fetcher, "PublicOnly", lambda: None)
        with pytest.raises(Unreadable) as refused:
            await fetched(f"{home}/moved", nearby=False)
    assert (refused.value.why, asked) == ("private", ["/moved"])


async def test_a_name_that_means_a_private_address_is_not_called() -> None:
    with pytest.raises(Unreadable) as refused:
        await PublicOnly().resolve("localhost", 443)
    assert refused.value.why == "private"
    with pytest.raises(Unreadable) as refused:
        await fetched("https://localhost:1/a.ics", nearby=False)
    assert refused.value.why == "private"


@asynccontextmanager
async def serving(answer: Callable[[web.Request], web.StreamResponse]) -> AsyncIterator[str]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return answer(request)

    app = web.Application()
    app.router.add_get("/{tail:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        assert site.name
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_fetch_follows_redirects_but_not_in_circles() -> None:
    def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/a.ics":
            return web.Response(body=WEEKLY)
        if request.path == "/gone":
            return web.Response(status=404)
        if request.path == "/large":
            return web.Response(body=b"x" * (LARGEST + 1))
        return web.Response(status=302, headers={"Location": "/a.ics" if request.path == "/moved" else "/circle"})

    async with serving(answer) as home:
        assert await fetched(f"{home}/moved", nearby=True) == WEEKLY
        for path, why in (("circle", "refused"), ("gone", "refused"), ("large", "too_large")):
            with pytest.raises(Unreadable) as refused:
                await fetched(f"{home}/{path}", nearby=True)
            assert refused.value.why == why
    with pytest.raises(Unreadable) as refused:
        await fetched(f"{home}/a.ics", nearby=True)
    assert refused.value.why == "unreachable"
