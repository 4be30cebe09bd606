"""The state of a lab in a file. A later start goes on with the same people, chats, ids and money.

`KEPT` lists what is stored of each object. The rest belongs to the running process: connections, tasks, caches. The
file is written by pickle and read by the same release of the lab. It is as private as the database that it belongs to.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from lab.world import Numbers

Parts = Mapping[str, Any]  # the objects that have a state, by the names in KEPT

FORMAT: Final = 1
SKIPPED: Final = 10_000  # ids, after a start that finds a lab which was not closed: it gave some of them out
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "world": ("faults", "changes", "began", "_count", "_faults_set"),
    "clock": ("offset",),
    "bot": (
        *("token", "username", "name", "habits", "chats", "groups", "talks", "queries", "searches", "inline_messages"),
        *("cached_answers", "commands", "texts", "menu_button", "star_transactions"),
        *("_people_ids", "_message_ids", "_query_ids", "_group_ids"),
    ),
    "updates": ("webhook", "allowed", "last_error", "_numbers", "_pending", "_came"),
    "telegram_files": ("_lent", "_by_id", "_by_path", "_photos"),
    "app": (
        *("id", "manifest", "events_url", "unfurl_domains", "double_every", "pace"),
        *("client_id", "client_secret", "signing_secret", "token", "codes"),
    ),
    "slack": ("works", "enterprises", "views"),
    "events": ("_events",),
    "web_api": ("dead",),
    "books": ("things", "by_id", "owner", "expandable", "private", "cards", "_due", "_ticket"),
    "api": ("secret_key",),
    "keys": ("_saved",),
    "post": ("secret", "thin_secret"),
    "mail": ("letters",),
    "calendars": ("kept",),
    "rooms": ("secret",),
}


class Unreadable(Exception):
    """The file is damaged, or another release of the lab wrote it."""


class _Writer(pickle.Pickler):
    """A pickler that stores a reference to one of the parts as its name."""

    def __init__(self, file: io.BytesIO, parts: Parts) -> None:
        super().__init__(file)
        self._names = {id(part): name for name, part in parts.items()}

    def persistent_id(self, value: Any) -> str | None:
        return self._names.get(id(value))


class _Reader(pickle.Unpickler):
    """An unpickler in which the name of a part leads to the part of the lab that reads."""

    def __init__(self, file: io.BytesIO, parts: Parts) -> None:
        super().__init__(file)
        self._parts = parts

    def persistent_load(self, name: str) -> Any:
        return self._parts[name]


def dump(parts: Parts, *, closed: bool) -> bytes:
    """Return the state. `closed`: nothing happens in this lab any more."""
    written = io.BytesIO()
    kept = {name: {each: getattr(parts[name], each) for each in names} for name, names in KEPT.items()}
    state = {"format": FORMAT, "closed": closed, "parts": kept, "letters": parts["post"].waiting()}
    _Writer(written, parts).dump(state)
    return written.getvalue()


def load(parts: Parts, content: bytes) -> None:
    """Give a new lab an earlier one's state. Raises Unreadable."""
    try:
        state = _Reader(io.BytesIO(content), parts).load()
        written_as = state["format"]
        if written_as == FORMAT:
            _fill(parts, state["parts"])
    except Exception as fault:  # whatever a class raises that does not fit any more
        raise Unreadable(f"{type(fault).__name__}: {fault}") from fault
    if written_as != FORMAT:
        raise Unreadable(f"format {written_as} instead of {FORMAT}")
    for letter in state["letters"]:
        parts["post"].send_again(letter)
    skip_ids(parts, 0 if state["closed"] else SKIPPED)


def _fill(parts: Parts, kept: Mapping[str, Mapping[str, Any]]) -> None:
    """Set what was kept of each part. A dictionary is filled in place, because others hold it too."""
    for name, values in kept.items():
        for each, value in values.items():
            present = getattr(parts[name], each)
            if isinstance(present, dict):
                present.clear()
                present.update(value)
            else:
                setattr(parts[name], each, value)


def skip_ids(parts: Parts, count: int) -> None:
    """Leave out so many ids of each kind, and draw others than an earlier lab drew."""
    for part in (parts["bot"], parts["updates"]):
        for numbers in (value for value in vars(part).values() if isinstance(value, Numbers)):
            numbers.skip(count)
    parts["world"].random.seed(secrets.randbits(64))


def read(path: Path) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    return None


def write(path: Path, content: bytes) -> None:
    """Replace the file as a whole; only its owner may read it."""
    ready = path.with_name(f"{path.name}.next")
    with os.fdopen(os.open(ready, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    ready.replace(path)
