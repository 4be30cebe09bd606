"""docs/asvs.md answers each point of OWASP ASVS that applies, and some points are about the whole of the code."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.scratch import HOUSE
from tests.house.test_named_tests import missing
from tests.house.test_tidy import files

PAGE = HOUSE / "docs" / "asvs.md"
PRODUCT = files("bots", "config", "conversations", "core", "documents", "payments", "web")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| (shown|open|not here) \| ([^|]+) \|$", re.MULTILINE)
PAGES = re.compile(r"\b((?:docs/)?[\w./-]+\.(?:md|py|toml|yaml|yml|service|txt)|Dockerfile)\b")
POINTS = 175

RUN = {"eval", "exec", "os.system", "os.popen", "marshal.loads", "pickle.load", "pickle.loads", "yaml.unsafe_load"}
# Calls and answers between this process and a worker process that it has started itself. No outside byte is in them.
OWN_WORKERS = {"core/kernel/worker.py", "core/kernel/worker_pool.py"}
WEAK = {"hashlib.md5", "hashlib.sha1", "hashlib.new"}


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(PAGE.read_text("utf-8"))


def calls(path: Path) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}


def test_every_point_that_applies_is_answered_once() -> None:
    names = [name for name, *_ in rows()]
    assert len(names) == len(set(names)) == POINTS
    assert names == sorted(names, key=lambda name: [int(part) for part in name[1:].split(".")])


def test_a_point_that_is_shown_names_a_test_or_a_page_that_there_is() -> None:
    wrong = []
    for name, _, state, answer in rows():
        named = PAGES.findall(re.sub(r"::\w+", "", answer))
        gone = missing(answer) + [each for each in named if not (HOUSE / each).exists()]
        if gone or (state == "shown" and not named):
            wrong.append((name, gone))
    assert wrong == []


def test_a_point_that_is_not_shown_has_its_reason() -> None:
    assert [name for name, _, state, answer in rows() if state != "shown" and len(answer.split()) < 4] == []


def test_the_counts_on_the_page_are_those_of_its_table() -> None:
    text = PAGE.read_text("utf-8")
    states = [state for _, _, state, _ in rows()]
    told = re.search(r"(\d+) are shown, (\d+) are open, and (\d+) are not here", " ".join(text.split()))
    assert told is not None
    assert [int(each) for each in told.groups()] == [states.count(each) for each in ("shown", "open", "not here")]


def test_no_input_is_run_as_code_or_given_to_a_shell() -> None:
    found = {str(path.relative_to(HOUSE)): calls(path) & RUN for path in PRODUCT if calls(path) & RUN}
    assert found.keys() == OWN_WORKERS
    assert set().union(*found.values()) == {"pickle.loads"}
    shells = [str(path.relative_to(HOUSE)) for path in PRODUCT if "shell=True" in path.read_text()]
    assert shells == []


def test_no_weak_hash_is_used() -> None:
    assert {str(path.relative_to(HOUSE)): calls(path) & WEAK for path in PRODUCT if calls(path) & WEAK} == {}


def test_the_linter_refuses_statements_put_together_from_text() -> None:
    """S608 is on; the few files without it hold statements of our own constants alone."""
    lint = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert "S608" not in lint["ignore"]
    product = ("bots", "config", "conversations", "core", "documents", "payments", "web")
    without = [where for where, rules in lint["per-file-ignores"].items() if "S608" in rules]
    assert [where for where in without if where.startswith(product)] == [
        "core/{money/ledger/triggers,money/ledger/invariants,books/audit/*}.py"
    ]


@pytest.mark.parametrize("source", ["eval(text)", "import pickle; pickle.loads(body)", "os.system(name)"])
def test_a_dangerous_call_is_seen(source: str, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(source)
    assert calls(tmp_path / "x.py") & RUN


def test_a_weak_hash_is_seen(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("import hashlib; hashlib.md5(b'')")
    assert calls(tmp_path / "x.py") & WEAK
