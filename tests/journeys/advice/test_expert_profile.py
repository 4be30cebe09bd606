"""Nina becomes a consultant: her rate is read as she means it, and a likely typo is asked back."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from lab.people import OnSlack, OnTelegram
from tests.journeys.experts import BIO, OTHERWISE, advises
from tests.journeys.market import CHATS, Chat, ChatUser, World, day_for, no_more

# What is typed as a price for sessions of 30 minutes, and what would be right.
WRONG = [
    ("10-20 EUR", "I cannot read 10-20 EUR as a rate."),
    ("100000", "The most is €10,000.00."),
    ("0", "A rate of nothing cannot be taken."),
    ("90 INR", "not in INR"),
    ("120.5 EUR for 60 min", "Write 120.50 EUR for a session of any length, or 2.01 EUR/min"),
    ("100 EUR/h", "€1.67 a minute after the free ones, which is €100.20 an hour"),
    ("120.50 EUR/min", "€120.50 a minute after the free ones, which is €7,230.00 an hour: that is unusual here."),
]
PROFILE = {"headline": "Boilers that burn what they should", "bio": BIO, "fields": "Bioenergy engineering", **OTHERWISE}


@pytest.fixture(params=CHATS)
async def nina(request: pytest.FixtureRequest, world: World) -> ChatUser:
    chat: Chat = request.param
    return await world.on(chat, "Nina")


async def prices(nina: ChatUser, rate: str, told: str) -> None:
    """Send another price and check the reply, which does not take it yet."""
    if isinstance(nina, OnTelegram):
        await nina.answers_again(rate)
    else:
        await nina.fills(rate=rate)
    await nina.sees(told)
    assert "You are listed." not in await nina.screen()


async def test_a_price_is_read_whole_or_refused_with_what_would_be_right(nina: ChatUser) -> None:
    await nina.says("/expert")
    first, told = WRONG[0]
    if isinstance(nina, OnSlack):
        await nina.fills(**PROFILE | {"rate": first})
    else:
        before = {name: PROFILE[name] for name in ("headline", "bio", "fields", "languages", "lengths")}
        await nina.answers(**before, rate=first)
    await nina.sees(told)
    for rate, told in WRONG[1:]:
        await prices(nina, rate, told)
    if isinstance(nina, OnSlack):
        await nina.fills(rate="90 EUR for 30 minutes")
    else:
        await nina.answers_again("90 EUR for 30 minutes")
        await nina.fills(**{name: PROFILE[name] for name in ("hours", "policy", "room")})
    await nina.sees("You are listed.", "€90.00 a session of 30 minutes")
    await nina.sees("https://t.me/")  # as it is written, to be copied


async def test_an_odd_price_is_asked_back_and_taken_when_it_is_sent_again(nina: ChatUser) -> None:
    await nina.says("/expert")
    if isinstance(nina, OnSlack):
        await nina.fills(**PROFILE | {"rate": "25 EUR/min"})
    else:
        before = {name: PROFILE[name] for name in ("headline", "bio", "fields", "languages", "lengths")}
        await nina.answers(**before, rate="25 EUR/min")
    await nina.sees("€25.00 a minute after the free ones, which is €1,500.00 an hour: that is unusual here.")
    assert "You are listed." not in await nina.screen()
    if isinstance(nina, OnSlack):
        await nina.sends()
    else:
        await nina.answers_again("25 €/min")
        await nina.fills(**{name: PROFILE[name] for name in ("hours", "policy", "room")})
    await nina.sees("You are listed.", "€25.00 a minute after the free ones")
    await nina.presses("Edit profile")  # a price that stands is not asked about again
    if isinstance(nina, OnSlack):
        await nina.fills(headline="Boilers that burn everything")
    else:
        await nina.sends()
    await nina.sees("€25.00 a minute after the free ones")


async def test_one_sentence_begins_a_profile(nina: ChatUser) -> None:
    """As /sell does: nothing that was said is lost."""
    await nina.says("/expert Grate boilers that slag, 90 EUR for 30 min, weekdays 9-17 Vilnius, in English and German")
    await nina.sees("Become a consultant")
    if isinstance(nina, OnTelegram):
        await nina.sees("Grate boilers that slag", "Bioenergy engineering", "English and German")
    await nina.fills(bio=BIO, policy=PROFILE["policy"], room=PROFILE["room"])
    await nina.sees(
        "You are listed.", "€90.00 a session of 30 minutes", "Mon–Fri 09:00–17:00 (Vilnius)", "Grate boilers that slag"
    )


async def test_free_now_is_said_in_words(nina: ChatUser, world: World) -> None:
    await advises(nina, "Boilers that burn what they should", "Bioenergy engineering")
    await nina.says("free now")
    await nina.sees("You are free now: instant calls come here until")
    await nina.presses("Not free any more")
    at = (await world.now()).astimezone(ZoneInfo("Europe/Vilnius")) + timedelta(hours=3)
    await nina.says(f"I am free now until {at:%H:%M}")
    await nina.sees(f"instant calls come here until {day_for(nina, at.date())}, {at:%H:%M}")
    await nina.says(f"/free now until {at - timedelta(hours=4):%H:%M}")
    await nina.sees("You can be free now for 12 hours at most.")


async def test_each_fee_is_said_where_it_applies(nina: ChatUser) -> None:
    await nina.says("/help payouts")
    await nina.sees("our fee of 2.5 %", "there our fee is 15 % of what is charged")
    await nina.says("/help experts")
    await nina.sees("Our fee is 15 % of what is charged")
    await nina.says("/expert")
    await nina.sees("a month after our fee of 15 %")


async def test_a_consultants_own_card_says_all_in_words(nina: ChatUser, world: World) -> None:
    """Skills and languages by name, a holiday of many days as one span, and times with their units."""
    await nina.says("/expert")
    await nina.fills(**PROFILE)
    await nina.sees("You are listed.", "Languages: English")
    await nina.presses("Edit profile")
    await nina.fills(skills="ash melting, CFD")
    await nina.sees("Skills: ash melting, CFD")
    first = (await world.now() + timedelta(days=9)).date()
    last = first + timedelta(days=16)
    await nina.says(f"off {first.day} {first:%b} - {last.day} {last:%b}")
    run = f"{day_for(nina, first)} – {day_for(nina, last)} closed"
    screen = await nina.sees("Noted.", f"As usual again: {run}")
    assert screen.count("As usual again") == 1
    await nina.presses(f"As usual again: {run}")
    await no_more(nina, "As usual again")
    if isinstance(nina, OnTelegram):  # on Slack a window says it by the question
        await nina.says("/expert")
        await nina.presses("Notice and breaks")
        await nina.sees("10 minutes", "2 hours")


async def test_hours_name_a_clock_and_a_week(world: World) -> None:
    """A chat that tells no zone leaves none to guess; and a week has no dates."""
    nina = await world.on_telegram("Nina")
    await nina.says("/expert")
    before = {name: PROFILE[name] for name in ("headline", "bio", "fields", "languages", "lengths", "rate")}
    await nina.answers(**before, hours="weekdays 9-17")
    await nina.sees("On which town's clock is that?")
    await nina.answers_again("weekdays 9-17 Vilnius, not on 24-26 December")
    await nina.sees("This is your week, the same every time.")
    await nina.answers_again("weekdays 9-17 Warsaw")
    await nina.fills(policy=PROFILE["policy"], room=PROFILE["room"])
    await nina.sees("You are listed.", "(Warsaw)")


@pytest.mark.parametrize(
    ("asked", "read"),
    [("", "Відкрити в Telegram"), ("zz", "Відкрити в Telegram"), ("fr-FR,fr;q=0.9", "Ouvrir dans Telegram")],
    ids=["no-language", "none-of-ours", "french"],
)
async def test_the_page_to_share_is_in_its_readers_language_and_else_in_its_consultants(
    world: World, asked: str, read: str
) -> None:
    """The software that draws a preview under the link asks for no language."""
    nina = await world.on_telegram("Nina")
    await advises(nina, "Boilers that burn what they should", "Bioenergy engineering")
    await nina.says("/language uk")
    await nina.says("/expert")
    page = await nina.opens("Сторінка, щоб поділитися")
    async with world.browser.http.get(page, headers={"Accept-Language": asked}) as answer:
        assert read in await answer.text()
