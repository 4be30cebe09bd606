"""files.*: the upload in three steps that files_upload_v2 takes, and the facts about a file."""

from __future__ import annotations

import mimetypes
from typing import Any, Final

from lab.slack.methods.chat import content, put
from lab.slack.payloads import bot_message
from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office, Structures
from lab.slack.workspace import Channel, StoredFile, Workspace

Json = dict[str, Any]


class GetUploadUrl(Arguments):
    filename: str
    length: int
    alt_txt: str | None = None
    snippet_type: str | None = None


class CompleteUpload(Arguments):
    files: Structures
    channel_id: str | None = None
    channels: str | None = None
    initial_comment: str | None = None
    thread_ts: str | None = None


class FileInfo(Arguments):
    file: str


def new_file(work: Workspace, name: str, user: str, length: int | None = None) -> StoredFile:
    created = int(work.world.clock.now().timestamp())
    file = StoredFile(work.new_id("F"), name, user, created, length=length)
    file.mime = mimetypes.guess_type(name)[0] or file.mime
    work.files[file.id] = file
    return file


def get_upload_url(office: Office, call: GetUploadUrl) -> Json:
    if call.length <= 0:
        raise Refusal("invalid_arguments", ["[ERROR] must be greater than 0 [json-pointer:/length]"])
    file = new_file(office.work, call.filename, office.work.bot_user, call.length)
    return {"upload_url": f"{office.work.base_url}/slack/upload/{file.id}", "file_id": file.id}


def complete_upload(office: Office, call: CompleteUpload) -> Json:
    """Make uploaded bytes a file and, if channels are named, a message with it in each."""
    work = office.work
    files = []
    for named in call.files:
        file = work.files.get(named.get("id", ""))
        if file is None or file.user != work.bot_user or not file.content:
            raise Refusal("file_not_found")
        files.append((file, named.get("title")))
    names = [call.channel_id] if call.channel_id else [each for each in (call.channels or "").split(",") if each]
    channels = [work.channel(name) for name in names]
    for file, title in files:
        file.title, file.complete = title or file.name, True
        file.channels += [channel.id for channel in channels]
    shown = [work.file_shown(file) for file, _ in files]
    for channel in channels:
        _share(office, channel, call, shown)
    return {"files": shown}


def _share(office: Office, channel: Channel, call: CompleteUpload, files: list[Json]) -> None:
    work = office.work
    if work.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    if call.initial_comment:
        content(work, call.initial_comment, None, None)
    office.rates.message(work.id, channel.id)
    more = {"files": files, "upload": True, "thread_ts": call.thread_ts}
    put(work, channel, bot_message(work, call.initial_comment or "", None, **more))


def file_info(office: Office, call: FileInfo) -> Json:
    file = office.work.files.get(call.file)
    if file is None or not file.complete:
        raise Refusal("file_not_found")
    return {"file": office.work.file_shown(file), "comments": []}


def delete(office: Office, call: FileInfo) -> Json:
    """Delete a file for everybody; messages keep a note in its place."""
    work = office.work
    file = work.files.get(call.file)
    if file is None or not file.complete:
        raise Refusal("file_not_found")
    if file.user != work.bot_user:
        raise Refusal("cant_delete_file")
    del work.files[file.id]
    for channel in work.channels.values():
        for message in channel.messages:
            if any(each["id"] == file.id for each in message.get("files", [])):
                gone = {"id": file.id, "mode": "tombstone"}
                message["files"] = [gone if each["id"] == file.id else each for each in message["files"]]
                work.channel_changed(channel)
    return {}


METHODS: Final[dict[str, Method]] = {
    "files.getUploadURLExternal": (GetUploadUrl, get_upload_url),
    "files.completeUploadExternal": (CompleteUpload, complete_upload),
    "files.info": (FileInfo, file_info),
    "files.delete": (FileInfo, delete),
}
