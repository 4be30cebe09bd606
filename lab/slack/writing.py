"""A person's input in their Slack window: messages and their changes, reactions, files, and joining channels."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from lab.slack import payloads
from lab.slack.app import App
from lab.slack.delivery import Delivery
from lab.slack.methods.chat import put
from lab.slack.methods.files import new_file
from lab.slack.methods.marks import add_reaction, remove_reaction
from lab.slack.workspace import Channel, Person, StoredFile, Workspace

Json = dict[str, Any]

# A person or a channel that was picked from the list that Slack offers during typing.
_TOKEN: Final = re.compile(r"<(?:@[UW]\w+|#C\w+(?:\|[^>]*)?)>")
_URL: Final = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)]")


class Impossible(Exception):
    """The action is impossible in a real window: the thing is not on the screen."""


def written(text: str) -> str:
    """Return a typed text as Slack keeps it: `&`, `<` and `>` escaped, addresses between angle brackets."""
    parts, at = [], 0
    for token in _TOKEN.finditer(text):
        parts += [_escaped(text[at : token.start()]), token[0]]
        at = token.end()
    return "".join([*parts, _escaped(text[at:])])


def _escaped(text: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _URL.sub(lambda url: f"<{url[0]}>", safe)


class Writing:
    """A person's input in one workspace."""

    def __init__(self, app: App, work: Workspace, delivery: Delivery, person: Person) -> None:
        self.app = app
        self.work = work
        self.delivery = delivery
        self.person = person

    def say(
        self,
        text: str,
        channel_id: str | None = None,
        thread_ts: str | None = None,
        files: list[StoredFile] | None = None,
        *,
        broadcast: bool = False,
    ) -> Json:
        """Write into a channel, by default to the app itself."""
        channel = self.channel(channel_id)
        message: Json = {"type": "message", "user": self.person.id, "text": written(text), "ts": self.work.new_ts()}
        message |= {"team": self.work.id, "client_msg_id": self.work.new_secret(32).lower()}
        if thread_ts:
            if channel.find(thread_ts) is None:
                raise Impossible("there is no such thread")
            message["thread_ts"] = thread_ts
            message |= {"subtype": "thread_broadcast"} if broadcast else {}
        if files:
            message |= {"subtype": "file_share", "files": [self.work.file_shown(file) for file in files]}
            message["upload"] = False
        put(self.work, channel, message)
        for file in files or []:
            self._event(channel, payloads.file_shared(self.work, file, channel))
        self._event(channel, payloads.message_event(channel, message))
        if not channel.is_im and f"<@{self.work.bot_user}>" in text:
            self._event(channel, payloads.app_mention(channel, message))
        if links := self._links(text):
            self.delivery.event(self.work, payloads.link_shared(self.work, channel, message, links))
        return message

    def edit(self, ts: str, text: str, channel_id: str | None = None) -> Json:
        """Change a message of their own; the app gets `message_changed` with both texts."""
        channel, message = self._own(ts, channel_id)
        before = dict(message)
        message |= {"text": written(text), "edited": {"user": self.person.id, "ts": self.work.new_ts()}}
        news = {"subtype": "message_changed", "message": dict(message), "previous_message": before}
        self._event(channel, self._change(channel, news))
        self.work.channel_changed(channel)
        return message

    def delete(self, ts: str, channel_id: str | None = None) -> None:
        channel, message = self._own(ts, channel_id)
        channel.messages.remove(message)
        news = {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": message}
        self._event(channel, self._change(channel, news))
        self.work.channel_changed(channel)

    def react(self, ts: str, name: str, channel_id: str | None = None, *, remove: bool = False) -> None:
        channel = self.channel(channel_id)
        message = channel.find(ts)
        if message is None:
            raise Impossible("this message is not on the screen")
        change = remove_reaction if remove else add_reaction
        if not change(message, name, self.person.id):
            raise Impossible("nothing to take away" if remove else "it is there already")
        kind = "reaction_removed" if remove else "reaction_added"
        self._event(
            channel, payloads.reaction(kind, self.person.id, channel, message, name) | {"event_ts": self.work.new_ts()}
        )
        self.work.channel_changed(channel)

    def upload(self, name: str, content: bytes, mime: str | None) -> StoredFile:
        file = new_file(self.work, name, self.person.id)
        file.content, file.complete, file.title = content, True, name
        file.mime = mime or file.mime
        return file

    # -- channels ------------------------------------------------------------------------------

    def join(self, channel_id: str) -> Json:
        channel = self.work.channels.get(channel_id)
        if channel is None or channel.is_im or channel.is_private:
            raise Impossible("there is no such channel to join")
        channel.members.add(self.person.id)
        self._event(channel, self._membership("member_joined_channel", channel, self.person.id))
        self.work.channel_changed(channel)
        return self._shown(channel)

    def leave(self, channel_id: str) -> None:
        channel = self.channel(channel_id)
        if channel.is_im or channel.id == self.work.general:
            raise Impossible("nobody leaves this one")
        channel.members.discard(self.person.id)
        self._event(channel, self._membership("member_left_channel", channel, self.person.id))
        self.work.changed(self.person.id, *channel.members)

    def invite_app(self, channel_id: str) -> Json:
        """Invite the app with `/invite @parley`: it is in the channel and gets the event."""
        channel = self.channel(channel_id)
        if self.work.token is None:
            raise Impossible("the app is not installed here")
        channel.members.add(self.work.bot_user)
        joined = self._membership("member_joined_channel", channel, self.work.bot_user)
        self._event(channel, joined | {"inviter": self.person.id})
        self.work.channel_changed(channel)
        return self._shown(channel)

    def deactivate(self) -> None:
        """Switch the account off, as an administrator does."""
        self.person.deactivated = True
        user = {"id": self.person.id, "team_id": self.work.id, "name": self.person.handle, "deleted": True}
        self.delivery.event(self.work, {"type": "user_change", "user": user, "event_ts": self.work.new_ts()})
        self.work.changed(self.person.id)

    def channel(self, id_: str | None) -> Channel:
        """Return a channel on this person's screen; by default the conversation with the app."""
        if self.person.deactivated:
            raise Impossible(f"{self.person.name} has no account any more")
        channel = self.work.channels.get(id_) if id_ else self.work.im_with(self.person.id)
        if channel is None or self.person.id not in channel.members:
            raise Impossible(f"no channel {id_} on this screen")
        return channel

    def _own(self, ts: str, channel_id: str | None) -> tuple[Channel, Json]:
        channel = self.channel(channel_id)
        message = channel.find(ts)
        if message is None or message["user"] != self.person.id:
            raise Impossible("this is no message of theirs")
        return channel, message

    def _event(self, channel: Channel, event: Json) -> None:
        """Send an event of a channel to the app if the app is in it."""
        if self.work.bot_user in channel.members:
            self.delivery.event(self.work, event, payloads.channel_type(channel))

    def _change(self, channel: Channel, news: Json) -> Json:
        where = {"channel": channel.id, "channel_type": payloads.channel_type(channel)}
        ts = self.work.new_ts()
        return {"type": "message", **news, **where, "hidden": True, "ts": ts, "event_ts": ts}

    def _membership(self, kind: str, channel: Channel, who: str) -> Json:
        place = {"channel": channel.id, "channel_type": "G" if channel.is_private else "C", "team": self.work.id}
        return {"type": kind, "user": who, **place, "event_ts": self.work.new_ts()}

    def _links(self, text: str) -> list[Json]:
        """Return addresses in a text whose domain the app has named; a domain includes its subdomains."""
        found = []
        for url in _URL.findall(text):
            host = urlsplit(url).hostname or ""
            domain = next((each for each in self.app.domains if host == each or host.endswith(f".{each}")), None)
            if domain is not None:
                found.append({"domain": host, "url": url})
        return found

    def _shown(self, channel: Channel) -> Json:
        return {"id": channel.id, "name": channel.name, "is_im": channel.is_im, "members": sorted(channel.members)}
