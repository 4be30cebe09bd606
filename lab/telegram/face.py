"""The phones: what a person does in the chat. The calls and their shapes are listed in lab/FACE.md."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Form, HTTPException, UploadFile
from fastapi.responses import Response

from lab.telegram.call import Refusal, Upload
from lab.telegram.limits import CAPTION_CHARACTERS, TEXT_CHARACTERS
from lab.telegram.stars import ask_checkout
from lab.telegram.state import Bot, Chat, Message
from lab.telegram.views import chat_view, marked, marked_caption, message_view, person_view

# A person may upload 2 GB to Telegram; the lab keeps files in memory and stops earlier.
PERSON_UPLOAD_BYTES: Final = 100 * 1024 * 1024

Seen = dict[str, Any]
Text = Annotated[str, Body(embed=True, min_length=1, max_length=TEXT_CHARACTERS)]
Number = Annotated[int, Body(embed=True)]
Payload = Annotated[str, Body(embed=True, pattern=r"^[A-Za-z0-9_-]{0,64}$")]
Word = Annotated[str, Body(embed=True, max_length=256)]


class Phones:
    """Every call of a person, bound to the bot they talk to. Nothing has to be set up before the first one.

    All are `async` though none waits: FastAPI runs plain functions in threads, and the lab lives in one.
    """

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/telegram")
        routes.add_api_route("/people", self.add_person, methods=["POST"])
        routes.add_api_route("/people/{person}/chat", self.chat, methods=["GET"])
        routes.add_api_route("/files/{file_id}", self.download, methods=["GET"])
        deeds = (self.say, self.edit, self.press, self.start, self.send, self.location)
        for deed in (*deeds, self.block, self.unblock, self.inline, self.choose, self.pay):
            routes.add_api_route(f"/people/{{person}}/{deed.__name__}", deed, methods=["POST"])
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

    async def chat(self, person: int) -> Seen:
        return chat_view(self.bot, self._chat(person))

    async def say(
        self,
        person: int,
        text: Text,
        reply_to: Annotated[int | None, Body()] = None,
        topic: Annotated[int | None, Body()] = None,
    ) -> Seen:
        chat = self._open(person)
        content = marked(text)
        if topic in chat.topics:
            content |= {"message_thread_id": topic, "is_topic_message": True}
        if reply_to in chat.messages:
            content["reply_to_message"] = chat.messages[reply_to]
        return message_view(chat, self.bot.receive(chat, content))

    async def edit(self, person: int, message_id: Number, text: Text) -> Seen:
        """Telegram lets people edit their own texts; the bot hears of it as `edited_message`."""
        chat = self._open(person)
        message = chat.messages.get(message_id)
        if message is None or message["from"]["is_bot"] or "text" not in message:
            raise HTTPException(409, "a person can edit only a text of their own")
        kept = {key: value for key, value in message.items() if key != "entities"}
        changed = kept | marked(text) | {"edit_date": self.bot.now()}
        chat.messages[message_id] = changed
        self.bot.delivery.add("edited_message", person, changed)
        self.bot.changed(person)
        return message_view(chat, changed)

    async def press(self, person: int, message_id: Number, data: Word) -> dict[str, str]:
        """A phone that has not heard of an edit still shows the old button, so any data may be pressed."""
        chat = self._open(person)
        message = chat.messages.get(message_id)
        if message is not None and not message["from"]["is_bot"]:
            raise HTTPException(409, "there is no button under a person's own message")
        gone = {"message_id": message_id, "chat": chat.person.as_chat(), "date": 0}  # an InaccessibleMessage
        content = {"message": message or gone, "chat_instance": str(-person), "data": data}
        return {"query_id": self.bot.ask("callback_query", chat, content).id}

    async def start(self, person: int, payload: Payload = "") -> Seen:
        """The START button or a deep link; it brings a blocked bot back, too."""
        chat = self._chat(person)
        if chat.blocked:
            self._set_blocked(chat, blocked=False)
        return message_view(chat, self.bot.receive(chat, marked(f"/start {payload}".strip())))

    async def send(
        self,
        person: int,
        files: list[UploadFile],
        kind: Annotated[str, Form(alias="as", pattern="^(photo|document)$")] = "photo",
        caption: Annotated[str, Form(max_length=CAPTION_CHARACTERS)] = "",
    ) -> list[Seen]:
        """One file or an album; an album reaches the bot as one update a file, the caption with the first."""
        chat = self._open(person)
        if not 1 <= len(files) <= 10:
            raise HTTPException(422, "an album has at most 10 files")
        try:
            contents = [self.bot.files.take(await _upload(each), kind, largest=PERSON_UPLOAD_BYTES) for each in files]
        except Refusal as refusal:
            raise HTTPException(422, refusal.description) from refusal
        contents[0] |= marked_caption(caption)
        group = {"media_group_id": str(secrets.randbelow(10**17))} if len(files) > 1 else {}
        return [message_view(chat, self.bot.receive(chat, content | group)) for content in contents]

    async def location(
        self,
        person: int,
        latitude: Annotated[float, Body(ge=-90, le=90)],
        longitude: Annotated[float, Body(ge=-180, le=180)],
    ) -> Seen:
        chat = self._open(person)
        place = {"latitude": latitude, "longitude": longitude}
        return message_view(chat, self.bot.receive(chat, {"location": place}))

    async def block(self, person: int) -> Seen:
        return self._set_blocked(self._chat(person), blocked=True)

    async def unblock(self, person: int) -> Seen:
        return self._set_blocked(self._chat(person), blocked=False)

    async def inline(self, person: int, query: Word = "") -> dict[str, str]:
        """Types `@bot query`; the results appear in the chat view under `inline`."""
        chat = self._open(person)
        content = {"query": query, "offset": "", "chat_type": "sender"}
        return {"query_id": self.bot.ask("inline_query", chat, content).id}

    async def choose(self, person: int, query_id: Word, result_id: Word) -> Seen:
        """The chosen result is written into the chat by the person, "via @bot"."""
        chat = self._open(person)
        for result in chat.inline_results.get(query_id, []):
            if result["id"] == result_id:
                chosen = {"result_id": result_id, "from": chat.person.as_user(), "query": ""}
                self.bot.delivery.add("chosen_inline_result", person, chosen)
                return message_view(chat, self.bot.receive(chat, self._chosen(result)))
        raise HTTPException(404, "there is no such inline result on the screen")

    async def pay(self, person: int, message_id: Number) -> dict[str, str]:
        """Presses Pay under an invoice; the bot's refusal comes as a toast, its consent as a receipt."""
        chat = self._open(person)
        if "invoice" not in chat.messages.get(message_id, {}):
            raise HTTPException(409, "there is no invoice to pay")
        return {"query_id": ask_checkout(self.bot, chat, message_id)}

    async def download(self, file_id: str) -> Response:
        stored = self.bot.files.get(file_id)
        if stored is None:
            raise HTTPException(404, "no such file")
        return Response(stored.content, media_type=stored.mime)

    def _chat(self, person: int) -> Chat:
        if person not in self.bot.chats:
            raise HTTPException(404, f"nobody on Telegram has the id {person}")
        return self.bot.chats[person]

    def _open(self, person: int) -> Chat:
        chat = self._chat(person)
        if chat.blocked:
            raise HTTPException(409, f"{chat.person.name} has blocked the bot and must unblock it first")
        chat.started = True
        return chat

    def _set_blocked(self, chat: Chat, *, blocked: bool) -> Seen:
        """Blocking is told to the bot as a change of its own membership."""
        if chat.blocked != blocked:
            member = {"user": self.bot.as_user(), "status": "member"}
            kicked = {"user": self.bot.as_user(), "status": "kicked", "until_date": 0}
            old, new = (member, kicked) if blocked else (kicked, member)
            change = {
                "chat": chat.person.as_chat(),
                "from": chat.person.as_user(),
                "date": self.bot.now(),
                "old_chat_member": old,
                "new_chat_member": new,
            }
            chat.blocked = blocked
            self.bot.delivery.add("my_chat_member", chat.person.id, change)
            self.bot.changed(chat.person.id)
        return person_view(chat)

    def _chosen(self, result: dict[str, Any]) -> Message:
        given = result.get("input_message_content") or {}
        text = given.get("message_text") or result.get("title", "")
        content: Message = {"text": text, "via_bot": self.bot.as_user()}
        if given.get("entities"):
            content["entities"] = given["entities"]
        if result.get("reply_markup"):
            content["reply_markup"] = result["reply_markup"]
        return content


async def _upload(given: UploadFile) -> Upload:
    return Upload(given.filename or "file", given.content_type or "application/octet-stream", await given.read())
