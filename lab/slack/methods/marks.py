"""reactions.*, pins.* and bookmarks.*: marks on messages and channels."""

from __future__ import annotations

import re
from typing import Any, Final

from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office
from lab.slack.workspace import Channel

Json = dict[str, Any]

MOST_BOOKMARKS: Final = 100


class React(Arguments):
    channel: str
    timestamp: str
    name: str


class Pin(Arguments):
    channel: str
    timestamp: str


class AddBookmark(Arguments):
    channel_id: str
    title: str
    type: str
    link: str | None = None
    emoji: str | None = None


class ListBookmarks(Arguments):
    channel_id: str


def react(office: Office, call: React) -> Json:
    channel, message = _message(office, call)
    if not add_reaction(message, call.name, office.work.bot_user):
        raise Refusal("already_reacted")
    office.work.channel_changed(channel)
    return {}


def unreact(office: Office, call: React) -> Json:
    channel, message = _message(office, call)
    if not remove_reaction(message, call.name, office.work.bot_user):
        raise Refusal("no_reaction")
    office.work.channel_changed(channel)
    return {}


def add_reaction(message: Json, name: str, user: str) -> bool:
    """Add a reaction. Return False if the person already has it there. Raises invalid_name."""
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refusal("invalid_name")
    reactions = message.setdefault("reactions", [])
    found = next((each for each in reactions if each["name"] == name), None)
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        reactions.append(found)
    if user in found["users"]:
        return False
    found["users"].append(user)
    found["count"] += 1
    return True


def remove_reaction(message: Json, name: str, user: str) -> bool:
    found = next((each for each in message.get("reactions", []) if each["name"] == name), None)
    if found is None or user not in found["users"]:
        return False
    found["users"].remove(user)
    found["count"] -= 1
    message["reactions"] = [each for each in message["reactions"] if each["count"]]
    return True


def pin(office: Office, call: Pin) -> Json:
    channel, message = _message(office, call)
    if channel.id in message.get("pinned_to", []):
        raise Refusal("already_pinned")
    message.setdefault("pinned_to", []).append(channel.id)
    office.work.channel_changed(channel)
    return {}


def unpin(office: Office, call: Pin) -> Json:
    channel, message = _message(office, call)
    if channel.id not in message.get("pinned_to", []):
        raise Refusal("no_pin")
    message["pinned_to"].remove(channel.id)
    office.work.channel_changed(channel)
    return {}


def add_bookmark(office: Office, call: AddBookmark) -> Json:
    channel = office.work.channel(call.channel_id)
    if call.type != "link":
        raise Refusal("invalid_bookmark_type")
    if not call.link or not re.match(r"https?://", call.link):
        raise Refusal("invalid_link")
    if len(channel.bookmarks) >= MOST_BOOKMARKS:
        raise Refusal("too_many_bookmarks")
    bookmark: Json = {"id": office.work.new_id("Bk"), "channel_id": channel.id, "title": call.title, "link": call.link}
    bookmark |= {"type": "link", "emoji": call.emoji, "app_id": office.app.id}
    channel.bookmarks.append(bookmark)
    office.work.channel_changed(channel)
    return {"bookmark": bookmark}


def list_bookmarks(office: Office, call: ListBookmarks) -> Json:
    return {"bookmarks": office.work.channel(call.channel_id).bookmarks}


def _message(office: Office, call: React | Pin) -> tuple[Channel, Json]:
    channel = office.work.channel(call.channel)
    message = channel.find(call.timestamp)
    if message is None:
        raise Refusal("message_not_found")
    return channel, message


METHODS: Final[dict[str, Method]] = {
    "reactions.add": (React, react),
    "reactions.remove": (React, unreact),
    "pins.add": (Pin, pin),
    "pins.remove": (Pin, unpin),
    "bookmarks.add": (AddBookmark, add_bookmark),
    "bookmarks.list": (ListBookmarks, list_bookmarks),
}
