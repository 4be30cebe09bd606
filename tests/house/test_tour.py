"""Every station of docs/tour.md exists: the file, and the function in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.house.scratch import HOUSE

PAGE: Final = (HOUSE / "docs" / "tour.md").read_text("utf-8")
STATION: Final = re.compile(r"^\| (\d+) \| `([\w/]+\.py)` \| `([\w.]+)` \| .+ \|$")
MOST_STATIONS: Final = 12


def walks(page: str) -> dict[str, list[tuple[str, str]]]:
    """Return the stations (file and function) of each walk; raises ValueError for a row that is no station."""
    found: dict[str, list[tuple[str, str]]] = {}
    for section in page.split("\n## ")[1:]:
        title, _, text = section.partition("\n")
        rows = [line for line in text.splitlines() if line.startswith("|")][2:]
        stations = [STATION.match(row) for row in rows]
        if not all(stations) or [each[1] for each in stations if each] != [str(n + 1) for n in range(len(rows))]:
            raise ValueError(f"a row of {title!r} is no station")
        found[title] = [(each[2], each[3]) for each in stations if each]
    return found


def defined(tree: ast.AST, within: str = "") -> Iterator[str]:
    """Yield the qualified names of classes and functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield within + node.name
            yield from defined(node, f"{within}{node.name}.")


def missing(stations: list[tuple[str, str]]) -> list[str]:
    return [
        f"{path}: {name}"
        for path, name in stations
        if not (HOUSE / path).is_file() or name not in defined(ast.parse((HOUSE / path).read_text("utf-8")))
    ]


def test_the_tour_has_four_short_walks() -> None:
    found = walks(PAGE)
    assert list(found) == ["One press", "One payment", "One booking", "One search sentence"]
    assert all(1 < len(stations) <= MOST_STATIONS for stations in found.values())


@pytest.mark.parametrize(("title", "stations"), walks(PAGE).items())
def test_every_station_exists(title: str, stations: list[tuple[str, str]]) -> None:
    assert missing(stations) == [], title


def test_a_wrong_station_is_found() -> None:
    here = "tests/house/test_tour.py"
    assert missing([(here, "missing"), (here, "no_such_name"), ("tests/house/no_such_file.py", "missing")]) == [
        f"{here}: no_such_name",
        "tests/house/no_such_file.py: missing",
    ]


@pytest.mark.parametrize(
    "row", ["| 2 | `a.py` | `b` | Text. |", "| 1 | a.py | `b` | Text. |", "| 1 | `a.py` | | Text. |"]
)
def test_a_row_that_is_no_station_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="no station"):
        walks(f"\n## Walk\n| no. |\n|---|\n{row}\n")
