"""The files of an installation, and whether another process of ours uses them already."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from config.database import DEFAULT, LAB_DATABASE
from config.settings import Settings

STATES = Path("var")  # where a lab keeps its state beside a database that is no file


class InUse(Exception):
    """Another process uses the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


def keeps_database(settings: Settings) -> bool:
    """Return whether the database outlasts the process. A market in which all is pretend begins again each time."""
    return settings.database_url is not None or not settings.services.is_pretend


def database_of(settings: Settings) -> str:
    """Return the address of the installation's database."""
    if keeps_database(settings):
        return settings.database_url or DEFAULT
    return f"sqlite:///{LAB_DATABASE}"


def state_file_of(settings: Settings) -> Path | None:
    """Return where the lab keeps its own state: beside the database, if that is kept. None: it forgets all."""
    if not (settings.needs_lab and keeps_database(settings)):
        return None
    url = make_url(database_of(settings))
    if url.get_backend_name() == "sqlite":
        return Path(f"{url.database}.lab") if url.database not in {None, ":memory:"} else None
    named = hashlib.sha256(f"{url.host}:{url.port}/{url.database}".encode()).hexdigest()[:12]
    return STATES / f"{url.database}-{named}.lab"


def sqlite_file_of(settings: Settings) -> Path | None:
    """Return the file of the database. None: a server keeps it, or nothing does."""
    url = make_url(database_of(settings))
    is_file = url.get_backend_name() == "sqlite" and url.database not in {None, ":memory:"}
    return Path(str(url.database)) if is_file else None


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """Hold the files that one process alone may use: a database that is a file, or a lab's state.

    The hold ends with the process, however that ends. Raises InUse.
    """
    with contextlib.ExitStack() as locks:
        for path in filter(None, (sqlite_file_of(settings), state_file_of(settings))):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = locks.enter_context(path.with_name(f"{path.name}.lock").open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as other:
                raise InUse(path) from other
        yield


def remove_pretend_database() -> None:
    """Delete the database of the last pretend market. Only its holder may."""
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            LAB_DATABASE.with_name(LAB_DATABASE.name + ending).unlink()
