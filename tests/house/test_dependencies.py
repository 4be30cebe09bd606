"""The market runs with the product's dependencies alone: the tools of development are installed for `make test`."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

from tests.house.scratch import HOUSE

RUN = ("bots", "config", "conversations", "core", "documents", "lab", "migrations", "payments", "tools", "web")
OURS = {*RUN, "main", "simulation", "tests", "bench"}
LOCKED = HOUSE / "requirements"
OPERATE = ("run", "demo", "doctor", "earnings", "lab", "verify-ledger", "screens")


def locked(name: str) -> set[str]:
    """Return the packages of a lock file."""
    text = (LOCKED / f"{name}.txt").read_text("utf-8")
    return {normal(found) for found in re.findall(r"^([A-Za-z0-9_.\-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> Iterator[tuple[str, str]]:
    """Yield what the market's own files import from outside, with the file. The lab's tests are no part of it."""
    for folder in RUN:
        for path in (HOUSE / folder).rglob("*.py"):
            if path.is_relative_to(HOUSE / "lab" / "tests"):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                named = [each.name for each in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    named = [node.module]
                for each in named:
                    first = each.partition(".")[0]
                    if first not in OURS and first not in sys.stdlib_module_names:
                        yield first, str(path.relative_to(HOUSE))


def test_the_market_imports_nothing_but_the_products_dependencies() -> None:
    product, distributions = locked("product"), packages_distributions()
    astray = {
        f"{path} imports {name}"
        for name, path in imported()
        if not {normal(each) for each in distributions.get(name, [name])} & product
    }
    assert astray == set()


def test_the_tools_of_development_are_more_than_the_product() -> None:
    assert locked("product") < locked("development")
    assert {"mypy", "ruff", "pytest"} <= locked("development") - locked("product")


def test_the_market_is_opened_without_the_tools_of_development() -> None:
    text = (HOUSE / "Makefile").read_text("utf-8")
    needs = dict(re.findall(r"^([a-z-]+): (\S+) ", text, re.MULTILINE))
    assert {needs[target] for target in OPERATE} == {".venv/ready"}
    assert {needs[target] for target in ("test", "lint", "types", "contracts")} == {".venv/tools"}
    rules = dict(re.findall(r"^(\.venv/\w+): ([^\n]+)", text, re.MULTILINE))
    assert rules[".venv/ready"].split() == ["requirements/uv.txt", "$(PRODUCT)"]
    assert "$(DEVELOPMENT)" in rules[".venv/tools"].split()
