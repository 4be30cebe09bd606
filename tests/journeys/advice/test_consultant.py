"""Alex looks after his own time (D1.4, D1.6, D4.1, D4.2, D4.5): one message changes a day, his calendar is followed."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.experts import advises
from tests.journeys.listings import stocked
from tests.journeys.market import CHATS, Chat, World, day_for

# Sentences without a command, and what is shown then: goods wanted for a use, or a problem with them.
DISTINCT = {
    "granulės mūsų katilinei": "Understood: Wood pellets, “katilinei”",
    "Pellets verschlacken unseren Kessel": "Understood: “Pellets verschlacken unseren Kessel”",
    "we want pellets for our heating plant": "Understood: Wood pellets, “heating plant”",
    "supplier of pellets does not return the deposit": "Understood: “pellets return deposit”",
    "need a lawyer": "Understood: “lawyer”",
    "how do I pay?": "one protected payment for the whole deal",
}


def calendar_from(begins: datetime) -> bytes:
    """Return a calendar with one appointment of six hours, every day from the next one on.

    Today is left out, because the rest of it depends on the hour.
    """
    begins += timedelta(days=1)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        "UID:shift",
        f"DTSTART:{begins:%Y%m%d}T060000Z",
        f"DTEND:{begins:%Y%m%d}T120000Z",
        "RRULE:FREQ=DAILY;COUNT=30",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("chat", CHATS)
async def test_hours_change_in_one_message_and_a_calendar_is_followed(world: World, chat: Chat) -> None:
    alex, today = await world.on(chat, "Alex"), await world.now()
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await alex.sees("Not followed", "Set up payouts", "what you earn waits for you", "Follow my calendar")

    off = (today + timedelta(days=9)).date()
    await alex.says(f"off on {off.day} {off:%B}")
    await alex.sees("Noted. All other days stay as they are.", f"{day_for(alex, off)} closed")
    await alex.presses(f"As usual again: {day_for(alex, off)} closed")
    await alex.says("/hours Thu 31 February 10-12")
    await alex.sees("is in no calendar")

    kept = (await world.browser.put("/lab/calendars/alex", {"content": calendar_from(today).decode()}))["url"]
    await alex.says(f"/calendar {kept}")
    await alex.sees("Your calendar is read: 30 appointments ahead", "Last read")
    await alex.says("/calendar off")
    await alex.sees("No calendar is followed.")
    await alex.attaches("shift.ics", calendar_from(today), "text/calendar")
    await alex.sees("Appointments from a file: 30")
    await alex.says("/stats")
    await alex.sees("Your figures", "no talk yet", "too few answers yet to tell")

    await alex.says("/payout")  # a consultant is asked for a name and a country, and gets the provider's page
    await alex.fills(company="Alex advises", country="Lithuania")
    await alex.presses("Set up payouts")
    await world.onboards(await alex.opens("Open"))
    await alex.sees("Your payouts are set up.")


@pytest.mark.parametrize("chat", CHATS)
async def test_friday_is_changed_and_saturday_stays(world: World, chat: Chat) -> None:
    """A night belongs to the day that it begins on.

    The reply says which Fridays are meant, and a tap limits it to the next one.
    """
    alex = await world.on(chat, "Alex")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await alex.says("change Friday")
    await alex.sees("Your hours", "The days are clear, the times are missing.")
    await alex.says("Friday 10-12 and 22-2")
    await alex.sees(
        "Every week from now on: Fri 10:00–12:00, 22:00–02:00.", "Sat–Sun 00:00–24:00", "Fri 10:00–12:00, 22:00–02:00"
    )
    today = (await world.now()).astimezone(ZoneInfo("Europe/Vilnius")).date()
    friday = day_for(alex, today + timedelta(days=(4 - today.weekday()) % 7))
    await alex.says("change Friday to 10-12")
    await alex.sees("Every week from now on: Fri 10:00–12:00.", f"[Only on {friday}, not every week]")
    await alex.presses(f"Only on {friday}, not every week")
    await alex.sees("Noted. All other days stay as they are.", f"{friday} 10:00–12:00", "Fri 10:00–12:00, 22:00–02:00")
    await alex.says("not this Friday")
    await alex.sees(f"{friday} closed")


async def test_consultant_who_misses_two_requests_is_paused_and_returns_with_a_tap(world: World) -> None:
    sarah, alex = await world.on_slack("Sarah"), await world.on_telegram("Alex")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    for told in ("After a second one in a row", "so you are not shown to seekers any more"):
        await sarah.says("/experts boilers that burn")
        await sarah.presses("Times and profile")
        await sarah.presses("Propose my own times")
        day = (await world.now() + timedelta(days=3)).date()
        await sarah.fills(times=f"{day} 10:00", problem="The grate slags.")
        await alex.sees("Somebody proposes times")
        await world.later(days=2, minutes=1)
        await alex.sees(told)
        await sarah.sees("Alex has not answered in time.")
    await sarah.says("/experts boilers that burn")
    await sarah.sees("Nobody here advises on that yet")
    await alex.presses("Show me again")
    await alex.sees("Seekers can find you")
    await alex.says("/stats")
    await alex.sees("Requests: 2")


async def test_a_link_to_a_consultant_opens_their_card(world: World) -> None:
    """C1.2: the seeker is asked nothing before they can book."""
    alex, sarah = await world.on_telegram("Alex"), await world.on_telegram("Sarah")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    (link,) = [line for line in (await alex.screen()).splitlines() if "start=e_" in line]
    await sarah.starts(link.rpartition("start=")[2])
    await sarah.sees("Boilers that burn what they should", "More times")
    await sarah.starts("e_nobody")
    await sarah.sees("I cannot find that.")


@pytest.mark.parametrize("seeks", CHATS)
async def test_a_list_is_ordered_and_narrowed_by_taps_and_a_tap_gives_each_wish_up(world: World, seeks: Chat) -> None:
    """C2.3: soonest free, free now, in one field, near me; a list without matches is no dead end.

    Goods and problems are told apart without a command.
    """
    alex, nina, sarah = await world.on_telegram("Alex"), await world.on_slack("Nina"), await world.on(seeks, "Sarah")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await advises(nina, "Contracts that hold", "Legal and contracts")
    await nina.presses("I am free now")
    await nina.sees("You are free")
    await sarah.says("/experts")
    await sarah.presses("Show everybody")
    await sarah.sees("2 consultants fit")
    await sarah.presses("Soonest free first")
    screen = await sarah.sees("[Cheapest first]", "[Best rated first]")
    assert screen.rindex("Nina · Contracts") < screen.rindex("Alex · Boilers")
    for sentence in ("cheapest consultant", "günstigste Beraterin", "najtańszy doradca"):
        await sarah.says(f"/experts {sentence}")
        await sarah.sees("2 consultants fit", "Cheapest first\n", "[Best rated first]", "[Best fit first]")
        await sarah.presses("Best fit first")
        await sarah.sees("[Cheapest first]")
    await sarah.presses("Soonest free first")
    await sarah.presses("Narrow it down")
    await sarah.presses("are free now")
    await sarah.sees("1 consultant fits", "Nina · Contracts that hold", "✕ are free now")
    await sarah.presses("Narrow it down")
    await sarah.presses("Bioenergy engineering")
    await sarah.sees("Nobody is left")
    await sarah.presses("✕ are free now")
    await sarah.sees("Alex · Boilers that burn", "✕ Bioenergy engineering")

    await alex.says("/place Kaunas")
    await alex.sees("Your place is Kaunas")
    await sarah.says("/experts boiler near Kaunas")
    await sarah.sees("1 consultant fits", "Kaunas, 150 km", "0 km from Kaunas")
    await sarah.says("/experts boiler, in Polish, near Riga")  # two wishes stand in the way, none of them alone
    await sarah.sees("Nobody here advises on that yet")
    await sarah.presses("✕ speaks Polish")
    await sarah.presses("Anywhere (1)")
    await sarah.sees("1 consultant fits", "Alex · Boilers that burn")

    for told, seen in DISTINCT.items():
        await sarah.says(told)
        await sarah.sees(seen)


@pytest.mark.parametrize("seeks", CHATS)
async def test_seeker_who_names_an_adviser_is_never_shown_goods(world: World, seeks: Chat) -> None:
    """Without a command: no expert on boilers speaks Latvian, so the alternatives are one tap away."""
    await stocked(world)
    alex, sarah = await world.on_telegram("Alex"), await world.on(seeks, "Sarah")
    await advises(alex, "Boilers that burn what they should", "Bioenergy engineering")
    await sarah.says("boilr keeps clogging, need a consultant, Lettisch")
    await sarah.sees(
        "Nobody meets all of this.",
        "Understood: speaks Latvian, “boilr keeps clogging consultant”",
        "Nobody who fits speaks this language: Latvian.",
        "[✕ speaks Latvian]",
        "[Show everybody]",
    )
    await sarah.presses("Any language (1)")
    await sarah.sees("1 consultant fits", "Alex · Boilers that burn", "advises in Bioenergy engineering")

    await sarah.says("wood pellets United Kingdom")  # a country is no problem, of however many words
    screen = await sarah.sees("Understood: Wood pellets, United Kingdom", "[From anywhere (7)]")
    assert "Find a consultant" not in screen[screen.rindex("Nothing fits right now") :]
    await sarah.says("A1 pellets under 230 eur")  # and then a person, which is no part of it
    await sarah.sees("7 listings found")
    await sarah.says("a consultant near Riga")
    await sarah.sees("Nobody who fits is near Riga.", "[✕ Riga, 150 km]", "[Anywhere (1)]")

    await sarah.says("/language de")
    await sarah.sees("Deutsch")
    await sarah.says("Kessel verstopft ständig, brauche einen Berater, Lettisch")
    await sarah.sees("Niemand erfüllt das alles.", "Verstanden: spricht Lettisch", "[Alle zeigen]")
    await sarah.presses("Jede Sprache (1)")
    await sarah.sees("1 Berater passt", "Alex · Boilers that burn")
