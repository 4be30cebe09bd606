"""What a rule that can be switched off is: its name, what it says, and what the product does without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True, slots=True)
class Instead:
    """Something else in the place of `name` in a module or class."""

    where: Any
    name: str
    other: Any

    def put(self) -> AbstractContextManager[Any]:
        """AttributeError when there is nothing of that name to replace."""
        return patch.object(self.where, self.name, self.other)


Without = Callable[[], list[Instead]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`says`: the rule in words. `without`: what stands in its place, entered together.

    `among`: the scale of the worlds in which it is looked for; `raised`: the faults that these have in any case, for
    without it nobody would need the rule. `covered_by`: why nothing follows when this rule alone is off, where that is
    by design.
    """

    name: str
    says: str
    without: Without
    among: str = "town"
    raised: tuple[str, ...] = ()
    covered_by: str = ""

    @contextmanager
    def off(self) -> Iterator[None]:
        with ExitStack() as stack:
            for each in self.without():
                stack.enter_context(each.put())
            yield


class Rules(list[Rule]):
    """The rules of one part of the product; `@rules.rule(name, says)` adds one, looked for among what the part is."""

    def __init__(self, among: str = "town") -> None:
        super().__init__()
        self._among = among

    def rule(
        self, name: str, says: str, raised: str = "", *, among: str = "", covered_by: str = ""
    ) -> Callable[[Without], Without]:
        """`raised`: kinds of faults, with blanks between."""

        def add(without: Without) -> Without:
            self.append(Rule(name, says, without, among or self._among, tuple(raised.split()), covered_by))
            return without

        return add


def instead(where: Any, name: str, other: Any) -> Instead:
    """Something else in its place."""
    return Instead(where, name, other)


def nothing(*_args: Any, **_named: Any) -> None:
    """What is not done."""


def as_it_was(where: Any, name: str) -> Callable[..., Any]:
    """The real one, to be called from what replaces it."""
    real: Callable[..., Any] = getattr(where, name)
    return real
