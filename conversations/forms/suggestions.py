"""What somebody probably meant: the nearest option of a choice, the likeliest commands for an unknown message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process, utils

from conversations.reply import Option

NUMBER = re.compile(r"[0-9]+")
PERHAPS = 55  # of 100; what is less like it is not offered
SURE = 80  # of 100; below it we ask rather than guess
SLIP = 82  # of 100: a letter or two of a word are wrong
FEW_WORDS = 4
SHORTEST = 4  # letters of a word that may have a slip
LEAD = 5  # how far the best must be ahead of the second


def nearest_option(text: str, options: Sequence[Option], sure: int = SURE) -> str | None:
    """The value of the option that the text means: by its value, or by its label, nearly."""
    for option in options:
        if text.casefold() in {option.value.casefold(), option.label.casefold()}:
            return option.value
    numbers = set(NUMBER.findall(text))  # "24 May 1:30" is no slip of "30 minutes"
    labels = {each.value: each.label for each in options if numbers <= set(NUMBER.findall(each.label) or numbers)}
    found = process.extract(text, labels, scorer=fuzz.WRatio, processor=utils.default_process, limit=2)
    if not found or found[0][1] < sure or (len(found) > 1 and found[0][1] - found[1][1] < LEAD):
        return None
    return str(found[0][2])


def by_label(offered: Sequence[Option], text: str) -> str:
    """What was found while it was typed comes back as its label: the value behind it, else the text itself."""
    return next((option.value for option in offered if option.label.casefold() == text.casefold()), text)


def matching(part: str, options: Sequence[Option], count: int) -> list[Option]:
    """The options that a part of a name may mean, the likeliest first; all of them, in their order, for no part."""
    if not part.strip():
        return list(options[:count])
    labels = [option.label for option in options]
    found = process.extract(
        part, labels, scorer=fuzz.WRatio, processor=utils.default_process, limit=count, score_cutoff=PERHAPS
    )
    return [options[place] for _, _, place in found]


def chosen(parts: Sequence[str], options: Sequence[Option]) -> tuple[str, int | None]:
    """The values that the parts mean, as one answer; and the place of the option to propose for one that means none.

    A part that means none stays as it is. None: all are understood, or nothing is at all like it.
    """
    means = {part: nearest_option(part, options) for each in parts if (part := each.strip())}
    unknown = next((part for part, value in means.items() if value is None), "")
    near = matching(unknown, options, 1) if unknown else []
    return ",".join(value or part for part, value in means.items()), options.index(near[0]) if near else None


def nearly(text: str, phrases: Iterable[tuple[str, str]]) -> list[str]:
    """The keys of phrases that the text is but for a slip, best first; mostly none. As a whole, or one of its words
    where it has few: "my profil", "prices of the market"; for words that share some letters mean other things."""
    said = utils.default_process(text)
    words = said.split()
    tried = [said, *(words if len(words) <= FEW_WORDS else ())]
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
    """The keys whose phrases are nearest to the text, best first. `phrases`: (key, phrase), a key may come often.

    What is hardly like any is like none of them: then the first ones are as likely as those that share a few letters.
    """
    best: dict[str, float] = {}
    for key, phrase in phrases:
        score = fuzz.token_set_ratio(text, phrase, processor=utils.default_process)
        best[key] = max(score if score >= PERHAPS else 0, best.get(key, 0))
    return sorted(best, key=lambda key: -best[key])[:count]  # of those equally near, the first ones named
