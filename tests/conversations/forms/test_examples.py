"""Examples in forms: every field with a reader of its own shows what an answer looks like."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from babel import Locale

from config.market import ROUTERS
from conversations.forms.form import Field
from conversations.help.commands import PAGES
from conversations.people.contact_warnings import free_text
from conversations.router import merge_routers
from conversations.trade.deals.messages import in_deal
from core.advice.availability.weekly_hours import names_of_days
from core.catalogue.product_names import folded
from tests.conversations.test_words import LANGUAGES, MESSAGES, sentences

DEFAULT = {each.name: each.default for each in fields(Field)}
ANY_WORDS = (DEFAULT["read"], free_text, in_deal)
# Optional fields without one typical answer: a VAT number looks different in each country, a recap is free text.
OF_NO_ONE_SHAPE = {"profile.vat_number", "edit_recap.topics", "edit_recap.decisions", "edit_recap.steps"}


def without_example() -> set[str]:
    """Return the fields with a reader of their own that show neither an example nor options."""
    return {
        f"{flow.name}.{each.name}"
        for flow in merge_routers(ROUTERS).flows.values()
        for each in flow.form.fields
        if not (each.fixed or each.kind == "files" or each.example)
        and each.options is DEFAULT["options"]
        and each.read not in ANY_WORDS
    }


def test_a_field_that_reads_in_its_own_way_has_an_example_or_options() -> None:
    assert without_example() == OF_NO_ONE_SHAPE


def test_field_without_a_typical_answer_is_optional() -> None:
    flows = merge_routers(ROUTERS).flows
    for name in OF_NO_ONE_SHAPE:
        flow, _, field = name.partition(".")
        assert flows[flow].form.field(field).optional


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_is_right_in_any_year(language: str) -> None:
    """27 November is a Friday in one year of six. A user who copies "Fri 27 Nov" in another year is refused."""
    known = Locale.parse(language).months["format"]
    months = "|".join(
        folded(known[width][number].rstrip(".")) for width in ("wide", "abbreviated") for number in range(1, 13)
    )
    days = "|".join(names_of_days(language))
    dated = re.compile(rf"\b(?:{days})\.? (?:\d{{1,2}}\.? (?:{months})\b|(?:{months}) \d)")
    told = [each for message in MESSAGES[language].values() for each in sentences(message)]
    told += [page.read_text("utf-8") for page in (PAGES / language).glob("*.md")]
    assert dated.search(folded(f"{next(iter(names_of_days(language)))} 27 {known['wide'][11]}"))
    assert [found[0] for found in map(dated.search, map(folded, told)) if found] == []
