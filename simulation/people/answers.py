"""A person's answers to a form's fields, some of them invalid."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Final

from config.platforms import PLATFORMS
from conversations.reply import FieldView
from conversations.wording import Wordings

Answer = Callable[[random.Random], str]

ODD: Final = ("-5", "NaN", "1e999", "٣", "0", "'; DROP TABLE deal; --", "\u202e100 t", "true", "99999999999999999999 t")


def tonnes(dice: random.Random) -> str:
    return f"{dice.choice((25, 50, 60, 80, 100))} t"


def price(dice: random.Random) -> str:
    return f"{dice.randint(190, 240)} €/t"


def percent(dice: random.Random) -> str:
    return str(dice.choice((0, 25, 50, 80, 100)))


# Field name: its answer. A choice that is not named here gets any of its options.
USUAL: Final[Mapping[str, Answer]] = {
    "quantity": tonnes,
    "price": price,
    "window": lambda dice: dice.choice(("next week", "10 Jan", "15 Jan - 15 Mar")),
    "lots": lambda dice: str(dice.randint(1, 4)),
    "truck": lambda dice: f"KAU {dice.randint(100, 999)}",
    "eta": lambda _: "tomorrow",
    "measured": lambda dice: f"{dice.randint(10, 110)} t",
    "words": lambda _: "It is not what we have agreed on.",
    "problem": lambda _: "My grate slags with straw pellets.",
    "moisture": lambda dice: str(dice.randint(6, 20)),
    "ash": lambda _: "0.9",
    "pay": lambda dice: f"{dice.choice((50, 80, 95, 100))} %",
    "cost": lambda _: "100 EUR",
    "by_day": lambda _: "next week",
    "seller": percent,
    "share": lambda dice: dice.choice(("0", "33.33", "100 %", "12.34 EUR")),
    "asked": lambda dice: dice.choice(("15 EUR", "7.77", "50 %", "100 %")),
    "reason": lambda _: "The papers and the tickets say so.",
    "country": lambda _: "Lithuania",
    "company": lambda dice: f"Company {dice.randint(1, 999)}",
    "until": lambda _: "tomorrow",
}

STANDARD: Final = Wordings(PLATFORMS).speak("en")("expert.policy.standard")  # with the hours that hold today
EXPERT: Final[Mapping[str, Answer]] = {
    "headline": lambda _: "Boilers that burn what they should",
    "bio": lambda _: "Twenty years of combustion, ash and emissions in district heating plants.",
    "fields": lambda _: "Bioenergy engineering",
    "languages": lambda _: "English",
    "rate": lambda dice: dice.choice(("90 EUR", "2 EUR/min")),
    "lengths": lambda _: "30 minutes",
    "hours": lambda _: "daily 0-24 Vilnius",
    "policy": lambda _: STANDARD,
    "room": lambda _: "Here in the chat",
}

# Optional fields that are sometimes filled, and how often.
TOLD: Final[Mapping[str, float]] = {
    "quantity": 0.7,
    "lots": 0.5,
    "measured": 0.6,
    "moisture": 0.7,
    "cost": 0.3,
    "limit": 1.0,
    "asked": 0.6,
}


def answer_to(field: FieldView, dice: random.Random, own: Mapping[str, Answer]) -> str:
    """Return the text as it is typed: an option by its label."""
    given = own.get(field.name) or (None if field.options and field.kind == "choice" else USUAL.get(field.name))
    if given is not None:
        return given(dice)
    if field.options:
        return dice.choice(field.options).label
    return "yes"


def chosen(field: FieldView, text: str) -> str | list[str]:
    """Return the same answer as a select gives it: by value."""
    if field.kind not in ("choice", "choices"):
        return text
    value = next((each.value for each in field.options if each.label == text), text)
    return [value] if field.kind == "choices" else value
