"""The workspace itself: people, channels, messages, files, triggers and open answers, all in memory."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from lab.slack.refusal import Refusal
from lab.world import World

Json = dict[str, Any]

APP_ID: Final = "A0PARLEY"
FIRST_TEAM: Final = "T0PARLEY"
BOT_USER: Final = "U0PARLEYBOT"  # in the first workspace
GENERAL: Final = "C0GENERAL"  # also in the first workspace
# docs.slack.dev/interactivity/handling-user-interaction: "a trigger_id will expire 3 seconds after it is sent".
TRIGGER_LIFE: Final = timedelta(seconds=3)
# A response_url can be used 5 times within 30 minutes.
RESPONSE_LIFE: Final = timedelta(minutes=30)
RESPONSE_USES: Final = 5


@dataclass(slots=True)
class Person:
    id: str
    name: str
    email: str
    locale: str = "en-US"
    tz: str = "Europe/Vilnius"
    team: str = FIRST_TEAM
    admin: bool = False
    deactivated: bool = False

    @property
    def handle(self) -> str:
        return self.name.lower().replace(" ", ".")

    def shown(self) -> Json:
        """Return the person as the lab's page and tests see them."""
        language = self.locale.partition("-")[0]
        known = {"id": self.id, "name": self.name, "email": self.email, "locale": self.locale, "tz": self.tz}
        place = {"team": self.team, "admin": self.admin, "deactivated": self.deactivated}
        return {"platform": "slack", "language": language, **known, **place}


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An organisation on Enterprise Grid, with workspaces of its own. The app has one bot user in all of them."""

    id: str
    name: str
    bot_user: str
    bot_id: str

    def shown(self) -> Json:
        return {"id": self.id, "name": self.name}


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    is_im: bool
    members: set[str]
    messages: list[Json] = field(default_factory=list)
    # (person, message): shown to one person, part of no history.
    ephemeral: list[tuple[str, Json]] = field(default_factory=list)
    is_private: bool = False
    creator: str = ""
    topic: str = ""
    bookmarks: list[Json] = field(default_factory=list)

    def find(self, ts: str) -> Json | None:
        return next((message for message in self.messages if message["ts"] == ts), None)


@dataclass(slots=True)
class Trigger:
    person: str
    until: datetime
    # Pressed inside a modal: the next view goes on top of it.
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class Response:
    """The context of a response_url; `message` is the one that was pressed, if any."""

    person: str
    channel: str
    until: datetime
    message: Json | None = None
    uses: int = 0


@dataclass(slots=True)
class StoredFile:
    id: str
    name: str
    user: str
    created: int
    content: bytes = b""
    length: int | None = None
    mime: str = "application/octet-stream"
    title: str = ""
    complete: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass
class Workspace:
    """One Slack workspace, with the app installed in it or not. Times are the world's."""

    world: World
    id: str = FIRST_TEAM
    name: str = "Parley"
    base_url: str = ""
    bot_user: str = BOT_USER
    bot_id: str = "B0PARLEY"
    general: str = GENERAL
    # The app's token here, None while it is not installed, and its scopes.
    token: str | None = None
    scopes: frozenset[str] = frozenset()
    # The organisation on Enterprise Grid that the workspace belongs to, and whether the token is good for all of it.
    enterprise: Enterprise | None = None
    whole: bool = False
    # With token rotation: when the token ends, what renews it, and renewed tokens that have not ended yet.
    token_until: datetime | None = None
    refresh_token: str | None = None
    former: dict[str, datetime] = field(default_factory=dict)
    # False: people's clients know none of the newer blocks, and Slack refuses them.
    new_blocks: bool = True
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    ims: dict[str, Channel] = field(default_factory=dict)  # by person
    files: dict[str, StoredFile] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    scheduled: dict[str, Json] = field(default_factory=dict)
    # What a person picked in a message's inputs: (person, channel, ts) -> block_id -> action_id -> value.
    picked: dict[tuple[str, str, str], Json] = field(default_factory=dict)
    # The app's offered options, newest first: (person, block_id, action_id) -> options.
    suggested: dict[tuple[str, str, str], list[Json]] = field(default_factory=dict)
    _last_ts: int = 0

    def __post_init__(self) -> None:
        self.channels[self.general] = Channel(self.general, "general", is_im=False, members={self.bot_user})

    @property
    def domain(self) -> str:
        return self.name.lower().replace(" ", "-")

    @property
    def team(self) -> dict[str, str]:
        named = (
            {"enterprise_id": self.enterprise.id, "enterprise_name": self.enterprise.name} if self.enterprise else {}
        )
        return {"id": self.id, "domain": self.domain, **named}

    @property
    def enterprise_id(self) -> str | None:
        return self.enterprise.id if self.enterprise else None

    def opened_by(self, token: str) -> bool:
        """Return whether a token is good here. Raises token_expired."""
        if token in self.former:
            until: datetime | None = self.former[token]
        elif token == self.token:
            until = self.token_until
        else:
            return False
        if until is not None and self.world.clock.now() > until:
            raise Refusal("token_expired")
        return True

    def add_person(
        self,
        name: str,
        id_: str | None = None,
        *,
        email: str | None = None,
        locale: str | None = None,
        tz: str | None = None,
        admin: bool = False,
    ) -> Person:
        """Add a member of the workspace, with a conversation with the app; the same id again returns them."""
        if id_ and id_ in self.people:
            return self.people[id_]
        person = Person(id_ or self.new_id("U"), name, "", team=self.id, admin=admin)
        person.email = email or f"{person.handle}@{self.domain}.example"
        person.locale, person.tz = locale or person.locale, tz or person.tz
        self.people[person.id] = person
        self.channels[self.general].members.add(person.id)
        self.im_with(person.id)
        return person

    def im_with(self, person: str) -> Channel:
        """Return the app's direct conversation with a person, its Messages tab."""
        if person not in self.ims:
            im = Channel(self.new_id("D"), "directmessage", is_im=True, members={person, self.bot_user})
            self.channels[im.id] = self.ims[person] = im
        return self.ims[person]

    def channels_of(self, person: str) -> list[Channel]:
        """Return the conversations on a person's screen: with the app, and the channels they are in."""
        return [self.im_with(person), *(c for c in self.channels.values() if not c.is_im and person in c.members)]

    def add_channel(self, name: str, creator: str, *, private: bool = False) -> Channel:
        """Add a channel. Raises name_taken."""
        if any(not each.is_im and each.name == name for each in self.channels.values()):
            raise Refusal("name_taken")
        members = {creator} if creator else set()
        channel = Channel(self.new_id("C"), name, is_im=False, members=members, is_private=private, creator=creator)
        self.channels[channel.id] = channel
        return channel

    def channel(self, id_: str) -> Channel:
        """Return a channel by id; a person's id stands for the conversation with them. Raises channel_not_found."""
        if id_ in self.channels:
            return self.channels[id_]
        if id_ in self.people:
            return self.im_with(id_)
        named = id_.removeprefix("#")
        found = next((each for each in self.channels.values() if not each.is_im and each.name == named), None)
        if found is None:
            raise Refusal("channel_not_found")
        return found

    def new_id(self, letter: str) -> str:
        return letter + "".join(self.world.random.choices(string.ascii_uppercase + string.digits, k=10))

    def new_secret(self, length: int = 24) -> str:
        return "".join(self.world.random.choices(string.ascii_letters + string.digits, k=length))

    def new_ts(self) -> str:
        """Return a new message id of Slack's: seconds and microseconds, never the same twice."""
        self._last_ts = max(self._last_ts + 1, int(self.world.clock.now().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def new_trigger(self, person: str, view_id: str | None = None) -> str:
        id_ = f"{self.new_ts()}.{self.new_secret(32).lower()}"
        self.triggers[id_] = Trigger(person, self.world.clock.now() + TRIGGER_LIFE, view_id)
        return id_

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger up. Raises invalid_trigger_id, exchanged_trigger_id, expired_trigger_id."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self.world.clock.now() > trigger.until:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, person: str, channel: str, message: Json | None = None) -> str:
        key = self.new_secret()
        self.responses[key] = Response(person, channel, self.world.clock.now() + RESPONSE_LIFE, message)
        return f"{self.base_url}/slack/response/{key}"

    def file_shown(self, file: StoredFile) -> Json:
        """Return a file object as Slack's API prints it."""
        url = f"{self.base_url}/slack/files/{file.id}"
        kind = file.name.rpartition(".")[2].lower()
        urls = {"url_private": url, "url_private_download": f"{url}?download=1", "permalink": url}
        facts = {"mimetype": file.mime, "filetype": kind, "size": len(file.content), "channels": list(file.channels)}
        named = {"id": file.id, "name": file.name, "title": file.title or file.name, "user": file.user}
        return {**named, "created": file.created, "timestamp": file.created, "mode": "hosted", **facts, **urls}

    def changed(self, *people: str) -> None:
        """Tell the page that these people's screens have changed."""
        for person in people:
            if person in self.people:
                self.world.tell({"kind": "slack", "person": person})

    def channel_changed(self, channel: Channel) -> None:
        self.changed(*channel.members)
