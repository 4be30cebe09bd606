"""People and their view: the list of people, their chats, and the files in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, HTTPException
from fastapi.responses import Response

from lab.telegram.methods.stars import forget_late_checkouts
from lab.telegram.phones.hands import Hands, Seen
from lab.telegram.phones.views import person_view, phone_id, place_view, title_of
from lab.telegram.places import Place


class Looking(Hands):
    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/telegram")
        routes.add_api_route("/people", self.add_person, methods=["POST"])
        routes.add_api_route("/people/{person}/chat", self.chat, methods=["GET"])
        routes.add_api_route("/people/{person}/chats", self.chats, methods=["GET"])
        routes.add_api_route("/people/{person}/inline/{query_id}", self.offered, methods=["GET"])
        routes.add_api_route("/files/{file_id}", self.download, methods=["GET"])
        return routes

    async def add_person(
        self,
        name: Annotated[str, Body(min_length=1, max_length=128)],
        *,
        number: Annotated[int | None, Body(alias="id", gt=0)] = None,
        username: Annotated[str | None, Body()] = None,
        language: Annotated[str, Body(min_length=2)] = "en",
    ) -> Seen:
        person = self.bot.add_person(name, number, username, language)
        return person_view(self.bot.chats[person.id])

    async def chat(self, person: int, place: int | None = None) -> Seen:
        """Return the contents of one place, by default of the chat with the bot."""
        forget_late_checkouts(self.bot, self.chat_with_bot(person))
        return place_view(self.bot, self.place(person, place), self.person(person))

    async def chats(self, person: int) -> list[Seen]:
        """Return all the person's chats, the bot's first."""
        bot, own = self.bot, self.chat_with_bot(person)
        groups = [group for group in bot.groups.values() if person in group.members]
        private_chats = [talk for both, talk in bot.private_chats.items() if person in both]
        return [self._line(place, person) for place in (own, *groups, *private_chats)]

    async def offered(self, person: int, query_id: str) -> Seen:
        """Return the bot's answer to an inline query, as the phone offers it."""
        search = self.bot.searches.get(query_id)
        if search is None:
            raise HTTPException(404, "there is no such inline query")
        shown = ("id", "type", "title", "description", "caption", "reply_markup")
        results = [
            {key: each[key] for key in shown if key in each}
            | ({"thumbnail": each["thumbnail_url"]} if "thumbnail_url" in each else {})
            for each in search.results.values()
        ]
        seen: Seen = {"query": search.query, "answered": search.answered, "results": results}
        return seen | {"next_offset": search.next_offset} | ({"button": search.button} if search.button else {})

    async def download(self, file_id: str) -> Response:
        stored = self.bot.files.get(file_id)
        if stored is None:
            raise HTTPException(404, "no such file")
        return Response(stored.content, media_type=stored.mime)

    def _line(self, place: Place, person: int) -> Seen:
        who = self.person(person)
        last = next(reversed(place.messages.values()), None)
        words = (last.get("text") or last.get("caption") or "") if last else ""
        return {
            "id": phone_id(place, who),
            "kind": place.kind,
            "title": title_of(self.bot, place, who),
            "last": words,
            "date": last["date"] if last else None,
        }
