"""Money never outranks fit, everybody stands in the line once, and new consultants get the share that is promised."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from core.advice.experts.ranking import NEW_SHARE, NEW_UNTIL, RUN, RankedExpert, class_of, in_line

scores = st.sampled_from([0.0, 0.1, 0.39, 0.4, 0.5, 0.74, 0.75, 0.9, 1.0])


@st.composite
def lines(draw: st.DrawFn) -> list[RankedExpert]:
    made = [
        RankedExpert(f"e{number}", draw(scores), draw(st.booleans()), *draw(counts))
        for number in range(draw(st.integers(0, 14)))
    ]
    return sorted(made, key=lambda each: -each.score)


counts = st.integers(0, 500).flatmap(lambda shown: st.tuples(st.just(shown), st.integers(0, shown)))


@settings(max_examples=40)
@given(lines())
def test_each_expert_is_listed_once_and_stays_in_their_class(line: list[RankedExpert]) -> None:
    placed = in_line(line)
    assert Counter(placed) == Counter(line)
    best = max((each.score for each in line), default=0.0)
    classes = [class_of(each.score, best) for each in placed]
    assert classes == sorted(classes)


@settings(max_examples=40)
@given(lines())
def test_expert_without_a_kept_place_stands_by_merit(line: list[RankedExpert]) -> None:
    """Check that without promoted and new experts the order is that of merit.

    With them, at most two of a run stand ahead of their merit.
    """
    plain = [replace(each, promoted=False, shown=NEW_UNTIL) for each in line]
    assert in_line(plain) == plain
    one_class = [replace(each, score=1.0) for each in line]
    placed, merit = in_line(one_class), {each.id: place for place, each in enumerate(one_class)}
    for start in range(0, len(placed), RUN):
        run = placed[start : start + RUN]
        ahead = [each for place, each in enumerate(run) if merit[each.id] > start + place]
        assert len(ahead) <= 2
        assert all(each.promoted or each.new for each in ahead)


@settings(max_examples=40)
@given(lines())
def test_paying_helps_within_the_class_and_nowhere_else(line: list[RankedExpert]) -> None:
    if not line:
        return
    poorest = line[-1]
    paid = [replace(each, promoted=each.id == poorest.id) for each in line]
    place = [each.id for each in in_line(paid)].index(poorest.id)
    best = line[0].score
    better = sum(class_of(each.score, best) < class_of(poorest.score, best) for each in line)
    assert place == better  # first of its class, behind all better ones


def test_new_ones_get_their_share_and_each_new_one_the_same() -> None:
    """A thousand lists of three: what is shown is counted, and the next list is made of the counts."""
    line = [RankedExpert(f"old{number}", 1.0, shown=NEW_UNTIL) for number in range(6)]
    line += [RankedExpert(f"new{number}", 1.0) for number in range(4)]
    seen: Counter[str] = Counter()
    for _ in range(1_000):
        now = [replace(each, shown_this_week=seen[each.id]) for each in line]
        seen.update(each.id for each in in_line(now)[:3])
    of_new = [seen[each.id] for each in line if each.new]
    assert max(of_new) - min(of_new) <= 1
    assert abs(sum(of_new) / seen.total() - float(NEW_SHARE)) < 0.01


def test_promoted_experts_take_turns() -> None:
    line = [RankedExpert(f"e{number}", 1.0, promoted=number > 2, shown=NEW_UNTIL) for number in range(6)]
    first: Counter[str] = Counter()
    for _ in range(300):
        now = [replace(each, shown_this_week=first[each.id]) for each in line]
        first[in_line(now)[0].id] += 1
    assert first == {"e3": 100, "e4": 100, "e5": 100}
