"""Strengths of each platform: keypads and search-as-you-type on a phone, windows and searchable lists on Slack."""

from __future__ import annotations

import asyncio

from lab.people import OnSlack, OnTelegram, until
from tests.journeys.market import World, confirms
from tests.journeys.trade_steps import Trade, photo


async def test_days_and_amounts_are_keyed_in_and_a_town_is_searched_on_a_phone(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell A1 pellets 215 €/t DAP")
    await rasa.sees("How much do you have?", "⌨️ 0 t")
    for key in ("2", "0", "0"):
        await rasa.presses(key)
    await rasa.sees("⌨️ 200 t")
    await rasa.presses("Done")

    await rasa.sees("At which place", "[🔍 Search by name]")
    found = await rasa.searches_inline("kau")
    assert found[0]["title"] == "Kaunas, Lithuania"
    await rasa.chooses(found[0])

    await rasa.sees("Place: Kaunas, Lithuania", "Choose the first day")
    await rasa.presses("›")
    await rasa.sees("[‹]")
    await rasa.presses("10")
    await rasa.sees("Now choose the last day.", "[[10]]")
    await rasa.presses("12")
    await rasa.sees("Delivery dates: 10")
    await rasa.sends()
    await rasa.sees("Published.", "200 t")


async def test_a_long_list_is_searched_as_it_is_typed_on_slack(world: World) -> None:
    tom = await world.on_slack("Tom")
    await tom.says("/profile")
    await tom.fills(role="buyer", company="Šiluma Ltd", country="Zamb")
    await tom.sees("Šiluma Ltd can trade now.")
    await tom.says("/place")
    await tom.fills(place="Kauna")
    await tom.sees("Kaunas, Lithuania")


async def test_user_who_waits_at_a_window_sees_that_we_work(world: World) -> None:
    tom = await world.on_slack("Tom")
    await tom.says("/me")
    await tom.sees("Find goods")
    async with world.database_busy():
        pressed = asyncio.create_task(tom.says("/profile"))
        await tom.sees("One moment, please.")
    await pressed
    await tom.fills(role="buyer", company="Šiluma Ltd", country="Lithuania")
    await tom.sees("Šiluma Ltd can trade now.")
    async with world.database_busy():
        pressed = asyncio.create_task(tom.says("/drafts"))
        await tom.sees("One moment, please.")
    await pressed
    await tom.sees("Nothing is put aside.")


async def test_a_link_in_a_channel_shows_what_everybody_may_see_and_leads_in(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    await rasa.starts("r_fair26")
    await Trade(world, rasa, tom).list()
    listing = (await rasa.searches_inline("pellets"))[0]["id"]
    await rasa.says("/listings")
    address = await rasa.opens("Page to share")
    for page, language, said in (
        (address, "lt-LT,en;q=0.5", ("Medienos granulės", "215,00", "Rasa", "Atverti Telegram")),
        (address.replace("/l/", "/d/"), "", ("A deal on Parley", "Only its two sides can look inside")),
        (address[:-1], "", ("This link leads nowhere",)),
    ):
        async with world.browser.http.get(page, headers={"Accept-Language": language}) as answer:
            shown = await answer.text()
        assert [each for each in said if each not in shown] == []
    await world.browser.post("/lab/slack/channels", {"name": "heating", "members": [tom.id]})
    links = f"https://t.me/parley_lab_bot?start=l_{listing} and https://t.me/parley_lab_bot?start=d_{listing}"
    channel = next(each["id"] for each in (await tom.window())["channels"] if each["name"] == "heating")
    await tom.does("say", text=f"What about {links}?", channel=channel)
    await tom.sees("Wood pellets", "215.00 EUR/t", "A deal on Parley", "Only its two sides can look inside")
    await tom.presses("Look at it on Parley")
    await tom.sees("Buy now")
    await tom.says("What is https://t.me/parley_lab_bot?start=d_01ARZ3NDEKTSV4RRFFQ69G5FAV?")
    await tom.sees("I cannot find that. It may be gone, or it belongs to somebody else.")


async def test_message_of_a_user_becomes_a_request_for_offers(world: World) -> None:
    tom = await world.on_slack("Tom")
    await tom.says("We need 300 t A1 pellets in Kaunas in December")
    await tom.pulls("request", on="We need 300 t")
    await tom.sees("300 t")


async def test_edited_message_is_answered_again_until_the_form_is_sent(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/sell A1 pellets 215 €/t DAP Kaunas next week")
    await rasa.answers(quantity="200 t")
    await rasa.sees("Quantity: 200 t")
    await rasa.edits("200 t", "300 t")
    await rasa.sees("Quantity: 300 t")
    await rasa.does("share", what="voice")
    await rasa.sees("I can read text, photos, PDF files and shared locations.", "Quantity: 300 t")
    await rasa.attaches_album(("a.jpg", photo(), "image/jpeg"), ("b.jpg", photo(), "image/jpeg"))
    await rasa.sees("Photos and documents: 2 files")
    cards = [each for each in await rasa.messages() if "Photos and documents:" in each.get("text", "")]
    assert len(cards) == 1
    await rasa.sends()
    await rasa.sees("Published.")
    await rasa.edits("300 t", "400 t")
    await rasa.sees("You changed a message whose answer has been sent already")


async def test_the_menu_of_a_chat_follows_what_its_person_does(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/profile")
    await rasa.fills(role="seller", company="Girios UAB", country="Lithuania")
    await rasa.sees("Girios UAB can trade now.")

    async def payouts() -> bool:
        shown = await world.browser.get(f"{rasa.path}/chat")
        return "payout" in {each["command"] for each in shown["commands"]}

    await until(payouts, lambda: "no menu of a seller")


async def test_user_of_a_slow_bot_sees_that_it_is_typing(world: World) -> None:
    rasa = await world.on_telegram("Rasa")
    await rasa.says("/start")
    await rasa.sees("[Find goods]")
    async with world.database_busy():
        await rasa.says("/me")

        async def typing() -> bool:
            return bool((await world.browser.get(f"{rasa.path}/chat"))["action"] == "typing")

        await until(typing, lambda: "nothing is seen to happen")
    await rasa.sees("My deals")


async def test_in_a_group_a_search_is_asked_for_and_answered_with_what_everybody_may_see(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_telegram("Tom")
    await Trade(world, rasa, tom).list()
    group = await world.browser.post("/lab/telegram/groups", {"title": "Heating", "by": tom.id, "members": [rasa.id]})
    here = {"place": group["id"]}
    await tom.does("say", text="/find", **here)

    async def newest(text: str) -> dict[str, object] | None:
        shown = await world.browser.get(f"{tom.path}/chat?place={group['id']}")
        fitting = [each for each in shown["messages"] if text in each.get("text", "")]
        return {**fitting[-1], "force_reply": shown.get("force_reply")} if fitting else None

    asked = await until(lambda: newest("What are you looking for?"), lambda: "the bot asks nothing")
    assert asked["force_reply"]
    await tom.does("say", text="pellets near Kaunas", reply_to=asked["id"], **here)
    found = await until(lambda: newest("215.00 EUR/t"), lambda: "nothing is found")
    assert "start=l_" in str(found["keyboard"])
    before = (await world.browser.get(f"{tom.path}/chat?place={group['id']}"))["messages"][-1]["id"]

    async def another() -> bool:
        shown = await newest("215.00 EUR/t")
        return shown is not None and int(str(shown["id"])) > int(before)

    await tom.does("say", text="/find nearest pellets", **here)  # to no place in particular
    await until(another, lambda: "nothing is found again")
    await tom.does("say", text="/sell 200 t pellets", **here)
    await until(lambda: newest("Trading is private."), lambda: "no way to the private chat")


async def signed_by_no_thumb(rasa: OnTelegram, tom: OnSlack) -> None:
    """Sign by the two presses on the button. A reaction under the card or under its question signs nothing."""
    await rasa.reacts("Your turn: read the terms", "🤔")
    await rasa.reacts("Your turn: read the terms", "👍")
    await rasa.sees("A reaction decides nothing.")
    await tom.reacts("Your turn: read the terms")
    await tom.sees("A reaction decides nothing.")
    assert "signed." not in await rasa.screen() + await tom.screen()
    await confirms(rasa, "Sign")
    await tom.sees("Rasa signed")
    await tom.presses("Sign")
    await tom.sees("Sign this deal over €10,750.00?", "Yes: Sign, €10,750.00")
    await tom.reacts("Sign this deal over")  # not even under the question
    await tom.presses("Yes: Sign, €10,750.00")


async def test_a_deal_has_its_own_room_its_place_on_the_desk_and_no_thumb_signs_it(world: World) -> None:
    rasa, tom = await world.on_telegram("Rasa"), await world.on_slack("Tom")
    trade = Trade(world, rasa, tom)
    await trade.list()
    await trade.buy(quantity="50 t")
    await tom.home()
    await tom.sees("Waits for you")
    await signed_by_no_thumb(rasa, tom)
    await tom.sees("Both sides have signed.")
    await rasa.sees("Waiting for Tom to pay")
    chat = await world.browser.get(f"{rasa.path}/chat")
    assert [each["name"].partition(" ")[2].startswith("Deal ") for each in chat["topics"]] == [True]
    inside = [each for each in chat["messages"] if each.get("topic") == chat["topics"][0]["id"]]
    assert any("50 t" in each.get("text", "") for each in inside)
    assert not any("Published" in each.get("text", "") for each in inside)
    messages = [each for channel in (await tom.window())["channels"] for each in channel["messages"]]
    inside = [each for each in messages if each.get("thread_ts") not in {None, each["ts"]}]
    replies = [each for each in inside if "A reaction decides nothing." not in str(each)]  # that answers on the spot
    assert replies
    assert all(each["subtype"] == "thread_broadcast" for each in replies)
    topic = {"topic": chat["topics"][0]["id"]}
    await rasa.says("/sell")  # a form is open in front: what is said in the deal's own topic answers nothing there
    said = await rasa.does("say", text="Loading on Tuesday at 9", **topic)
    await tom.sees("Rasa · deal", "Loading on Tuesday at 9", "[Answer]")
    await rasa.sees("Passed on to Tom.")
    await rasa.does("edit", message_id=said["id"], text="Loading on Tuesday at 10")
    await tom.sees("Loading on Tuesday at 10")
    assert "Tuesday at 9" not in await tom.screen()
    await tom.replies("Loading on Tuesday at 10", "Call the driver: +370 612 34567")
    await rasa.sees("Tom · deal", "+370 612 34567")
    channel, driver = await tom.message("Call the driver")
    await tom.does("edit", ts=driver["ts"], channel=channel, text="Call the driver: +370 699 99999")
    await rasa.sees("+370 699 99999")
    await tom.presses("Answer")
    await tom.fills(words="Gate 2, please")
    await rasa.sees("Gate 2, please")
    heard = [each for each in (await world.browser.get(f"{rasa.path}/chat"))["messages"] if "Gate 2" in str(each)]
    assert [each["topic"] for each in heard] == [topic["topic"]]
    await rasa.says("/cancel")
    await rasa.does("say", text="/deals", **topic)
    await rasa.sees("My deals")
    newest = (await world.browser.get(f"{rasa.path}/chat"))["messages"][-1]
    assert newest["topic"] == chat["topics"][0]["id"]
