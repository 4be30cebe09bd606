"""Draws docs/processes.md from the process tables, so that the picture is never older than the code.

`python -m tools.diagrams` writes it.
"""

from __future__ import annotations

import importlib
import pkgutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import core
from core.kernel.process import Process, Transition

PAGE = Path(__file__).parent.parent / "docs" / "processes.md"
HEAD = """# Processes

Drawn from the tables in `core/*/model.py` by `python -m tools.diagrams`; a test keeps it current. Change the table,
never this page. Brackets name the role: *time* is a deadline, *system* follows from
another change, *provider* is the payment provider. "Own" means that the row itself names the moment.
"""


def processes() -> list[Process[Any]]:
    """Return every process that a module of core defines, by name."""
    found: dict[str, Process[Any]] = {}
    for each in pkgutil.walk_packages(core.__path__, "core."):
        module = importlib.import_module(each.name)
        found |= {value.name: value for value in vars(module).values() if isinstance(value, Process)}
    return [found[name] for name in sorted(found)]


def page() -> str:
    return "\n".join([HEAD, *(_section(process) for process in processes())])


def _section(process: Process[Any]) -> str:
    lines = [f"## {process.name}", "", "```mermaid", process.diagram(), "```", ""]
    timed = [each for each in process.transitions if "time" in each.by]
    if timed:
        lines += ["| in state | after | time does | then |", "|---|---|---|---|"]
        lines += [f"| {each.source} | {_wait(each)} | {each.event} | {each.to} |" for each in timed]
        lines.append("")
    return "\n".join(lines)


def _wait(line: Transition[Any]) -> str:
    if line.after is None:
        return "own"
    days, rest = divmod(line.after, timedelta(days=1))
    hours, minutes = divmod(rest // timedelta(minutes=1), 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
