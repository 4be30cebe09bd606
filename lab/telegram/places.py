"""Places for messages: a person's chat with the bot, a group, or a talk between two people without the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

Json = dict[str, Any]
Message = dict[str, Any]  # a Message object exactly as the Bot API gives it
BotStatus = Literal["absent", "member", "administrator", "left", "kicked"]

# The possible rights of an administrator (Bot API, ChatMemberAdministrator).
RIGHTS: Final = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


@dataclass(slots=True)
class Person:
    """A Telegram user; the id is also the id of their private chat with the bot."""

    id: int
    name: str
    username: str | None
    language: str

    def as_user(self) -> Json:
        return {"id": self.id, "is_bot": False, **self._names(), "language_code": self.language}

    def as_chat(self) -> Json:
        return {"id": self.id, "type": "private", **self._names()}

    def _names(self) -> Json:
        first, _, last = self.name.partition(" ")
        names = {"first_name": first, "last_name": last, "username": self.username}
        return {key: value for key, value in names.items() if value}


@dataclass(slots=True)
class Topic:
    """A thread of messages; its id is that of the service message that announced it."""

    name: str
    icon_color: int
    closed: bool = False


@dataclass(slots=True, kw_only=True)
class Place:
    """The common parts of all places: messages, and what lies on top of them."""

    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    # Message -> reacting person -> their ReactionType objects.
    reactions: dict[int, dict[int, list[Json]]] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    action: tuple[str, datetime] | None = None
    menu_button: Json | None = None
    # A keyboard in front of the text field, or a forced reply: ReplyKeyboardMarkup or ForceReply.
    keyboard: Json | None = None
    force_reply: Json | None = None
    # Messages sent with any other markup than an inline keyboard: Telegram does not let them be edited.
    fixed: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)  # messages that were sent silently

    @property
    def id(self) -> int:
        raise NotImplementedError

    @property
    def kind(self) -> str:
        raise NotImplementedError

    @property
    def people(self) -> list[int]:
        """Return the ids of the people with this place on their phone."""
        raise NotImplementedError

    def as_chat(self) -> Json:
        raise NotImplementedError


@dataclass(slots=True)
class Chat(Place):
    """One person's private chat with the bot."""

    person: Person
    started: bool = False
    resident: bool = False  # in the world from its start: it was not brought from the page
    blocked: bool = False
    deactivated: bool = False
    met: bool = False  # seen by the bot in a group or by an inline search, which does not allow it to write
    toasts: list[Json] = field(default_factory=list)
    draft: tuple[Json, datetime] | None = None
    invoices: dict[int, str] = field(default_factory=dict)  # message -> the bot's payload
    checkouts: dict[str, int] = field(default_factory=dict)  # query that waits for an answer -> message
    charges: dict[str, Json] = field(default_factory=dict)  # charge -> SuccessfulPayment
    refunded: set[str] = field(default_factory=set)

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def kind(self) -> str:
        return "private"

    @property
    def people(self) -> list[int]:
        return [self.person.id]

    def as_chat(self) -> Json:
        return self.person.as_chat()


@dataclass(slots=True)
class Group(Place):
    """A group or supergroup. `members`: person -> creator, administrator or member."""

    number: int
    title: str
    supergroup: bool = False
    forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    bot: BotStatus = "absent"
    rights: frozenset[str] = frozenset()
    migrated_to: int | None = None
    last_id: int = 0

    @property
    def id(self) -> int:
        return self.number

    @property
    def kind(self) -> str:
        return "supergroup" if self.supergroup else "group"

    @property
    def people(self) -> list[int]:
        return list(self.members)

    @property
    def bot_inside(self) -> bool:
        return self.bot in ("member", "administrator") and self.migrated_to is None

    def as_chat(self) -> Json:
        chat: Json = {"id": self.number, "type": self.kind, "title": self.title}
        return chat | ({"is_forum": True} if self.forum else {})

    def may(self, right: str) -> bool:
        """Return whether the bot, as an administrator, has this right."""
        return self.bot == "administrator" and right in self.rights


@dataclass(slots=True)
class Talk(Place):
    """Two people talking with each other. The bot is not there: it knows its inline messages by another id."""

    number: int
    both: tuple[Person, Person]

    @property
    def id(self) -> int:
        return self.number

    @property
    def kind(self) -> str:
        return "person"

    @property
    def people(self) -> list[int]:
        return [each.id for each in self.both]

    def other(self, person: int) -> Person:
        return next(each for each in self.both if each.id != person)

    def as_chat(self) -> Json:
        return {"id": self.number, "type": "private"}
