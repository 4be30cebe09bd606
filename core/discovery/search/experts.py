"""Finds consultants for a problem told in one message, says why each was found, and what would help when none is.

What the message wishes (a language, a highest rate, "free now") filters; its other words are weighed against what the
consultants say of themselves. Money never outranks a filter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Final

from sqlalchemy import select

from core.advice.experts.match_reasons import Match, hourly, is_free
from core.advice.experts.model import Expert
from core.catalogue import Catalogue
from core.catalogue.product_names import folded
from core.discovery.search import rules
from core.discovery.search.advice import order_of_advisers
from core.discovery.search.engine.document import words_in
from core.discovery.search.engine.index import Found, Index
from core.discovery.search.engine.wanted import Limits, Order, Spot, Wanted, Word
from core.discovery.search.kinds.experts import EXPERTS, FREE_NOW
from core.discovery.search.limits import BY_THE_HOUR, hourly_amount
from core.discovery.search.model import Chip, DidYouMean, Query, Standings
from core.discovery.search.problem import told_by
from core.discovery.search.sentence.clock import Clock, names_weekday, without_clock
from core.discovery.search.sentence.grammar import grammar_of
from core.discovery.search.sentence.not_traded import NOT_TRADED
from core.discovery.search.sentence.parse import Understood
from core.discovery.search.sentence.places import Places
from core.discovery.search.sentence.said import Said
from core.discovery.search.sentence.times.days import DateWindow
from core.discovery.search.sentence.whereabouts import NEAR_KM
from core.discovery.search.service import query_of, without
from core.discovery.search.storage.shelf import shelf_of
from core.discovery.search.why import Known, has_only_words, known_of, tells_why, why
from core.discovery.search.wishes import WORDS_AT_MOST, expert_words, known_to_index, of_whom, place_words, very_words
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.people.blocking.service import blocked_for_me

LOOKED_AT: Final = 200  # of whom the standing is asked; nobody pages further
LEAST_RELEVANCE: Final = 0.1  # a problem is told in many words that no profile has
BY_THE_WORD: Final = 0.8  # of the score of who writes a word that tells of a field, and advises in another
SHORTEST_WORD: Final = 3  # letters; shorter ones count only where a profile writes them in the same way
CHIPS: Final = (
    ("speaks", "language"),
    ("max_rate", "rate"),
    ("free_now", "now"),
    ("window", "window"),
    ("at", "at"),
    ("place", "place"),
    ("rest", "words"),
)
FEW: Final = 3  # of the cheapest, who are offered where nobody takes as little as was said
MUCH_DEARER: Final = Fraction(3, 2)  # times the cheapest of them
HasTime = Callable[[Expert, DateWindow], bool]
MINUTES: Final = 60  # of an hour
A_WEEK: Final = 7  # days
OF_GOODS: Final = ("goods.one_at_a_time", NOT_TRADED)  # which is no matter to who asks about them
BY_MINUTE: Final = "rate_by_minute"  # the end of the sentences about a rate that was said for a minute
RELAXED: Final = (  # in the order in which giving one up hurts least
    ("free_now", "search.relax.free_now"),
    ("window", "search.relax.any_day"),
    ("place", "search.relax.anywhere"),
    ("speaks", "search.relax.speaks"),
    ("max_rate", "search.relax.max_rate"),
    ("rest", "search.relax.words"),
)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A wish that, given up or made weaker, would find these; its code and parts are a sentence. `choice` is what
    `weaker` makes the query of."""

    wish: str
    code: str
    parts: Mapping[str, object]
    matches: tuple[Match, ...]
    choice: str

    @property
    def count(self) -> int:
        return len(self.matches)


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
            window=said.window,
            at=said.at,
            speaks=said.speaks,
            place=said.place,
            place_said=said.place_said,
            radius_km=said.radius_km,
            unclear=tuple(each for each in said.unclear if each.code not in OF_GOODS),
        )
    )


def problem_told(
    text: str,
    catalogue: Catalogue,
    places: Places,
    today: date,
    language: str = "en",
    *,
    now: time = time.min,
    answering: bool = False,
) -> Query:
    """What a sentence to those who advise says, in the order that it asks for. A clock time is taken out beforehand.

    `now`: what the clock of the seeker shows. `answering`: it is said of a list of them (see `without_clock`).
    """
    clock = without_clock(text, catalogue, today, answering=answering)
    query = told_when(query_of(clock.text, catalogue, places, today, language, measured=False), clock)
    if query.understood.window == (today, today) and names_weekday(text, catalogue) and _is_over(clock, now):
        day = today + timedelta(days=A_WEEK)
        query = replace(query, understood=replace(query.understood, window=DateWindow(day, day)))
    problem = problem_of(query, catalogue, clock.text)
    return replace(problem, order=order_of_advisers(clock.text, query, catalogue))


def _is_over(clock: Clock, now: time) -> bool:
    """Whether the hour has passed: "Tuesday at 10:00", said on a Tuesday at noon, is next week's."""
    return clock.at is not None and time.fromisoformat(clock.at) <= now


def told_when(query: Query, clock: Clock) -> Query:
    """The query with the time and the weekday that were taken out of its sentence."""
    day = None if clock.day is None else DateWindow(clock.day, clock.day)
    said = query.understood
    return replace(query, understood=replace(said, at=clock.at, window=said.window or day))


def find_experts(
    ctx: Ctx,
    catalogue: Catalogue,
    query: Query,
    *,
    standings: Standings | None = None,
    but: str | None = None,
    has_time: HasTime | None = None,
) -> Advisers:
    """Consultants who are listed and fit. `standings`: how good organisations are, 0 to 1; `but`: one left out;
    `has_time`: whether one can be booked on those days, without which days are no wish."""
    index = shelf_of(ctx, EXPERTS).look(ctx.session, catalogue)
    seeker = _Seeker(ctx, catalogue, index, but, has_time)
    matches = seeker.confirmed(query)
    if standings is not None and query.order in {"best", "rated"}:
        known = standings({match.expert.organisation_id for match in matches})
        by = _score if query.order == "best" else _standing
        matches.sort(key=lambda match: -by(match, known.get(match.expert.organisation_id, rules.UNKNOWN_SELLER)))
    return Advisers(
        query,
        tuple(matches),
        () if matches else tuple(seeker.relaxations(query)),
        () if matches else tuple(_meant(index, query)),
    )


def weaker(query: Query, choice: str) -> Query:
    """The query with a wish given up ("speaks"), or the rate raised to so many cents an hour ("max_rate:8000")."""
    wish, _, minor = choice.partition(":")
    most = query.understood.max_rate
    if wish == "max_rate" and most is not None and minor.isascii() and minor.isdecimal():
        raised = Money(int(minor), most.currency)
        return replace(query, understood=replace(query.understood, max_rate=raised))
    return without(query, choice)


def chips(query: Query) -> tuple[Chip, ...]:
    """What was understood of a problem, one chip a wish; a rate as it was said."""
    said = query.understood
    made = rules.chips_of(said, CHIPS)
    if said.max_rate is None or not said.by_minute or said.max_rate.minor % MINUTES:
        return made
    by_minute = Chip(
        "max_rate", f"search.chip.{BY_MINUTE}", {"rate": said.max_rate, "minute": by_the_minute(said.max_rate)}
    )
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


@dataclass(slots=True)
class _Seeker:
    """One search for advice in one transaction."""

    ctx: Ctx
    catalogue: Catalogue
    index: Index
    but: str | None
    has_time: HasTime | None

    def confirmed(self, query: Query) -> list[Match]:
        """Those who are still as they were found, best first, and of whom it can be told why."""
        ctx, said = self.ctx, query.understood
        wanted = _wanted(said, self.catalogue, ctx.now.date(), known_to_index(query.order))
        found = self.index.search(wanted, LOOKED_AT).found
        ids = [one.id for one in found]
        rows = {row.id: row for row in ctx.session.scalars(select(Expert).where(Expert.id.in_(ids)))}
        blocking = blocked_for_me(ctx)
        listed = (
            (one, rows[one.id]) for one in found if one.id in rows and rows[one.id].organisation_id not in blocking
        )
        fitting = [(one, expert) for one, expert in listed if self._fits(said, expert)]
        known = known_of(ctx, [expert for _, expert in fitting])
        matches = [self._match(said, one, expert, known[expert.id]) for one, expert in fitting]
        if query.order == "best":
            matches.sort(key=lambda match: -match.score)
        told = [match for match in matches if not wanted.words or tells_why(match.reasons, said)]
        return [match for match in told if self._has_time(said, match.expert)]

    def _match(self, said: Understood, found: Found, expert: Expert, known: Known) -> Match:
        near = known._replace(near=said.place is not None and found.km is not None and found.km <= NEAR_KM)
        met = tuple(dict.fromkeys(found.met))
        reasons = why(self.catalogue, said, expert, near, met=met, now=self.ctx.now)
        score = found.score * (BY_THE_WORD if has_only_words(reasons, met, self.catalogue) else 1)
        return Match(expert, score, reasons, None if found.km is None else round(found.km))

    def _fits(self, said: Understood, expert: Expert) -> bool:
        """What can be compared exactly; a rate in another currency the index has compared."""
        busy = said.free_now and not is_free(expert, self.ctx.now)
        if not expert.live or expert.organisation_id == self.but or busy:
            return False
        most = said.max_rate
        dear = most is not None and most.currency == expert.currency and is_dearer(expert, most)
        return not dear and (said.speaks is None or said.speaks in expert.languages)

    def _has_time(self, said: Understood, expert: Expert) -> bool:
        return said.window is None or self.has_time is None or self.has_time(expert, said.window)

    def relaxations(self, query: Query) -> Iterator[GivenUp]:
        """Each single wish that, given up, would find somebody; of a rate first how much more would do."""
        parts = {chip.wish: chip.parts for chip in chips(query)}
        for wish, code in RELAXED:
            wider = without(query, wish)
            if wish not in parts or (wish == "rest" and not chips(wider)):
                continue
            matches = tuple(self.confirmed(wider))
            some = self._up_to(query, matches) if wish == "max_rate" and matches else None
            if some is not None:
                yield some
            if matches and (some is None or some.count < len(matches)):
                said = f"search.relax.{BY_MINUTE}" if "minute" in parts[wish] else code
                yield GivenUp(wish, said, parts[wish], matches, wish)

    def _up_to(self, query: Query, matches: Sequence[Match]) -> GivenUp | None:
        """The next rate that takes in the cheapest few: dearer by not much more than the cheapest."""
        said, catalogue = query.understood, self.catalogue
        most = said.max_rate
        assert most is not None, "a rate was given up"
        rates = sorted(filter(None, (in_currency(hourly(match.expert), most.currency, catalogue) for match in matches)))
        if not rates:
            return None
        few = [rate for rate in rates[:FEW] if rate <= MUCH_DEARER * rates[0]]
        raised = _round_rate(few[-1], most.currency, by_minute=said.by_minute)
        within = tuple(self.confirmed(replace(query, understood=replace(said, max_rate=raised))))
        if not within:
            return None
        parts: dict[str, object] = {"rate": by_the_minute(raised) if said.by_minute else raised}
        code = "search.relax.up_to_by_minute" if said.by_minute else "search.relax.up_to"
        return GivenUp("max_rate", code, parts, within, f"max_rate:{raised.minor}")


def in_currency(rate: Money, currency: str, catalogue: Catalogue) -> Fraction | None:
    """An hour's rate in whole units of another currency; None where there is no rate of exchange."""
    have, want = (catalogue.rates.per_euro.get(each) for each in (rate.currency, currency))
    if rate.currency == currency:
        return Fraction(rate.amount)
    return None if have is None or want is None else Fraction(rate.amount) / Fraction(have) * Fraction(want)


def _round_rate(rate: Fraction, currency: str, *, by_minute: bool) -> Money:
    """The next rate that people would say: in fives an hour, in tenths a minute."""
    step = Fraction(MINUTES, 10) if by_minute else Fraction(5)
    return Money.rounded(math.ceil(rate / step) * step, currency)


def is_dearer(expert: Expert, most: Money) -> bool:
    """Whether an hour costs more than that; of a session of 45 minutes exactly, for `hourly` is whole cents."""
    minutes = 1 if expert.basis == "minute" else max(expert.lengths)
    return expert.rate_minor * MINUTES > most.minor * minutes


def _meant(index: Index, query: Query) -> Iterator[DidYouMean]:
    """For each word that no profile has: the nearest word that one has."""
    said: Sequence[str] = words_in(query.understood.rest)
    for word in said:
        instead = None if index.knows(word) else index.nearest_word(word)
        if instead is not None:
            rest = " ".join(instead if other == word else other for other in said)
            yield DidYouMean(word, instead, replace(query, understood=replace(query.understood, rest=rest)))
