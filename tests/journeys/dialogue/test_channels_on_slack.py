"""Parley in a Slack channel, where others read along: the answer is private, and a sign leads to it."""

from __future__ import annotations

from lab.people import OnSlack
from tests.journeys.listings import stocked
from tests.journeys.market import World

SIGN = "The answer is in your messages with Parley"


async def channel(world: World, *members: OnSlack, app: bool) -> str:
    ids = [each.id for each in members]
    made = await world.browser.post("/lab/slack/channels", {"name": "fuel", "members": ids, "app": app})
    return str(made["id"])


async def signs(person: OnSlack, channel: str) -> list[str]:
    """Return what the app shows to this person in the channel."""
    window = await person.window()
    [shown] = [each for each in window["channels"] if each["id"] == channel]
    return [each["text"] for each in shown["messages"] if each["ephemeral"]]


async def test_a_mention_is_answered_in_private_and_gets_a_sign(world: World) -> None:
    await stocked(world)
    tom, una = await world.on_slack("Tom"), await world.on_slack("Una")
    fuel = await channel(world, tom, una, app=True)
    [team] = await world.browser.get("/lab/slack/workspaces")
    parley = f"<@{team['bot_user']}>"
    await tom.does("say", text=f"{parley} pellets near Kaunas", channel=fuel)
    await tom.sees(SIGN, "listings found", "Kaunas")
    [sign] = await signs(tom, fuel)
    assert "slack://app?team=T0PARLEY&id=A0PARLEY&tab=messages" in sign
    assert await signs(una, fuel) == []  # others read neither the answer nor the sign

    await tom.does("say", text=parley, channel=fuel)
    await tom.sees("/parley find")  # what Parley can do

    async def second() -> bool:
        return len(await signs(tom, fuel)) == 2

    await world.browser.until(second, lambda: "the second mention got no sign")


async def test_a_command_in_a_channel_gets_a_sign_even_where_the_app_is_no_member(world: World) -> None:
    await stocked(world)
    tom = await world.on_slack("Tom")
    fuel = await channel(world, tom, app=False)
    await tom.does("command", text="/parley find pellets near Kaunas", channel=fuel)
    await tom.sees(SIGN, "listings found")
    assert len(await signs(tom, fuel)) == 1

    await tom.does("command", text="/parley sell", channel=fuel)
    await tom.form("product")  # a window opens, which is sign enough
    assert len(await signs(tom, fuel)) == 1
    await tom.closes()

    await tom.says("/find pellets near Kaunas")  # among the messages themselves there is nothing to lead to
    im = next(each for each in (await tom.window())["channels"] if each["is_im"])
    assert SIGN not in str(im["messages"])
