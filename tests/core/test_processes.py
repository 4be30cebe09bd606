"""Whatever moves through states has a table without dead ends, and a picture of it in the docs that is current."""

from __future__ import annotations

import pytest

from config.diagrams import PAGE, page, processes
from core.kernel.process import Process


def test_the_processes_of_the_market_are_found() -> None:
    assert {process.name for process in processes()} >= {"deal", "listing", "lot", "offer", "review"}


@pytest.mark.parametrize("process", processes(), ids=lambda process: process.name)
def test_a_table_has_no_dead_end(process: Process) -> None:
    assert process.problems() == []


def test_the_picture_in_the_docs_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "draw it again: python -m config.diagrams"
