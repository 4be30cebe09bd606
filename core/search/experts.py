"""Finds consultants for a problem told in one message, says why each was found, and what would help when none is.

What the message wishes (a language, a highest rate, "free now") filters; its other words are weighed against what the
consultants say of themselves. Money never outranks a filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

from sqlalchemy import select

from core.catalogue import Catalogue
from core.catalogue.names import folded
from core.contacts.service import apart_from_me
from core.experts.finding import Match, is_free, reasons_of
from core.experts.model import Expert
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.search import rules
from core.search.engine.document import words_in
from core.search.engine.index import Found, Index
from core.search.engine.wanted import Limits, Order, Spot, Wanted, Word
from core.search.grammar import Said, grammar_of
from core.search.kinds.experts import EXPERTS, FREE_NOW
from core.search.limits import BY_THE_HOUR, hourly_amount
from core.search.model import Chip, DidYouMean, Query, Standings
from core.search.parse import Understood
from core.search.problem import told_by
from core.search.storage.shelf import shelf_of
from core.search.wishes import WORDS_AT_MOST, expert_words, known_to_index, of_whom, place_words, very_words

LOOKED_AT: Final = 200  # of whom the standing is asked; nobody pages further
LEAST_RELEVANCE: Final = 0.1  # a problem is told in many words that no profile has
SHORTEST_WORD: Final = 3  # letters; shorter ones count only where a profile writes them in the same way
CHIPS: Final = (
    ("speaks", "language"),
    ("max_rate", "rate"),
    ("free_now", "now"),
    ("place", "place"),
    ("rest", "words"),
)
MINUTES: Final = 60  # of an hour
BY_MINUTE: Final = "rate_by_minute"  # the end of the sentences about a rate that was said for a minute
RELAXED: Final = (  # in the order in which giving one up hurts least
    ("free_now", "search.relax.free_now"),
    ("place", "search.relax.anywhere"),
    ("speaks", "search.relax.speaks"),
    ("max_rate", "search.relax.max_rate"),
    ("rest", "search.relax.words"),
)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A wish that, given up, would find so many; its code and parts are a sentence."""

    wish: str
    code: str
    parts: Mapping[str, object]
    count: int


@dataclass(frozen=True, slots=True)
class Advisers:
    """Who was found, best first; with nobody, `relaxations` say which wish stands in the way."""

    query: Query
    matches: tuple[Match, ...]
    relaxations: tuple[GivenUp, ...] = ()
    did_you_mean: tuple[DidYouMean, ...] = ()


def problem_of(query: Query, catalogue: Catalogue, text: str = "") -> Query:
    """The sentence as a seeker of advice means it: a price is for an hour, and goods are what the advice is about; the
    order of goods is none of those who know of them. `text`: as it was written, for names of schemes."""
    said = query.understood
    limit = said.max_price or said.price
    rate = said.max_rate
    if rate is None and limit is not None:
        rate = Money.rounded(Fraction(limit.amount), limit.currency)
    about = " ".join(filter(None, (said.named, said.rest, said.countries_said)))
    return Query(
        Understood(
            rest=" ".join(_told(about, said, catalogue, text)),
            free_now=said.free_now,
            max_rate=rate,
            by_minute=said.by_minute,
            speaks=said.speaks,
            place=said.place,
            place_said=said.place_said,
            radius_km=said.radius_km,
            unclear=said.unclear,
        )
    )


def find_experts(
    ctx: Ctx, catalogue: Catalogue, query: Query, *, standings: Standings | None = None, but: str | None = None
) -> Advisers:
    """Consultants who are listed and fit. `standings`: how good organisations are, 0 to 1; `but`: one left out."""
    index = shelf_of(ctx, EXPERTS).look(ctx.session, catalogue)
    matches = _confirmed(ctx, catalogue, index, query, but)
    if standings is not None and query.order in {"best", "rated"}:
        known = standings({match.expert.organisation_id for match in matches})
        by = _score if query.order == "best" else _standing
        matches.sort(key=lambda match: -by(match, known.get(match.expert.organisation_id, rules.UNKNOWN_SELLER)))
    return Advisers(
        query,
        tuple(matches),
        () if matches else tuple(_relaxations(ctx, catalogue, index, query, but)),
        () if matches else tuple(_meant(index, query)),
    )


def chips(query: Query) -> tuple[Chip, ...]:
    """What was understood of a problem, one chip a wish; a rate as it was said."""
    said = query.understood
    made = rules.chips_of(said, CHIPS)
    if said.max_rate is None or not said.by_minute or said.max_rate.minor % MINUTES:
        return made
    by_minute = Chip("max_rate", f"search.chip.{BY_MINUTE}", {"rate": said.max_rate, "minute": by_the_minute(said.max_rate)})
    return tuple(by_minute if chip.wish == "max_rate" else chip for chip in made)


def by_the_minute(hourly: Money) -> Money:
    """What a minute costs, of an hour's whole cents."""
    return Money(hourly.minor // MINUTES, hourly.currency)


def _score(match: Match, standing: float) -> float:
    """Who answers better comes first; of those who answer alike, whom others praise."""
    return match.score + rules.STANDING_TELLS * (standing - rules.UNKNOWN_SELLER)


def _standing(_match: Match, standing: float) -> float:
    return standing


def _told(about: str, said: Understood, catalogue: Catalogue, text: str) -> list[str]:
    """The words of a problem, each once: those that may tell one consultant from another."""
    schemes = " ".join(scheme_as_said(scheme, catalogue, text) for scheme in said.certificates)
    each: dict[str, str] = {}
    for word in (*about.split(), *schemes.split()):
        each.setdefault(folded(word), word)
    return list(each.values())


def scheme_as_said(scheme_id: str, catalogue: Catalogue, text: str) -> str:
    """The scheme as the text calls it, or by the name that it mostly goes by: EUDR is asked about, and not TRACES."""
    pattern, said = grammar_of(catalogue).schemes.get(scheme_id), Said.of(text)
    found = pattern.search(said.text) if pattern else None
    if found is not None:
        return said.as_written(*found.span())
    spoken = catalogue.certificates[scheme_id].spoken
    return spoken[0].upper() if spoken and "_" in scheme_id else scheme_id


def _wanted(said: Understood, catalogue: Catalogue, today: date, order: Order = "best") -> Wanted:
    asked = [word for word in dict.fromkeys(words_in(said.rest)) if word not in expert_words(catalogue)]
    asked = asked[:WORDS_AT_MOST]
    words = very_words(
        of_whom(word, catalogue) or Word(word, told.also, fuzzy=len(word) >= SHORTEST_WORD, tells=told.tells)
        for word, told in zip(asked, told_by(asked, catalogue), strict=True)
    )
    here = said.place
    if here is not None and said.radius_km is None:
        words += place_words(said)  # whoever is there meets the word best; others may do as well
    musts = [frozenset({f"speaks:{said.speaks}"})] if said.speaks else []
    musts += [frozenset({FREE_NOW})] if said.free_now else []
    most = None if said.max_rate is None else hourly_amount(said.max_rate, catalogue)
    return Wanted(
        words=tuple(words),
        must=tuple(musts),
        near=None if here is None else Spot(here.lat, here.lon, said.radius_km),
        price_at_most=None if most is None else Limits(most.value, BY_THE_HOUR),
        some_word=bool(words),
        least_relevance=LEAST_RELEVANCE if words else 0.0,
        price_per=BY_THE_HOUR,
        order=order,
        today=today.toordinal(),
    )


def _confirmed(ctx: Ctx, catalogue: Catalogue, index: Index, query: Query, but: str | None) -> list[Match]:
    """Those who are still as they were found, best first."""
    said = query.understood
    wanted = _wanted(said, catalogue, ctx.now.date(), known_to_index(query.order))
    found = index.search(wanted, LOOKED_AT).found
    rows = {row.id: row for row in ctx.session.scalars(select(Expert).where(Expert.id.in_([one.id for one in found])))}
    apart = apart_from_me(ctx)
    known = ((one, rows[one.id]) for one in found if one.id in rows and rows[one.id].organisation_id not in apart)
    fitting = [(one, expert) for one, expert in known if _fits(ctx, said, expert, but)]
    return [_match(ctx, catalogue, said, one, expert) for one, expert in fitting]


def _match(ctx: Ctx, catalogue: Catalogue, said: Understood, found: Found, expert: Expert) -> Match:
    reasons = reasons_of(catalogue, expert, tuple(dict.fromkeys(found.met)), said.speaks, ctx.now)
    return Match(expert, found.score, reasons, None if found.km is None else round(found.km))


def _fits(ctx: Ctx, said: Understood, expert: Expert, but: str | None) -> bool:
    """What can be compared exactly; a rate in another currency the index has compared."""
    if not expert.live or expert.organisation_id == but or (said.free_now and not is_free(expert, ctx.now)):
        return False
    most = said.max_rate
    dear = most is not None and most.currency == expert.currency and is_dearer(expert, most)
    return not dear and (said.speaks is None or said.speaks in expert.languages)


def is_dearer(expert: Expert, most: Money) -> bool:
    """Whether an hour costs more than that; of a session of 45 minutes exactly, for `hourly` is whole cents."""
    minutes = 1 if expert.basis == "minute" else max(expert.lengths)
    return expert.rate_minor * MINUTES > most.minor * minutes


def _relaxations(ctx: Ctx, catalogue: Catalogue, index: Index, query: Query, but: str | None) -> Iterator[GivenUp]:
    """Each single wish that, given up, would find somebody."""
    parts = {chip.wish: chip.parts for chip in chips(query)}
    for wish, code in RELAXED:
        wider = rules.without(query, wish)
        if wish in parts and wider.understood != Understood():
            count = len(_confirmed(ctx, catalogue, index, wider, but))
            if count:
                said = f"search.relax.{BY_MINUTE}" if "minute" in parts[wish] else code
                yield GivenUp(wish, said, parts[wish], count)


def _meant(index: Index, query: Query) -> Iterator[DidYouMean]:
    """For each word that no profile has: the nearest word that one has."""
    said: Sequence[str] = words_in(query.understood.rest)
    for word in said:
        instead = None if index.knows(word) else index.nearest_word(word)
        if instead is not None:
            rest = " ".join(instead if other == word else other for other in said)
            yield DidYouMean(word, instead, replace(query, understood=replace(query.understood, rest=rest)))
