"""Exclusions ("not from Ukraine", "kein A1", "bez FSC"): the opposite of what the words alone would say.

Countries, towns, grades, certificates and packings can be excluded. Other goods ("chips, no sawdust") and kinds of
goods ("firewood without oak") are excluded only beside named goods, or if nothing else is said. Otherwise goods that
have run out may be a problem.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from core.catalogue.language.grammar import FIRST_WORD, WORD_OR_NUMBER, grammar_of
from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.catalogue.product_names import leaders, words_of
from core.catalogue.synonyms import SAME
from core.discovery.search.model import COUNTRY, GRADE, PACKAGING, PRODUCT, SCHEME, TOWN, WORD
from core.discovery.search.sentence.state import STRUCK_OUT, ParseState

SMALL_WORDS_BETWEEN: Final = 2  # "nicht aus der Ukraine", "nie z Ukrainy"
LONGEST_NAME: Final = 4  # words of a country's or town's name
LONGEST_GOODS: Final = 6  # words of goods that are not wanted, small ones with them: "pellets de cáscara de girasol"
CERTAIN: Final = 0.9  # similarity of a word to one of goods: a typo ("animal fat finnland") names none here
SHORTEST_BEGUN: Final = 6  # letters of a word that names of goods begin with: "keine Sonnenblume"
ANY_GOODS: Final = 4  # products that a word like "wood" is of: it tells no kind of them
ENDS: Final = frozenset(f"{STRUCK_OUT},;:.!?")  # behind one, nothing is left out any more
# The names of countries behind the Latvian "no", which is "from": "no Polijas", and, as some write, "no Polija".
IN_LATVIAN: Final = re.compile(r".*(?:s|ij[au]|tuv[au]|rain[au])")
Named = tuple[int, list[str]]  # where it ends, and its tags


def take_exclusions(state: ParseState) -> tuple[str, ...]:
    """Return the excluded tags, as documents have them. Strike them out with the words that exclude them."""
    lacking = state.words & state.grammar.lacking_kinds
    if not (lacking or state.may_name("excluding")):
        return ()
    reader = _Unwanted(state, state.catalogue, state.places)
    tags: list[str] = []
    for excluding in list(state.grammar.excluding.finditer(state.text)):
        end: int | None = excluding.end()
        # "granulas no Polijas" is from there in Latvian, and "no" in three other languages.
        sure = excluding[0] not in state.grammar.not_or_from
        while end is not None and (found := reader.named(end, excluding.start(), sure=sure)) is not None:
            end, named = found
            tags += named
            state.strike(excluding.start(), end)
            end = reader.further(end, named)
    for word in FIRST_WORD.finditer(state.text) if lacking else ():
        if word[0] in lacking:  # "küttepuud kaseta"
            state.strike(*word.span())
            tags.append(f"{WORD}{word[0]}")
    return tuple(dict.fromkeys(tags))


def excluded_terms(left_out: tuple[str, ...], catalogue: Catalogue) -> frozenset[str]:
    """Return the terms that no document may have. Kinds of goods give their words in all languages."""
    kinds = (f"{WORD}{word}" for tag in left_out if tag.startswith(WORD) for word in words_of_kind(tag, catalogue))
    return frozenset((*kinds, *(tag for tag in left_out if not tag.startswith(WORD))))


def kind_tags(words: Iterable[str], catalogue: Catalogue) -> Iterator[str]:
    """Return the tags of the kinds that these folded words of goods name.

    A seller's name is not among the words, so "without oak" finds the pellets of Oak Ltd.
    """
    synonyms = catalogue.synonyms
    return (f"{WORD}{word}" for word in words if synonyms.has(word) and synonyms.describes_goods(word))


@lru_cache(maxsize=1_000)
def words_of_kind(tag: str, catalogue: Catalogue) -> frozenset[str]:
    """Return the folded words of a kind of goods in all languages, without small words ("al", Swedish for alder)."""
    word = tag.removeprefix(WORD)
    same = (other for other, weight in catalogue.synonyms.of([word])[0].items() if weight >= SAME)
    return frozenset((word, *same)) - grammar_of(catalogue).fillers


@dataclass(slots=True)
class _Unwanted:
    """Reader of the things named behind a "not"."""

    state: ParseState
    catalogue: Catalogue
    places: Places

    def named(self, start: int, excluding: int, *, sure: bool) -> Named | None:
        """Return the tags of the named thing, after at most a few small words, and its end."""
        text, small = self.state.text, self.state.grammar.beside_unwanted
        tokens = list(FIRST_WORD.finditer(text, start))[: SMALL_WORDS_BETWEEN + 1]
        for token in tokens:
            if not ENDS.isdisjoint(text[start : token.start()]):
                return None
            found = next(chain(self._packings(token), self._goods_and_kinds(token, excluding, sure=sure)), None)
            if found is None:
                # "no Poland" is no Latvian: there the country would stand in another case.
                sought = chain(self._tags(token), self._towns(token)) if sure else self._abroad(token)
                found = next(iter(sought), None)
            if found is not None:
                return found
            if token[0] not in small:
                return None
        return None

    def _packings(self, token: re.Match[str]) -> Iterator[Named]:
        if self.state.may_name("packaging"):
            for code, words in self.state.grammar.packaging.items():
                if found := words.match(self.state.text, token.start()):
                    yield found.end(), [f"{PACKAGING}{code}"]

    def further(self, end: int, named: list[str]) -> int | None:
        """Return the end of an "and" or an "or" after which the exclusion may go on.

        In "Sans écorce à Nantes" the "à", an "and" elsewhere, stands before the wanted town. It joins only a thing of
        the same kind.
        """
        joint = self.state.grammar.and_or.match(self.state.text, end)
        if joint is None or joint[0].strip() not in self.state.grammar.and_or_at:
            return joint and joint.end()
        found = self.named(joint.end(), joint.end(), sure=True)
        alike = found is not None and found[1][0].partition(":")[0] == named[0].partition(":")[0]
        return joint.end() if alike else None

    def _tags(self, token: re.Match[str]) -> Iterator[Named]:
        """Yield grades and schemes. "DINplus" is both, and both are excluded."""
        grammar, text, start = self.state.grammar, self.state.text, token.start()
        for words, grades in grammar.grades:
            if found := words.match(text, start):
                schemes = filter(self.catalogue.certificates.__contains__, grades)
                yield found.end(), [*(f"{GRADE}{each}" for each in grades), *(f"{SCHEME}{each}" for each in schemes)]
        for scheme, words in grammar.schemes.items():
            if found := words.match(text, start):
                yield (
                    found.end(),
                    [*([f"{GRADE}{scheme}"] if scheme in self.catalogue.grades else []), f"{SCHEME}{scheme}"],
                )
        yield from self._areas(token)

    def _areas(self, token: re.Match[str]) -> Iterator[Named]:
        """Yield countries and regions, the longest name first."""
        several = list(FIRST_WORD.finditer(self.state.text, token.start()))[:LONGEST_NAME]
        for size in range(len(several), 0, -1):
            country = self.catalogue.area_named(" ".join(word[0] for word in several[:size]))
            if country is not None:
                yield several[size - 1].end(), [f"{COUNTRY}{country}"]

    def _abroad(self, token: re.Match[str]) -> Iterator[Named]:
        """Return the areas after a "no" that would be "from" in Latvian.

        Areas in a Latvian form are skipped.
        """
        text, start = self.state.text, token.start()
        return (named for named in self._areas(token) if not IN_LATVIAN.fullmatch(text, start, named[0]))

    def _towns(self, token: re.Match[str]) -> Iterator[Named]:
        """Yield a well-known town, perhaps in another case ("nie z Kowna"), whose name is no common word."""
        several = list(FIRST_WORD.finditer(self.state.text, token.start()))[:LONGEST_NAME]
        for size in range(len(several), 0, -1):
            name = self.state.text[token.start() : several[size - 1].end()]
            named = self.places.named(name) or (self.places.declined(name) if size == 1 else ())
            town = next((place for place in named if place.well_known and not place.everyday_word), None)
            if town is not None and name not in self.catalogue.name_index.vocabulary:
                yield several[size - 1].end(), [f"{TOWN}{town.name}"]

    def _goods_and_kinds(self, token: re.Match[str], excluding: int, *, sure: bool) -> Iterator[Named]:
        """Yield other goods than those named beside, or a kind of goods, by their longest name."""
        words = self._side_by_side(token)
        small = self.state.grammar.fillers
        for size in range(len(words), 0, -1):
            names = [word[0] for word in words[:size] if word[0] not in small]
            kind = size == 1 and self._tells_kind(words[0][0])
            of_goods = (
                names
                and words[0][0] in names
                and words[size - 1][0] in names
                and all(map(self._surely_of_goods, names))
            )
            if not (kind or of_goods):
                continue
            end = words[size - 1].end()
            beside = self._words_beside(excluding, end)
            chosen = self._best(beside)
            if (beside and not chosen) or (not sure and self._latvian((*names, *beside))):
                continue
            if kind:
                yield end, [f"{WORD}{names[0]}"]
                continue
            if unwanted := self._unwanted(names, beside, chosen):
                yield end, [f"{PRODUCT}{product}" for product in unwanted]

    def _side_by_side(self, token: re.Match[str]) -> list[re.Match[str]]:
        """Return the words from there on, up to a comma, an "and" or an "or"."""
        words: list[re.Match[str]] = []
        joints = self.state.grammar.ands | self.state.grammar.either
        for word in WORD_OR_NUMBER.finditer(self.state.text, token.start()):
            if word[0] in joints:
                break
            if words and (
                len(words) == LONGEST_GOODS or self.state.text[words[-1].end() : word.start()] not in {" ", "-"}
            ):
                break
            words.append(word)
        return words

    def _tells_kind(self, word: str) -> bool:
        """Return True if the word describes goods or their wood: "oak", "dry", but not "wood" itself."""
        known = self.catalogue.synonyms.describes_goods(word)
        index = self.catalogue.name_index
        return known and (word not in index.vocabulary or len(index.resolve(word)) < ANY_GOODS)

    def _surely_of_goods(self, word: str) -> bool:
        like = self.catalogue.name_index.like(word)
        begun = all(other != word and other.startswith(word) for other in like)
        if begun and (len(word) < SHORTEST_BEGUN or self.places.knows(word)):
            return False
        return max(like.values(), default=0.0) >= CERTAIN

    def _unwanted(self, named: list[str], beside: list[str], chosen: tuple[str, ...]) -> list[str]:
        """Return the goods that these words name, alone and with the words beside them.

        "Pellets, no straw" excludes straw bales and straw pellets. If several goods may be wanted, those with that name
        are excluded ("chips, not industrial").
        """
        together = self._best([*beside, *named])
        some = set(together) if len(together) < len(chosen) else set[str]()
        called_so = {product for product in some if self._are_called(product, named)}
        every = dict.fromkeys((*self._best(named), *together))
        return [product for product in every if product not in chosen or product in called_so]

    def _are_called(self, product: str, named: list[str]) -> bool:
        return all(self.catalogue.name_index.is_named_by(word, (product,)) for word in named)

    def _best(self, words: list[str]) -> tuple[str, ...]:
        """Return the goods that these words name together, or else the surest of them alone."""
        index = self.catalogue.name_index
        ranked = index.resolve(" ".join(words))
        if not ranked:
            ranked = max(map(index.resolve, words), key=lambda each: each[0].score if each else 0.0, default=[])
        return leaders(ranked)

    def _words_beside(self, start: int, end: int) -> list[str]:
        small, text = self.state.grammar.fillers, self.state.text
        return [word for word in words_of(f"{text[:start]} {text[end:]}") if word not in small]

    def _latvian(self, words: tuple[str, ...]) -> bool:
        """Return True if some word is a word of goods only in the language in which "no" is "from"."""
        latvian, like = _latvian_words(self.catalogue), self.catalogue.name_index.like
        return any(word in latvian for spoken in words for word in (spoken, *like(spoken)))


@lru_cache(maxsize=4)
def _latvian_words(catalogue: Catalogue) -> frozenset[str]:
    """Return folded words of goods that occur only in a language whose "from" is "not" elsewhere."""
    unsure, phrases = grammar_of(catalogue).not_or_from, catalogue.words.phrases
    meaning_from, meaning_not = (
        {
            language
            for meaning in meanings
            for language, texts in phrases[meaning].items()
            if not unsure.isdisjoint(texts)
        }
        for meanings in (("at", "made_of"), ("excluding",))
    )
    of_each: dict[str, set[str]] = defaultdict(set)
    for product in catalogue.products.values():
        for language, names in product.names.items():
            of_each[language].update(word for name in names.words for word in words_of(name))
    for line in catalogue.meanings:
        for language, texts in line.items():
            of_each[language].update(word for phrase in texts for word in words_of(phrase))
    others = set[str]().union(*(of_each[language] for language in meaning_not))
    return frozenset(word for language in meaning_from - meaning_not for word in of_each[language] - others)
