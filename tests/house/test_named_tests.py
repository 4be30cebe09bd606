"""Every test that a page of the docs points to exists, so that each promise of a page is tested."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if NAMED.search(page.read_text("utf-8"))]


@cache
def named_in(path: str) -> frozenset[str]:
    source = ROOT / path
    return frozenset(_functions(ast.parse(source.read_text("utf-8")))) if source.is_file() else frozenset()


def _functions(tree: ast.Module) -> Iterator[str]:
    return (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def missing(text: str) -> list[str]:
    return sorted({f"{path}::{name}" for path, name in NAMED.findall(text) if name not in named_in(path)})


def test_there_are_pages_that_name_tests() -> None:
    assert {"other-peoples-faults.md", "search.md", "tests-of-money.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    assert missing(page.read_text("utf-8")) == []


def test_a_test_that_is_not_there_is_missed() -> None:
    assert missing("`tests/house/test_named_tests.py::test_of_nothing`, tests/nowhere.py::test_x") == [
        "tests/house/test_named_tests.py::test_of_nothing",
        "tests/nowhere.py::test_x",
    ]
