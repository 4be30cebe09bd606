"""Recurring supply, "300 t every month": a listing is bought once, so recurring goods need a request for quotes."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from core.catalogue import Catalogue
from core.catalogue.language.normalised_text import NormalisedText
from core.catalogue.language.patterns import whole
from core.discovery.search.model import ParsedQuery
from core.kernel.errors import Refusal


def drop_recurrence(parsed: ParsedQuery, catalogue: Catalogue) -> ParsedQuery:
    """Return the query without the words for how often, if goods are named. The words become unclear."""
    if not parsed.rest or not (parsed.product or parsed.alternatives):
        return parsed
    rest = NormalisedText.of(parsed.rest)
    found = _how_often(catalogue).search(rest.text)
    if found is None:
        return parsed
    left = f"{rest.as_written(0, found.start())} {rest.as_written(found.end(), len(rest.text))}".split()
    told = Refusal("search.regularly", words=rest.as_written(*found.span()))
    return replace(parsed, rest=" ".join(left), unclear=(*parsed.unclear, told))


@lru_cache(maxsize=4)
def _how_often(catalogue: Catalogue) -> re.Pattern[str]:
    return whole(catalogue.words.all("regularly"))
