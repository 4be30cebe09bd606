"""The state of a lab in a file. A later start goes on with the same people, chats, ids and money.

`KEPT` lists what is stored of each object. The rest belongs to the running process: connections, tasks, caches. The
file is written by pickle and read by the same release of the lab. It is as private as the database that it belongs to.

The file begins with a layout: the names in `KEPT`, and the fields of what the state refers to. A lab in which one of
them is different refuses the file.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import pickle
import secrets
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import EnumType
from operator import attrgetter
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any, Final

from lab.world import Numbers

Parts = Mapping[str, Any]  # the objects that have a state, by the names in KEPT
Layout = dict[str, tuple[str, ...]]  # "lab.mail:Letter" -> names of its fields

FORMAT: Final = 2
SKIPPED: Final = 10_000  # ids, after a start that finds a lab which was not closed: it gave some of them out
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "world": ("faults", "changes", "began", "_count", "_faults_set"),
    "clock": ("offset",),
    "bot": (
        *(
            "token",
            "username",
            "name",
            "habits",
            "chats",
            "groups",
            "private_chats",
            "queries",
            "searches",
            "inline_messages",
        ),
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
    """A pickler that stores a reference to one of the parts as its name.

    `layout`: the classes and functions of the lab that it has referred to.
    """

    def __init__(self, file: io.BytesIO, parts: Parts) -> None:
        super().__init__(file)
        self._names = {id(part): name for name, part in parts.items()}
        self.layout: Layout = {}

    def persistent_id(self, value: Any) -> str | None:
        return self._names.get(id(value))

    def reducer_override(self, value: Any) -> Any:
        """Note what is stored by name. pickle stores it as always."""
        named = value.__func__ if isinstance(value, MethodType) else value
        if isinstance(named, type | FunctionType) and named.__module__.startswith(f"{__package__}."):
            self.layout[f"{named.__module__}:{named.__qualname__}"] = _names_in(named)
        return NotImplemented


class _Reader(pickle.Unpickler):
    """An unpickler in which the name of a part leads to the part of the lab that reads."""

    def __init__(self, file: io.BytesIO, parts: Parts) -> None:
        super().__init__(file)
        self._parts = parts

    def persistent_load(self, name: str) -> Any:
        return self._parts[name]


def _names_in(named: type | FunctionType) -> tuple[str, ...]:
    """Return the names that a stored object depends on: of a function's parameters, of a class's fields or members."""
    if isinstance(named, FunctionType):
        return tuple(inspect.signature(named).parameters)
    if isinstance(named, EnumType):
        return tuple(named.__members__)
    if is_dataclass(named):
        return tuple(each.name for each in fields(named))
    raise TypeError(f"{named.__qualname__} is no dataclass, so a stored object of it could not be checked")


def dump(parts: Parts, *, closed: bool) -> bytes:
    """Return the state. `closed`: nothing happens in this lab any more."""
    written = io.BytesIO()
    kept = {name: {each: getattr(parts[name], each) for each in names} for name, names in KEPT.items()}
    writer = _Writer(written, parts)
    writer.dump({"closed": closed, "parts": kept, "letters": parts["post"].waiting()})
    return pickle.dumps({"format": FORMAT, "layout": {**writer.layout, **KEPT}}) + written.getvalue()


def load(parts: Parts, content: bytes) -> None:
    """Give a new lab an earlier one's state. Raises Unreadable."""
    file = io.BytesIO(content)
    try:
        header = _Reader(file, {}).load()
        written_as, layout = header["format"], header["layout"]
    except Exception as fault:  # whatever a damaged file raises
        raise Unreadable(f"{type(fault).__name__}: {fault}") from fault
    if written_as != FORMAT:
        raise Unreadable(f"format {written_as} instead of {FORMAT}")
    if different := _differences(layout):
        raise Unreadable("; ".join(different))
    try:
        state = _Reader(file, parts).load()
        _fill(parts, state["parts"])
    except Exception as fault:  # whatever a class raises that does not fit any more
        raise Unreadable(f"{type(fault).__name__}: {fault}") from fault
    for letter in state["letters"]:
        parts["post"].send_again(letter)
    skip_ids(parts, 0 if state["closed"] else SKIPPED)


def _differences(layout: Layout) -> list[str]:
    """Return a sentence for each class, function or part that is not as it was when the state was stored."""
    now = {**{name: _present(name) for name in layout if ":" in name}, **KEPT}
    pairs = ((name, layout.get(name, ()), now.get(name, ())) for name in sorted(layout.keys() | KEPT.keys()))
    return [
        f"{name} has {' '.join(present) or 'nothing'}, and had {' '.join(before) or 'nothing'}"
        for name, before, present in pairs
        if present != before
    ]


def _present(name: str) -> tuple[str, ...]:
    """Return the names in a class or function now; none if it is gone."""
    module, _, qualname = name.partition(":")
    try:
        return _names_in(attrgetter(qualname)(importlib.import_module(module)))
    except (ImportError, AttributeError):
        return ()


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
