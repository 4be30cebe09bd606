"""What a rule that can be switched off is: its name, what it says, and what the product does without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

Without = Callable[[], list[AbstractContextManager[Any]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`says`: the rule in words. `without`: what stands in its place, entered together.

    `covered_by`: why nothing follows when this rule alone is off, where that is by design.
    """

    name: str
    says: str
    without: Without
    covered_by: str = ""

    @contextmanager
    def off(self) -> Iterator[None]:
        with ExitStack() as stack:
            for each in self.without():
                stack.enter_context(each)
            yield


class Rules(list[Rule]):
    """The rules of one part of the product; `@rules.rule(name, says)` adds one."""

    def rule(self, name: str, says: str, covered_by: str = "") -> Callable[[Without], Without]:
        def add(without: Without) -> Without:
            self.append(Rule(name, says, without, covered_by))
            return without

        return add


def instead(where: Any, name: str, other: Any) -> AbstractContextManager[Any]:
    """Something else in its place. AttributeError when there is nothing of that name to replace."""
    return patch.object(where, name, other)


def nothing(*_args: Any, **_named: Any) -> None:
    """What is not done."""


def as_it_was(where: Any, name: str) -> Callable[..., Any]:
    """The real one, to be called from what replaces it."""
    real: Callable[..., Any] = getattr(where, name)
    return real
