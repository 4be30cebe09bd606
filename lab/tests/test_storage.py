"""A lab with a state file: the next start goes on with the same people, ids, chats and money."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from lab import storage
from lab.app import Lab
from lab.stripe.webhooks import Letter
from lab.tests.phone import Phone
from lab.tests.slack.member import Member, texts


async def started(path: Path) -> Lab:
    lab = Lab(state_file=path)
    await lab.start()
    return lab


async def polled(lab: Lab, browser: aiohttp.ClientSession, offset: int = 0) -> list[dict[str, object]]:
    async with browser.get(f"/telegram/bot{lab.telegram.token}/getUpdates", params={"offset": offset}) as answer:
        updates: list[dict[str, object]] = (await answer.json())["result"]
        return updates


async def test_a_restart_goes_on_for_everybody(tmp_path: Path) -> None:
    path = tmp_path / "market.lab"
    lab = await started(path)
    assert not lab.resumed
    async with aiohttp.ClientSession(lab.url) as browser:
        ona = await Phone.buy(browser, "Ona")
        await ona.do("say", text="labas")
        tom = await Member.take(browser, "Tom")
        await tom.does("say", text="hello")
        async with browser.post("/lab/clock", json={"seconds": 3600}) as moved:
            assert moved.status == 200
        [first] = await polled(lab, browser)
    lab.stripe.top_up(1_000)
    now, token, keys = lab.world.clock.now(), lab.slack.bot_token, (lab.slack.client_id, lab.slack.signing_secret)
    await lab.stop()
    assert path.stat().st_mode & 0o777 == 0o600

    again = await started(path)
    try:
        assert again.resumed
        assert again.world.clock.now() >= now
        assert (again.slack.bot_token, (again.slack.client_id, again.slack.signing_secret)) == (token, keys)
        assert len(again.stripe.books.all("topup")) == 1
        async with aiohttp.ClientSession(again.url) as browser:
            [same] = await polled(again, browser)  # it was not confirmed yet
            assert same == first
            await Phone(browser, ona.id).do("say", text="ar yra kas?")
            _, second = await polled(again, browser)
            assert second["update_id"] == int(str(first["update_id"])) + 1
            assert (await Phone.buy(browser, "Rasa")).id == ona.id + 1
            assert texts(await Member(browser, tom.id).screen()) == ["hello"]
            assert (await Member.take(browser, "Una")).id != tom.id
    finally:
        await again.stop()


async def test_after_a_kill_no_id_is_given_out_twice(tmp_path: Path) -> None:
    path = tmp_path / "market.lab"
    lab = await started(path)
    async with aiohttp.ClientSession(lab.url) as browser:
        ona = await Phone.buy(browser, "Ona")

        async def stored() -> bool:
            content = storage.read(path)
            return content is not None and b"Ona" in content

        while not await stored():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.05)
        killed = path.read_bytes()
        rasa = await Phone.buy(browser, "Rasa")  # after the last look
    await lab.stop()
    path.write_bytes(killed)
    again = await started(path)
    async with aiohttp.ClientSession(again.url) as browser:
        assert (await Phone.buy(browser, "Una")).id > rasa.id > ona.id
    await again.stop()


async def test_a_state_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "market.lab"
    path.write_bytes(b"something else")
    with pytest.raises(storage.Unreadable):
        await started(path)
    lab = Lab()
    path.write_bytes(storage.dump(lab.parts(), closed=True).replace(b"format", b"fromat"))
    with pytest.raises(storage.Unreadable, match="KeyError"):
        await started(path)


@pytest.mark.parametrize(
    ("name", "earlier_name", "difference"),
    [
        ("force_reply", "reply_force", r"lab\.telegram\.places:Chat has .* force_reply .*, and had .* reply_force "),
        ("places:Person", "places:Member", "lab.telegram.places:Member has nothing, and had id name username language"),
        ("send_again", "post_again", r"lab\.stripe\.webhooks:Post\.post_again has nothing, and had self letter"),
        ("_people_ids", "_person_ids", "bot has .* _people_ids .*, and had .* _person_ids "),
    ],
)
def test_a_state_with_another_name_is_refused_by_that_name(name: str, earlier_name: str, difference: str) -> None:
    lab = Lab()
    lab.telegram.bot.add_person("Ona")
    lab.stripe.books.later(1, partial(lab.stripe.post.send_again, Letter({}, "", "", 0)))
    content = storage.dump(lab.parts(), closed=True)
    Lab().resume(content)
    with pytest.raises(storage.Unreadable, match=difference):
        Lab().resume(content.replace(name.encode(), earlier_name.encode()))


def test_every_attribute_is_kept_or_belongs_to_the_process() -> None:
    """Check that each attribute of a part is named here or in KEPT."""
    running = {
        "world": {"clock", "random", "wire", "_listeners", "_changed"},
        "clock": set(),
        "bot": {"world", "delivery", "files", "pace"},
        "updates": {
            *(
                "world",
                "_on_reply",
                "_queues",
                "_arrived",
                "_poller",
                "_closing",
                "_courier",
                "_tasks",
                "_http",
                "_slots",
            ),
        },
        "telegram_files": {"_clock"},
        "app": {"world"},
        "slack": {"world", "app", "rates", "delivery", "base_url", "bot_user", "_api", "_watching"},
        "events": {
            "app",
            "world",
            "verified_url",
            "tickets",
            "_connections",
            "_courier",
            "_tasks",
            "_http",
            "_closing",
        },
        "web_api": {"app", "offices", "methods"},
        "books": {"world", "base_url", "on_event", "on_thin_event", "call", "_acting_at"},
        "api": {"books", "troubles", "keys"},
        "keys": {"now"},
        "post": {"books", "url", "thin_url", "_courier", "_letters", "_posting", "_tasks"},
        "mail": {"world", "_server"},
        "calendars": set(),
        "rooms": {"_world", "inside"},
    }
    for name, part in Lab().parts().items():
        names = set(vars(part)) if hasattr(part, "__dict__") else set(part.__slots__)
        assert names == running[name] | set(storage.KEPT[name]), name
