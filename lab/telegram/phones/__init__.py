"""The phones of the people: all that a person does and sees on Telegram, over HTTP (lab/FACE.md lists the calls)."""

from __future__ import annotations

from fastapi import APIRouter

from lab.telegram.phones.actions import Acting
from lab.telegram.phones.groups import Groups
from lab.telegram.phones.screens import Looking
from lab.telegram.phones.writing import Writing
from lab.telegram.state import Bot

__all__ = ["router_of"]


def router_of(bot: Bot) -> APIRouter:
    """Return every call of a person, bound to the bot that they talk to. The first one needs no setup."""
    routes = APIRouter()
    for part in (Looking(bot), Writing(bot), Acting(bot), Groups(bot)):
        routes.routes.extend(part.router().routes)  # if included, each would be read a second time, in every new world
    return routes
