"""Sarah and Alex (C1 to C4, D1 to D4), on both chats: found, booked, talked, and paid only for help."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from core.advice.experts.model import Expert
from core.kernel.transaction import MARKET
from lab.people import OnSlack, OnTelegram
from tests.journeys.market import PAIRS, Chat, ChatUser, World
from tests.journeys.session_steps import Counsel, complains, goes_on, operator, writes
from tests.journeys.trade_steps import photo


@pytest.fixture(params=PAIRS, ids="-".join)
async def counsel(request: pytest.FixtureRequest, world: World) -> Counsel:
    seeks, advises = request.param
    return Counsel(world, await world.on(seeks, "Sarah"), await world.on(advises, "Alex"))


async def their_money(counsel: Counsel, hers: str, his: str, *told: str) -> None:
    """Check both statements of money; in Slack on the Home tab too."""
    for each, label in ((counsel.seeker, hers), (counsel.consultant, his)):
        await each.says("/money")
        await each.sees("Your money", label, *told)
        if isinstance(each, OnSlack):
            await each.home()
            await each.sees("[More …]", label, *told)


async def test_a_session_that_helps_is_paid(counsel: Counsel) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await their_money(counsel, "Held on your card", "Held on a card, to come to you", "€90.00, until ", "at the latest")
    await alex.sees("€76.50, our fee taken off", "Sarah decides whether to go on")
    await sarah.says("My grate slags with straw pellets.")
    await alex.sees("Sarah: My grate slags with straw pellets.")
    await alex.says("Lower the primary air first. Please send me the ash analysis.")
    await sarah.sees("Alex: Lower the primary air first.")
    await world.later(minutes=8.2)
    await sarah.sees("Free minutes left: 2.")
    await goes_on(sarah)
    await alex.sees("charged from here")
    await sarah.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("Yes: End")
    await sarah.sees("€90.00 was taken from the card.")
    assert "the rest of the hold" not in await sarah.screen()
    await alex.sees("€90.00 is kept. €76.50 of it is yours, after our fee", "unless Sarah complains")
    await their_money(counsel, "Paid by you, held", "Held, to come to you", "€90.00")
    await alex.sees("up to €76.50 for you, €90.00 less our fee of €13.50. The next step is due by ")
    await says_how_it_was(world, sarah, alex)
    await alex.presses("Send it")
    await sarah.sees("Alex has sent you the recap", "Next steps", "Sarah: Please send me the ash analysis.")
    await world.later(days=2, minutes=5)
    await alex.sees("For you: €76.50. Our fee in all: €13.50.", "Our fee, without VAT", "VAT on our fee")
    await their_money(counsel, "Taken from your card", "€76.50 waits until your payouts are set up.", "€")
    await alex.sees("Released to you, not yet sent", "A fee of €13.50 was deducted.")
    for each in (sarah, alex):
        await each.presses("Export as a file")
        await each.sees("Your money as a file: 1 movement", "money-")
    await alex.says("/stats")
    await alex.sees("Went on after the free minutes: 1 of 1", "Earned, after our fee: €76.50")
    await world.later(days=3, minutes=5)
    await alex.sees("€76.50 is waiting for you. Set up your payouts, and it goes out at once.", "[Set up payouts]")
    await world.later(days=9)
    await sarah.sees("14 days ago you talked with Alex")
    await sarah.presses("Book Alex again")
    await sarah.sees("Standing: 1 review, too few for a score, 1 session, came to 100 %")
    await sarah.presses("Reviews")
    await sarah.sees("What is said of Alex", "Knows his ash.", "Glad it helped.")
    await world.books_balance()


async def says_how_it_was(world: World, sarah: ChatUser, alex: ChatUser) -> None:
    """Rate the session with one tap each, and add words while it is sealed.

    Then both read the reviews, and Alex answers once.
    """
    await sarah.sees("The session is over. How was it?")
    await sarah.presses("5 ★")
    await sarah.presses("Add a few words")
    await writes(sarah, "Knows his ash.")
    await alex.presses("4 ★")
    await alex.sees("You have both said how it was")
    assert "Knows his ash." not in await alex.screen()
    await world.later(minutes=31)
    await alex.sees("Sarah said", "★★★★★ Knows his ash.")
    await alex.presses("Answer in public")
    await writes(alex, "Glad it helped.")
    await sarah.sees("★★★★☆", "Glad it helped.")


async def test_a_session_that_does_not_is_free(counsel: Counsel) -> None:
    """Alex comes four minutes late; the free minutes begin with him, and run on both cards."""
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    begins = await counsel.begins()
    await world.later(minutes=(begins - await world.now()).total_seconds() / 60 - 5)
    await sarah.presses("I am here")
    await sarah.sees("You are here, and Alex has until")
    await sarah.says("Good morning, my boiler slags.")
    await sarah.sees("Kept for Alex: it is passed on when the talk begins. That is when you are both here")
    await sarah.says("It burns straw.")
    await world.closes()
    await world.opens()
    assert "Good morning" not in await alex.screen()
    await alex.sees("Sarah is here and waits for you. Come in by")
    await world.later(minutes=5.1)
    await alex.sees("It is time for your session.")
    await world.later(minutes=4)
    await alex.presses("I am here")
    await alex.sees("Good morning, my boiler slags.", "It burns straw.")
    for each in (sarah, alex):
        await each.sees("Free time left: ●●●●●●●●●● 10 minutes")
    assert (await alex.screen()).count("It burns straw.") == 1
    await world.later(minutes=3.1)
    await sarah.sees("Free time left: ●●●●●●●○○○ 7 minutes")
    await world.later(minutes=7)
    await sarah.sees("The free minutes are over. If it helps, press Continue")
    await alex.sees("Your client has 2 minutes to decide.")
    await world.later(minutes=2)
    await sarah.sees("it ends free", "Nothing was charged.")
    await sarah.sees(" min free, 0 min charged")
    await sarah.presses("Report or block")
    await sarah.sees("Report to the operators")
    await world.books_balance()
    assert await world.at_the_provider("transfer") == []


async def test_a_video_room_opens_to_its_own_links_and_its_talk_can_be_complained_of(world: World) -> None:
    """Check three things: a foreign link opens nothing, closing the page leaves, an operator decides the complaint."""
    counsel = Counsel(world, await world.on_telegram("Sarah"), await world.on_slack("Alex"))
    sarah, alex, http = counsel.seeker, counsel.consultant, world.browser.http
    await counsel.list(room="A video room of ours")
    await counsel.book()
    await counsel.agree()
    await world.later(minutes=(await counsel.begins() - await world.now()).total_seconds() / 60 - 5)
    links = [await each.opens("Open the room") for each in (sarah, alex)]
    for bad, said in ((links[0][:-3] + "xyz", "opens nothing"), (links[0] + "/in", "Method Not Allowed")):
        async with http.get(bad) as refused:
            assert refused.status >= 400
            assert said in await refused.text()
    await world.later(minutes=5.1)
    for each, link in zip((sarah, alex), links, strict=True):
        async with http.get(link) as page:  # as a chat does for a preview: that lets no one in
            assert "Come in" in await page.text()
        async with http.post(f"{link}/in") as page:
            assert f"{world.lab.url}/rooms/parley-" in await page.text(), each.name
    await sarah.sees("the free minutes run")
    await sarah.says("Is it the straw?")
    await sarah.attaches("slag.jpg", photo(), "image/jpeg")
    await alex.sees("Sarah has sent this:")
    await goes_on(sarah)
    await alex.sees("charged from here")
    async with http.post(f"{links[0]}/out") as page:
        assert "Come in" in await page.text()
    await alex.sees("Sarah is away. The clock stands still.")
    await sarah.presses("End")
    await sarah.presses("Yes: End")
    await sarah.sees("€90.00 was taken from the card")
    async with http.post(f"{links[0]}/in") as page:
        assert page.status == 409
    await sarah.presses("Something was wrong")
    await complains(sarah)
    assert (await alex.sees("Your turn: answer", "give all of €90.00 back")).count("€45.00 goes back") == 1
    await alex.presses("Answer")
    await writes(alex, "It was her own laboratory report.")
    await sarah.sees("Alex has answered your complaint", "It was her own laboratory report.", "Take the complaint back")
    olga = await operator(world)
    await olga.says("/cases")
    await olga.sees("Complaint on session")
    await olga.presses("Open")
    await olga.presses("What was said")
    await olga.sees("Sarah: Is it the straw?", "It was her own laboratory report.")
    await olga.presses("Decide")
    await olga.fills(share="40", reason="The page was open for a minute only.")
    await sarah.sees("€54.00 to the seeker. The page was open for a minute only.", "each side can appeal once")
    await world.later(days=2, minutes=5)
    await alex.sees("For you: €30.60. Our fee in all: €5.40.")


async def test_a_talk_is_kept_word_for_word_if_both_agree_and_one_pays(counsel: Counsel) -> None:
    world, sarah, alex = counsel.world, counsel.seeker, counsel.consultant
    await counsel.list()
    await counsel.book()
    await counsel.agree()
    await counsel.meet()
    await alex.says("Lower the primary air first.")
    await sarah.attaches("slag.jpg", photo(), "image/jpeg")
    await alex.sees("Sarah has sent this:")
    await sarah.presses("Keep every word")
    await alex.sees("Sarah would like to keep this talk word for word.")
    await alex.presses("Yes, keep it")
    await sarah.sees("Alex agrees that this talk is kept word for word.")
    await goes_on(sarah)
    await sarah.sees("charged from here")
    await sarah.presses("End")
    await sarah.presses("Yes: End")
    await sarah.presses("Keep it, ")
    if isinstance(sarah, OnTelegram):
        await sarah.pays_stars("word for word")
    else:
        await world.pays(await sarah.opens("Pay"))
    await alex.sees("The talk is kept, word for word.")
    await alex.presses("Read what was said")
    await alex.sees("Alex: Lower the primary air first.", "Sarah: (a photo or a document)")
    await world.later(days=3)
    await alex.sees("For you: €76.50.")
    await world.later(days=20)  # long after a buyer could have asked for it
    await sarah.sees("14 days ago you talked with Alex")
    await alex.says("/recaps")
    await alex.presses("Delete what is kept")
    await alex.presses("Delete it")
    await sarah.sees("Alex has had it deleted.", "went back to where it was paid from.")
    await world.books_balance()


async def test_a_slot_that_is_taken_meanwhile_offers_the_nearest(counsel: Counsel) -> None:
    """Two seekers look at the same time.

    The second loses none of their text, and books for no unseen price.
    """
    world, sarah = counsel.world, counsel.seeker
    assert world.product is not None
    await counsel.list()
    chat: Chat = "telegram" if isinstance(sarah, OnTelegram) else "slack"  # one clock, and so one name for the slot
    tom = Counsel(world, await world.on(chat, "Tom"), counsel.consultant)
    for each in (counsel, tom):
        await each.seeker.says("/experts the grate of my boiler slags")
        await each.seeker.presses("Times and profile")
    label = await counsel.first_slot()
    await sarah.presses(label)
    await sarah.sees("The first 10 minutes are free", "At most €90.00")
    await tom.seeker.presses(label)
    await tom.seeker.sends()
    await tom.seeker.sees("The time is held for you.")
    await sarah.fills(problem="My 200 kW boiler slags with A1 pellets from March")
    shown = await sarah.sees("Somebody was faster: that time is taken.")
    near = re.findall(r"\[(\w{3},? \w+ \w+ \d\d:\d\d)\]", shown)[-3:]
    assert label not in near
    await sarah.presses(near[0])
    await sarah.sees("At most €90.00")
    await world.product.transactions.run(
        MARKET, lambda ctx: ctx.session.execute(update(Expert).values(rate_minor=9900))
    )
    await sarah.sends()
    await sarah.sees("This has changed since you saw it.")
    await sarah.presses(near[0])
    await sarah.sees("At most €99.00")
    await sarah.sends()
    await sarah.sees("The time is held for you.", "My 200 kW boiler slags with A1 pellets from March")
