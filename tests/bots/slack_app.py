"""The Slack app over the stall, and readers of its windows and cards."""

from __future__ import annotations

import io
import random
from typing import Any

from PIL import Image

from bots.slack.app import SlackBot, client_at
from bots.slack.sender import SlackSender
from bots.slack.workspaces import Workspaces
from config.platforms import PLATFORMS
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults, MarketContext
from conversations.engine import Engine
from conversations.forms.form import Field, Form, Values
from conversations.platforms import by_code
from conversations.reply import Button, Card, CardList, Home, Line, Option, Say
from conversations.router import Flow, Router
from conversations.update_handler import UpdateHandler
from core.catalogue.language.places import Places
from core.kernel.ids import Ids
from lab.app import Lab
from lab.tests.slack.member import Json, messages
from lab.tests.slack.member import Member as Window
from tests.bots.sample_market import Stall, stall_router
from tests.core.goods import catalogue

GOODS = ("pellets", "chips")


def _grades(_chat: ChatContext, values: Values) -> list[Option]:
    return [Option(value=f"{values['goods']}-{n}", label=f"{values['goods']} {n}") for n in "AB"]


TRADE = Form(
    "trade",
    (
        Field("note"),
        Field(
            "goods",
            "choice",
            options=lambda _chat, _values: [Option(value=each, label=each) for each in GOODS],
            shapes_form=True,
        ),
        Field("grade", "choice", options=_grades, applies=lambda values: "goods" in values),
    ),
)


def home_router() -> Router:
    """Add what the stall lacks: a home screen, and a form whose fields depend on each other."""
    router, waiting = Router(), ["offer from Jonas"]

    @router.command("me")
    def me(chat: ChatContext, _rest: str) -> None:
        done = Button(label="Done", press=press("waiting.done"))
        items = tuple(Card(title=each, buttons=((done,),)) for each in waiting)
        section = CardList(subject="waiting", title=f"{len(waiting)} waiting", items=items)
        chat.reply(Home(title=f"Member of {chat.person.name}", sections=(section,)))

    @router.press("waiting.done")
    def finish(_chat: ChatContext, _pressed: Press) -> None:
        waiting.clear()

    def publish(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
        chat.reply(Card(title="Traded", lines=(Line(label="Grade", value=values["grade"]),)))

    router.flow(Flow(TRADE, publish))

    @router.command("both")
    def both(chat: ChatContext, _rest: str) -> None:
        chat.reply(Say(text="first"), Say(text="second"))

    return router


def slack(lab: Lab, stall: Stall, **secrets: str) -> SlackBot:
    client = client_at(lab.slack.bot_token, f"{lab.url}/slack/api/")
    workspaces = Workspaces(client)
    stall.deliver("slack", SlackSender(workspaces, stall.transactions))
    market_context = MarketContext(catalogue(), Places([]), stall.wordings, 100, 1500, platforms=by_code(PLATFORMS))
    engine = Engine([stall_router(), home_router()], market_context)
    update_handler = UpdateHandler(stall.transactions, engine, Ids(random.Random(5).randbytes))
    return SlackBot(workspaces, update_handler, stall.wordings, stall.files, **secrets)


def inputs(view: Json) -> dict[str, Json]:
    """Return the window's fields by name, each with its block_id."""
    return {block["block_id"].split("~")[0]: block for block in view["blocks"] if block["type"] == "input"}


def entered(view: Json, **values: Any) -> dict[str, dict[str, Any]]:
    return {inputs(view)[name]["block_id"]: {"value": value} for name, value in values.items()}


def said(blocks: list[Json]) -> str:
    """Return all words of some blocks."""
    words = []
    for block in blocks:
        if block["type"] == "rich_text":
            words += [run["text"] for section in block["elements"] for run in section["elements"]]
        elif block["type"] == "header":
            words.append(block["text"]["text"])
    return "|".join(words)


def buttons(blocks: list[Json]) -> list[Json]:
    """Return the block and action ids under which each button can be pressed."""
    return [
        {"block_id": block["block_id"], "action_id": each["action_id"]}
        for block in blocks
        if block["type"] == "actions"
        for each in block["elements"]
    ]


def photo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(written, "PNG")
    return written.getvalue()


async def window(ona: Window) -> Json:
    return dict(await ona.sees(lambda screen: screen["modals"] and screen["modals"][-1]))


async def last(ona: Window, words: str) -> Json:
    """Return the newest message, once it holds these words."""

    def look(screen: Json) -> Json | None:
        found = messages(screen)
        return found[-1] if found and words in said(found[-1].get("blocks", [])) else None

    return dict(await ona.sees(look))
