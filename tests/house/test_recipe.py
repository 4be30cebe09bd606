"""The first recipe of CONTRIBUTING.md, followed to the letter on a scratch copy: a field for a listing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.house.scratch import HOUSE, copy_of_the_house, run

RECIPE = re.compile(r"^## A field for a listing\n(.*?)^## ", re.MULTILINE | re.DOTALL)
EDIT = re.compile(r"^ +```diff (\S+)\n(.*?)^ +```$", re.MULTILINE | re.DOTALL)
MIGRATION = re.compile(r'`python -m config\.migrations "([^"]+)"`')
PUBLISHES = "test_a_seller_publishes_and_everybody_can_look"
ASKED = """
from config.platforms import PLATFORMS
from conversations.trade.listings.listing import SELL
from conversations.wording import Wordings
words = Wordings(PLATFORMS).speak("en")
print(SELL.field("storage").optional, words("sell.storage.ask"))
"""


@dataclass(frozen=True)
class Edit:
    """Lines to add beside lines that are there. `files` may name several: each gets them."""

    files: str
    before: str
    after: str

    def make(self, house: Path) -> list[Path]:
        paths = sorted(house.glob(self.files))
        assert paths, f"the recipe names {self.files}, which is not there"
        for path in paths:
            text = path.read_text(encoding="utf-8")
            assert text.count(self.before) == 1, f"the recipe looks for this once in {path.name}:\n{self.before}"
            path.write_text(text.replace(self.before, self.after), encoding="utf-8")
        return paths


def edits(recipe: str) -> list[Edit]:
    """Return the recipe's blocks. Each is indented by three columns, before the column of the plus signs."""
    found = []
    for files, block in EDIT.findall(recipe):
        lines = [line[3:] for line in block.splitlines(keepends=True)]
        before = "".join(line[1:] for line in lines if not line.startswith("+"))
        found.append(Edit(files, "\n" + before, "\n" + "".join(line[1:] for line in lines)))
    return found


def test_a_newcomer_adds_a_field_to_a_listing(tmp_path: Path) -> None:
    found = RECIPE.search((HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert found is not None
    recipe = found[1]
    message = MIGRATION.search(recipe)
    assert message is not None
    house = copy_of_the_house(tmp_path, "migrations", "tests")

    edited = {path for each in edits(recipe) for path in each.make(house)}
    touched = sorted(path for path in edited if path.suffix == ".py")
    assert {path.relative_to(house).parts[0] for path in edited} == {"core", "conversations", "tests"}
    written = run(house, "python", "-m", "config.migrations", message[1])
    assert written.returncode == 0, written.stderr
    (migration,) = set((house / "migrations" / "versions").glob("*.py")) - {
        house / path.relative_to(HOUSE) for path in (HOUSE / "migrations" / "versions").glob("*.py")
    }
    assert "storage" in migration.read_text()

    asked = run(house, "python", "-c", ASKED)
    assert asked.stdout == "True How are the goods stored?\n", asked.stderr
    stories = (f"tests/core/trade/listings/test_listings.py::{PUBLISHES}", "tests/house/test_migrations.py")
    tested = run(house, "pytest", "-p", "no:cacheprovider", *stories)
    assert tested.returncode == 0, tested.stdout
    linted = run(house, "ruff", "check", "--no-cache", *map(str, touched), str(migration))
    assert linted.returncode == 0, linted.stdout
