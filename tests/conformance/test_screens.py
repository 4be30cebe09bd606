"""All screens on one page: none is over a limit, and a translation that is too long stands out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from config.platforms import PLATFORMS
from conversations.market_rules import LOCALES
from conversations.wording import Wordings
from tools.screens.captures import Capture
from tools.screens.collector import Gathering, write_page


async def test_screens_are_read_in_every_language_and_what_is_too_long_stands_at_the_top(tmp_path: Path) -> None:
    wordings = Wordings(PLATFORMS, with_a_long_german(tmp_path))

    seen = [
        each
        for chat in (each.code for each in PLATFORMS)
        for each in await Gathering(wordings, ["en", "de"], chat).brief()
    ]

    english, german = (list(of_language(seen, language)) for language in ("en", "de"))
    assert faults_of(english) == set()
    kinds = {(chat, kind) for chat in ("telegram", "slack") for kind in ("card", "form", "list", "say", "notice")}
    assert kinds <= {(each.platform, each.kind) for each in english}
    assert kinds <= {(each.platform, each.kind) for each in german}
    faults = faults_of(german)
    assert all(fault.startswith("de, ") for fault in faults)
    assert any("sell: the form's title" in fault and "100 characters, 24 fit" in fault for fault in faults)
    assert any("telegram" in fault and "the form's cancel" in fault for fault in faults)
    assert f"{len(faults)} over a limit" in write_page(seen)


def test_a_page_of_nothing_amiss_says_so_and_loads_nothing() -> None:
    page = write_page([Capture("sell", "say", "telegram", "en", "Rasa says /sell", "<p>All is well</p>", ())])

    assert "No screen is over a limit." in page
    assert not re.findall(r"""(?:src|href|@import|url\()\s*=?\s*["']?(?:https?:)?//""", page)


def with_a_long_german(folder: Path) -> Path:
    """Write catalogues of English, and of a German in which two sentences are very long."""
    english = long = (LOCALES / "en.po").read_text("utf-8")
    for code in ("sell.title", "form.cancel"):
        long = re.sub(rf'(msgid "{re.escape(code)}"\nmsgstr ")[^"]*"', r"\g<1>" + "word " * 20 + '"', long)
    (folder / "en.po").write_text(english, "utf-8")
    (folder / "de.po").write_text(long, "utf-8")
    return folder


def of_language(seen: list[Capture], language: str) -> Iterator[Capture]:
    return (each for each in seen if each.language == language)


def faults_of(seen: list[Capture]) -> set[str]:
    return {fault for each in seen for fault in each.faults}
