"""Pages of the docs: the targets of their links exist, and so do the files of code that they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.scratch import HOUSE, PACKAGES

PAPERS = [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NAMED = re.compile(rf"`((?:{'|'.join((*PACKAGES, 'tests', 'docs', 'migrations'))})/[\w/.-]+\.\w+)`")


def test_there_are_papers() -> None:
    assert {path.name for path in PAPERS} >= {"ARCHITECTURE.md", "CONTRIBUTING.md", "processes.md"}
    assert len([path for path in PAPERS if path.parent.name == "decisions"]) >= 8


def test_every_page_stands_in_the_list_of_the_pages() -> None:
    listed = set(LINK.findall((HOUSE / "docs" / "README.md").read_text(encoding="utf-8")))
    pages = {str(page.relative_to(HOUSE / "docs")) for page in (HOUSE / "docs").rglob("*.md")} - {"README.md"}
    assert pages == {link for link in listed if link.endswith(".md")}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(HOUSE)))
def test_a_paper_speaks_of_what_is_there(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    gone = [link for link in LINK.findall(text) if not (paper.parent / link).exists()]
    gone += [name for name in NAMED.findall(text) if not (HOUSE / name).exists()]
    assert gone == []


def test_decisions_are_numbered_without_gap_and_say_why() -> None:
    pages = sorted((HOUSE / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} "), page.name
        assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], page.name


def test_the_architecture_fits_a_few_screens() -> None:
    assert len((HOUSE / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 120
