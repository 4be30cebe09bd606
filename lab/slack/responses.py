"""An app's responses: the payload of an acknowledgement, and posts to a response_url."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from lab.slack.methods.chat import content, put, rewrite
from lab.slack.payloads import bot_message
from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Structures
from lab.slack.workspace import RESPONSE_USES, Response, Workspace

Json = dict[str, Any]


class Reply(Arguments):
    """The body of a response_url post, also accepted as the acknowledgement of a command."""

    text: str = ""
    blocks: Structures | None = None
    attachments: Structures | None = None
    response_type: str = "ephemeral"
    replace_original: bool = False
    delete_original: bool = False
    thread_ts: str | None = None


def answer(work: Workspace, key: str, body: Json) -> None:
    """Use a response_url once. Raises used_url, expired_url, and the refusals of messages."""
    response = work.responses.get(key)
    if response is None or work.world.clock.now() > response.until:
        raise Refusal("expired_url")
    if response.uses >= RESPONSE_USES:
        raise Refusal("used_url")
    say(work, response, body)
    response.uses += 1


def say(work: Workspace, response: Response, body: Json) -> None:
    """Show an app's reply in the right place: in the channel, to one person, or instead of the original."""
    try:
        reply = Reply.model_validate(body)
    except ValidationError:
        raise Refusal("invalid_payload") from None
    channel = work.channels[response.channel]
    original = response.message
    if reply.delete_original and original is not None:
        channel.messages[:] = [each for each in channel.messages if each["ts"] != original["ts"]]
        channel.ephemeral[:] = [each for each in channel.ephemeral if each[1]["ts"] != original["ts"]]
        work.channel_changed(channel)
        return
    parts = content(work, reply.text, reply.blocks, reply.attachments)
    if reply.replace_original and original is not None:
        rewrite(work, original, parts)
        work.channel_changed(channel)
        return
    text, blocks, attachments = parts["text"], parts["blocks"], parts["attachments"]
    if reply.response_type == "in_channel":
        message = bot_message(work, text, blocks, attachments=attachments, thread_ts=reply.thread_ts)
        put(work, channel, message)
    else:
        message = bot_message(work, text, blocks, attachments=attachments, is_ephemeral=True)
        channel.ephemeral.append((response.person, message))
        work.changed(response.person)


def only_you(work: Workspace, person: str, channel: str, text: str) -> None:
    """Return a line of Slackbot for one person: Slack reports a failed command so."""
    speaker = {"user": "USLACKBOT", "username": "Slackbot"}
    message = {"type": "message", **speaker, "text": text, "ts": work.new_ts(), "is_ephemeral": True}
    work.channels[channel].ephemeral.append((person, message))
    work.changed(person)
