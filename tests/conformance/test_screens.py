"""All screens on one page: nothing of ours is over a limit, and a translation that is too long is seen at once."""

from __future__ import annotations

import re
from pathlib import Path

from config.screens import gathered
from config.screens.page import write_page
from conversations.wording import LOCALES, Wordings


async def test_no_screen_of_the_play_is_over_a_limit() -> None:
    album = await gathered(Wordings(), ["en"], brief=True)

    assert [fault for each in album.seen for fault in each.faults] == []
    kinds = {(each.platform, each.kind) for each in album.seen}
    assert {
        (chat, kind) for chat in ("telegram", "slack") for kind in ("card", "form", "list", "say", "notice")
    } <= kinds
    page = write_page(album.seen)
    assert "No screen is over a limit." in page
    assert not re.findall(r"""(?:src|href|@import|url\()\s*=?\s*["']?(?:https?:)?//""", page), "it loads nothing"


async def test_a_translation_that_is_too_long_stands_at_the_top(tmp_path: Path) -> None:
    english = (LOCALES / "en.po").read_text("utf-8")
    long = english
    for code in ("sell.title", "form.cancel"):
        long = re.sub(rf'(msgid "{re.escape(code)}"\nmsgstr ")[^"]*"', r"\g<1>" + "word " * 20 + '"', long)
    (tmp_path / "en.po").write_text(english, "utf-8")
    (tmp_path / "de.po").write_text(long, "utf-8")

    album = await gathered(Wordings(tmp_path), ["de"], brief=True)
    faults = {fault for each in album.seen for fault in each.faults}
    assert all(fault.startswith("de, ") for fault in faults)
    assert any("sell: the form's title" in fault and "100 characters, 24 fit" in fault for fault in faults)
    assert any("telegram" in fault and "cannot be drawn" in fault for fault in faults)
    assert f"{len(faults)} over a limit" in write_page(album.seen)
