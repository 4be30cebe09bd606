"""`uv build` makes a wheel whose `parley` command has all that it needs, and nothing of the tests."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.house.scratch import HOUSE

UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        [UV, "build", "--offline", "--wheel", "--out-dir", place],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (made,) = place.glob("parley-*.whl")
    return made


def test_the_wheel_holds_every_part_that_the_product_runs_on(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    packages = project["tool"]["uv"]["build-backend"]["module-name"]
    tracked = subprocess.run(
        ["git", "ls-files", "--", *packages],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    expected = {path for path in tracked if not path.startswith("lab/tests/")}
    assert len(expected) > 900
    assert expected - names == set()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(packages)
    assert not any(name.startswith("lab/tests/") for name in names)


def test_the_command_starts_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """It runs on the libraries of this environment, and on no file of the working tree."""
    package = tmp_path / "package"
    zipfile.ZipFile(wheel).extractall(package)
    entry = next(package.glob("*.dist-info/entry_points.txt")).read_text()
    assert "parley = tools.command_line:main" in entry
    program = "import sys; sys.argv = ['parley', *sys.argv[1:]]; from tools.command_line import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "doctor"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(package), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ok  Catalogue" in done.stdout, done.stderr
    assert "ok  Database" in done.stdout
