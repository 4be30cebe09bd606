"""Commit subjects have at most 72 characters since a recorded commit; older history is exempt."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.house.scratch import HOUSE

BASE: Final = "b713a487c1ad12bf86d4e8c832e376052ea316ec"
BASE_TIME: Final = "@1795431564"
MOST_LETTERS: Final = 72


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; raises CalledProcessError where it fails."""
    tool = shutil.which("git") or "git"
    done = subprocess.run([tool, *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603 - our own arguments
    return done.stdout


def is_repository(folder: Path) -> bool:
    if shutil.which("git") is None:
        return False
    try:
        return Path(git(folder, "rev-parse", "--show-toplevel").strip()).resolve() == folder.resolve()
    except subprocess.CalledProcessError:
        return False


def subjects(folder: Path, base: str, base_time: str) -> list[str]:
    """Return the subjects since the base commit. A shallow clone may lack it; then its time decides."""
    try:
        git(folder, "merge-base", "--is-ancestor", base, "HEAD")
        span = f"{base}..HEAD"
    except subprocess.CalledProcessError:
        span = f"--since={base_time}"
    return git(folder, "log", "--no-merges", "--format=%s", span).splitlines()


def too_long(lines: list[str]) -> list[str]:
    return [f"{len(line)}: {line}" for line in lines if len(line) > MOST_LETTERS]


def test_commit_subjects_are_short() -> None:
    if not is_repository(HOUSE):
        pytest.skip("the tree is not a git repository")
    assert too_long(subjects(HOUSE, BASE, BASE_TIME)) == []


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository of three commits: a long subject, the base, and another long one."""
    folder = tmp_path / "full"
    folder.mkdir()
    git(folder, "init", "-q")
    for name, value in (("user.name", "Tester"), ("user.email", "tester@example.org"), ("commit.gpgsign", "false")):
        git(folder, "config", name, value)
    for day, subject in enumerate(("old " * 30, "base", "new " * 30), start=1):
        date = f"2026-01-0{day}T12:00:00Z"
        git(folder, "-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", subject, "--date", date)
    return folder


def test_a_long_subject_since_the_base_is_found(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD~1").strip()
    assert [line[:8] for line in too_long(subjects(repository, base, "@0"))] == ["119: new"]


def test_a_shallow_clone_is_checked_by_time(repository: Path, tmp_path: Path) -> None:
    base = git(repository, "rev-parse", "HEAD~1").strip()
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), "shallow")
    shallow = tmp_path / "shallow"
    assert [line[:8] for line in too_long(subjects(shallow, base, "@1"))] == ["119: new"]
    assert subjects(shallow, base, "2099-01-01") == []


def test_a_folder_without_git_is_no_repository(tmp_path: Path) -> None:
    assert not is_repository(tmp_path)
