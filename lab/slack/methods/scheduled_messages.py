"""chat.scheduleMessage and related methods: messages that the app writes now and Slack posts later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from lab.slack.methods.chat import PostMessage, content_of, put, writable
from lab.slack.payloads import bot_message
from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office
from lab.slack.workspace import Workspace

Json = dict[str, Any]

FURTHEST: Final = timedelta(days=120)


class Schedule(PostMessage):
    post_at: int


class Unschedule(Arguments):
    channel: str
    scheduled_message_id: str


class ListScheduled(Arguments):
    channel: str | None = None


def schedule(office: Office, call: Schedule) -> Json:
    """Check a message now, and post it at `post_at` (seconds since 1970, by the world's clock)."""
    work = office.work
    channel = writable(work, call.channel)
    parts = content_of(work, call)
    ahead = call.post_at - work.world.clock.now().timestamp()
    if ahead <= 0:
        raise Refusal("time_in_past")
    if ahead > FURTHEST.total_seconds():
        raise Refusal("time_too_far")
    id_ = work.new_id("Q")
    more = {"attachments": parts["attachments"], "thread_ts": call.thread_ts, "metadata": call.metadata}
    message = bot_message(work, parts["text"], parts["blocks"], **more)
    work.scheduled[id_] = {"id": id_, "channel_id": channel.id, "post_at": call.post_at, "message": message}
    return {"channel": channel.id, "scheduled_message_id": id_, "post_at": call.post_at, "message": message}


def unschedule(office: Office, call: Unschedule) -> Json:
    """Delete a scheduled message, until one minute before it is posted."""
    found = office.work.scheduled.get(call.scheduled_message_id)
    now = office.work.world.clock.now().timestamp()
    if found is None or found["channel_id"] != call.channel or found["post_at"] - now < 60:
        raise Refusal("invalid_scheduled_message_id")
    del office.work.scheduled[found["id"]]
    return {}


def list_scheduled(office: Office, call: ListScheduled) -> Json:
    shown = [
        {key: each[key] for key in ("id", "channel_id", "post_at")} | {"text": each["message"]["text"]}
        for each in office.work.scheduled.values()
        if call.channel in (None, each["channel_id"])
    ]
    return {"scheduled_messages": shown, "response_metadata": {"next_cursor": ""}}


def post_what_is_due(work: Workspace) -> None:
    """Post the scheduled messages whose time has come."""
    now = work.world.clock.now().timestamp()
    for due in [each for each in work.scheduled.values() if each["post_at"] <= now]:
        del work.scheduled[due["id"]]
        put(work, work.channels[due["channel_id"]], due["message"] | {"ts": work.new_ts()})


METHODS: Final[dict[str, Method]] = {
    "chat.scheduleMessage": (Schedule, schedule),
    "chat.deleteScheduledMessage": (Unschedule, unschedule),
    "chat.scheduledMessages.list": (ListScheduled, list_scheduled),
}
