"""The reasons why a consultant fits: their own profile, and what else the words have met.

A hit without any such reason is no match: a typo that the index forgave ("traces", "traders") is no reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select

from core.advice.experts.match_reasons import WORDS_TOLD, is_among, reasons_of
from core.advice.experts.model import Expert
from core.catalogue import Catalogue
from core.catalogue.language.languages import language_named
from core.catalogue.product_names import folded, words_of
from core.discovery.search.model import ParsedQuery
from core.kernel.transaction import Ctx
from core.people.accounts.model import Organisation, Person

Reasons = tuple[tuple[str, str], ...]
ADVISING: Final = frozenset({"field", "skill", "topic", "name"})
OF_THEMSELVES: Final = frozenset({"field", "skill", "words"})


class Known(NamedTuple):
    """The folded words of a consultant's and their company's name, and their location.

    `near`: near the place of the query.
    """

    names: tuple[str, ...]
    place: str
    country: str | None
    near: bool = False


def load_known(ctx: Ctx, experts: Iterable[Expert]) -> Mapping[str, Known]:
    """Return the facts about each expert beside the profile, by the expert's id."""
    ids = [expert.id for expert in experts]
    rows = ctx.session.execute(
        select(Expert.id, Person.name, Organisation.name, Organisation.place, Organisation.place_country)
        .join(Person, Person.id == Expert.person_id)
        .join(Organisation, Organisation.id == Expert.organisation_id)
        .where(Expert.id.in_(ids))
    )
    return {
        expert_id: Known(tuple(words_of(f"{person} {company}")), place or "", country)
        for expert_id, person, company, place, country in rows
    }


def reasons_for(
    catalogue: Catalogue, parsed: ParsedQuery, expert: Expert, known: Known, *, met: Sequence[str], now: datetime
) -> Reasons:
    """Return the reasons for an expert, the strongest first. `met`: the problem's words that their document meets."""
    told = reasons_of(catalogue, expert, met, parsed.speaks, now)
    if any(kind in OF_THEMSELVES for kind, _ in told):
        return told
    return (*_otherwise(catalogue, parsed, expert, met, known), *told)


def has_reason(reasons: Reasons, parsed: ParsedQuery) -> bool:
    """Return True if a word of the problem is among the reasons.

    Being free now, or speaking the language that the query requires of all, is no answer to the problem.
    """
    return any(kind != "free_now" and (kind, part) != ("language", parsed.speaks) for kind, part in reasons)


def has_only_words(reasons: Reasons, met: Sequence[str], catalogue: Catalogue) -> bool:
    """Return True if the expert is met only by words that they write, and one belongs to a field.

    "Money for your boiler house" is about no boiler.
    """
    kinds = {kind for kind, _ in reasons}
    return "words" in kinds and kinds.isdisjoint(ADVISING) and any(map(catalogue.fields_told_by, met))


def _otherwise(
    catalogue: Catalogue, parsed: ParsedQuery, expert: Expert, met: Sequence[str], known: Known
) -> Iterator[tuple[str, str]]:
    """Return reasons by topic, synonym, name, location, or the language that a word names."""
    told = ". ".join((expert.headline, *expert.skills, expert.bio))
    profile, topics = words_of(told), frozenset(catalogue.topics.told_by(told, expert.fields))
    same = catalogue.synonyms.of(met)
    alike = [
        word
        for word, also in zip(met, same, strict=True)
        if not topics.isdisjoint(catalogue.topics.of(word)) or any(other in profile for other in also)
    ]
    written = {folded(word): word for word in parsed.rest.split()}
    if alike:
        yield "topic", ", ".join(dict.fromkeys(written.get(word, word) for word in alike[:WORDS_TOLD]))
    if called := [word for word in met if is_among(word, known.names)]:
        yield "name", ", ".join(dict.fromkeys(written.get(word, word) for word in called[:WORDS_TOLD]))
    if known.place and (known.near or any(is_among(word, words_of(known.place)) for word in met)):
        yield "place", known.place
    if any(catalogue.country_named(word) == known.country for word in met) and known.country:
        yield "country", known.country
    for code in dict.fromkeys(map(language_named, met)):
        if code is not None and code in expert.languages and code != parsed.speaks:
            yield "language", code
