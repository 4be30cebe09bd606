"""The bot on a bad line: which failures are tried again, and which are final."""

from __future__ import annotations

import aiohttp
import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bots.telegram.app import TelegramBot
from bots.telegram.request import AiohttpRequest, bot_at
from bots.telegram.sender import outcome_of
from core.kernel.dispatcher import Later, Never
from lab.app import Lab
from lab.people import Browser
from lab.tests.phone import Phone
from tests.bots.outside import disturb
from tests.bots.sample_market import Stall


@pytest.mark.parametrize("kind", ["drop", "answer_lost", "outage"])
async def test_a_broken_line_is_a_network_error(lab: Lab, face: Browser, kind: str) -> None:
    async with bot_at(lab.telegram.token, f"{lab.url}/telegram") as bot:
        await disturb(face, "telegram", kind)
        with pytest.raises(NetworkError):
            await bot.get_me()
        assert (await bot.get_me()).username == "parley_lab_bot"


async def test_a_late_answer_is_a_time_out(lab: Lab, face: Browser) -> None:
    hasty = AiohttpRequest(read_timeout=0.1, write_timeout=0.1, connect_timeout=0.1)
    bot = Bot(lab.telegram.token, base_url=f"{lab.url}/telegram/bot", request=hasty)
    async with hasty:
        await disturb(face, "telegram", "delay", seconds=1.0)
        with pytest.raises(TimedOut):
            await bot.get_me()


async def test_address_without_a_server_is_a_network_error() -> None:
    request = AiohttpRequest()
    async with request:
        with pytest.raises(NetworkError, match="ClientConnectorError"):
            await request.post("http://127.0.0.1:9/nothing")


async def test_a_request_that_is_not_open_says_so() -> None:
    with pytest.raises(NetworkError, match="not initialized"):
        await AiohttpRequest().post("http://127.0.0.1:9/nothing")


async def test_files_travel_with_their_names(lab: Lab, browser: aiohttp.ClientSession) -> None:
    ona = await Phone.buy(browser, "Ona")
    await ona.do("start")
    async with bot_at(lab.telegram.token, f"{lab.url}/telegram") as bot:
        sent = await bot.send_document(ona.id, b"%PDF-1.4 \xff", filename="sutartis ąčę.pdf", caption="Here")
        assert sent.document is not None
        assert (sent.document.file_name, sent.caption) == ("sutartis ąčę.pdf", "Here")
        file = await bot.get_file(sent.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"%PDF-1.4 \xff"


async def test_a_wrong_token_ends_the_start_without_being_told_to_the_log(lab: Lab, stall: Stall) -> None:
    token = f"1:{'x' * 35}"
    bot = bot_at(token, f"{lab.url}/telegram")
    edge = TelegramBot(bot, stall.update_handler, stall.transactions, stall.wordings, stall.files)
    with pytest.raises(InvalidToken) as refusal:
        await edge.start()
    await edge.stop()
    assert token not in str(refusal.value)


@pytest.mark.parametrize(
    ("failure", "kind", "seconds"),
    [
        (RetryAfter(17), Later, 17),
        (TimedOut(), Later, None),
        (NetworkError("Service Unavailable"), Later, None),
        (InvalidToken(), Later, None),
        (Forbidden("bot was blocked by the user"), Never, None),
        (ChatMigrated(7), Never, None),
        (BadRequest("Chat not found"), Never, None),
        (BadRequest("can't parse entities"), Never, None),
    ],
)
def test_telegram_error_decides_the_outcome_of_a_post(
    failure: TelegramError, kind: type, seconds: float | None
) -> None:
    outcome = outcome_of(failure, "5", lambda _ctx: None)
    assert isinstance(outcome, kind)
    if isinstance(outcome, Later):
        assert outcome.seconds == seconds
