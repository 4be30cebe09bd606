"""A sentence read with the catalogue and the places as shipped, on a Saturday in November."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from core.discovery.search.model import ParsedQuery
from core.discovery.search.service import parse
from core.kernel.errors import Refusal
from tests.core.goods import catalogue, gazetteer

CATALOGUE = catalogue()
PLACES = gazetteer()
TODAY = date(2026, 11, 21)  # a Saturday


def read(sentence: str, language: str = "en") -> ParsedQuery:
    """The sentence as read today."""
    return parse(sentence, CATALOGUE, PLACES, TODAY, language)


def refusal(call: Callable[[], object]) -> Refusal:
    """The refusal that the call ends in."""
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value
