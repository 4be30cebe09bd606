"""The lab alone: a copy of its folder starts, and the programs of its README use it through real libraries."""

from __future__ import annotations

import ast
import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest

import lab

LAB: Final = Path(lab.__file__).parent
PROGRAM: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS: Final = PROGRAM.findall((LAB / "README.md").read_text("utf-8"))
STARTS_WITHIN: Final = 30.0  # seconds
OF_PYDANTIC: Final = {"pydantic_core"}  # pydantic installs it, and names its version
SAYS: Final = {"telegram": "Telegram: parley_lab_bot", "slack": "Slack: Parley", "stripe": "Stripe: customer"}


def bare_environment() -> dict[str, str]:
    """Return the environment without a path to this repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST_", "COV_"))}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder that holds only the lab."""
    shutil.copytree(LAB, tmp_path / "lab", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    assert [each.name for each in tmp_path.iterdir()] == ["lab"]
    return tmp_path


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Run `python -m lab` in the folder, and yield the settings that it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lab", "--port", "0"),
        cwd=folder,
        env=bare_environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        settings: dict[str, str] = {}
        while "SMTP_URL" not in settings:
            line = (await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN)).decode()
            assert line, "the lab has ended"
            name, is_setting, value = line.strip().partition("=")
            if is_setting:
                settings[name] = value
        yield settings
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


async def output_of(folder: Path, program: str, settings: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-c", program),
        cwd=folder,
        env=bare_environment() | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_each_program_of_the_readme_talks_to_a_copy_of_the_lab(copy: Path) -> None:
    assert len(PROGRAMS) == len(SAYS)
    async with started(copy) as settings:
        said = "".join([await output_of(copy, program, settings) for program in PROGRAMS])
    assert said.splitlines() == list(SAYS.values())


async def test_the_copy_does_not_see_the_product(copy: Path) -> None:
    """Guard the test above: it would prove nothing if the copy could see the product."""
    with pytest.raises(AssertionError, match="No module named 'core'"):
        await output_of(copy, "import core", {})


def test_the_requirements_name_every_library_that_the_lab_imports() -> None:
    listed = {re.split(r"[\[><=]", each)[0] for each in (LAB / "requirements.txt").read_text().splitlines()}
    known = packages_distributions()
    imported = {name for path in LAB.rglob("*.py") if "tests" not in path.parts for name in imports_of(path)}
    libraries = imported - sys.stdlib_module_names - {"lab"} - OF_PYDANTIC
    needed = {known[name][0].casefold().replace("_", "-") for name in libraries}
    assert needed <= {each.casefold() for each in listed}
    assert len(needed) > 8


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found
