"""House rules that no linter knows: short files, a docstring on every module, and a handed-in clock."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.scratch import HOUSE, PACKAGES

FILE_LINES, FUNCTION_LINES, DOCSTRING_LINES = 600, 50, 12

NAMED = re.compile(r"`([a-z_]+)`")

# Time, names and chance are handed in. Only these modules may get them directly: they provide them, or are the outside
# world.
OWN_CLOCK = ("config", "tools", "lab", "bench", "simulation", "tests")
BANNED = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
    "os.urandom",
}
BANNED_MODULES = ("random", "secrets")


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (HOUSE / folder).rglob("*.py"))


EVERYWHERE = [*files(*PACKAGES, "tests", "bench"), *HOUSE.glob("*.py"), HOUSE / "migrations" / "env.py"]
PRODUCT = [path for path in EVERYWHERE if path.is_relative_to(HOUSE) and path.parts[len(HOUSE.parts)] not in OWN_CLOCK]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def banned_calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every call of a banned function, under any name that the module gives it."""
    full: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            full |= {each.asname or each.name: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        first, _, rest = ast.unparse(node).partition(".")
        meant = full.get(first, "") + (f".{rest}" if rest else "")
        if meant in BANNED or (meant.partition(".")[0] in BANNED_MODULES and "." in meant):
            yield node.lineno, meant


def where(path: Path, line: int, what: object) -> str:
    return f"{path.relative_to(HOUSE)}:{line} {what}"


def test_the_rules_look_at_every_part_of_the_house() -> None:
    seen = {path.relative_to(HOUSE).parts[0] for path in EVERYWHERE}
    assert seen >= {*PACKAGES, "tests", "migrations"}
    assert {path.relative_to(HOUSE).parts[0] for path in PRODUCT} >= {
        "bots",
        "conversations",
        "core",
        "payments",
        "web",
    }
    assert len(EVERYWHERE) > 200


def test_files_are_short() -> None:
    long = [
        where(path, count, "lines") for path in EVERYWHERE if (count := len(path.read_text().splitlines())) > FILE_LINES
    ]
    assert long == []


def test_functions_are_short() -> None:
    long, looked_at = [], 0
    for path in EVERYWHERE:
        for node in functions(ast.parse(path.read_text())):
            looked_at += 1
            if length(node) > FUNCTION_LINES:
                long.append(where(path, node.lineno, f"{node.name}: {length(node)} lines"))
    assert long == []
    assert looked_at > 1000


def test_every_module_says_what_it_is_for() -> None:
    """Empty packages of tests need no docstring."""
    modules = [path for path in EVERYWHERE if path.read_text().strip()]
    silent = [
        where(path, 1, "opens with no sentence")
        for path in modules
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
    assert len(modules) > 200


def test_the_map_of_a_room_names_what_is_in_it() -> None:
    """A package's docstring may say what its files hold. It must not name files that are gone."""
    rooms = [path for path in EVERYWHERE if path.name == "__init__.py"]
    maps = {room.parent: NAMED.findall(ast.get_docstring(ast.parse(room.read_text())) or "") for room in rooms}
    gone = [
        where(room, 1, name)
        for room, names in maps.items()
        for name in names
        if name not in PACKAGES and not (room / name).is_dir() and not (room / f"{name}.py").is_file()
    ]
    assert gone == []
    assert sum(map(len, maps.values())) > 100


def test_docstrings_are_short() -> None:
    """A function's docstring tells shapes, units and errors. What takes longer belongs to the module's own."""
    long, looked_at = [], 0
    for path in EVERYWHERE:
        for node in functions(ast.parse(path.read_text())):
            words = ast.get_docstring(node) or ""
            looked_at += bool(words)
            if len(words.splitlines()) > DOCSTRING_LINES:
                long.append(where(path, node.lineno, node.name))
    assert long == []
    assert looked_at > 500


def test_time_names_and_chance_are_handed_in() -> None:
    found = [where(path, line, what) for path in PRODUCT for line, what in banned_calls(ast.parse(path.read_text()))]
    assert found == []
    assert len(PRODUCT) > 100


def test_a_unit_of_work_cannot_wait() -> None:
    """Core and conversations are plain functions; only the kernel's machinery and the update handler run them.

    The file checker waits for a download and for a worker, before any unit begins.
    """
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    kernel, handler = HOUSE / "core" / "kernel", HOUSE / "conversations" / "update_handler.py"
    checker = HOUSE / "core" / "people" / "files" / "checker.py"
    outside = (handler, checker)
    units = [path for path in files("core", "conversations") if path.parent != kernel and path not in outside]
    found = [
        where(path, node.lineno, "waits")
        for path in units
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, waits)
    ]
    assert found == []
    assert len(units) > 60


def test_there_is_one_commit() -> None:
    commits = [
        str(path.relative_to(HOUSE))
        for path in files(*(name for name in PACKAGES if name != "lab"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    assert commits == ["core/kernel/transaction.py"]


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import datetime; datetime.now(UTC)",
        "import datetime as d; d.datetime.utcnow()",
        "import time; time.time()",
        "from time import time as now; now()",
        "from uuid import uuid4; uuid4()",
        "import random; random.choice([1])",
        "from secrets import token_hex; token_hex()",
        "import time; Field(default_factory=time.time)",
    ],
)
def test_a_look_at_the_clock_is_noticed(line: str) -> None:
    assert list(banned_calls(ast.parse(line)))
