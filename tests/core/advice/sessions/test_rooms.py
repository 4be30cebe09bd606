"""Links into a room: ours, whole and in time, or of no use.

A person who comes by one and falls silent is out again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.advice.sessions import meeting, service
from core.advice.sessions.model import Booking, SessionState
from core.advice.sessions.rooms import presence
from core.advice.sessions.rooms.links import Pass, Rooms, VideoServer
from core.kernel.errors import NotFound, Refusal
from tests.core.advice.sessions.session_steps import BY_MINUTE, TUESDAY_TEN, Counsel, counsel
from tests.core.conftest import Market

SECRET, OTHER_SECRET = "s" * 32, "t" * 32
ROOMS = Rooms("https://parley.example", SECRET, VideoServer("https://meet.example/", "parley", "v" * 32))


def booking(**changes: object) -> Booking:
    facts = {"id": "b1", "seeker": "sarah", "consultant": "alex", "starts_at": TUESDAY_TEN, "length": 30}
    return Booking(**(facts | {"room": "video", "link": None} | changes))


def token(link: str) -> str:
    return link.rpartition("/")[2]


# --- our links --------------------------------------------------------------------------------------------------------


def test_a_link_tells_who_comes_until_two_hours_after_the_end() -> None:
    good = token(ROOMS.link(booking(), "sarah"))
    assert ROOMS.read(good, TUESDAY_TEN) == Pass("b1", "sarah")
    assert ROOMS.read(good, TUESDAY_TEN + timedelta(hours=2, minutes=29)) == Pass("b1", "sarah")
    with pytest.raises(Refusal, match="link_over"):
        ROOMS.read(good, TUESDAY_TEN + timedelta(hours=2, minutes=30))


def forged(claims: dict[str, object], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm)


WHOLE: dict[str, object] = {"aud": "room", "sub": "sarah", "session": "b1", "exp": TUESDAY_TEN.timestamp()}


@pytest.mark.parametrize(
    "made",
    [
        lambda: forged(WHOLE, OTHER_SECRET),
        lambda: forged(WHOLE, "s" * 64, "HS512"),
        lambda: jwt.encode(WHOLE, None, "none"),
        lambda: forged(WHOLE | {"aud": "jitsi"}),
        lambda: forged({name: part for name, part in WHOLE.items() if name != "exp"}),
        lambda: token(Rooms("", OTHER_SECRET, None).link(booking(), "sarah")),
        lambda: "x" * 5_000,
        lambda: "",
    ],
)
def test_link_that_is_not_ours_opens_nothing(made: Callable[[], str]) -> None:
    with pytest.raises(Refusal, match="not_ours"):
        ROOMS.read(made(), TUESDAY_TEN - timedelta(hours=1))


@given(at=st.integers(0, 1_000), letter=st.characters(codec="ascii"))
def test_a_link_of_which_one_letter_is_changed_never_lets_in_anybody_else(at: int, letter: str) -> None:
    good = token(ROOMS.link(booking(), "sarah"))
    at %= len(good)
    changed = good[:at] + letter + good[at + 1 :]
    try:
        who = ROOMS.read(changed, TUESDAY_TEN)
    except Refusal:
        return
    assert who == Pass("b1", "sarah")  # the last letter of a signature has bits that mean nothing


# --- the video server's key -------------------------------------------------------------------------------------------


def test_a_server_of_ours_is_told_who_comes_to_which_room() -> None:
    address = urlsplit(ROOMS.address(booking(), "alex", "Alex", TUESDAY_TEN) or "")
    (key,) = parse_qs(address.query)["jwt"]
    claims = jwt.decode(
        key,
        "v" * 32,
        algorithms=["HS256"],
        audience="jitsi",
        issuer="parley",
        options={"verify_exp": False, "verify_nbf": False},
    )
    assert address.netloc == "meet.example"
    assert claims["room"] == address.path.lstrip("/")
    assert (claims["sub"], claims["moderator"], claims["context"]["user"]["name"]) == ("meet.example", True, "Alex")
    assert ROOMS.room(booking()) == ROOMS.room(booking(starts_at=TUESDAY_TEN + timedelta(days=1)))
    assert ROOMS.room(booking()) != ROOMS.room(booking(id="b2"))


def test_a_server_that_knows_no_keys_and_a_consultants_own_room_get_none() -> None:
    open_to_all = Rooms("", SECRET, VideoServer("https://meet.example", "parley", None))
    assert "jwt" not in (open_to_all.address(booking(), "alex", "Alex", TUESDAY_TEN) or "jwt")
    own = booking(room="own", link="https://zoom.example/j/1")
    assert ROOMS.address(own, "alex", "Alex", TUESDAY_TEN) == "https://zoom.example/j/1"
    assert Rooms("", SECRET, None).address(booking(), "alex", "Alex", TUESDAY_TEN) is None


# --- presence ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def they(market: Market) -> Counsel:
    made = await counsel(market, BY_MINUTE)
    await made.books(TUESDAY_TEN)
    await made.adds_card()
    await made.does(made.alex, service.accept)
    return made


async def both_ask(they: Counsel, minutes: int) -> None:
    """Keep both pages open for so many minutes; each asks twice a minute."""
    for _ in range(minutes * 2):
        await they.later(seconds=30)
        for each in (they.sarah, they.alex):
            assert await they.run(each, presence.still_here, they.booking_id)


async def test_the_link_is_the_way_in_and_a_page_that_falls_silent_is_out_since_it_was_last_heard(
    they: Counsel,
) -> None:
    with pytest.raises(Refusal, match="too_early"):
        await they.does(they.sarah, presence.come_in)
    with pytest.raises(NotFound):
        await they.does(they.nina, presence.come_in)
    await they.until(TUESDAY_TEN)
    await they.does(they.sarah, presence.come_in)
    await they.does(they.alex, presence.come_in)
    assert await they.state() == SessionState.FREE_WINDOW
    await both_ask(they, 10)
    await they.consent()
    await both_ask(they, 4)
    for _ in range(4):  # Sarah's line is lost; Alex's page goes on asking
        await they.later(seconds=30)
        await they.run(they.alex, presence.still_here, they.booking_id)

    assert await they.state() == SessionState.PAID_PAUSED
    assert not await they.run(they.sarah, presence.still_here, they.booking_id)
    await they.does(they.sarah, meeting.end)
    assert (await they.money())["held"] == 4 * 200  # and not the silent minute and a half


async def test_our_own_absence_puts_neither_side_out(they: Counsel) -> None:
    await they.until(TUESDAY_TEN)
    await they.does(they.sarah, presence.come_in)
    await they.does(they.alex, presence.come_in)
    they.market.clock.advance(minutes=4)  # no timer fires, no page is answered
    await they.later(seconds=1)

    assert await they.state() == SessionState.FREE_WINDOW
