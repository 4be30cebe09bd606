"""Search for consultants by a problem in one message. Every hit has its reasons.

A hit without any reason is no match: a typo that the index forgave ("traces", "traders") is no reason. An empty result
has wider queries that would find consultants.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Final, NamedTuple

from sqlalchemy import select

from core.advice.experts.match_reasons import (
    WORDS_TOLD,
    Match,
    by_the_minute,
    hourly,
    in_currency,
    is_among,
    reasons_of,
)
from core.advice.experts.model import Expert
from core.catalogue.language.languages import language_named
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded, words_of
from core.discovery.search import rules
from core.discovery.search.engine.document import words_in
from core.discovery.search.engine.index import Found, Index
from core.discovery.search.engine.query import EngineQuery, Limits, Order, Spot, Word
from core.discovery.search.filters import (
    WORDS_AT_MOST,
    add_literal_words,
    expert_filter_word,
    expert_words,
    index_order,
    place_words,
)
from core.discovery.search.kinds import FREE_NOW
from core.discovery.search.limits import BY_THE_HOUR, hourly_amount
from core.discovery.search.model import (
    EXPERT_CHIPS,
    EXPERT_RELAXATIONS,
    NEAR_KM,
    NOT_TRADED,
    Chip,
    DidYouMean,
    ExpertRelaxation,
    HasTime,
    ParsedQuery,
    Query,
)
from core.discovery.search.problems import weigh_problem_words
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.people.accounts.model import Organisation, Person
from core.people.blocking.service import blocked_for_me

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


LOOKED_AT: Final = 200  # hits that are ranked by reputation; further pages are not visited
LEAST_RELEVANCE: Final = 0.1  # a problem has many words that are in no profile
BY_THE_WORD: Final = 0.8  # share of the score if an expert uses a word of a field, but advises in another
SHORTEST_WORD: Final = 3  # letters; shorter ones count only where a profile writes them in the same way
FEW: Final = 3  # cheapest experts that are offered if all are dearer than the limit
MUCH_DEARER: Final = Fraction(3, 2)  # times the cheapest of them
MINUTES: Final = 60  # in an hour
A_WEEK: Final = 7  # days
OF_GOODS: Final = ("goods.one_at_a_time", NOT_TRADED)  # no matter in a question about them
BY_MINUTE: Final = "rate_by_minute"  # the end of the sentences about a rate that was said for a minute


def _engine_query(parsed: ParsedQuery, catalogue: Catalogue, today: date, order: Order = "best") -> EngineQuery:
    asked = [word for word in dict.fromkeys(words_in(parsed.rest)) if word not in expert_words(catalogue)]
    asked = asked[:WORDS_AT_MOST]
    words = add_literal_words(
        expert_filter_word(word, catalogue) or Word(word, told.also, fuzzy=len(word) >= SHORTEST_WORD, tells=told.tells)
        for word, told in zip(asked, weigh_problem_words(asked, catalogue), strict=True)
    )
    here = parsed.place
    if here is not None and parsed.radius_km is None:
        words += place_words(parsed)  # experts there meet the word best; others may do as well
    musts = [frozenset({f"speaks:{parsed.speaks}"})] if parsed.speaks else []
    musts += [frozenset({FREE_NOW})] if parsed.free_now else []
    most = None if parsed.max_rate is None else hourly_amount(parsed.max_rate, catalogue)
    return EngineQuery(
        words=tuple(words),
        must=tuple(musts),
        near=None if here is None else Spot(here.lat, here.lon, parsed.radius_km),
        price_at_most=None if most is None else Limits(most.value, BY_THE_HOUR),
        some_word=bool(words),
        least_relevance=LEAST_RELEVANCE if words else 0.0,
        price_per=BY_THE_HOUR,
        order=order,
        today=today.toordinal(),
    )


def explain_problem(query: Query) -> tuple[Chip, ...]:
    """Return what was understood of a problem, one chip per filter; a rate as it was written."""
    parsed = query.parsed
    made = rules.chips_of(parsed, EXPERT_CHIPS)
    if parsed.max_rate is None or not parsed.by_minute or parsed.max_rate.minor % MINUTES:
        return made
    by_minute = Chip(
        "max_rate", f"search.chip.{BY_MINUTE}", {"rate": parsed.max_rate, "minute": by_the_minute(parsed.max_rate)}
    )
    return tuple(by_minute if chip.filter_name == "max_rate" else chip for chip in made)


def by_relevance(match: Match, rating: float) -> float:
    """Return the score by relevance; among equal matches the better rated one comes first."""
    return match.score + rules.RATING_TELLS * (rating - rules.UNKNOWN_SELLER)


def by_rating(_match: Match, rating: float) -> float:
    return rating


@dataclass(slots=True)
class ExpertSearch:
    """One search for advice in one transaction."""

    ctx: Ctx
    catalogue: Catalogue
    index: Index
    but: str | None
    has_time: HasTime | None

    def confirmed(self, query: Query) -> list[Match]:
        """Return the experts who still fit, best first, each with a reason."""
        ctx, parsed = self.ctx, query.parsed
        engine_query = _engine_query(parsed, self.catalogue, ctx.now.date(), index_order(query.order))
        found = self.index.search(engine_query, LOOKED_AT).found
        ids = [one.id for one in found]
        rows = {row.id: row for row in ctx.session.scalars(select(Expert).where(Expert.id.in_(ids)))}
        blocking = blocked_for_me(ctx)
        listed = (
            (one, rows[one.id]) for one in found if one.id in rows and rows[one.id].organisation_id not in blocking
        )
        fitting = [(one, expert) for one, expert in listed if self._fits(parsed, expert)]
        known = load_known(ctx, [expert for _, expert in fitting])
        matches = [self._match(parsed, one, expert, known[expert.id]) for one, expert in fitting]
        if query.order == "best":
            matches.sort(key=lambda match: -match.score)
        told = [match for match in matches if not engine_query.words or has_reason(match.reasons, parsed)]
        return [match for match in told if self._has_time(parsed, match.expert)]

    def _match(self, parsed: ParsedQuery, found: Found, expert: Expert, known: Known) -> Match:
        near = known._replace(near=parsed.place is not None and found.km is not None and found.km <= NEAR_KM)
        met = tuple(dict.fromkeys(found.met))
        reasons = reasons_for(self.catalogue, parsed, expert, near, met=met, now=self.ctx.now)
        score = found.score * (BY_THE_WORD if has_only_words(reasons, met, self.catalogue) else 1)
        return Match(expert, score, reasons, None if found.km is None else round(found.km))

    def _fits(self, parsed: ParsedQuery, expert: Expert) -> bool:
        """Compare what can be compared exactly. The index has compared a rate in another currency."""
        busy = parsed.free_now and not expert.is_free_at(self.ctx.now)
        if not expert.live or expert.organisation_id == self.but or busy:
            return False
        most = parsed.max_rate
        dear = most is not None and most.currency == expert.currency and is_dearer(expert, most)
        return not dear and (parsed.speaks is None or parsed.speaks in expert.languages)

    def _has_time(self, parsed: ParsedQuery, expert: Expert) -> bool:
        return parsed.window is None or self.has_time is None or self.has_time(expert, parsed.window)

    def relaxations(self, query: Query) -> Iterator[ExpertRelaxation]:
        """Return each single filter that, given up, would find experts. For a rate, first offer a higher one."""
        parts = {chip.filter_name: chip.parts for chip in explain_problem(query)}
        for filter_name, code in EXPERT_RELAXATIONS:
            wider = rules.without(query, filter_name)
            if filter_name not in parts or (filter_name == "rest" and not explain_problem(wider)):
                continue
            matches = tuple(self.confirmed(wider))
            some = self._up_to(query, matches) if filter_name == "max_rate" and matches else None
            if some is not None:
                yield some
            if matches and (some is None or some.count < len(matches)):
                sentence_code = f"search.relax.{BY_MINUTE}" if "minute" in parts[filter_name] else code
                yield ExpertRelaxation(filter_name, sentence_code, parts[filter_name], matches, filter_name)

    def _up_to(self, query: Query, matches: Sequence[Match]) -> ExpertRelaxation | None:
        """Offer the next rate that takes in the cheapest few, which are not much dearer than the cheapest."""
        parsed, catalogue = query.parsed, self.catalogue
        most = parsed.max_rate
        assert most is not None, "a rate was given up"
        rates = sorted(filter(None, (in_currency(hourly(match.expert), most.currency, catalogue) for match in matches)))
        if not rates:
            return None
        few = [rate for rate in rates[:FEW] if rate <= MUCH_DEARER * rates[0]]
        raised = _round_rate(few[-1], most.currency, by_minute=parsed.by_minute)
        within = tuple(self.confirmed(replace(query, parsed=replace(parsed, max_rate=raised))))
        if not within:
            return None
        parts: dict[str, object] = {"rate": by_the_minute(raised) if parsed.by_minute else raised}
        code = "search.relax.up_to_by_minute" if parsed.by_minute else "search.relax.up_to"
        return ExpertRelaxation("max_rate", code, parts, within, f"max_rate:{raised.minor}")


def _round_rate(rate: Fraction, currency: str, *, by_minute: bool) -> Money:
    """Return the next round rate: in fives an hour, in tenths a minute."""
    step = Fraction(MINUTES, 10) if by_minute else Fraction(5)
    return Money.rounded(math.ceil(rate / step) * step, currency)


def is_dearer(expert: Expert, most: Money) -> bool:
    """Return True if an hour costs more than that. It is exact: `hourly` is rounded to whole cents."""
    minutes = 1 if expert.basis == "minute" else max(expert.lengths)
    return expert.rate_minor * MINUTES > most.minor * minutes


def nearest_words(index: Index, query: Query) -> Iterator[DidYouMean]:
    """Yield for each word that no profile has the nearest word that one has."""
    written: Sequence[str] = words_in(query.parsed.rest)
    for word in written:
        instead = None if index.knows(word) else index.nearest_word(word)
        if instead is not None:
            rest = " ".join(instead if other == word else other for other in written)
            yield DidYouMean(word, instead, replace(query, parsed=replace(query.parsed, rest=rest)))
