"""Every figure of the market is changed where it is decided. Then no screen of the play shows an old one.

`make screens-odd` also walks through everything that can be pressed (PARLEY_SCREENS=1).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pytest

from config.platforms import PLATFORMS
from conversations.wording import FIGURES, Wordings
from tests.house.odd_figures import make_odd
from tests.house.scratch import copy_of_the_house, run

WHOLE: Final = os.environ.get("PARLEY_SCREENS") == "1"
WORDS: Final = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
IN_WORDS: Final = {str(number): word for number, word in enumerate(WORDS.split())} | {
    "24": "twenty-four",
    "30": "thirty",
    "48": "forty-eight",
    "60": "sixty",
}
# The last word of a figure's name says what it counts. Others are named one by one.
COUNTED: Final[Mapping[str, str]] = {
    "days": "days?",
    "hours": "hours?",
    "least": "hours?|days?",
    "most": "days?",
    "minutes": "minutes?",
    "weeks": "weeks?",
    "months": "months?",
    "percent": "%|per cent",
    "fee": "%|per cent",
    "megabytes": "MB|megabytes?",
    "hour": ":00",
}
COUNTED_SO: Final[Mapping[str, str]] = {
    "approval_days_least": "days?",
    "calendar_appointments": "appointments?",
    "email_codes": "codes?",
    "email_digits": "digits?|figures?",
    "email_tries": "tries|times",
    "fewest_sellers": "(?:different )?(?:sellers|seekers)",
    "fields_most": "fields",
    "free_sessions": "(?:free )?sessions?",
    "link_letters": "letters?|characters?",
    "listing_files": "photos|files",
    "lots_most": "lots",
    "misses": "times",
    "offer_days_most": "days?",
    "offer_hours_least": "hours?",
    "offer_rounds": "rounds|times",
    "quotes_each": "times|quotes",
    "times_most": "times",
    "top_places": "profiles|places",
}
# Figures that are not changed, or that cannot be told from others on a screen.
SAME: Final[Mapping[str, str]] = {
    "email_example": "an example, told as such",
    "languages": "counted from the catalogues of sentences",
    "lot_most": "a sum of money",
    "deal_least": "a sum of money",
    "strict_percent": "all of the price",
    "truck_tonnes": "the size of a truck",
    "well_rated_stars": "out of five, which the stars are",
}
LIKE_ODD_ONES: Final = frozenset({"email_minutes", "extension_minutes"})  # both are 15, as the free minutes are now
# What may stand on a screen although an old figure reads alike.
ALLOWED: Final[Mapping[str, str]] = {
    r"(Featured|Top of [\w ]+), (7|30) days": "the name of a promotion",
    r"opened \d+ times": "a count of what happened",
    r"\d\d:\d\d–\d\d:\d\d": "the hours of a consultant",
    r"(Break:|Keep) 10 minutes|Notice: 2 hours": "the rules of a consultant",
    r"Share of the consultant: 50 %": "the answer of an operator",
    r"5 % off for each point of ash": "what a grade promises",
    r"such as 90 %": "an example of a share",
    r"decides within about two months": "how long a bank takes",
}
FROZEN: Final = "deal.conditions"  # the signed conditions keep the figures of their version


Screen = Mapping[str, str]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], list[Screen]]:
    """Return the figures of a house in which all are odd, and each screen of its market."""
    house = copy_of_the_house(tmp_path_factory.mktemp("odd"), "migrations")
    make_odd(house)
    played = run(house, "python", "-m", "tools.screens.texts", *(["--whole"] if WHOLE else []))
    assert played.returncode == 0, played.stderr[-2_000:]
    figures, *screens = [json.loads(line) for line in played.stdout.splitlines()]
    return figures, screens


def figures_of_today() -> dict[str, str]:
    words = Wordings(PLATFORMS).speak("en")
    return {name: words.figure(name) for name in sorted(FIGURES)}


def counts(name: str, figure: str) -> str:
    """Return the pattern of a figure with what it counts, in digits or in words."""
    counted = COUNTED_SO.get(name) or COUNTED[name.rpartition("_")[2]]
    numbers = "|".join((re.escape(figure), *([IN_WORDS[figure]] if figure in IN_WORDS else [])))
    space = "" if counted == ":00" else r"[\s\u00a0-]*"
    return rf"(?<![\w.,:€’'/-])(?:{numbers}){space}(?:{counted})(?!\w)"


def old_figures(old: Mapping[str, str], screens: Sequence[Screen]) -> Iterator[str]:
    """Yield each old figure that stands on a screen, with the words around it."""
    patterns = {
        name: re.compile(counts(name, old[name]), re.IGNORECASE)
        for name in sorted(old.keys() - SAME.keys() - LIKE_ODD_ONES)
    }
    allowed = re.compile("|".join(ALLOWED))
    for screen in (each for each in screens if FROZEN not in each["after"]):
        text = allowed.sub("–", screen["text"])
        for name, pattern in patterns.items():
            for found in pattern.finditer(text):
                around = text[max(0, found.start() - 60) : found.end() + 40]
                yield f"{screen['platform']}, {screen['group']}, after {screen['after']}: {name} in “{around}”"


def test_every_figure_is_odd(odd: tuple[dict[str, str], list[Screen]]) -> None:
    figures, today = odd[0], figures_of_today()
    assert figures.keys() == today.keys()
    assert {name for name in figures if figures[name] == today[name]} <= SAME.keys()
    assert (figures["free_minutes"], figures["goods_fee"], figures["sign_days"]) == ("15", "3.1", "9")


def test_no_odd_figure_reads_like_an_old_one(odd: tuple[dict[str, str], list[Screen]]) -> None:
    old, told = figures_of_today(), [{"platform": "", "group": "", "after": "", "text": ""}]
    for name in odd[0].keys() - SAME.keys():
        counted = (COUNTED_SO.get(name) or COUNTED[name.rpartition("_")[2]]).replace("?", "").split("|")[0]
        told.append({"platform": "", "group": "", "after": name, "text": f"{odd[0][name]} {counted}"})
    assert list(old_figures(old, told)) == []


def test_no_screen_shows_an_old_figure(odd: tuple[dict[str, str], list[Screen]]) -> None:
    figures, screens = odd
    assert [each for each in screens if each["kind"] == "halt"] == []
    kinds = {
        (platform, kind) for platform in ("telegram", "slack") for kind in ("card", "form", "list", "say", "notice")
    }
    assert {(each["platform"], each["kind"]) for each in screens} >= kinds | {("", "page")}
    told = " ".join(each["text"] for each in screens)
    seen = [name for name in figures.keys() - SAME.keys() if re.search(counts(name, figures[name]), told)]
    assert len(seen) > 50, sorted(figures.keys() - SAME.keys() - set(seen))
    assert list(old_figures(figures_of_today(), screens)) == []


@pytest.mark.parametrize(
    "told",
    [
        "Your turn: sign within 3 days.",
        "less our fee of 2.5 %",
        "The first ten minutes are free",
        "a six-digit code",
        "By 17:00 of that day",
        "at most three profiles share a field",
        "up to 10 MB each",
    ],
)
def test_an_old_figure_would_be_found(told: str) -> None:
    screen = {"platform": "slack", "group": "deal", "kind": "card", "after": "Tom presses deal.sign", "text": told}
    assert list(old_figures(figures_of_today(), [screen])) != []
