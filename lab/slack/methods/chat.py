"""chat.*: messages, ephemeral ones, changes, previews of links."""

from __future__ import annotations

import html
from typing import Any, Final

from pydantic import Field

from lab.slack.check import check_message
from lab.slack.payloads import bot_message, channel_type, message_event
from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office, Structure, Structures
from lab.slack.workspace import Channel, Workspace

Json = dict[str, Any]

MOST_ATTACHMENTS: Final = 100
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


class Unfurl(Arguments):
    """Previews of links in a message, named by channel and ts or by the ids of a link_shared event."""

    channel: str | None = None
    ts: str | None = None
    unfurl_id: str | None = None
    source: str | None = None
    unfurls: Structure | None = None
    metadata: Structure | None = None


class Permalink(Arguments):
    channel: str
    message_ts: str


def check_metadata(metadata: Json | None) -> None:
    """Check metadata. Raises invalid_metadata_format."""
    if metadata is not None and not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refusal("invalid_metadata_format")


def content(work: Workspace, text: str, blocks: list[Json] | None, attachments: list[Json] | None) -> Json:
    """Return the checked text, blocks and attachments of a message. Raises no_text, msg_too_long, invalid_blocks."""
    if not text and not blocks and not attachments:
        raise Refusal("no_text")
    if len(text) > LONGEST_TEXT:
        raise Refusal("msg_too_long")
    checked = check_message(blocks, work.world.random, newer=work.new_blocks) if blocks else None
    if len(attachments or []) > MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    for attachment in attachments or []:
        if "blocks" in attachment:
            check_message(attachment["blocks"], work.world.random, newer=work.new_blocks)
    return {"text": text, "blocks": checked, "attachments": attachments or None}


def post_message(office: Office, call: PostMessage) -> Json:
    work = office.work
    channel = writable(work, call.channel)
    root = channel.find(call.thread_ts) if call.thread_ts else None
    if call.thread_ts and root is None:
        raise Refusal("thread_not_found")
    check_metadata(call.metadata)
    parts = content_of(work, call)
    office.rates.message(work.id, channel.id)
    more = {"attachments": parts["attachments"], "thread_ts": call.thread_ts, "metadata": call.metadata}
    if root is not None and call.reply_broadcast:
        more["subtype"] = "thread_broadcast"
    message = bot_message(work, parts["text"], parts["blocks"], **more)
    put(work, channel, message)
    office.delivery.event(work, message_event(channel, message), channel_type(channel))
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def put(work: Workspace, channel: Channel, message: Json) -> None:
    """Put a message at the end of a channel; the first one of its thread counts its replies."""
    root = channel.find(message["thread_ts"]) if message.get("thread_ts") else None
    channel.messages.append(message)
    if root is not None:
        who = [*root.get("reply_users", []), message["user"]]
        root |= {"thread_ts": root["ts"], "reply_count": root.get("reply_count", 0) + 1}
        root |= {"reply_users": list(dict.fromkeys(who)), "latest_reply": message["ts"]}
        root["reply_users_count"] = len(root["reply_users"])
    work.channel_changed(channel)


def post_ephemeral(office: Office, call: PostEphemeral) -> Json:
    work = office.work
    channel = writable(work, call.channel)
    if call.user not in channel.members:
        raise Refusal("user_not_in_channel")
    parts = content_of(work, call)
    office.rates.message(work.id, channel.id)
    thread = {"thread_ts": call.thread_ts} if call.thread_ts else {}
    more = {"attachments": parts["attachments"], "is_ephemeral": True, **thread}
    message = bot_message(work, parts["text"], parts["blocks"], **more)
    channel.ephemeral.append((call.user, message))
    work.changed(call.user)
    return {"message_ts": message["ts"]}


def update(office: Office, call: Update) -> Json:
    """Update a message. Text without blocks removes the old blocks; attachments stay unless new ones are given."""
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
        check_metadata(call.metadata)
        message["metadata"] = call.metadata
    work.channel_changed(channel)
    return {"channel": channel.id, "ts": message["ts"], "text": text, "message": message}


def rewrite(work: Workspace, message: Json, parts: Json) -> None:
    """Write new content into an old message. Only a message of plain text is marked as edited (chat.update)."""
    for key, value in parts.items():
        if value is None:
            message.pop(key, None)
        else:
            message[key] = value
    if "blocks" not in message:
        message["edited"] = {"user": work.bot_user, "ts": work.new_ts()}


def delete(office: Office, call: AtMessage) -> Json:
    channel, message = _own(office, call.channel, call.ts, "cant_delete_message")
    channel.messages.remove(message)
    office.work.channel_changed(channel)
    return {"channel": channel.id, "ts": call.ts}


def unfurl(office: Office, call: Unfurl) -> Json:
    """Put previews under a person's message. The urls must be in its text, of a domain that the app named."""
    channel_id, ts = call.channel, call.ts
    if call.unfurl_id and call.source == "conversations_history":
        _, channel_id, ts = call.unfurl_id.split(".", 2)
    if channel_id is None or ts is None:
        raise Refusal("missing_unfurl_id" if call.unfurl_id is None else "missing_source")
    channel = office.work.channel(channel_id)
    message = channel.find(ts)
    if message is None:
        raise Refusal("cannot_unfurl_message")
    if call.unfurls is None and call.metadata is None:
        raise Refusal("missing_unfurls")
    text = html.unescape(message["text"])
    for url, preview in (call.unfurls or {}).items():
        if url not in text:
            raise Refusal("cannot_unfurl_url")
        shown = {"from_url": url, "app_unfurl_url": url, **preview}
        if "blocks" in preview:
            shown["blocks"] = check_message(preview["blocks"], office.work.world.random, newer=office.work.new_blocks)
        message.setdefault("attachments", []).append(shown)
    office.work.channel_changed(channel)
    return {}


def permalink(office: Office, call: Permalink) -> Json:
    channel = office.work.channel(call.channel)
    if channel.find(call.message_ts) is None:
        raise Refusal("message_not_found")
    address = f"{office.work.base_url}/archives/{channel.id}/p{call.message_ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": address}


def content_of(work: Workspace, call: PostMessage) -> Json:
    """Return the content of a call. `markdown_text` must be alone, like the markdown block."""
    if call.markdown_text is None:
        return content(work, call.text, call.blocks, call.attachments)
    if call.text or call.blocks:
        raise Refusal("markdown_text_conflict")
    return content(work, call.markdown_text, [{"type": "markdown", "text": call.markdown_text}], call.attachments)


def writable(work: Workspace, id_: str) -> Channel:
    channel = work.channel(id_)
    if work.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _own(office: Office, channel_id: str, ts: str, otherwise: str) -> tuple[Channel, Json]:
    """Return a message of the app; people's messages cannot be changed. A person's id does not stand for the
    conversation.
    """
    channel = office.work.channels.get(channel_id)
    if channel is None:
        raise Refusal("channel_not_found")
    message = channel.find(ts)
    if message is None:
        raise Refusal("message_not_found")
    if message["user"] != office.work.bot_user:
        raise Refusal(otherwise)
    return channel, message


METHODS: Final[dict[str, Method]] = {
    "chat.postMessage": (PostMessage, post_message),
    "chat.postEphemeral": (PostEphemeral, post_ephemeral),
    "chat.update": (Update, update),
    "chat.delete": (AtMessage, delete),
    "chat.unfurl": (Unfurl, unfurl),
    "chat.getPermalink": (Permalink, permalink),
}
