"""Guesses of the meaning of unclear input: the nearest option of a choice, the likeliest commands for an unknown
message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process, utils

from conversations.reply import Option

NUMBER = re.compile(r"[0-9]+")
PERHAPS = 55  # a score up to 100; anything lower is not offered
SURE = 80  # a score up to 100; anything lower is asked back, not guessed
SLIP = 82  # a score up to 100; allows one or two wrong letters in a word
FEW_WORDS = 4
SHORTEST = 4  # letters of a word that may have a typo
LEAD = 5  # required lead of the best over the second


def nearest_option(text: str, options: Sequence[Option], sure: int = SURE) -> str | None:
    """Return the value of the option that the text means, by its value or by a similar label."""
    for option in options:
        if text.casefold() in {option.value.casefold(), option.label.casefold()}:
            return option.value
    numbers = set(NUMBER.findall(text))  # "24 May 1:30" is no typo of "30 minutes"
    labels = {each.value: each.label for each in options if numbers <= set(NUMBER.findall(each.label) or numbers)}
    found = process.extract(text, labels, scorer=fuzz.WRatio, processor=utils.default_process, limit=2)
    if not found or found[0][1] < sure or (len(found) > 1 and found[0][1] - found[1][1] < LEAD):
        return None
    return str(found[0][2])


def by_label(offered: Sequence[Option], text: str) -> str:
    """Return the value of the option with this label; the text itself if there is none."""
    return next((option.value for option in offered if option.label.casefold() == text.casefold()), text)


def matching(part: str, options: Sequence[Option], count: int) -> list[Option]:
    """Return the options that a part of a name may mean, the likeliest first.

    An empty part returns all in their order.
    """
    if not part.strip():
        return list(options[:count])
    labels = [option.label for option in options]
    found = process.extract(
        part, labels, scorer=fuzz.WRatio, processor=utils.default_process, limit=count, score_cutoff=PERHAPS
    )
    return [options[place] for _, _, place in found]


def chosen(parts: Sequence[str], options: Sequence[Option]) -> tuple[str, int | None]:
    """Return the values of the parts as one answer, and an option's position to propose for an unknown part.

    An unknown part stays as it is. The position is None if all parts are known, or no option is similar.
    """
    means = {part: nearest_option(part, options) for each in parts if (part := each.strip())}
    unknown = next((part for part, value in means.items() if value is None), "")
    near = matching(unknown, options, 1) if unknown else []
    return ",".join(value or part for part, value in means.items()), options.index(near[0]) if near else None


def nearly(text: str, phrases: Iterable[tuple[str, str]]) -> list[str]:
    """Return the keys of phrases that equal the text but for a typo, best first; mostly none.

    A short text also matches by one of its words: "my profil", "prices of the market". The match is strict, because
    words with some letters in common mean other things.
    """
    typed = utils.default_process(text)
    words = typed.split()
    tried = [typed, *(words if len(words) <= FEW_WORDS else ())]
    found: dict[str, float] = {}
    for key, phrase in phrases:
        name = utils.default_process(phrase)
        score = max((fuzz.ratio(each, name) for each in tried if len(each) >= SHORTEST), default=0)
        if any(len(each) > SHORTEST for each in {*tried}.intersection(name.split())):  # "prices", of "Market prices"
            score = 100
        if score >= SLIP:
            found[key] = max(score, found.get(key, 0))
    return sorted(found, key=lambda key: -found[key])


def likeliest(text: str, phrases: Iterable[tuple[str, str]], count: int = 3) -> list[str]:
    """Return the keys with the phrases nearest to the text, best first. `phrases`: (key, phrase); a key may repeat.

    Phrases below the threshold all score 0, so the first ones in the list win.
    """
    best: dict[str, float] = {}
    for key, phrase in phrases:
        score = fuzz.token_set_ratio(text, phrase, processor=utils.default_process)
        best[key] = max(score if score >= PERHAPS else 0, best.get(key, 0))
    return sorted(best, key=lambda key: -best[key])[:count]  # ties keep the given order
