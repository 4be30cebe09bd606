"""Rules that can be switched off: a name, the rule in words, and the replacement without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch


@dataclass(frozen=True, slots=True)
class Instead:
    """A replacement for `name` in a module or class."""

    where: Any
    name: str
    other: Any

    def put(self) -> AbstractContextManager[Any]:
        """Put the replacement in place. Raises AttributeError if there is nothing of that name."""
        return patch.object(self.where, self.name, self.other)


Without = Callable[[], list[Instead]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the product, and how to switch it off.

    `says`: the rule in words. `without`: the replacements, entered together.
    `among`: the scale of the worlds in which it is looked for.
    `raised`: the faults that these worlds always have, because otherwise the rule would not be needed.
    `covered_by`: why nothing follows if only this rule is off, where that is by design.
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
    """The rules of one part of the product; `@rules.rule(name, says)` adds one. `among`: the scale of their worlds."""

    def __init__(self, among: str = "town") -> None:
        super().__init__()
        self._among = among

    def rule(
        self, name: str, says: str, raised: str = "", *, among: str = "", covered_by: str = ""
    ) -> Callable[[Without], Without]:
        """Add a rule. `raised`: kinds of faults, with blanks between."""

        def add(without: Without) -> Without:
            self.append(Rule(name, says, without, among or self._among, tuple(raised.split()), covered_by))
            return without

        return add


def instead(where: Any, name: str, other: Any) -> Instead:
    """Return a replacement for a name."""
    return Instead(where, name, other)


def nothing(*_args: Any, **_named: Any) -> None:
    """Stand in for a function whose work is left out."""


def as_it_was(where: Any, name: str) -> Callable[..., Any]:
    """Return the original, to be called from its replacement."""
    real: Callable[..., Any] = getattr(where, name)
    return real
