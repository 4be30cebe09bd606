"""What Telegram keeps for one bot: people, their chats, messages, queries and the bot's own settings."""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from lab.telegram.call import Call, Refusal, bad_request
from lab.telegram.delivery import Delivery
from lab.telegram.files import Files
from lab.telegram.limits import Pace
from lab.world import World

DEFAULT_TOKEN: Final = "7000000001:lab-opens-nothing-outside-this-box-000"
QUERY_LIFE: Final = timedelta(minutes=15)
ACTION_LIFE: Final = timedelta(seconds=5)

Message = dict[str, Any]  # a Message object exactly as the Bot API gives it


@dataclass(slots=True)
class Person:
    """A Telegram user; the id is the id of their private chat with the bot too."""

    id: int
    name: str
    username: str | None
    language: str

    def as_user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, **self._names(), "language_code": self.language}

    def as_chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", **self._names()}

    def _names(self) -> dict[str, Any]:
        first, _, last = self.name.partition(" ")
        names = {"first_name": first, "last_name": last, "username": self.username}
        return {key: value for key, value in names.items() if value}


@dataclass(slots=True)
class Chat:
    """One person's private chat with the bot."""

    person: Person
    started: bool = False
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    toasts: list[dict[str, Any]] = field(default_factory=list)
    pinned: list[int] = field(default_factory=list)
    action: tuple[str, datetime] | None = None
    menu_button: dict[str, Any] | None = None
    reactions: dict[int, list[str]] = field(default_factory=dict)
    topics: dict[int, dict[str, Any]] = field(default_factory=dict)
    inline_results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    invoices: dict[int, str] = field(default_factory=dict)  # message -> the bot's payload
    checkouts: dict[str, int] = field(default_factory=dict)  # query that waits for an answer -> message
    charges: set[str] = field(default_factory=set)
    refunded: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Query:
    """A question of Telegram to the bot that wants an answer: a press, an inline search or a checkout."""

    id: str
    kind: str
    chat: Chat
    at: datetime


class Bot:
    """The state behind one token."""

    def __init__(self, world: World, token: str, on_reply: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self.world = world
        self.token = token
        self.username = "parley_lab_bot"
        self.name = "Parley"
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.delivery = Delivery(world, on_reply)
        self.files = Files()
        self.pace = Pace(world.clock)
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}  # (scope as JSON, language) -> commands
        self.texts: dict[tuple[str, str], str] = {}  # (what, language) -> description
        self.menu_button: dict[str, Any] = {"type": "default"}
        self._people_ids = itertools.count(500_000_001)
        self._message_ids = itertools.count(1)
        self._query_ids = itertools.count(880_000_000_000_001)

    def as_user(self) -> dict[str, Any]:
        return {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": self.name, "username": self.username}

    def add_person(
        self, name: str, id_: int | None = None, username: str | None = None, language: str = "en"
    ) -> Person:
        """Make a person, or give back the one who has this id already."""
        if id_ in self.chats:
            return self.chats[id_].person
        if id_ is None:
            id_ = next(each for each in self._people_ids if each not in self.chats)
        person = Person(id_, name, username, language)
        self.chats[id_] = Chat(person)
        self.changed(id_)
        return person

    def chat_of(self, call: Call, *, write: bool = True) -> Chat:
        """The chat named by `chat_id`: started by the person and, for writing, not blocked."""
        if call.fields.get("chat_id") in (None, ""):
            raise bad_request("chat_id is empty")
        chat = self.chats.get(call.integer("chat_id"))
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        if write and chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def put(self, chat: Chat, content: dict[str, Any], *, sender: dict[str, Any]) -> Message:
        """A new message at the end of the chat."""
        message: Message = {
            "message_id": next(self._message_ids),
            "from": sender,
            "chat": chat.person.as_chat(),
            "date": self.now(),
            **content,
        }
        chat.messages[message["message_id"]] = message
        self.changed(chat.person.id)
        return message

    def receive(self, chat: Chat, content: dict[str, Any]) -> Message:
        """A new message of the person: shown in the chat and queued for the bot."""
        chat.started = True
        message = self.put(chat, content, sender=chat.person.as_user())
        self.delivery.add("message", chat.person.id, dict(message))
        return message

    def ask(self, kind: str, chat: Chat, content: dict[str, Any]) -> Query:
        """Send the bot a query of the person; `content` is the update's object without id and sender."""
        query = Query(str(next(self._query_ids)), kind, chat, self.world.clock.now())
        self.queries[query.id] = query
        self.delivery.add(kind, chat.person.id, {"id": query.id, "from": chat.person.as_user(), **content})
        return query

    def query_of(self, call: Call, name: str, kind: str, life: timedelta = QUERY_LIFE) -> Query:
        query = self.queries.get(call.text(name))
        if query is None or query.kind != kind or self.world.clock.now() - query.at > life:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return query

    def commands_for(self, person: Person) -> list[dict[str, str]]:
        """The narrowest list that is set, the person's language before none (Bot API, BotCommandScope)."""
        own = {"type": "chat", "chat_id": person.id}
        for scope in (own, {"type": "all_private_chats"}, {"type": "default"}):
            for language in (person.language, ""):
                found = self.commands.get((scope_key(scope), language))
                if found:
                    return found
        return []

    def now(self) -> int:
        return int(self.world.clock.now().timestamp())

    def changed(self, person: int) -> None:
        self.world.tell({"kind": "telegram", "person": person})


def scope_key(scope: dict[str, Any]) -> str:
    return json.dumps(scope, sort_keys=True)
