""" "300 t every month": who buys from a listing buys once; what shall come in turn is asked for as quotes."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from core.catalogue import Catalogue
from core.discovery.search.sentence.parse import Understood
from core.discovery.search.sentence.patterns import whole
from core.discovery.search.sentence.said import Said
from core.kernel.errors import Refusal

REGULARLY: Final = "search.regularly"  # the code that tells of it


def without_regular(said: Understood, catalogue: Catalogue) -> Understood:
    """The same without the words for how often, which are among what is unclear then. Only of goods that are named."""
    if not said.rest or not (said.product or said.alternatives):
        return said
    rest = Said.of(said.rest)
    found = _how_often(catalogue).search(rest.text)
    if found is None:
        return said
    left = f"{rest.as_written(0, found.start())} {rest.as_written(found.end(), len(rest.text))}".split()
    told = Refusal("search.regularly", words=rest.as_written(*found.span()))
    return replace(said, rest=" ".join(left), unclear=(*said.unclear, told))


@lru_cache(maxsize=4)
def _how_often(catalogue: Catalogue) -> re.Pattern[str]:
    return whole(catalogue.words.all("regularly"))
