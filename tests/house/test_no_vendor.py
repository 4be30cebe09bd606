"""Core, conversations and the neutral side of payments name no chat platform and no vendor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.house.scratch import HOUSE

NAMED: Final = re.compile(r"telegram|slack|stripe", re.IGNORECASE)
NEUTRAL: Final = ("core", "conversations", "payments")
VENDORS: Final = (HOUSE / "payments" / "stripe",)  # the folder of a vendor may name it


def neutral(*kinds: str) -> list[Path]:
    found = (path for folder in NEUTRAL for kind in kinds for path in sorted((HOUSE / folder).rglob(f"*.{kind}")))
    return [path for path in found if not any(path.is_relative_to(vendor) for vendor in VENDORS)]


def named(text: str) -> Iterator[tuple[int, str]]:
    """Each line that names one, with its number: in identifiers, strings, comments and docstrings alike."""
    return ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if NAMED.search(line))


def test_no_platform_and_no_vendor_is_named_above_the_edges() -> None:
    files = neutral("py", "po")
    found = [
        f"{path.relative_to(HOUSE)}:{number} {line}"
        for path in files
        for number, line in named(path.read_text("utf-8"))
    ]
    assert found == []
    assert len(files) > 400
    assert {path.suffix for path in files} == {".py", ".po"}


def test_a_name_is_found_wherever_it_stands() -> None:
    breaches = (
        'if talk.surface.platform == "telegram":',
        "class SlackSurface:",
        "self.stripe_key = key",
        "rail = Rail.CARD  # as Stripe calls it",
        'msgid "link.on_slack"',
    )
    assert [line for _, line in named("\n".join(breaches))] == list(breaches)
    assert list(named("platform = talk.platform\nif platform.sells_in_stars:\n    pass")) == []
