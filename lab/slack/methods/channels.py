"""conversations.*: where people and the app meet."""

from __future__ import annotations

import re
from typing import Any, Final

from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office
from lab.slack.workspace import Channel, Workspace

Json = dict[str, Any]


class Paged(Arguments):
    cursor: str = ""
    limit: int = 100


class ListConversations(Paged):
    types: str = "public_channel"
    exclude_archived: bool = False


class OpenConversation(Arguments):
    users: str | None = None
    channel: str | None = None
    return_im: bool = False


class InChannel(Paged):
    channel: str


class History(InChannel):
    oldest: str = "0"
    latest: str | None = None
    inclusive: bool = False


class Replies(History):
    ts: str


class Create(Arguments):
    name: str
    is_private: bool = False


class Invite(Arguments):
    channel: str
    users: str


def conversations_open(office: Office, call: OpenConversation) -> Json:
    """Open the conversation with one person: the lab has no group conversations."""
    if call.channel:
        return {"channel": {"id": office.work.channel(call.channel).id}}
    users = [each.strip() for each in (call.users or "").split(",") if each.strip()]
    if not users:
        raise Refusal("users_list_not_supplied")
    if any(each not in office.work.people for each in users):
        raise Refusal("user_not_found")
    if any(office.work.people[each].deactivated for each in users):
        raise Refusal("user_disabled")
    if len(users) > 1:
        raise Refusal("not_enabled")
    channel = office.work.im_with(users[0])
    return {"channel": _channel(office.work, channel) if call.return_im else {"id": channel.id}}


def conversations_list(office: Office, call: ListConversations) -> Json:
    kinds = {each.strip() for each in call.types.split(",")}
    mine = [c for c in office.work.channels.values() if not c.is_private or office.work.bot_user in c.members]
    listed = [c for c in mine if _kind(c) in kinds]
    channels, after = page(listed, call)
    return {"channels": [_channel(office.work, channel) for channel in channels], **after}


def conversations_info(office: Office, call: InChannel) -> Json:
    return {"channel": _channel(office.work, _visible(office, call.channel))}


def conversations_members(office: Office, call: InChannel) -> Json:
    members, after = page(sorted(_visible(office, call.channel).members), call)
    return {"members": members, **after}


def conversations_history(office: Office, call: History) -> Json:
    """Return messages, newest first, without the replies in threads."""
    channel = _joined(office, call.channel)
    top = [m for m in channel.messages if m.get("thread_ts", m["ts"]) == m["ts"] and _within(m["ts"], call)]
    messages, after = page(top[::-1], call)
    return {"messages": messages, "has_more": bool(after["response_metadata"]["next_cursor"]), **after}


def conversations_replies(office: Office, call: Replies) -> Json:
    """Return the thread's first message and its answers, oldest first."""
    channel = _joined(office, call.channel)
    if channel.find(call.ts) is None:
        raise Refusal("thread_not_found")
    thread = [m for m in channel.messages if call.ts in {m["ts"], m.get("thread_ts")} and _within(m["ts"], call)]
    messages, after = page(thread, call)
    return {"messages": messages, "has_more": bool(after["response_metadata"]["next_cursor"]), **after}


def conversations_create(office: Office, call: Create) -> Json:
    """Create a channel with the app in it. Names are lower case, at most 80 characters."""
    if not re.fullmatch(r"[^\W A-Z][^\sA-Z.]{0,79}", call.name):
        raise Refusal("invalid_name_specials" if call.name else "invalid_name_required")
    channel = office.work.add_channel(call.name, office.work.bot_user, private=call.is_private)
    return {"channel": _channel(office.work, channel)}


def conversations_invite(office: Office, call: Invite) -> Json:
    channel = _joined(office, call.channel)
    users = [each.strip() for each in call.users.split(",") if each.strip()]
    if any(each not in office.work.people for each in users):
        raise Refusal("user_not_found")
    if any(each in channel.members for each in users):
        raise Refusal("already_in_channel")
    channel.members |= set(users)
    office.work.channel_changed(channel)
    return {"channel": _channel(office.work, channel)}


def conversations_join(office: Office, call: InChannel) -> Json:
    """Join a public channel; private ones need an invitation."""
    channel = _visible(office, call.channel)
    if channel.is_im or channel.is_private:
        raise Refusal("method_not_supported_for_channel_type")
    already = office.work.bot_user in channel.members
    channel.members.add(office.work.bot_user)
    return {"channel": _channel(office.work, channel)} | ({"warning": "already_in_channel"} if already else {})


def conversations_leave(office: Office, call: InChannel) -> Json:
    channel = _visible(office, call.channel)
    if channel.id == office.work.general:
        raise Refusal("cant_leave_general")
    if channel.is_im:
        raise Refusal("method_not_supported_for_channel_type")
    if office.work.bot_user not in channel.members:
        return {"not_in_channel": True}
    channel.members.discard(office.work.bot_user)
    return {}


def _visible(office: Office, id_: str) -> Channel:
    """Return whether the channel is visible: a private one only is for its members."""
    channel = office.work.channel(id_)
    if channel.is_private and office.work.bot_user not in channel.members:
        raise Refusal("channel_not_found")
    return channel


def _kind(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _joined(office: Office, id_: str) -> Channel:
    channel = _visible(office, id_)
    if office.work.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _within(ts: str, call: History) -> bool:
    # Timestamps are strings of one length, so they can be compared directly.
    if call.inclusive:
        return ts >= call.oldest and (call.latest is None or ts <= call.latest)
    return ts > call.oldest and (call.latest is None or ts < call.latest)


def page(everything: list[Any], call: Paged) -> tuple[list[Any], Json]:
    """Return a page and the cursor of the next one, empty at the end. Raises invalid_cursor, invalid_limit."""
    if not 1 <= call.limit <= 1_000:
        raise Refusal("invalid_limit")
    if call.cursor and not call.cursor.isdecimal():
        raise Refusal("invalid_cursor")
    start = int(call.cursor or 0)
    end = start + call.limit
    cursor = str(end) if end < len(everything) else ""
    return everything[start:end], {"response_metadata": {"next_cursor": cursor}}


def _channel(work: Workspace, channel: Channel) -> Json:
    if channel.is_im:
        (person,) = channel.members - {work.bot_user}
        gone = work.people[person].deactivated
        return {"id": channel.id, "is_im": True, "is_channel": False, "user": person, "is_user_deleted": gone}
    member = {"is_member": work.bot_user in channel.members, "num_members": len(channel.members)}
    named = {"id": channel.id, "name": channel.name, "name_normalized": channel.name, "creator": channel.creator}
    kind = {"is_im": False, "is_channel": not channel.is_private, "is_group": channel.is_private}
    topic = {"topic": {"value": channel.topic, "creator": channel.creator, "last_set": 0}}
    return {**named, **kind, "is_private": channel.is_private, "is_archived": False, **member, **topic}


METHODS: Final[dict[str, Method]] = {
    "conversations.open": (OpenConversation, conversations_open),
    "conversations.list": (ListConversations, conversations_list),
    "conversations.info": (InChannel, conversations_info),
    "conversations.members": (InChannel, conversations_members),
    "conversations.history": (History, conversations_history),
    "conversations.replies": (Replies, conversations_replies),
    "conversations.create": (Create, conversations_create),
    "conversations.invite": (Invite, conversations_invite),
    "conversations.join": (InChannel, conversations_join),
    "conversations.leave": (InChannel, conversations_leave),
}
