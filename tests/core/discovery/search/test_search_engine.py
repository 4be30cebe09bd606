"""The engine finds what a plain filter finds, after any sequence of changes and rebuilds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.discovery.search.engine import index
from core.discovery.search.engine import ranking as shortlists
from core.discovery.search.engine.candidates import Candidates
from core.discovery.search.engine.document import UNIT_KINDS, Amount, Document
from core.discovery.search.engine.index import Index
from core.discovery.search.engine.query import EngineQuery, Limits, Spot, Word, given_up
from core.discovery.search.engine.segment import U32, build
from core.discovery.search.storage import packed, unpacked

TONNES = UNIT_KINDS.index("mass")
GOODS = ("wood_pellets", "sawdust", "charcoal")
WORDS = ("spruce", "sprcue", "larch", "kiln", "dried", "Žvirblis", "larchwood")
TOWNS = ((54.69, 25.28), (56.95, 24.11), (54.35, 18.65), None)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    town = draw(st.sampled_from(TOWNS))
    amount = draw(st.none() | st.integers(1, 400).map(lambda value: Amount(float(value), TONNES)))
    price = draw(st.none() | st.integers(50, 400).map(lambda value: Amount(float(value), TONNES)))
    return Document(
        id=draw(st.sampled_from("abcdefghijklmnop")),
        kind="listing",
        title=" ".join(draw(st.lists(st.sampled_from(WORDS), max_size=3))),
        text=draw(st.sampled_from(("", "delivered dry", "larch"))),
        seller=draw(st.sampled_from(("one", "two", "three"))),
        product=draw(st.sampled_from(GOODS)),
        tags=tuple(draw(st.sets(st.sampled_from(("scheme:FSC", "grade:A1")), max_size=2))),
        amount=amount,
        least=draw(st.sampled_from((0.0, 20.0))),
        price=price,
        lat=town[0] if town else None,
        lon=town[1] if town else None,
        first_day=100,
        last_day=draw(st.integers(100, 130)),
        day=draw(st.integers(1, 40)),
    )


@st.composite
def filters(draw: st.DrawFn) -> EngineQuery:
    def limits(low: int, high: int) -> Limits | None:
        limit = draw(st.none() | st.integers(low, high))
        return (
            None
            if limit is None
            else Limits(float(limit), dict.fromkeys([(product, TONNES) for product in GOODS], 1.0))
        )

    product = draw(st.none() | st.sampled_from(GOODS))
    must = [frozenset({f"product:{product}"})] if product else []
    must += [frozenset({tag}) for tag in draw(st.sets(st.sampled_from(("scheme:FSC", "grade:A1")), max_size=2))]
    radius = draw(st.none() | st.sampled_from((50.0, 300.0, 2000.0)))
    word = draw(st.none() | st.sampled_from(("spruce", "larch", "zvirblis", "nobody")))
    return EngineQuery(
        words=(Word(word, fuzzy=False),) if word else (),
        must=tuple(must),
        near=None if radius is None else Spot(54.69, 25.28, radius),
        price_at_most=limits(50, 400),
        price_at_least=limits(50, 200),
        amount=limits(1, 400),
        days=draw(st.none() | st.tuples(st.integers(90, 110), st.integers(110, 140))),
        some_word=word is not None and product is None,
    )


def plainly(query: EngineQuery, document: Document) -> bool:
    """Check the same filters on one document in plain code."""
    tags, words = set(document.all_tags()), {term for term, _ in document.terms()}
    if not all(alternatives & tags for alternatives in query.must):
        return False
    goods = (document.product or "", TONNES)
    price = document.price.value if document.price else None
    for limits, fits in ((query.price_at_most, float.__le__), (query.price_at_least, float.__ge__)):
        if limits is not None and (price is None or not fits(price, limits.of(*goods))):
            return False
    if query.amount is not None:
        amount = document.amount.value if document.amount else -1.0
        asked = query.amount.of(*goods)
        if document.amount is None or not document.least <= asked <= amount:
            return False
    if query.days is not None and (document.first_day > query.days[1] or document.last_day < query.days[0]):
        return False
    if query.near is not None and query.near.radius_km is not None:
        far = {None: None, 54.69: 0, 56.95: 262, 54.35: 429}[document.lat]
        if far is None or far > query.near.radius_km:
            return False
    return not query.some_word or query.words[0].text in words


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.lists(documents(), min_size=1, max_size=5, unique_by=lambda one: one.id)),
        st.tuples(st.just("drop"), st.sets(st.sampled_from("abcdefghijklmnop"), max_size=3)),
        st.tuples(st.just("rebuild"), st.none()),
        st.tuples(st.just("reload"), st.none()),
    ),
    max_size=8,
)


@given(steps, st.lists(filters(), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_the_index_finds_what_a_plain_filter_finds(done: list[tuple[str, object]], asked: list[EngineQuery]) -> None:
    index, held = Index(), dict[str, Document]()
    for step, what in done:
        if step == "put":
            assert isinstance(what, list)
            held |= {document.id: document for document in what}
            index.take(what)
        elif step == "drop":
            assert isinstance(what, set)
            for gone in what:
                held.pop(gone, None)
            index.take((), what)
        else:  # a new base, kept in a database in between or not
            base = build(list(held.values()))
            index = Index(unpacked(packed(base)) if step == "reload" else base)
    for query in asked:
        expected = {document.id for document in held.values() if plainly(query, document)}
        answer = index.search(query, 100)
        assert {found.id for found in answer.found} == expected
        assert answer.total == len(expected)


@pytest.mark.parametrize("fitting", [39, 40, 41, 45, 49, 50, 60, 99, 100, 101, 140])
def test_all_that_fit_are_found_in_order_however_many_they_are(fitting: int) -> None:
    listed = [Document(f"{number:03}", "listing", "larch", product="sawdust", day=number) for number in range(fitting)]
    query = EngineQuery(must=(frozenset({"product:sawdust"}),), order="newest", today=200)
    answer = Index(build(listed)).search(query, 100)
    assert [found.day for found in answer.found] == sorted(range(fitting), reverse=True)[:100]
    assert answer.total == fitting


SAID = ("spruce", "sprucee", "larch", "dry", "pellets", "peletts", "kaunas", "chips")


@st.composite
def crowds(draw: st.DrawFn) -> list[Document]:
    """Many documents of few words, old and new, in three towns and nowhere."""
    texts = draw(st.lists(st.lists(st.sampled_from(SAID), min_size=1, max_size=4), min_size=12, max_size=40))
    towns = st.sampled_from(((54.9, 23.9), (56.95, 24.1), (54.35, 18.65), (None, None)))
    made = []
    for number, words in enumerate(texts):
        lat, lon = draw(towns)
        day, (title, *text) = draw(st.integers(1, 90)), words
        goods = draw(st.sampled_from(("wood_pellets", "sawdust", None)))
        made.append(Document(f"{number:03}", "listing", title, " ".join(text), "", goods, lat=lat, lon=lon, day=day))
    return made


PELLETS = [Document(f"{n}", "listing", "spruce", "", "", "wood_pellets", lat=54.9, lon=23.9, day=90) for n in range(3)]
OLDER_AND_BETTER = Document("3", "listing", "larch", "", "", "wood_pellets", lat=54.9, lon=23.9, day=1)
ELSEWHERE = [Document(f"{n}", "listing", "larch", day=90) for n in range(4, 40)]


def every_one(chosen: Candidates, _: int) -> U32:
    return chosen.fitting(np.arange(len(chosen.segment), dtype=np.uint32))


@settings(max_examples=50, deadline=None)
@given(
    crowd=crowds(),
    words=st.lists(st.sampled_from(SAID), min_size=1, max_size=3, unique=True),
    few=st.integers(3, 12),
    within=st.none() | st.sampled_from((150.0, 500.0)),
    own=st.sampled_from((0.8, 0.1)),
)
@example(crowd=[*PELLETS, OLDER_AND_BETTER, *ELSEWHERE], words=["pellets", "larch"], few=3, within=150.0, own=0.1)
def test_early_stop_has_found_the_best(
    crowd: list[Document], words: list[str], few: int, within: float | None, own: float
) -> None:
    """The bounds: where no other document could be better, the first few give the very scores that all would."""
    town = Spot(54.9, 23.9)
    goods = {"pellets": {"product:wood_pellets": 1.0}, "chips": {"product:sawdust": 1.0}}
    spots = {"kaunas": town}
    asked = [Word(word, goods.get(word, {}), spots.get(word), own=own if word in goods else 0.8) for word in words]
    near = None if within is None else Spot(town.lat, town.lon, within)
    query = EngineQuery(tuple(asked), near=near, today=90)
    everywhere = Index(build(crowd))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Candidates, "choose", every_one)  # a search without a certain best reads everything
        with pytest.MonkeyPatch.context() as never_early:
            never_early.setattr(index, "shortlists", lambda *_: ())
            all_of_them = everywhere.search(query, 3).found
        for number in ("FEW", "OF_RAREST", "LOOKED_THROUGH"):
            patch.setattr(shortlists, number, few)
        patch.setattr(shortlists, "HARDLY_BETTER", 2.0)  # the first few are always looked at before all others
        first_of_them = everywhere.search(query, 3).found
    if near is not None and goods.keys() >= set(words):  # nothing else is wanted in the place of such goods
        named = {tag for word in words for tag in goods[word]}
        of_these = {document.id for document in crowd if f"product:{document.product}" in named}
        all_of_them = tuple(each for each in all_of_them if each.id in of_these)
        first_of_them = first_of_them[: len(all_of_them)]
    assert [round(each.score, 5) for each in first_of_them] == [round(each.score, 5) for each in all_of_them]


@settings(max_examples=20, deadline=None)
@given(
    crowd=st.lists(documents(), min_size=5, max_size=16, unique_by=lambda one: one.id),
    query=filters(),
    goods=st.sampled_from(GOODS),
    few=st.integers(2, 8),
    weighed=st.sampled_from((2, 100)),
)
def test_wishes_are_given_up_one_after_the_other(
    crowd: list[Document], query: EngineQuery, goods: str, few: int, weighed: int
) -> None:
    """A patient search finds the same as several searches, each with one filter less."""
    word = Word(goods, {f"product:{goods}": 1.0}, fuzzy=False, own=0.8)
    query = query._replace(words=(word, *query.words), some_word=False)
    everybody, held = Index(build(crowd)), {document.id: document for document in crowd}
    ways = (query, *given_up(query))
    by_steps: dict[str, int] = {}
    for number, way in enumerate(ways):
        for found in everybody.search(way, few).found if len(by_steps) < few else ():
            by_steps.setdefault(found.id, number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortlists, "FEW", weighed)
        at_once = [found.id for found in everybody.search_relaxed(query, few)]
    met = [next(number for number, way in enumerate(ways) if plainly(way, held[found])) for found in at_once]
    assert met == list(by_steps.values())[:few]
    assert len(set(at_once)) == len(at_once)
