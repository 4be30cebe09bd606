"""The map of the packages is kept by import contracts. Each contract is broken here once, to see that it is noticed."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from tests.house.scratch import HOUSE, copy_of_the_house, run

CONTRACTS = {
    each["id"]: each["name"]
    for each in tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# By contract: the module that goes wrong, and what it must not import.
BREACHES = [
    ("map", "core/kernel/money.py", "conversations.reply"),
    ("map", "conversations/reply.py", "config.settings"),
    ("map", "config/wiring.py", "tools.doctor"),
    ("map", "config/wiring.py", "simulation.world"),
    ("map", "tools/doctor.py", "simulation.world"),
    ("map", "web/__init__.py", "payments"),
    ("map", "documents/page.py", "payments.provider"),
    ("chats", "bots/telegram/text.py", "bots.slack"),
    ("talk", "web/__init__.py", "conversations.engine"),
    ("talk", "payments/__init__.py", "conversations.engine"),
    ("talk", "documents/page.py", "conversations.engine"),
    ("documents", "web/__init__.py", "documents.page"),
    ("lab", "lab/world.py", "core.kernel.clock"),
    ("lab", "lab/tests/phone.py", "tests.conftest"),
    ("product", "bots/telegram/text.py", "lab.world"),
    ("contexts", "core/money/ledger/rules.py", "core.trade.deals.model"),
    ("contexts", "core/astrology/__init__.py", "core.kernel.clock"),  # a context without a place
    ("trade", "core/trade/listings/rules.py", "core.trade.offers.model"),
    ("trade", "core/trade/haulage/__init__.py", "core.kernel.clock"),
    ("advice", "core/advice/experts/rules.py", "core.advice.sessions.model"),
    ("advice", "core/advice/webinars/__init__.py", "core.kernel.clock"),
    ("core", "core/kernel/money.py", "stripe"),
    ("words", "conversations/reply.py", "telegram"),
    ("sql", "conversations/reply.py", "sqlalchemy"),
    ("search", "conversations/reply.py", "core.discovery.search.sentence.passes"),
    ("search", "core/discovery/alerts/rules.py", "core.discovery.search.rules"),
    ("statements", "core/trade/offers/rules.py", "core.kernel.compiled_statements"),
    ("cycles", "conversations/reply.py", "conversations.engine"),
    ("cycles", "simulation/environment.py", "simulation.world"),
    ("cycles", "tools/seed/opening.py", "tools.command_line"),
    ("cycles", "documents/page.py", "documents.invoices.page"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_house(tmp_path_factory.mktemp("house"))


def test_the_house_is_as_it_was_drawn() -> None:
    checked = run(HOUSE, "lint-imports", "--no-cache", "--no-logo")
    assert checked.returncode == 0, checked.stdout
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in checked.stdout


def test_main_imports_only_tools() -> None:
    """The contracts speak of packages; `main.py` is a single file."""
    imports = [
        each for each in ast.walk(ast.parse((HOUSE / "main.py").read_text())) if isinstance(each, ast.ImportFrom)
    ]
    assert {(each.module or "").partition(".")[0] for each in imports} == {"tools"}


def test_every_contract_is_broken_below() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)


@pytest.mark.parametrize(("contract", "module", "imported"), BREACHES)
def test_a_breach_is_noticed(house: Path, contract: str, module: str, imported: str) -> None:
    path = house / module
    before = path.read_text() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{before or ''}\nimport {imported}\n")

    checked = run(house, "lint-imports", "--no-cache", "--no-logo", "--contract", contract)

    if before is None:
        path.unlink()
        path.parent.rmdir()
    else:
        path.write_text(before)
    assert checked.returncode == 1
    assert f"{CONTRACTS[contract]} BROKEN" in checked.stdout
