"""chat.*, reactions.add and pins.add."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import Field

from lab.slack.check import check_message
from lab.slack.payloads import bot_message
from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office, Structure, Structures, take_token
from lab.slack.workspace import BOT_USER, Channel, Workspace

Json = dict[str, Any]

LONGEST_TEXT: Final = 40_000  # chat.postMessage: "we will truncate messages containing more than 40,000 characters"


class PostMessage(Arguments):
    channel: str
    text: str = ""
    markdown_text: str | None = Field(None, max_length=12_000)
    blocks: Structures | None = None
    attachments: Structures | None = None
    metadata: Structure | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None


class PostEphemeral(PostMessage):
    user: str


class Update(Arguments):
    channel: str
    ts: str
    text: str | None = None
    blocks: Structures | None = None
    attachments: Structures | None = None
    metadata: Structure | None = None


class AtMessage(Arguments):
    channel: str
    ts: str


class Unfurl(AtMessage):
    unfurls: Structure | None = None
    metadata: Structure | None = None


class React(Arguments):
    channel: str
    timestamp: str
    name: str


class Pin(Arguments):
    channel: str
    timestamp: str


def content(work: Workspace, text: str, blocks: list[Json] | None, attachments: list[Json] | None) -> Json:
    """The checked text, blocks and attachments of a message. Raises no_text, msg_too_long, invalid_blocks."""
    if not text and not blocks and not attachments:
        raise Refusal("no_text")
    if len(text) > LONGEST_TEXT:
        raise Refusal("msg_too_long")
    checked = check_message(blocks, work.world.random) if blocks else None
    for attachment in attachments or []:
        if "blocks" in attachment:
            check_message(attachment["blocks"], work.world.random)
    return {"text": text, "blocks": checked, "attachments": attachments or None}


def post_message(office: Office, call: PostMessage) -> Json:
    work = office.work
    channel = _writable(work, call.channel)
    if call.thread_ts and channel.find(call.thread_ts) is None:
        raise Refusal("thread_not_found")
    parts = _content_of(work, call)
    take_token(work, channel)
    text, blocks, attachments = parts["text"], parts["blocks"], parts["attachments"]
    more = {"attachments": attachments, "thread_ts": call.thread_ts, "metadata": call.metadata}
    message = bot_message(work, text, blocks, **more)
    channel.messages.append(message)
    work.channel_changed(channel)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def post_ephemeral(office: Office, call: PostEphemeral) -> Json:
    work = office.work
    channel = _writable(work, call.channel)
    if call.user not in channel.members:
        raise Refusal("user_not_in_channel")
    parts = _content_of(work, call)
    take_token(work, channel)
    message = bot_message(work, parts["text"], parts["blocks"], attachments=parts["attachments"], is_ephemeral=True)
    channel.ephemeral.append((call.user, message))
    work.changed(call.user)
    return {"message_ts": message["ts"]}


def update(office: Office, call: Update) -> Json:
    """Text given without blocks takes the old blocks away; attachments stay unless new ones are given."""
    work = office.work
    channel, message = _own(office, call.channel, call.ts, "cant_update_message")
    if call.text is None and call.blocks is None and call.attachments is None:
        raise Refusal("no_text")
    text = message["text"] if call.text is None else call.text
    parts = content(work, text, call.blocks, call.attachments)
    kept = {"attachments"} if call.attachments is None else set()
    kept |= {"blocks"} if call.text is None and call.blocks is None else set()
    rewrite(work, message, {key: value for key, value in parts.items() if key not in kept})
    if call.metadata is not None:
        message["metadata"] = call.metadata
    work.channel_changed(channel)
    return {"channel": channel.id, "ts": message["ts"], "text": text, "message": message}


def rewrite(work: Workspace, message: Json, parts: Json) -> None:
    """New content for an old message; only a message of mere text is marked as edited, says chat.update."""
    for key, value in parts.items():
        if value is None:
            message.pop(key, None)
        else:
            message[key] = value
    if "blocks" not in message:
        message["edited"] = {"user": BOT_USER, "ts": work.new_ts()}


def delete(office: Office, call: AtMessage) -> Json:
    channel, message = _own(office, call.channel, call.ts, "cant_delete_message")
    channel.messages.remove(message)
    office.work.channel_changed(channel)
    return {"channel": channel.id, "ts": call.ts}


def unfurl(office: Office, call: Unfurl) -> Json:
    """Previews under a person's message; the urls must be in its text."""
    channel = office.work.channel(call.channel)
    message = channel.find(call.ts)
    if message is None:
        raise Refusal("cannot_unfurl_message")
    if call.unfurls is None and call.metadata is None:
        raise Refusal("missing_unfurls")
    for url, preview in (call.unfurls or {}).items():
        if url not in message["text"]:
            raise Refusal("cannot_unfurl_url")
        if "blocks" in preview:
            check_message(preview["blocks"], office.work.world.random)
        message.setdefault("attachments", []).append({"from_url": url, "app_unfurl_url": url, **preview})
    office.work.channel_changed(channel)
    return {}


def react(office: Office, call: React) -> Json:
    channel = office.work.channel(call.channel)
    message = channel.find(call.timestamp)
    if message is None:
        raise Refusal("message_not_found")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", call.name):
        raise Refusal("invalid_name")
    reactions = message.setdefault("reactions", [])
    found = next((each for each in reactions if each["name"] == call.name), None)
    if found and BOT_USER in found["users"]:
        raise Refusal("already_reacted")
    if found is None:
        found = {"name": call.name, "users": [], "count": 0}
        reactions.append(found)
    found["users"].append(BOT_USER)
    found["count"] += 1
    office.work.channel_changed(channel)
    return {}


def pin(office: Office, call: Pin) -> Json:
    channel = office.work.channel(call.channel)
    message = channel.find(call.timestamp)
    if message is None:
        raise Refusal("message_not_found")
    if channel.id in message.get("pinned_to", []):
        raise Refusal("already_pinned")
    message.setdefault("pinned_to", []).append(channel.id)
    office.work.channel_changed(channel)
    return {}


def _content_of(work: Workspace, call: PostMessage) -> Json:
    """`markdown_text` stands alone, as the markdown block does."""
    if call.markdown_text is None:
        return content(work, call.text, call.blocks, call.attachments)
    if call.text or call.blocks:
        raise Refusal("markdown_text_conflict")
    return content(work, call.markdown_text, [{"type": "markdown", "text": call.markdown_text}], call.attachments)


def _writable(work: Workspace, id_: str) -> Channel:
    channel = work.channel(id_)
    if BOT_USER not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _own(office: Office, channel_id: str, ts: str, otherwise: str) -> tuple[Channel, Json]:
    """A message of the app; those of people cannot be changed. A person's id does not do for the conversation's."""
    channel = office.work.channels.get(channel_id)
    if channel is None:
        raise Refusal("channel_not_found")
    message = channel.find(ts)
    if message is None:
        raise Refusal("message_not_found")
    if message["user"] != BOT_USER:
        raise Refusal(otherwise)
    return channel, message


METHODS: Final[dict[str, Method]] = {
    "chat.postMessage": (PostMessage, post_message),
    "chat.postEphemeral": (PostEphemeral, post_ephemeral),
    "chat.update": (Update, update),
    "chat.delete": (AtMessage, delete),
    "chat.unfurl": (Unfurl, unfurl),
    "reactions.add": (React, react),
    "pins.add": (Pin, pin),
}
