"""A person's actions besides writing: pressing, following links, searching inline, paying, blocking."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException

from lab.telegram.entities import marked, marked_caption
from lab.telegram.limits import caption_in, formatted
from lab.telegram.methods.queries import show_results
from lab.telegram.methods.stars import ask_checkout, paid_for
from lab.telegram.phones.hands import Hands, Seen, impossible
from lab.telegram.phones.views import message_view, person_view
from lab.telegram.places import Chat, Json
from lab.telegram.state import InlineMessage, Search

Number = Annotated[int, Body()]
OnlyNumber = Annotated[int, Body(embed=True)]
Where = Annotated[int | None, Body()]
Payload = Annotated[str, Body(embed=True, pattern=r"^[A-Za-z0-9_-]{0,64}$")]
Word = Annotated[str, Body(max_length=256)]
START: re.Pattern[str] = re.compile(r"https?://t\.me/(\w+)(?:\?start=([A-Za-z0-9_-]{1,64}))?")


class Acting(Hands):
    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/lab/telegram")
        for deed in (self.press, self.start, self.follow, self.inline, self.choose, self.pay):
            routes.add_api_route(f"/people/{{person}}/{deed.__name__}", deed, methods=["POST"])
        for change in (self.block, self.unblock, self.leave_telegram):
            routes.add_api_route(f"/people/{{person}}/{change.__name__}", change, methods=["POST"])
        return routes

    async def press(self, person: int, message_id: Number, data: Word, place: Where = None) -> dict[str, str]:
        """Press a button. Any data may be pressed: a phone may still show the old button after an edit."""
        here = self.written_in(person, place)
        message = here.messages.get(message_id)
        by_way = next(
            (each for each in self.bot.inline_messages.values() if (each.place, each.number) == (here, message_id)),
            None,
        )
        content: Json = {"chat_instance": str(-here.id), "data": data}
        if by_way is not None:
            content["inline_message_id"] = by_way.id
        elif message is not None and message["from"]["id"] != self.bot.id:
            raise impossible("there is no button under a message that the bot has not sent")
        else:
            gone = {"message_id": message_id, "chat": here.as_chat(), "date": 0}  # an InaccessibleMessage
            content["message"] = message or gone
        return {"query_id": self.bot.ask("callback_query", self.chat_with_bot(person), content).id}

    async def start(self, person: int, payload: Payload = "") -> Seen:
        """Press the START button or follow a deep link; it also unblocks a blocked bot."""
        chat = self.chat_with_bot(person)
        if chat.blocked:
            self._set_blocked(chat, blocked=False)
        self.written_in(person, None)
        message = self.bot.receive(chat, marked(f"/start {payload}".strip()))
        return message_view(chat, message, chat.person)

    async def follow(self, person: int, url: Annotated[str, Body(embed=True)]) -> Seen:
        """Follow a t.me link to the bot, from a button or a text."""
        found = START.fullmatch(url)
        if found is None or found[1] != self.bot.username:
            raise impossible(f"{url} does not lead to this bot, or asks it for something it could not be told")
        return await self.start(person, found[2] or "")

    async def inline(self, person: int, query: Word = "", offset: Word = "", place: Where = None) -> dict[str, str]:
        """Type `@bot query` in some chat. A query whose answer may be cached is answered without the bot."""
        if not self.bot.habits.inline:
            raise impossible("this bot has no inline mode")
        here, chat = self.place(person, place), self.chat_with_bot(person)
        kind = "sender" if isinstance(here, Chat) else "private" if here.kind == "person" else here.kind
        search = Search(query, offset, here)
        for whose in (person, 0):
            answer, until = self.bot.cached_answers.get((whose, query, offset), (None, None))
            if answer is not None and until is not None and self.bot.world.clock.now() < until:
                number = f"cached-{len(self.bot.searches)}"
                self.bot.searches[number] = search
                show_results(self.bot, number, answer)
                return {"query_id": number}
        content = {"query": query, "offset": offset, "chat_type": kind}
        asked = self.bot.ask("inline_query", chat, content)
        self.bot.searches[asked.id] = search
        return {"query_id": asked.id}

    async def choose(self, person: int, query_id: Word, result_id: Word) -> Seen:
        """Send the chosen result as the person, "via @bot", to the chat where it was asked for."""
        search = self.bot.searches.get(query_id)
        if search is None or result_id not in search.results:
            raise HTTPException(404, "there is no such inline result on the screen")
        result, who, place = search.results[result_id], self.person(person), search.place
        message = self.bot.receive(place, self._sent(result), who)
        chosen: Json = {"result_id": result_id, "from": who.as_user(), "query": search.query}
        if "reply_markup" in message:
            by_way = InlineMessage(f"AgAAA{len(self.bot.inline_messages):06d}lab", place, message["message_id"])
            self.bot.inline_messages[by_way.id] = by_way
            chosen["inline_message_id"] = by_way.id
        if self.bot.habits.inline_feedback:
            self.bot.delivery.add("chosen_inline_result", person, chosen)
        return message_view(place, message, who)

    async def pay(self, person: int, message_id: OnlyNumber) -> dict[str, str]:
        """Press Pay under an invoice. The bot's refusal comes as a toast, its consent as a receipt."""
        chat = self.chat_with_bot(person)
        self.written_in(person, None)
        if message_id not in chat.invoices or message_id not in chat.messages:
            raise impossible("there is no invoice to pay")
        if paid_for(chat, message_id):
            raise impossible("this invoice is paid")
        return {"query_id": ask_checkout(self.bot, chat, message_id)}

    async def block(self, person: int) -> Seen:
        return self._set_blocked(self.chat_with_bot(person), blocked=True)

    async def unblock(self, person: int) -> Seen:
        return self._set_blocked(self.chat_with_bot(person), blocked=False)

    async def leave_telegram(self, person: int) -> Seen:
        """Delete the account. The bot is not told, and finds out when it writes."""
        chat = self.chat_with_bot(person)
        chat.deactivated = True
        self.bot.changed(person)
        return person_view(chat)

    def _set_blocked(self, chat: Chat, *, blocked: bool) -> Seen:
        """Block or unblock the bot, which is told of it as a change of its own membership."""
        if chat.blocked != blocked:
            member = {"user": self.bot.as_user(), "status": "member"}
            kicked = {"user": self.bot.as_user(), "status": "kicked", "until_date": 0}
            old, new = (member, kicked) if blocked else (kicked, member)
            change: Json = {"chat": chat.as_chat(), "from": chat.person.as_user(), "date": self.bot.now()}
            change |= {"old_chat_member": old, "new_chat_member": new}
            chat.blocked = blocked
            self.bot.delivery.add("my_chat_member", chat.id, change)
            self.bot.changed(chat.person.id)
        return person_view(chat)

    def _sent(self, result: Json) -> Json:
        """Return the message that an inline result becomes."""
        more: Json = {"via_bot": self.bot.as_user()}
        if result.get("reply_markup"):
            more["reply_markup"] = result["reply_markup"]
        return _content(self, result) | more


def _content(acting: Acting, result: Json) -> Json:
    given: Json = result.get("input_message_content") or {}
    if "message_text" in given:
        return marked(*formatted(given, "message_text", "entities"))
    spot = given if "latitude" in given else result
    if "latitude" in spot:
        location: Json = {key: spot[key] for key in ("latitude", "longitude")}
        where: Json = {key: spot[key] for key in ("title", "address") if key in spot}
        return {"location": location} | ({"venue": {"location": location, **where}} if len(where) == 2 else {})
    for kind in ("photo", "document"):
        stored: Any = result.get(f"{kind}_file_id")
        if stored:
            return acting.bot.files.known(stored, kind) | marked_caption(*caption_in(result))
    if result["type"] in ("photo", "document"):  # a file by its address, which a lab without internet cannot fetch
        raise impossible(f"the lab cannot fetch {result.get('photo_url') or result.get('document_url')}")
    return marked(str(result.get("title", "")))
