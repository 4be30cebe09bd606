"""The floor: a bare ASGI function, one committed row, one call over aiohttp. No text is understood."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from bench.chats.child import BOT_TOKEN, answers_table, buttons, card, keep, report, run
from bench.chats.listener import listen, read_body, respond

GIVEN = {
    "goods": "200 t",
    "price": "215 EUR/t",
    "incoterm": "DAP",
    "place": "Kaunas",
    "window": "2027-03-01, published",
}


async def serve(api: str, path: str) -> None:
    database = answers_table(path)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as http:

        async def webhook(_scope: dict[str, Any], receive: Any, send: Any) -> None:
            update = json.loads(await read_body(receive))
            chat = (update.get("message") or update["callback_query"])["from"]["id"]
            keep(database, chat, "any", GIVEN)
            await respond(send)
            keys = [*buttons("incoterm", GIVEN), *buttons("send", GIVEN)]
            rows = [[{"text": text, "callback_data": load} for text, load in row] for row in keys]
            call = {"chat_id": chat, "text": card("send", GIVEN), "reply_markup": {"inline_keyboard": rows}}
            async with http.post(f"{api}/bot{BOT_TOKEN}/sendMessage", json=call) as answer:
                await answer.read()

        async with listen(webhook) as url:
            await report(url)


if __name__ == "__main__":
    run(serve)
