"""`python -m tests.postgres <pytest arguments>`: the stories on a temporary PostgreSQL cluster of their own.

Without a file or folder among the arguments it runs what speaks to a database: tests/core, tests/house, tests/journeys,
tests/upgrade.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("tests/core", "tests/house", "tests/journeys", "tests/upgrade")
USER = "postgres"
# Nothing here has to survive a power cut, and four stories at a time keep up to twenty connections each.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def program(name: str) -> str:
    """Return the path of a PostgreSQL program: the newest installed, otherwise the one on the PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    found = str(installed[-1]) if installed else shutil.which(name)
    if found is None:
        sys.exit(f"PostgreSQL is not installed here: no {name} in /usr/lib/postgresql or on the PATH")
    return found


def as_postgres(*command: str) -> list[str]:
    """Return the command, as another user if we are root: PostgreSQL refuses to run as root."""
    return ["runuser", "-u", USER, "--", *command] if os.geteuid() == 0 else list(command)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def run(*command: str, folder: Path) -> None:
    subprocess.run(as_postgres(*command), check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603 - our own words


@dataclass(frozen=True)
class Server:
    """A running cluster, which can be stopped and started again."""

    address: str
    folder: Path
    control: tuple[str, ...]
    options: str

    def start(self) -> None:
        run(*self.control, "-l", str(self.folder / "log"), "-o", self.options, "start", folder=self.folder)

    def stop(self) -> None:
        """End it as a power cut would."""
        run(*self.control, "-m", "immediate", "stop", folder=self.folder)


@contextmanager
def cluster(durability: Mapping[str, str] = QUICK) -> Iterator[str]:
    """Run a cluster in a temporary folder, and yield its address."""
    with server(durability) as running:
        yield running.address


@contextmanager
def server(durability: Mapping[str, str] = QUICK) -> Iterator[Server]:
    """Run a cluster in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="parley-postgres-"))
    data, port = folder / "data", free_port()
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    reach = {"port": str(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
    settings = {**durability, **reach}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    control = (program("pg_ctl"), "-D", str(data), "-w", "-s")
    initdb = (program("initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
    try:
        run(*initdb, folder=folder)
        running = Server(f"postgresql://{USER}@127.0.0.1:{port}/postgres", folder, control, options)
        running.start()
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder)


def main() -> int:
    given = sys.argv[1:]
    where = [] if any(Path(each.partition("::")[0]).exists() for each in given) else list(FOLDERS)
    with cluster() as address:
        environment = {**os.environ, "TEST_DATABASE_URL": address}
        tests = (sys.executable, "-m", "pytest", *where, *given)
        return subprocess.run(tests, env=environment, check=False).returncode  # noqa: S603 - what was asked for


if __name__ == "__main__":
    sys.exit(main())
