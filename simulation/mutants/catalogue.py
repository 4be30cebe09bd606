"""All rules that can be switched off, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from simulation.mutants import books, deals, kernel, payments, sessions
from simulation.mutants.rule import Rule

RULES: Final[Mapping[str, Rule]] = {
    rule.name: rule for part in (kernel, payments, books, deals, sessions) for rule in part.rules
}


@contextmanager
def switched_off(name: str | None) -> Iterator[None]:
    """Run the product without this rule; None leaves it as it is."""
    if name is None:
        yield
        return
    with RULES[name].off():
        yield
