"""Calendars kept outside the product, each at an address that can be followed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, HTTPException, Request
from fastapi.responses import Response

MOST_BYTES = 5_000_000
MOST_CALENDARS = 100


class Calendars:
    """Calendars by name. `PUT /lab/calendars/{name}` keeps one; `GET /calendars/{name}.ics` can be followed."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def router(self) -> APIRouter:
        routes = APIRouter()
        routes.add_api_route("/lab/calendars/{name}", self.put, methods=["PUT"])
        routes.add_api_route("/lab/calendars/{name}", self.drop, methods=["DELETE"])
        routes.add_api_route("/calendars/{name}.ics", self.get, methods=["GET"])
        return routes

    async def put(self, name: str, request: Request, content: Annotated[str, Body(embed=True)]) -> dict[str, str]:
        written = content.encode()
        if len(written) > MOST_BYTES or (name not in self.kept and len(self.kept) >= MOST_CALENDARS):
            raise HTTPException(413, "the lab keeps no more of calendars")
        self.kept[name] = written
        return {"url": str(request.base_url.replace(path=f"/calendars/{name}.ics"))}

    async def drop(self, name: str) -> None:
        self.kept.pop(name, None)

    async def get(self, name: str) -> Response:
        if name not in self.kept:
            raise HTTPException(404, "no such calendar")
        return Response(self.kept[name], media_type="text/calendar")
