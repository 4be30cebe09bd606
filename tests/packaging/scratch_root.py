"""Takes the steps of the Dockerfile in scratch roots, where no container engine is at hand.

The base image is this machine's /usr, and this Python as /usr/local. Each stage is a folder of its own. Each step runs
in it by `chroot`, in a mount namespace. Caches of pip and uv are shared with the machine.
"""

from __future__ import annotations

import fnmatch
import json
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

BASE_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ETC: Final = ("group", "gshadow", "hosts", "ld.so.cache", "login.defs", "nsswitch.conf", "passwd", "resolv.conf")
ETC_MORE: Final = ("shadow", "ssl", "subgid", "subuid", "default", "pip.conf")
LIBRARIES: Final = sysconfig.get_config_var("LIBDIR")  # an interpreter may look for its own libraries by this path
CACHES: Final = (".cache/pip", ".cache/uv")
PASSED_ON: Final = ("PIP_CERT", "PIP_INDEX_URL", "SSL_CERT_FILE", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "HTTPS_PROXY")

ENTER: Final = """
set -e
mount --bind /usr "$ROOT/usr"
mount -o remount,bind,ro "$ROOT/usr"
mount --bind "$PYTHON" "$ROOT/usr/local"
mkdir -p "$ROOT/$LIBRARIES"
mount --bind "$LIBRARIES" "$ROOT/$LIBRARIES"
mount --rbind /dev "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
for cache in $CACHES; do
  mkdir -p "$CACHE_HOME/$cache" "$ROOT$OWN_HOME/$cache"
  mount --bind "$CACHE_HOME/$cache" "$ROOT$OWN_HOME/$cache"
done
exec chroot "$ROOT" "$@"
"""


@dataclass(slots=True)
class Stage:
    """One image of the file: its root, and what the instructions have said of it."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": BASE_PATH})
    folder: str = "/"
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)

    def entered(self, command: Sequence[str], more: Mapping[str, str] | None = None) -> list[str]:
        """Return the command line that runs a command inside of this stage, as its user."""
        environment = {**self.environment, "HOME": self._home(), **(more or {})}
        told = [f"{name}={value}" for name, value in environment.items()]
        as_user = (
            [] if self.user == "root" else ["setpriv", "--reuid", self.user, "--regid", self.user, "--init-groups"]
        )
        inside = f"cd {shlex.quote(self.folder)} && exec {shlex.join(command)}"
        enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "enter"]
        return [*enter, "env", "-i", *told, *as_user, "sh", "-c", inside]

    def _home(self) -> str:
        entries = (line.split(":") for line in (self.root / "etc/passwd").read_text().splitlines())
        return next((entry[5] for entry in entries if entry[0] == self.user), "/")


def outside(stage: Stage) -> dict[str, str]:
    """Return the environment of the program that enters a stage."""
    return {
        "PATH": os.environ["PATH"],
        "ROOT": str(stage.root),
        "PYTHON": sys.base_prefix,
        "LIBRARIES": LIBRARIES,
        "CACHES": " ".join(CACHES),
        "CACHE_HOME": str(Path.home()),
        "OWN_HOME": pwd.getpwuid(0).pw_dir,
    }


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction of a Dockerfile with its words."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, words = line.partition(" ")
        yield name, words.strip()


def ignored(path: str, patterns: Sequence[str]) -> bool:
    """Return whether a .dockerignore leaves a file out. The last pattern that fits it, or a folder above, decides."""
    is_left_out = False
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    for pattern in patterns:
        bare = pattern.removeprefix("!").removeprefix("**/")
        anywhere = pattern.removeprefix("!").startswith("**/")
        candidates = [*above, *(parts if anywhere else ())]
        if any(fnmatch.fnmatchcase(each, bare) for each in candidates):
            is_left_out = not pattern.startswith("!")
    return is_left_out


def context_of(house: Path) -> list[str]:
    """Return the files of a working tree that reach a build."""
    patterns = [
        line.strip()
        for line in (house / ".dockerignore").read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    tops = [each for each in house.iterdir() if not each.is_symlink() and not ignored(each.name, patterns)]
    files = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]
    return sorted(str(path.relative_to(house)) for path in files if not ignored(str(path.relative_to(house)), patterns))


def describe(stage: Stage, name: str, words: str) -> None:
    """Note an instruction about how the image is run."""
    match name:
        case "EXPOSE":
            stage.ports = [int(port) for port in words.split()]
        case "ENTRYPOINT":
            stage.entrypoint = json.loads(words)
        case "CMD":
            stage.command = json.loads(words)
        case "HEALTHCHECK":
            stage.health = json.loads(words.partition(" CMD ")[2])
        case "VOLUME":
            assert (stage.root / words.lstrip("/")).is_dir()
        case _:
            raise ValueError(f"the scratch root does not know {name}")


class Build:
    """Builds the stages of a Dockerfile, one after the other."""

    def __init__(self, house: Path, place: Path) -> None:
        self._house = house
        self._place = place
        self._stages: list[Stage] = []
        self._named: dict[str, Stage] = {}

    def run(self) -> Stage:
        """Take all steps. Return the last stage. Raises CalledProcessError if a step fails."""
        for name, words in instructions((self._house / "Dockerfile").read_text()):
            self._take(name, words)
        return self._stages[-1]

    def _take(self, name: str, words: str) -> None:
        if name == "FROM":
            self._begin(words)
            return
        stage = self._stages[-1]
        match name:
            case "RUN":
                self._run(stage, words)
            case "COPY":
                self._copy(stage, words.split())
            case "ENV":
                variable, _, value = words.partition("=")
                stage.environment[variable] = value
            case "WORKDIR":
                stage.folder = words
                (stage.root / words.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "USER":
                stage.user = words
            case _:
                describe(stage, name, words)

    def _begin(self, words: str) -> None:
        image, _, name = words.partition(" AS ")
        assert image.startswith("python:"), f"the scratch root stands for a Python image, not for {image}"
        root = self._place / f"stage{len(self._stages)}"
        for folder in ("dev", "etc", "opt", "proc", "root", "tmp", "usr", "var/lib"):
            (root / folder).mkdir(parents=True)
        (root / "tmp").chmod(0o1777)
        for link in ("bin", "lib", "lib64", "sbin"):
            (root / link).symlink_to(f"usr/{link}")
        for each in (*ETC, *ETC_MORE):
            found = Path("/etc") / each
            if found.is_dir():
                shutil.copytree(found, root / "etc" / each, symlinks=True)
            elif found.exists():
                shutil.copy(found, root / "etc" / each)
        stage = Stage(root)
        self._stages.append(stage)
        if name:
            self._named[name] = stage

    def _run(self, stage: Stage, words: str) -> None:
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        command = stage.entered(["sh", "-c", words], passed)
        done = subprocess.run(command, env=outside(stage), capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"RUN {words}\n{done.stdout}{done.stderr}")

    def _copy(self, stage: Stage, words: list[str]) -> None:
        origin = next((word.partition("=")[2] for word in words if word.startswith("--from=")), None)
        *sources, target = (word for word in words if not word.startswith("--"))
        if origin is not None:
            for source in sources:
                shutil.copytree(
                    self._named[origin].root / source.lstrip("/"), stage.root / target.lstrip("/"), symlinks=True
                )
            return
        into = stage.root / stage.folder.lstrip("/") / target
        for source in sources:
            for path in context_of(self._house):
                if source in (".", path):
                    goal = into / (path if source == "." else Path(path).name)
                    goal.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(self._house / path, goal)
