"""Chance, out of one seed: a stream of its own for each who throws, so that a throw here changes nothing there."""

from __future__ import annotations

import random


class Dice:
    """`of("people:Rasa")` always gives the same stream for the same seed, whatever the interpreter's hash seed is."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{name}")


def between(dice: random.Random, least: float, most: float) -> float:
    """A number between the two, each order of magnitude as likely as the next."""
    scaled: float = (most / least) ** dice.random()
    return least * scaled
