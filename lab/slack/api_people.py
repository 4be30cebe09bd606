"""auth.*, api.test, users.* and conversations.*: who and where."""

from __future__ import annotations

from typing import Any, Final

from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office
from lab.slack.workspace import APP_ID, BOT_ID, BOT_USER, TEAM, Channel, Person

Json = dict[str, Any]


class Test(Arguments):
    error: str | None = None
    foo: str | None = None


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


class UserInfo(Arguments):
    user: str
    include_locale: bool = False


class LookupByEmail(Arguments):
    email: str


def api_test(_: Office, call: Test) -> Json:
    if call.error:
        raise Refusal(call.error)
    return {"args": call.model_dump(exclude_none=True)}


def auth_test(office: Office, _: Arguments) -> Json:
    who = {"user": "parley", "user_id": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "is_enterprise_install": False}
    return {"url": f"{office.work.base_url}/", "team": TEAM["name"], "team_id": TEAM["id"], **who}


def users_info(office: Office, call: UserInfo) -> Json:
    if call.user == BOT_USER:
        return {"user": {"id": BOT_USER, "team_id": TEAM["id"], "name": "parley", "is_bot": True, "deleted": False}}
    if call.user not in office.work.people:
        raise Refusal("user_not_found")
    person = office.work.people[call.user]
    return {"user": _user(person) | ({"locale": person.locale} if call.include_locale else {})}


def users_list(office: Office, call: Paged) -> Json:
    people, after = _page(list(office.work.people.values()), call)
    return {"members": [_user(person) for person in people], **after}


def lookup_by_email(office: Office, call: LookupByEmail) -> Json:
    for person in office.work.people.values():
        if person.email.lower() == call.email.lower():
            return {"user": _user(person)}
    raise Refusal("users_not_found")


def conversations_open(office: Office, call: OpenConversation) -> Json:
    """One person only: the lab has no group conversations."""
    if call.channel:
        return {"channel": {"id": office.work.channel(call.channel).id}}
    users = [each.strip() for each in (call.users or "").split(",") if each.strip()]
    if not users:
        raise Refusal("users_list_not_supplied")
    if any(each not in office.work.people for each in users):
        raise Refusal("user_not_found")
    if len(users) > 1:
        raise Refusal("not_enabled")
    channel = office.work.im_with(users[0])
    return {"channel": _channel(channel) if call.return_im else {"id": channel.id}}


def conversations_list(office: Office, call: ListConversations) -> Json:
    kinds = {each.strip() for each in call.types.split(",")}
    wanted = [c for c in office.work.channels.values() if ("im" if c.is_im else "public_channel") in kinds]
    channels, after = _page(wanted, call)
    return {"channels": [_channel(channel) for channel in channels], **after}


def conversations_info(office: Office, call: InChannel) -> Json:
    return {"channel": _channel(office.work.channel(call.channel))}


def conversations_members(office: Office, call: InChannel) -> Json:
    members, after = _page(sorted(office.work.channel(call.channel).members), call)
    return {"members": members, **after}


def conversations_history(office: Office, call: History) -> Json:
    """Newest first, without the replies in threads."""
    channel = _joined(office, call.channel)
    top = [m for m in channel.messages if m.get("thread_ts", m["ts"]) == m["ts"] and _within(m["ts"], call)]
    messages, after = _page(top[::-1], call)
    return {"messages": messages, "has_more": bool(after["response_metadata"]["next_cursor"]), **after}


def conversations_replies(office: Office, call: Replies) -> Json:
    """The thread's first message and its answers, oldest first."""
    channel = _joined(office, call.channel)
    if channel.find(call.ts) is None:
        raise Refusal("thread_not_found")
    thread = [m for m in channel.messages if call.ts in {m["ts"], m.get("thread_ts")} and _within(m["ts"], call)]
    messages, after = _page(thread, call)
    return {"messages": messages, "has_more": bool(after["response_metadata"]["next_cursor"]), **after}


def _joined(office: Office, id_: str) -> Channel:
    channel = office.work.channel(id_)
    if BOT_USER not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _within(ts: str, call: History) -> bool:
    # Timestamps are strings of one length, so they compare as they are.
    if call.inclusive:
        return ts >= call.oldest and (call.latest is None or ts <= call.latest)
    return ts > call.oldest and (call.latest is None or ts < call.latest)


def _page(everything: list[Any], call: Paged) -> tuple[list[Any], Json]:
    """A page and the cursor of the next one, empty at the end. Raises invalid_cursor, invalid_limit."""
    if not 1 <= call.limit <= 1_000:
        raise Refusal("invalid_limit")
    if call.cursor and not call.cursor.isdecimal():
        raise Refusal("invalid_cursor")
    start = int(call.cursor or 0)
    end = start + call.limit
    cursor = str(end) if end < len(everything) else ""
    return everything[start:end], {"response_metadata": {"next_cursor": cursor}}


def _user(person: Person) -> Json:
    profile = {"real_name": person.name, "display_name": person.name, "email": person.email, "team": TEAM["id"]}
    flags = {"deleted": False, "is_bot": False, "is_app_user": False, "is_admin": False}
    named = {"id": person.id, "team_id": TEAM["id"], "name": person.handle, "real_name": person.name, "tz": person.tz}
    return {**named, **flags, "profile": profile}


def _channel(channel: Channel) -> Json:
    if channel.is_im:
        (person,) = channel.members - {BOT_USER}
        return {"id": channel.id, "is_im": True, "is_channel": False, "user": person, "is_user_deleted": False}
    member = {"is_member": BOT_USER in channel.members, "num_members": len(channel.members)}
    named = {"id": channel.id, "name": channel.name, "name_normalized": channel.name}
    return {**named, "is_im": False, "is_channel": True, "is_private": False, "is_archived": False, **member}


METHODS: Final[dict[str, Method]] = {
    "api.test": (Test, api_test),
    "auth.test": (Arguments, auth_test),
    "users.info": (UserInfo, users_info),
    "users.list": (Paged, users_list),
    "users.lookupByEmail": (LookupByEmail, lookup_by_email),
    "conversations.open": (OpenConversation, conversations_open),
    "conversations.list": (ListConversations, conversations_list),
    "conversations.info": (InChannel, conversations_info),
    "conversations.members": (InChannel, conversations_members),
    "conversations.history": (History, conversations_history),
    "conversations.replies": (Replies, conversations_replies),
}
