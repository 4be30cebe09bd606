"""The base of every part of a phone: its owner, and the place where the person is."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException

from lab.telegram.places import Chat, Group, Message, Person, Place
from lab.telegram.state import Bot

Seen = dict[str, Any]


def impossible(why: str) -> HTTPException:
    """Return a 409 for an action that is impossible on a phone."""
    return HTTPException(409, why)


class Hands:
    """A base of the faces. Their calls are `async` although few wait: FastAPI runs plain functions in threads, and the
    lab lives in one.
    """

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    def chat_with_bot(self, person: int) -> Chat:
        if person not in self.bot.chats:
            raise HTTPException(404, f"nobody on Telegram has the id {person}")
        return self.bot.chats[person]

    def place(self, person: int, place: int | None) -> Place:
        """Return the chat with the bot (by default), a group the person is in, or the talk with another person."""
        chat = self.chat_with_bot(person)
        if place in (None, person, self.bot.id):
            return chat
        assert place is not None
        if place in self.bot.groups:
            if person not in self.bot.groups[place].members:
                raise impossible(f"{chat.person.name} is not in this group")
            return self.bot.groups[place]
        if place in self.bot.chats:
            return self.bot.talk(chat.person, self.bot.chats[place].person)
        raise HTTPException(404, f"there is no chat {place}")

    def written_in(self, person: int, place: int | None) -> Place:
        """Return the place for writing. Refuse a bot that is blocked, and a group that has moved."""
        here, chat = self.place(person, place), self.chat_with_bot(person)
        if chat.deactivated:
            raise impossible(f"{chat.person.name} has left Telegram")
        if isinstance(here, Chat):
            if chat.blocked:
                raise impossible(f"{chat.person.name} has blocked the bot and must unblock it first")
            chat.started = True
        if isinstance(here, Group) and here.migrated_to is not None:
            raise impossible("the group has become a supergroup and lives on there")
        return here

    def message(self, place: Place, number: int) -> Message:
        if number not in place.messages:
            raise impossible("this message is not on the screen")
        return place.messages[number]

    def person(self, person: int) -> Person:
        return self.chat_with_bot(person).person
