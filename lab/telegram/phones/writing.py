"""A person's messages: words, files, places on a map, reactions and topics, and their changes and deletions."""

from __future__ import annotations

import secrets
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Body, Form, HTTPException, UploadFile

from lab.telegram.call import Refusal, Upload
from lab.telegram.entities import marked, marked_caption
from lab.telegram.limits import CAPTION_CHARACTERS, TEXT_CHARACTERS
from lab.telegram.methods.editing import EMOJI
from lab.telegram.methods.forwarding import forwarded, may_leave
from lab.telegram.methods.topics import COLOURS, open_topic
from lab.telegram.phones.hands import Hands, Seen, impossible
from lab.telegram.phones.views import message_view
from lab.telegram.places import Chat, Group, Json, Place, Topic

# A person may upload 2 GB to Telegram; the lab keeps files in memory and stops earlier.
PERSON_UPLOAD_BYTES: Final = 100 * 1024 * 1024

Text = Annotated[str, Body(min_length=1, max_length=TEXT_CHARACTERS)]
Number = Annotated[int, Body()]
Where = Annotated[int | None, Body()]
Latitude = Annotated[float, Body(ge=-90, le=90)]
Longitude = Annotated[float, Body(ge=-180, le=180)]


class Writing(Hands):
    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/telegram")
        words = (self.say, self.edit, self.delete, self.forward, self.react, self.topic)
        for deed in (*words, self.send, self.location, self.venue, self.contact, self.share):
            routes.add_api_route(f"/people/{{person}}/{deed.__name__}", deed, methods=["POST"])
        return routes

    async def say(
        self, person: int, text: Text, reply_to: Where = None, topic: Where = None, place: Where = None
    ) -> Seen:
        here = self.written_in(person, place)
        return self._receive(here, person, marked(text) | self._thread(here, topic) | self._reply(here, reply_to))

    async def edit(self, person: int, message_id: Number, text: Text, place: Where = None) -> Seen:
        here = self.written_in(person, place)
        message = self.message(here, message_id)
        kind = "text" if "text" in message else "caption"
        if kind not in message or message["from"]["id"] != person or message.keys() & {"via_bot", "forward_origin"}:
            raise impossible("a person can edit only a text of their own")
        kept = {key: value for key, value in message.items() if key not in ("entities", "caption_entities")}
        changed = kept | (marked(text) if kind == "text" else marked_caption(text)) | {"edit_date": self.bot.now()}
        here.messages[message_id] = changed
        if self.bot.sees(here, changed):
            self.bot.delivery.add("edited_message", here.id, changed)
        self.bot.changed_in(here)
        return message_view(here, changed, self.person(person))

    async def delete(self, person: int, message_id: Number, place: Where = None) -> Seen:
        """Delete a message for everybody; Telegram does not tell the bot."""
        here = self.written_in(person, place)
        self.message(here, message_id)
        del here.messages[message_id]
        here.pinned = [each for each in here.pinned if each != message_id]
        self.bot.changed_in(here)
        return {}

    async def forward(
        self, person: int, message_id: Number, origin: Annotated[int, Body(alias="from")], place: Where = None
    ) -> Seen:
        message = self.message(self.place(person, origin), message_id)
        if not may_leave(message):
            raise impossible("this message cannot be forwarded")
        return self._receive(self.written_in(person, place), person, forwarded(message))

    async def react(
        self, person: int, message_id: Number, emoji: Annotated[str, Body()] = "", place: Where = None
    ) -> Seen:
        """Put one reaction under a message, or none. A bot in a group only gets it as an administrator."""
        here = self.written_in(person, place)
        message = self.message(here, message_id)
        if emoji and emoji not in EMOJI:
            raise impossible("there is no such reaction")
        given = here.reactions.setdefault(message_id, {})
        old = given.get(person, [])
        given[person] = [{"type": "emoji", "emoji": emoji}] if emoji else []
        if isinstance(here, Chat) or (isinstance(here, Group) and here.bot == "administrator"):
            change = {"chat": here.as_chat(), "message_id": message_id, "user": self.person(person).as_user()}
            change |= {"date": self.bot.now(), "old_reaction": old, "new_reaction": given[person]}
            self.bot.delivery.add("message_reaction", here.id, change)
        self.bot.changed_in(here)
        return message_view(here, message, self.person(person))

    async def topic(self, person: int, name: Annotated[str, Body(embed=True, min_length=1, max_length=128)]) -> Seen:
        """Open a topic of the person's own in the chat with the bot."""
        chat = self.written_in(person, None)
        if not self.bot.habits.topics:
            raise impossible("the chat with this bot has no topics")
        announced = open_topic(self.bot, chat, Topic(name, COLOURS[0]), self.person(person).as_user())
        self.bot.delivery.add("message", chat.id, dict(announced))
        return {"id": announced["message_id"], "name": name}

    async def send(
        self,
        person: int,
        files: list[UploadFile],
        *,
        kind: Annotated[Literal["photo", "document"], Form(alias="as")] = "photo",
        caption: Annotated[str, Form(max_length=CAPTION_CHARACTERS)] = "",
        place: Annotated[int | None, Form()] = None,
        topic: Annotated[int | None, Form()] = None,
    ) -> list[Seen]:
        """Send one file or an album. An album reaches the bot as one update a file, with the caption in the first."""
        here = self.written_in(person, place)
        if not 1 <= len(files) <= 10:
            raise HTTPException(422, "an album has at most 10 files")
        try:
            contents = [self.bot.files.take(await _upload(each), kind, largest=PERSON_UPLOAD_BYTES) for each in files]
        except Refusal as refusal:
            raise HTTPException(422, refusal.description) from refusal
        contents[0] |= marked_caption(caption)
        group = {"media_group_id": str(secrets.randbelow(10**17))} if len(files) > 1 else {}
        group |= self._thread(here, topic)
        return [self._receive(here, person, content | group) for content in contents]

    async def location(self, person: int, latitude: Latitude, longitude: Longitude, place: Where = None) -> Seen:
        location = {"latitude": latitude, "longitude": longitude}
        return self._receive(self.written_in(person, place), person, {"location": location})

    async def venue(
        self,
        person: int,
        *,
        latitude: Latitude,
        longitude: Longitude,
        title: Annotated[str, Body(min_length=1)],
        address: Annotated[str, Body(min_length=1)],
        place: Where = None,
    ) -> Seen:
        location = {"latitude": latitude, "longitude": longitude}
        venue = {"location": location, "title": title, "address": address}
        return self._receive(self.written_in(person, place), person, {"location": location, "venue": venue})

    async def contact(self, person: int, phone: Annotated[str, Body()] = "+37060000000", place: Where = None) -> Seen:
        """Send their own number, as a button that asks for it does."""
        first = self.person(person).as_user()["first_name"]
        contact = {"phone_number": phone, "first_name": first, "user_id": person}
        return self._receive(self.written_in(person, place), person, {"contact": contact})

    async def share(
        self,
        person: int,
        what: Annotated[Literal["sticker", "voice", "video", "video_note", "audio", "dice", "poll"], Body()],
        place: Where = None,
    ) -> Seen:
        """Send another kind of content that a phone has."""
        return self._receive(self.written_in(person, place), person, {what: self._other(what)})

    def _receive(self, here: Place, person: int, content: Json) -> Seen:
        who = self.person(person)
        return message_view(here, self.bot.receive(here, content, who), who)

    def _reply(self, here: Place, number: int | None) -> Json:
        if number is None:
            return {}
        replied = self.message(here, number)
        return {"reply_to_message": {key: value for key, value in replied.items() if key != "reply_to_message"}}

    def _thread(self, here: Place, topic: int | None) -> Json:
        if topic is None:
            return {}
        if topic not in here.topics or here.topics[topic].closed:
            raise impossible("there is no such topic open")
        return {"message_thread_id": topic, "is_topic_message": True}

    def _other(self, what: str) -> Json:
        """Return an object of that kind; its file holds a few meaningless bytes."""
        if what == "dice":
            return {"emoji": "🎲", "value": self.bot.world.random.randint(1, 6)}
        if what == "poll":
            options = [
                {"persistent_id": str(number), "text": text, "voter_count": 0}
                for number, text in enumerate(("Yes", "No"))
            ]
            kind: Json = {"type": "regular", "is_closed": False, "is_anonymous": True, "total_voter_count": 0}
            kind |= {"allows_multiple_answers": False, "allows_revoting": True, "members_only": False}
            return {"id": str(secrets.randbelow(10**17)), "question": "Shall we?", "options": options, **kind}
        stored = self.bot.files.take(Upload(f"{what}.bin", "application/octet-stream", b"\0" * 64), "document")
        file = {key: stored["document"][key] for key in ("file_id", "file_unique_id", "file_size")}
        size = {"width": 320, "height": 320}
        match what:
            case "sticker":
                return file | size | {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👍"}
            case "video":
                return file | size | {"duration": 3}
            case "video_note":
                return file | {"length": 320, "duration": 3}
        return file | {"duration": 3}


async def _upload(given: UploadFile) -> Upload:
    return Upload(given.filename or "file", given.content_type or "application/octet-stream", await given.read())
