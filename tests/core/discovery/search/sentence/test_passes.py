"""The passes of a sentence: their list, and the page that describes it."""

from __future__ import annotations

import re
from datetime import date

from core.discovery.search.sentence.passes import PASSES, read
from core.discovery.search.sentence.state import ParseState
from tests.core.goods import catalogue, gazetteer
from tests.house.scratch import HOUSE

ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TODAY = date(2026, 11, 21)


def state_of(sentence: str) -> ParseState:
    return ParseState(sentence, catalogue(), gazetteer(), TODAY)


def test_the_page_describes_the_passes_in_their_order() -> None:
    page = (HOUSE / "docs" / "search.md").read_text("utf-8")
    section = page.partition("## What is read out of a sentence")[2].partition("###")[0]
    rows = [row for row in ROW.findall(section) if row[0] != "pass"]
    assert rows == [(each.name, each.description) for each in PASSES]


def test_each_pass_has_a_name_of_its_own_and_one_sentence() -> None:
    assert len({each.name for each in PASSES}) == len(PASSES) > 20
    for each in PASSES:
        assert each.description.endswith(".")
        assert len(each.description.split()) <= 20, each.name


def test_a_pass_reads_only_what_earlier_ones_have_left() -> None:
    state = state_of("sell 200 t A1 wood pellets 215 EUR/t near Kaunas")
    left = []
    for each in PASSES:
        each.run(state)
        left.append((each.name, state.text.count("|")))
    taken = dict(left)
    assert taken["normalise"] == 0 < taken["grades"] < taken["figures"] < taken["side"] < taken["location"]
    assert [count for _, count in left] == sorted(count for _, count in left)


def test_passes_read_a_sentence_into_fields() -> None:
    parsed = read(state_of("sell 200 t A1 wood pellets 215 EUR/t near Kaunas"))
    assert (parsed.side, parsed.product, parsed.grade) == ("sell", "wood_pellets", "ENplus_A1")
    assert (str(parsed.quantity), parsed.place and parsed.place.name, parsed.rest) == ("200 t", "Kaunas", "")
