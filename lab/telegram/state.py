"""Telegram's state for one bot: people, places, messages, queries and the bot's own settings."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from lab.telegram.call import Call, Refusal, bad_request
from lab.telegram.delivery import Delivery
from lab.telegram.files import Files
from lab.telegram.pace import Pace
from lab.telegram.places import Chat, Group, Json, Message, Person, Place, Talk
from lab.world import Numbers, World

DEFAULT_TOKEN: Final = "7000000001:lab-opens-nothing-outside-this-box-000"
QUERY_LIFE: Final = timedelta(minutes=15)
ACTION_LIFE: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Query:
    """A question of Telegram's to the bot: a press, an inline search or a checkout."""

    id: str
    kind: str
    chat: Chat  # the chat of the asking person
    at: datetime


@dataclass(slots=True)
class Habits:
    """The settings of a bot in BotFather's menus."""

    topics: bool = True  # private chats in topic mode
    privacy: bool = True  # in groups it sees commands and replies only
    inline: bool = True
    inline_feedback: bool = True
    join_groups: bool = True


@dataclass(slots=True)
class InlineMessage:
    """A message that a person sent via the bot. The bot knows it only by this id."""

    id: str
    place: Place
    number: int


@dataclass(slots=True)
class Search:
    """An inline query that is open on a phone: its place, and the bot's answer."""

    query: str
    offset: str
    place: Place
    answered: bool = False
    results: dict[str, Json] = field(default_factory=dict)
    next_offset: str = ""
    button: Json | None = None


class Bot:
    """The state behind one token."""

    def __init__(self, world: World, token: str, on_reply: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self.world = world
        self.token = token
        self.username = "parley_lab_bot"
        self.name = "Parley"
        self.habits = Habits()
        self.chats: dict[int, Chat] = {}
        self.groups: dict[int, Group] = {}
        self.private_chats: dict[frozenset[int], Talk] = {}
        self.queries: dict[str, Query] = {}
        self.searches: dict[str, Search] = {}
        self.inline_messages: dict[str, InlineMessage] = {}
        self.cached_answers: dict[tuple[int, str, str], tuple[Json, datetime]] = {}  # person (0: all), query, offset
        self.delivery = Delivery(world, on_reply)
        self.files = Files(world.clock)
        self.pace = Pace(world.clock)
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}  # (scope as JSON, language) -> commands
        self.texts: dict[tuple[str, str], str] = {}  # (kind, language) -> description
        self.menu_button: Json = {"type": "default"}
        self.star_transactions: list[Json] = []
        self._people_ids = Numbers(500_000_001)
        self._message_ids = Numbers(1)
        self._query_ids = Numbers(880_000_000_000_001)
        self._group_ids = Numbers(4_000_000_001)

    @property
    def id(self) -> int:
        return int(self.token.split(":")[0])

    def as_user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    # -- people and places ---------------------------------------------------------------------

    def add_person(
        self, name: str, id_: int | None = None, username: str | None = None, language: str = "en"
    ) -> Person:
        """Make a person, or return the one who has this id already."""
        if id_ in self.chats:
            return self.chats[id_].person
        if id_ is None:
            id_ = next(each for each in self._people_ids if each not in self.chats)
        person = Person(id_, name, username, language)
        self.chats[id_] = Chat(person)
        self.changed(id_)
        return person

    def add_resident(self, name: str, id_: int, language: str = "en") -> None:
        """Add a resident: they have met the bot before, and their phone waits for no newcomer."""
        self.add_person(name, id_, language=language)
        self.chats[id_].started = self.chats[id_].resident = True

    def add_group(self, title: str, *, supergroup: bool = False, forum: bool = False) -> Group:
        """Add an empty group; ids of supergroups begin with -100, as Telegram's do."""
        number = next(self._group_ids)
        group = Group(-1_000_000_000_000 - number if supergroup else -number, title, supergroup, forum)
        self.groups[group.id] = group
        return group

    def talk(self, one: Person, other: Person) -> Talk:
        """Return the talk of two people with each other."""
        both = frozenset({one.id, other.id})
        if both not in self.private_chats:
            self.private_chats[both] = Talk(next(self._group_ids), (one, other))
        return self.private_chats[both]

    def chat_of(self, call: Call, *, write: bool = True, name: str = "chat_id") -> Chat | Group:
        """Return the place named by `chat_id`, if the bot may write there. Raises Telegram's error otherwise."""
        if call.value(name) is None:
            raise bad_request("chat_id is empty")
        number = call.integer(name)
        if number in self.groups:
            return self._group(self.groups[number])
        chat = self.chats.get(number)
        if chat is not None and write and chat.deactivated:
            raise Refusal(403, "Forbidden: user is deactivated")
        if chat is not None and not chat.started and chat.met:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        if write and chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def _group(self, group: Group) -> Group:
        if group.migrated_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=group.migrated_to,
            )
        if group.bot == "absent":
            raise bad_request("chat not found")
        if group.bot == "kicked":
            raise Refusal(403, f"Forbidden: bot was kicked from the {group.kind} chat")
        if group.bot == "left":
            raise Refusal(403, f"Forbidden: bot is not a member of the {group.kind} chat")
        return group

    # -- messages ------------------------------------------------------------------------------

    def put(self, place: Place, content: Json, *, sender: Json) -> Message:
        """Put a new message at the end of a place. Supergroups count their messages on their own."""
        number = next(self._message_ids)
        if isinstance(place, Group) and place.supergroup:
            place.last_id += 1
            number = place.last_id
        head = {"message_id": number, "from": sender, "chat": place.as_chat(), "date": self.now()}
        place.messages[number] = head | content
        self.changed_in(place)
        return place.messages[number]

    def receive(self, place: Place, content: Json, person: Person | None = None) -> Message:
        """Receive a new message of a person, in their chat with the bot or elsewhere.

        Queue it for the bot if the bot may see it.
        """
        if isinstance(place, Chat):
            place.started = True
            person = place.person
            place.force_reply = None
            if place.keyboard and place.keyboard.get("one_time_keyboard"):
                place.keyboard = None
        assert person is not None, "in a group somebody speaks"
        message = self.put(place, content, sender=person.as_user())
        if self.sees(place, message):
            self.delivery.add("message", place.id, dict(message))
        return message

    def tell_service(self, place: Place, content: Json, sender: Json) -> Message:
        """Put Telegram's own note in a place (a person came, a message was pinned). Bots always get these."""
        message = self.put(place, content, sender=sender)
        if isinstance(place, Chat) or (isinstance(place, Group) and place.bot_inside):
            self.delivery.add("message", place.id, dict(message))
        return message

    def sees(self, place: Place, message: Message) -> bool:
        """Return whether the bot gets a message: in groups, privacy mode hides what is not meant for it.

        core.telegram.org/bots/features#privacy-mode: commands meant for this bot, messages sent via it, replies to it.
        An administrator sees everything.
        """
        if isinstance(place, Chat):
            return True
        if not (isinstance(place, Group) and place.bot_inside):
            return False
        if place.bot == "administrator" or not self.habits.privacy:
            return True
        replied = message.get("reply_to_message", {}).get("from", {}).get("id")
        if self.id in (replied, message.get("via_bot", {}).get("id")):
            return True
        name, _, whose = str(message.get("text") or message.get("caption") or "").split(" ")[0].partition("@")
        return name.startswith("/") and whose.lower() in ("", self.username)

    # -- questions -----------------------------------------------------------------------------

    def ask(self, kind: str, chat: Chat, content: Json) -> Query:
        """Send the bot a query of the person; `content` is the update's object without id and sender."""
        query = Query(str(next(self._query_ids)), kind, chat, self.world.clock.now())
        self.queries[query.id] = query
        chat.met = True
        self.delivery.add(kind, chat.person.id, {"id": query.id, "from": chat.person.as_user(), **content})
        return query

    def query_of(self, call: Call, name: str, kind: str, life: timedelta = QUERY_LIFE) -> Query:
        """Return the query that is being answered; each can be answered once."""
        query = self.queries.get(call.text(name))
        if query is None or query.kind != kind or self.world.clock.now() - query.at > life:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return self.queries.pop(query.id)

    def commands_for(self, person: Person, group: Group | None = None) -> list[dict[str, str]]:
        """Return the narrowest list that is set; one in the person's language goes first (Bot API, BotCommandScope)."""
        scopes: list[Json] = [{"type": "chat", "chat_id": person.id}, {"type": "all_private_chats"}]
        if group is not None:
            scopes = [{"type": "chat_member", "chat_id": group.id, "user_id": person.id}]
            boss = group.members.get(person.id) in ("creator", "administrator")
            scopes += [{"type": "chat_administrators", "chat_id": group.id}] if boss else []
            scopes += [{"type": "chat", "chat_id": group.id}]
            scopes += [{"type": "all_chat_administrators"}] if boss else []
            scopes += [{"type": "all_group_chats"}]
        for scope in (*scopes, {"type": "default"}):
            for language in (person.language, ""):
                found = self.commands.get((scope_key(scope), language))
                if found:
                    return found
        return []

    def now(self) -> int:
        return int(self.world.clock.now().timestamp())

    def changed(self, person: int) -> None:
        self.world.tell({"kind": "telegram", "person": person})

    def changed_in(self, place: Place) -> None:
        for person in place.people:
            self.changed(person)


def scope_key(scope: dict[str, Any]) -> str:
    return json.dumps(scope, sort_keys=True)
