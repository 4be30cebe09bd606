"""Converts Slack's events into turns: the input, its user, and the outside id that makes it count once."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from slack_bolt.request.internals import extract_enterprise_id, extract_is_enterprise_install, extract_team_id

from bots.slack.modal import CALLBACK, SHAPING, draft_of, files_in, read_submission
from bots.slack.platform import MESSAGES
from conversations.turn import (
    Attached,
    ButtonPress,
    ClosedForm,
    Input,
    OpenedChat,
    OpenedHome,
    Reaction,
    TextMessage,
    UnsupportedInput,
)

Payload = Mapping[str, Any]
# Characters of each part of an event; Slack's own ids are far shorter.
LONGEST: Final = {"key": 200, "team": 20, "user": 40, "address": 40, "message": 100, "thread": 40} | {
    "channel": 40,
    "trigger": 150,
}

# Slack writes what it recognises in a message as <url|label>, <@person>, <#channel|name>, <!here>.
RECOGNISED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
MENTION = re.compile(r"<@[UW]\w+(?:\|[^<>]*)?>")
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

    @property
    def sender(self) -> str:
        return f"{self.team}/{self.user}"


def command(payload: Payload) -> IncomingEvent:
    words = typed(payload.get("text") or "").strip() or "help"
    trigger = payload["trigger_id"]
    return IncomingEvent(
        f"slack:cmd:{trigger}",
        workspace_of(payload),
        payload["user_id"],
        TextMessage(f"/{words}"),
        kept(payload),
        trigger=trigger,
        channel=_open(payload.get("channel_id")),
    )


def mention(payload: Payload) -> IncomingEvent | None:
    """Return the turn of a mention of the app in a channel: the words beside it; None for another bot's.

    The answer goes to the direct messages, where others do not read it.
    """
    event = payload["event"]
    if event.get("bot_id") or not event.get("user") or _direct(event["channel"]):
        return None
    words = typed(MENTION.sub(" ", event.get("text") or "")).strip() or "/help"
    key = f"slack:msg:{workspace_of(payload)}:{event['channel']}:{event['ts']}"
    given = TextMessage(words)
    return IncomingEvent(key, workspace_of(payload), event["user"], given, kept(payload), channel=event["channel"])


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
    key = f"slack:msg:{workspace_of(payload)}:{event['channel']}:{event['ts']}"
    thread = event.get("thread_ts")
    given: Input = Attached((), words) if files else TextMessage(words, str(event["ts"]) if thread else "")
    return IncomingEvent(
        key,
        workspace_of(payload),
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
    key = f"slack:edit:{workspace_of(payload)}:{event['channel']}:{now['ts']}:{when}"
    correction = TextMessage(typed(now.get("text") or ""), str(now["ts"]), is_correction=True)
    return IncomingEvent(
        key,
        workspace_of(payload),
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
    key = f"slack:react:{workspace_of(payload)}:{item['channel']}:{item['ts']}:{event['user']}:{event['event_ts']}"
    given = Reaction(str(item["ts"]))
    return IncomingEvent(key, workspace_of(payload), event["user"], given, kept(payload), address=item["channel"])


def opened_tab(payload: Payload) -> IncomingEvent | None:
    """Return the turn of an opened Home tab or Messages tab, which Slack tells apart; None for its third, About."""
    event = payload["event"]
    tabs: dict[str, Input] = {"home": OpenedHome(), "messages": OpenedChat()}
    given = tabs.get(event.get("tab"))
    if given is None:
        return None
    key = f"slack:{event['tab']}:{payload['event_id']}"
    return IncomingEvent(key, workspace_of(payload), event["user"], given, kept(payload), address=event.get("channel"))


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


def workspace_of(payload: Payload) -> str:
    """Return the installation that a payload belongs to: the workspace's id, or the organisation's.

    The organisation counts if it has installed the app as a whole, or if no workspace is named.
    """
    told = dict(payload)
    team, organisation = extract_team_id(told), extract_enterprise_id(told)
    return str(organisation if organisation and (extract_is_enterprise_install(told) or not team) else team)


def bot_tokens(payload: Payload) -> Sequence[str]:
    """Return the bots whose tokens were revoked. Other tokens are a person's own."""
    revoked: Sequence[str] = (payload["event"].get("tokens") or {}).get("bot") or ()
    return revoked


def thread_of(payload: Payload) -> str | None:
    """Return the thread in which a message of a channel was written; None if it stands for itself."""
    thread: str | None = payload["event"].get("thread_ts")
    return thread


def messages_of(payload: Payload) -> str:
    """Return the address of a person's messages with the app."""
    return MESSAGES.format(team=extract_team_id(dict(payload)) or "", app=payload.get("api_app_id") or "")


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


def misshapen(payload: Any, reference: str) -> IncomingEvent | None:
    """Return a turn that tells the sender that we could not read their input. None: the body names no sender."""
    if not isinstance(payload, dict):
        return None
    event = payload.get("event")
    if isinstance(event, dict) and event.get("channel_type") != "im":
        return None  # the sender has asked us nothing
    user: Any = event.get("user") if isinstance(event, dict) else payload.get("user") or payload.get("user_id")
    user = user.get("id") if isinstance(user, dict) else user
    team: Any = payload.get("team_id") or payload.get("team")
    team = team.get("id") if isinstance(team, dict) else team
    if not (isinstance(user, str) and isinstance(team, str) and user and team):
        return None
    given = UnsupportedInput("talk.our_mistake", {"reference": reference})
    return IncomingEvent(f"slack:odd:{team}:{user}:{reference}", team, user, given, kept(payload))


def check_shape(incoming: IncomingEvent) -> None:
    """Raise TypeError or ValueError for parts that are no texts, or longer than any of Slack's."""
    named = {"key": incoming.key, "team": incoming.team, "user": incoming.user}
    named |= {"address": incoming.address or "D", "message": incoming.message or "", "thread": incoming.thread or ""}
    named |= {"channel": incoming.channel or "", "trigger": incoming.trigger or ""}
    for name, value in named.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} is no text")
        if len(value) > LONGEST[name] or not value.isprintable():
            raise ValueError(f"{name} is none of Slack's")
    if not (incoming.team and incoming.user):
        raise ValueError("the sender is not named")


def who(payload: Payload) -> tuple[str, str]:
    """Return the workspace and the person."""
    return workspace_of(payload), str(payload["user"]["id"])


def _direct(channel: str | None) -> str | None:
    return channel if channel and channel.startswith("D") else None


def _open(channel: str | None) -> str | None:
    """Return a channel that others read too."""
    return None if _direct(channel) else channel
