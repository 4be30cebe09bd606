"""Counts how often a world calls the functions that each rule replaces: one without calls cannot be missed."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from simulation.mutants.catalogue import RULES
from simulation.mutants.rule import Instead


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Run the product as it is, and count by rule the calls of all functions that the rule replaces."""
    calls = Counter[str](dict.fromkeys(RULES, 0))
    places: dict[tuple[int, str], tuple[Instead, list[str]]] = {}
    for rule in RULES.values():
        for each in rule.without():
            places.setdefault((id(each.where), each.name), (each, []))[1].append(rule.name)
    with ExitStack() as stack:
        for each, names in places.values():
            real = getattr(each.where, each.name)
            if isinstance(real, property):
                assert real.fget is not None, "a property is read"
                other: Any = property(counting(real.fget, calls, names))
            else:
                other = counting(real, calls, names)
            stack.enter_context(Instead(each.where, each.name, other).put())
        yield calls


def counting(real: Callable[..., Any], calls: Counter[str], names: list[str]) -> Callable[..., Any]:
    @functools.wraps(real)
    def call(*args: Any, **named: Any) -> Any:
        calls.update(names)
        return real(*args, **named)

    return call
