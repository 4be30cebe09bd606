"""Tells which steps of a migration a worker of the version before would not survive."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.house.scratch import HOUSE

VERSIONS: Final = HOUSE / "migrations" / "versions"
DESTROYS: Final = re.compile(r"\b(?:DROP\s+(?:TABLE|COLUMN)|RENAME|ALTER\s+COLUMN)\b", re.IGNORECASE)


def migrations_after(number: str, folder: Path = VERSIONS) -> list[Path]:
    return sorted(path for path in folder.glob("[0-9]*.py") if path.name[:4] > number)


def destructive_steps(path: Path) -> Iterator[str]:
    """Yield the steps of `upgrade` that take something away, rename it, or demand a new value."""
    tree = ast.parse(path.read_text("utf-8"))
    upgrade = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    for node in ast.walk(upgrade):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and DESTROYS.search(node.value):
            yield node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _of_call(node, node.func.attr)


def _of_call(node: ast.Call, name: str) -> Iterator[str]:
    if name.startswith(("drop_", "alter_", "rename_")) and name not in ("drop_index", "alter_table"):
        yield name
    words = ast.unparse(node)
    if name == "add_column" and "nullable=False" in words and "server_default" not in words:
        yield "add_column without a default"
