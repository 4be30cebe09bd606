"""Find file names that are no nouns: word lists, and the rules behind them."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names that are no nouns and stay, each with its reason. At most three in a hundred of all names.
EXCEPTIONS: Final = {
    "__main__": "Python asks for this name",
    "direct": "the field's word for a payment without a provider",
    "parse": "one of the three doors of search: parse, search, explain",
}

# A name that begins with one of these is a clause.
OPENERS: Final = _words(
    "about after again anything around as at before behind beside by for from how if in nobody not nothing of "
    "on once over somebody to until what when where which who whom whose why with without"
)

# A name that ends with one of these says how, when or which, but not what.
ENDERS: Final = _words(
    "above after again alike all alone anew another anything apart around asks at away back before begin begun "
    "behind below beside bound brought build busy by came come dead direct down draw due early elsewhere exact "
    "explore far fast for found free fresh from given gone heard held here hostile how idle in inline kept "
    "known large late left likeliest likely live longer lost made many migrate more native near nearest new "
    "nobody nothing now off old on once open out over paid parse quick quiet random read rebuild reconcile "
    "reindex render respond right safe said same seek seen sent short shown slow small somebody sought sure "
    "taken then there to together told truly twice under understood unheard unsaid up verify waits well when "
    "where who whom why with wrong"
)

# Words in -ed, -ing and -ly that are nouns of the field.
NOUNS: Final = _words(
    "bed billing blocking booking browsing building ceiling consulting crossing editing ending family feed finding "
    "formatting forwarding funding greeting greetings heading invoicing linking listing matching meaning "
    "meeting need onboarding opening packing paging pairing pricing ranking rating reading recording reply "
    "rescheduling routing seed sending setting spacing speed spelling string supply thing timing warning wiring "
    "wording writing"
)

# Nouns with a word behind them.
PHRASES: Final = frozenset({"money_in", "money_out", "stripe_transfers_in"})


def stem(name: str) -> str:
    """Return the name of a file without its ending and without the mark of a test."""
    return name.removesuffix(".py").removeprefix("test_")


def is_noun(name: str) -> bool:
    """Return whether a file's name says what it holds; exceptions count as such."""
    words = stem(name).strip("_").split("_")
    if stem(name) in EXCEPTIONS or stem(name) in PHRASES:
        return True
    first, last = words[0], words[-1]
    if (
        (len(words) > 1 and first in OPENERS)
        or ("_in_" in stem(name) and first in ENDERS)
        or last in OPENERS
        or last in ENDERS
    ):
        return False
    return last in NOUNS or not last.endswith(("ed", "ing", "ly"))
