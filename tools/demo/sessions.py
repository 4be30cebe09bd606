"""The demonstration's second part: two people ask a consultant; one session is free, the other paid."""

from __future__ import annotations

from config.platforms import PLATFORMS
from conversations.wording import TODAY, Wordings
from lab.people import Browser, OnSlack, OnTelegram
from tools.demo.transcript import Transcript

PROFILE = {
    "headline": "Boilers that burn what they should",
    "bio": "Twenty years of combustion, ash and emissions in district heating plants.",
    "fields": "Bioenergy engineering",
    "languages": "English",
    "lengths": "30 minutes",
    "rate": "90 EUR",
    "hours": "daily 0-24 Vilnius",
    "policy": Wordings(PLATFORMS).speak("en")("expert.policy.standard"),
    "room": "Here in the chat",
}
CARD = {"method": "card", "number": "4242424242424242"}


async def sessions(browser: Browser, transcript: Transcript) -> None:
    """Let Edita advise from Slack, and Sarah and Mantas ask from their phones."""
    made = await browser.post("/lab/slack/people", {"name": "Edita"})
    edita = OnSlack(browser, "Edita", made["id"])
    await _lists(transcript, edita)
    for name, helped in (("Sarah", False), ("Mantas", True)):
        made = await browser.post("/lab/telegram/people", {"name": name})
        await _chat(transcript, browser, OnTelegram(browser, name, made["id"]), edita, helped=helped)


async def _lists(transcript: Transcript, edita: OnSlack) -> None:
    transcript.act("Edita offers advice from Slack, 90 EUR for half an hour")

    async def offer() -> None:
        await edita.says("/expert")
        await edita.fills(**PROFILE)

    await transcript.step(offer, edita, "You are listed.")
    transcript.says("slack", "Edita", "[I am free now]")
    await edita.presses("I am free now")


async def _chat(transcript: Transcript, browser: Browser, seeker: OnTelegram, edita: OnSlack, *, helped: bool) -> None:
    transcript.act(f"{seeker.name} asks; the first {TODAY.free_minutes} minutes are free, and only a yes is paid")
    sentence = "/experts the grate of my boiler slags, free now"
    transcript.says("telegram", seeker.name, sentence)
    await transcript.step(lambda: seeker.says(sentence), seeker, "Edita", "advises in Bioenergy engineering")
    await _calls(transcript, browser, seeker, edita)
    await _meet(transcript, seeker, edita)
    if helped:
        await _pays(transcript, browser, seeker, edita)
    else:
        await _leaves_free(transcript, browser, seeker)


async def _calls(transcript: Transcript, browser: Browser, seeker: OnTelegram, edita: OnSlack) -> None:
    transcript.says("telegram", seeker.name, "[Times and profile]  [Call now]  card 4242 4242 4242 4242")

    async def call() -> None:
        await seeker.presses("Times and profile")
        await seeker.presses("Call now")
        await seeker.sends()
        page = (await seeker.opens("Add card")).rpartition("/")[2]
        await browser.post(f"/lab/stripe/pay/{page}", CARD)

    await transcript.step(call, edita, "Somebody asks", "Accept")


async def _meet(transcript: Transcript, seeker: OnTelegram, edita: OnSlack) -> None:
    transcript.says("slack", "Edita", "[Accept]  [I am here]")
    await edita.presses("Accept")
    await edita.presses("I am here")
    transcript.says("telegram", seeker.name, "[I am here]")
    await transcript.step(lambda: seeker.presses("I am here"), seeker, "the free minutes run")
    transcript.says("telegram", seeker.name, "My grate slags with straw pellets.")
    await transcript.step(
        lambda: seeker.says("My grate slags with straw pellets."), edita, f"{seeker.name}: My grate slags"
    )
    transcript.says("slack", "Edita", "Lower the primary air first.")
    await transcript.step(
        lambda: edita.says("Lower the primary air first."), seeker, "Edita: Lower the primary air first."
    )


async def _leaves_free(transcript: Transcript, browser: Browser, seeker: OnTelegram) -> None:
    """Let the session end by itself after the free minutes and a short grace, without a yes to pay."""
    ends = TODAY.free_minutes + TODAY.grace_minutes + 1
    await transcript.step(lambda: _later(browser, minutes=ends), seeker, "Nothing was charged.")


async def _pays(transcript: Transcript, browser: Browser, seeker: OnTelegram, edita: OnSlack) -> None:
    await transcript.step(lambda: _later(browser, minutes=TODAY.free_minutes - 1.8), seeker, "Free minutes left: 2.")
    transcript.says("telegram", seeker.name, "[Continue, pay €90.00]")
    await transcript.step(lambda: seeker.presses("Continue, pay €90.00"), seeker, "Go on and pay for this session?")
    transcript.says("telegram", seeker.name, "[Continue, pay €90.00]")
    await transcript.step(lambda: seeker.presses("Continue, pay €90.00"), edita, "charged from here")
    transcript.says("telegram", seeker.name, "[End]")
    await transcript.step(lambda: seeker.presses("End"), seeker, "End now? €90.00 is due")
    transcript.says("telegram", seeker.name, "[Yes: End, €90.00]")
    await transcript.step(lambda: seeker.presses("Yes: End, €90.00"), seeker, "€90.00 was taken from the card")
    transcript.act(f"{TODAY.complaint_days} days later nobody has complained")
    await transcript.step(lambda: _later(browser, minutes=TODAY.complaint_days * 24 * 60 + 5), edita, "For you: €76.50")


async def _later(browser: Browser, *, minutes: float) -> None:
    await browser.post("/lab/clock", {"seconds": minutes * 60})
