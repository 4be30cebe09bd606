"""The world's own controls over HTTP: its clock, wire, faults, news and people."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import StreamingResponse

from lab.world import Fault, WireMessage, World

Seen = dict[str, Any]


class Controls:
    """The `/lab/...` calls that belong to no single service; `people` lists everybody on all platforms."""

    def __init__(self, world: World, people: Callable[[], Awaitable[list[Seen]]]) -> None:
        self.world = world
        self.people = people

    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab")
        routes.add_api_route("/clock", self.clock, methods=["GET"])
        routes.add_api_route("/clock", self.advance, methods=["POST"])
        routes.add_api_route("/wire", self.wire, methods=["GET"])
        routes.add_api_route("/faults", self.faults, methods=["GET"])
        routes.add_api_route("/faults", self.disturb, methods=["POST"])
        routes.add_api_route("/faults", self.calm, methods=["DELETE"])
        routes.add_api_route("/faults/{number}", self.lift, methods=["DELETE"])
        routes.add_api_route("/people", self.people, methods=["GET"])
        routes.add_api_route("/news", self.news, methods=["GET"])
        routes.add_api_route("/changes", self.changes, methods=["GET"])
        return routes

    async def clock(self) -> dict[str, str]:
        return {"now": self.world.clock.now().isoformat(), "began": self.world.began.isoformat()}

    async def advance(self, seconds: Annotated[float, Body(embed=True, ge=0)]) -> dict[str, str]:
        self.world.clock.advance(timedelta(seconds=seconds))
        self.world.tell({"kind": "clock"})
        return await self.clock()

    async def wire(
        self, after: int = 0, service: str = "", match: str = "", limit: Annotated[int, Query(ge=1)] = 5_000
    ) -> list[Seen]:
        """Return the latest `limit` messages; `match` is looked for in methods, bodies and answers, in any case."""
        selected, text = self.world.wire, match.casefold()
        seen = [
            asdict(each) | {"at": each.at.isoformat()}
            for each in selected
            if each.number > after and service in ("", each.service) and (not text or text in _words(each))
        ]
        return seen[-limit:]

    async def faults(self) -> list[Seen]:
        return [
            asdict(each) | {"until": each.until.isoformat() if each.until else None}
            for each in self.world.active_faults()
        ]

    async def disturb(self, fault: Fault) -> list[Seen]:
        self.world.disturb(fault)
        return await self.faults()

    async def calm(self) -> list[Seen]:
        self.world.calm()
        return []

    async def lift(self, number: int) -> list[Seen]:
        self.world.calm(number)
        return await self.faults()

    async def news(self) -> StreamingResponse:
        return StreamingResponse(
            _stream(self.world), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def changes(self, after: int = -1, within: Annotated[float, Query(ge=0, le=30)] = 0) -> int:
        """Return the number of changes; wait up to `within` seconds until there are more than `after`."""
        return await self.world.change_after(after, within)


def _words(message: WireMessage) -> str:
    return f"{message.method} {message.body} {message.answer}".casefold()


async def _stream(world: World) -> AsyncIterator[str]:
    """Yield server-sent events until the reader leaves or the lab stops."""
    async with world.listen() as queue:
        yield ": listening\n\n"
        while (news := await queue.get())["kind"] != "stop":
            yield f"data: {json.dumps(news)}\n\n"
