"""Converts Slack's events into turns: the input, its user, and the outside id that makes it count once."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.slack.modal import CALLBACK, SHAPING, draft_of, files_in, read_submission
from conversations.turn import Attached, ButtonPress, ClosedForm, Input, OpenedChat, OpenedHome, Reaction, TextMessage

Payload = Mapping[str, Any]

# Slack writes what it recognises in a message as <url|label>, <@person>, <#channel|name>, <!here>.
RECOGNISED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
SUBTYPES_OF_PEOPLE = {None, "file_share", "thread_broadcast", "me_message"}
YES = {"+1", "thumbsup", "ok_hand", "handshake", "100", "white_check_mark", "heavy_check_mark"}
# Good for a few minutes or for ever, and of no use to us later.
SECRET = {"token", "response_url", "response_urls", "authorizations", "state"}


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """One input, before its files are fetched and its sender is looked up.

    `files`: Slack's descriptions of the files, by the form's field; those of a message under "". `address`: the direct
    message channel, when the payload names it. `channel`: another one, where others read along.
    """

    key: str
    team: str
    user: str
    input: Input
    body: Payload
    address: str | None = None
    trigger: str | None = None
    message: str | None = None
    thread: str | None = None
    channel: str | None = None
    shown: bool = False  # a window is open before them already
    files: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)


def command(payload: Payload) -> IncomingEvent:
    words = typed(payload.get("text") or "").strip() or "help"
    trigger = payload["trigger_id"]
    return IncomingEvent(
        f"slack:cmd:{trigger}",
        payload["team_id"],
        payload["user_id"],
        TextMessage(f"/{words}"),
        kept(payload),
        trigger=trigger,
        channel=_open(payload.get("channel_id")),
    )


def message(payload: Payload) -> IncomingEvent | None:
    """Return the turn of a private message; None for deletions, bots' messages, and edits outside a thread.

    The key is the message's own: Slack has been seen to send one message under several event ids.
    """
    event = payload["event"]
    if event.get("subtype") == "message_changed":
        return _changed(payload)
    if event.get("channel_type") != "im" or event.get("bot_id") or event.get("subtype") not in SUBTYPES_OF_PEOPLE:
        return None
    words, files = typed(event.get("text") or ""), event.get("files") or []
    key = f"slack:msg:{payload['team_id']}:{event['channel']}:{event['ts']}"
    thread = event.get("thread_ts")
    given: Input = Attached((), words) if files else TextMessage(words, str(event["ts"]) if thread else "")
    return IncomingEvent(
        key,
        payload["team_id"],
        event["user"],
        given,
        kept(payload),
        address=event["channel"],
        thread=thread,
        files={"": list(files)} if files else {},
    )


def _changed(payload: Payload) -> IncomingEvent | None:
    """Return the turn of an edited message in a thread. (Slack also sends this event when a preview is added.)"""
    event, now = payload["event"], payload["event"]["message"]
    same = now.get("text") == event.get("previous_message", {}).get("text")
    if event.get("channel_type") != "im" or now.get("bot_id") or same or not now.get("thread_ts"):
        return None
    when = now.get("edited", {}).get("ts", event["ts"])
    key = f"slack:edit:{payload['team_id']}:{event['channel']}:{now['ts']}:{when}"
    correction = TextMessage(typed(now.get("text") or ""), str(now["ts"]), is_correction=True)
    return IncomingEvent(
        key,
        payload["team_id"],
        now["user"],
        correction,
        kept(payload),
        address=event["channel"],
        thread=str(now["thread_ts"]),
    )


def reaction(payload: Payload) -> IncomingEvent | None:
    """Return the turn of a reaction that means yes, under a direct message; None for any other."""
    event, item = payload["event"], payload["event"]["item"]
    if event["reaction"].partition("::")[0] not in YES or item["type"] != "message" or not _direct(item["channel"]):
        return None
    key = f"slack:react:{payload['team_id']}:{item['channel']}:{item['ts']}:{event['user']}:{event['event_ts']}"
    given = Reaction(str(item["ts"]))
    return IncomingEvent(key, payload["team_id"], event["user"], given, kept(payload), address=item["channel"])


def opened_tab(payload: Payload) -> IncomingEvent | None:
    """Return the turn of an opened Home tab or Messages tab, which Slack tells apart; None for its third, About."""
    event = payload["event"]
    tabs: dict[str, Input] = {"home": OpenedHome(), "messages": OpenedChat()}
    given = tabs.get(event.get("tab"))
    if given is None:
        return None
    key = f"slack:{event['tab']}:{payload['event_id']}"
    return IncomingEvent(key, payload["team_id"], event["user"], given, kept(payload), address=event.get("channel"))


def action(payload: Payload) -> IncomingEvent | None:
    """Return the turn of a press, or of a field on which others depend. None for a button that is only a link."""
    done, view = payload["actions"][0], payload.get("view") or {}
    within: dict[str, Any] = {}
    given: Input
    if done["type"] == "button":
        if done.get("value") is None:
            return None
        given = ButtonPress(str(done["value"]))
        container = payload.get("container") or {}
        place = container.get("channel_id")
        within = {"message": container.get("message_ts"), "address": _direct(place), "channel": _open(place)}
        within["thread"] = container.get("thread_ts") or (payload.get("message") or {}).get("thread_ts")
    elif view.get("callback_id") == CALLBACK:
        given = read_submission(view, final=False, quiet=done["action_id"] != SHAPING)
        within = {"message": f"view:{view['id']}:{view['hash']}", "shown": True}
    else:
        return None
    return _interaction("act", payload, given, **within)


def submission(payload: Payload) -> IncomingEvent:
    """Return the turn of a submitted form. Slack keeps a view's hash after errors, so the trigger tells two apart."""
    view = payload["view"]
    return _interaction("view", payload, read_submission(view, final=True), files=files_in(view), shown=True)


def closing(payload: Payload) -> IncomingEvent:
    view = payload["view"]
    team, user = who(payload)
    return IncomingEvent(
        f"slack:closed:{view['id']}:{view['hash']}", team, user, ClosedForm(draft_of(view)), kept(payload)
    )


def shortcut(payload: Payload) -> IncomingEvent:
    """Return the turn of a menu command; on a message, with its words: "Ask for offers" turns them into a request."""
    words = typed((payload.get("message") or {}).get("text") or "")
    return _interaction("cut", payload, TextMessage(f"/{payload['callback_id']} {words}".strip()))


def from_home(payload: Payload) -> bool:
    """Return the turn of a press on the Home tab, where there is no message."""
    return (payload.get("view") or {}).get("type") == "home"


def typed(text: str) -> str:
    """Return the words of a message as they were typed, without Slack's markup."""
    return html.unescape(RECOGNISED.sub(lambda found: found[2] or found[1], text))


def team_of(payload: Payload) -> str:
    return str(payload["team_id"])


def event_of(payload: Payload) -> Payload:
    event: Payload = payload["event"]
    return event


def view_of(payload: Payload) -> Payload:
    view: Payload = payload["view"]
    return view


def typed_so_far(payload: Payload) -> tuple[str, str]:
    """Return the block of a list that is searched by typing, and what was typed."""
    return str(payload["block_id"]), str(payload["value"])


def kept(payload: Payload) -> Payload:
    """Return the part of a payload that is stored: all of it except secrets."""
    return {name: part for name, part in payload.items() if name not in SECRET}


def _interaction(kind: str, payload: Payload, given: Input, **within: Any) -> IncomingEvent:
    team, user = who(payload)
    trigger = payload["trigger_id"]
    return IncomingEvent(f"slack:{kind}:{trigger}", team, user, given, kept(payload), trigger=trigger, **within)


def who(payload: Payload) -> tuple[str, str]:
    """Return the workspace and the person. An app of a whole organisation finds both side by side."""
    user = payload["user"]
    team = (payload.get("team") or {}).get("id") or user["team_id"]
    return str(team), str(user["id"])


def _direct(channel: str | None) -> str | None:
    return channel if channel and channel.startswith("D") else None


def _open(channel: str | None) -> str | None:
    """Return a channel that others read too."""
    return None if _direct(channel) else channel
