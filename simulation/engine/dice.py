"""Random numbers from one seed: each user has a stream of its own, so a throw never changes another stream."""

from __future__ import annotations

import random


class Dice:
    """Streams of chance: `of("people:Rasa")` gives the same stream for the same seed, whatever the hash seed is."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{name}")


def between(dice: random.Random, least: float, most: float) -> float:
    """Return a number between the two, with each order of magnitude equally likely."""
    scaled: float = (most / least) ** dice.random()
    return least * scaled
