"""The goods meant by the words that are left after amounts, places and all else are taken out.

Words of untraded goods ("bagasse pellets", cat litter) and of a purpose ("for our heating plant") name no goods.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Final, NamedTuple

from core.catalogue.language.grammar import FIRST_WORD, WORD_OR_NUMBER, Grammar
from core.catalogue.language.places import Places
from core.catalogue.model import Catalogue
from core.catalogue.product_names import GOOD_ENOUGH, SURELY_NAMED, Likeness, NameIndex, folded, leaders
from core.catalogue.spelling import SHORTEST
from core.discovery.search.sentence.state import Goods, ParseState
from core.kernel.errors import Invalid

TOGETHER: Final = frozenset({" ", "-"})  # between two words of one name


def take_untraded(state: ParseState, every: Sequence[re.Match[str]], index: NameIndex) -> frozenset[int]:
    """Return where the words of untraded goods begin, and note them as unclear.

    They are the words of the phrase, and the goods directly after it. If none follow, the goods directly before it or
    before "of" count. `every`: all words left of the sentence.
    """
    if not state.may_name("not_traded"):
        return frozenset()
    places = set[int]()
    for found in state.grammar.not_traded.finditer(state.text):
        first = next((place for place, word in enumerate(every) if word.start() >= found.start()), len(every))
        end = first + sum(found.start() <= word.start() < found.end() for word in every)
        behind = sum(1 for _ in takewhile(lambda place: _goes_on(state, every, place, index), range(end, len(every))))
        before = 0 if behind else _before(state, every, first, index)
        told = every[first - before : end + behind]
        if told:
            given = state.written(told[0].start(), told[-1].end())
            state.unclear.append(Invalid("goods.not_traded", given=given))
            places.update(word.start() for word in told)
    return frozenset(places)


def _goes_on(state: ParseState, every: Sequence[re.Match[str]], place: int, index: NameIndex) -> bool:
    """Return True if the word there continues the one before it and names goods."""
    between = state.text[every[place - 1].end() : every[place].start()]
    return between in TOGETHER and bool(index.like(every[place][0]))


def _before(state: ParseState, every: Sequence[re.Match[str]], first: int, index: NameIndex) -> int:
    """Return how many words before the phrase name the goods made of it: "wood pellets of", "briketai"."""
    words = every[:first]
    made_of = int(bool(words) and words[-1][0] in state.grammar.made_of)
    goods = 0
    for place in range(first - 1 - made_of, -1, -1):
        between = state.text[every[place].end() : every[place + 1].start()]
        if between not in TOGETHER or not index.like(every[place][0]):
            break
        goods += 1
    return goods + made_of if goods else 0


AT_THE_END: Final = 4  # words behind "for our": so few need not be known
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FIGURE: Final = re.compile("[0-9]")


def strip_purpose(text: str, words: Set[str], grammar: Grammar, catalogue: Catalogue) -> str:
    """Return the text without the purpose of goods, if it also names goods and asks for them.

    A word of buying, a number or a scheme asks for goods. A text that looks for a person stays unchanged, because the
    purpose may have the problem.

    `words`: those of the text, folded.
    """
    if words.isdisjoint(grammar.ours):
        return text
    found = list(_WORD.finditer(text))
    spoken_words = [folded(word[0]) for word in found]
    ours = [place for place, word in enumerate(spoken_words) if word in grammar.ours]
    if not ours or not grammar.experts.isdisjoint(spoken_words):
        return text
    if _FIGURE.search(text) is None and grammar.first_words["schemes"].isdisjoint(spoken_words):
        spoken = " ".join(spoken_words)
        if not any(words.search(spoken) for words in grammar.sides.values()):
            return text
    for our in ours:
        leading = _leading(spoken_words, our, grammar)
        end = _behind_purpose(_clause(text, found[our:], grammar), grammar, catalogue, led=leading > 0) + our
        first = our - leading
        beside = (word for word in (*spoken_words[:first], *spoken_words[end:]) if word not in grammar.fillers)
        if end > our + 1 and any(map(catalogue.name_index.like, beside)):
            return f"{text[: found[first].start()]} ; {text[found[end - 1].end() :]}"
    return text


def _leading(spoken_words: list[str], our: int, grammar: Grammar) -> int:
    """Return how many words before "our" belong to it: "for", or "per la"."""
    if our and spoken_words[our - 1] in grammar.meant_for:
        return 1
    articled = our > 1 and spoken_words[our - 1] in grammar.fillers and spoken_words[our - 2] in grammar.meant_for
    return 2 if articled else 0


def _clause(text: str, found: list[re.Match[str]], grammar: Grammar) -> list[str]:
    """Return the folded words behind the first, up to a small one or a comma: "for our members in Kaunas"."""
    words: list[str] = []
    for before, word in pairwise(found):
        if text[before.end() : word.start()] not in {" ", "-"} or folded(word[0]) in grammar.fillers:
            break
        words.append(folded(word[0]))
    return words


def _behind_purpose(words: list[str], grammar: Grammar, catalogue: Catalogue, *, led: bool) -> int:
    """Return how many words from "our" on state the purpose of goods; 1 if they state none.

    `led`: whether "for" stands before them.
    """
    of_topics = catalogue.topics
    owners = [place for place, word in enumerate(words) if word in grammar.consumers or of_topics.may_be_thing(word)]
    owners = [place for place in owners if place < AT_THE_END]
    if owners:
        return owners[-1] + 2 if led or len(words) == owners[-1] + 1 else 1
    few = led and len(words) <= AT_THE_END and not any(map(_FIGURE.search, words))
    return len(words) + 1 if few and not any(map(catalogue.name_index.like, words)) else 1


LONGEST_NAME: Final = 3  # words side by side that may name goods among others that do not
WORDS_BETWEEN: Final = 3  # words between an "and" and the goods after it: "and 200 t chips"
ALONE: Final = 0.88  # certainty with which one word names goods among others: "biolog" is no typo of bio-LNG
WEAKLY_NAMED: Final = 0.85  # some of the words may be of another thing
NAMED_EARLY: Final = 12  # words among which such a name is searched
ELATIVE: Final = "st"  # the end of an Estonian word for a material
LISTING: Final = frozenset(",;/&+")  # between goods that are all wanted
HEAT: Final = "heating"  # a word of the meaning in `synonyms.yaml`
OF_ENGINES: Final = frozenset({"liquid_fuel", "certificate"})  # families


@dataclass(slots=True)
class GoodsReader:
    """Reader of the goods in the text that the other passes have left."""

    state: ParseState
    catalogue: Catalogue
    places: Places
    several: bool = False  # whether all goods of an "and", a comma or a stroke are wanted

    def named(self, grades: tuple[str, ...]) -> Goods:
        """Return the goods, of these grades if any are.

        If no goods match, words of description ("dry", "secas") are left out, because names have them by chance.
        """
        state, index = self.state, self.catalogue.name_index
        every = list(WORD_OR_NUMBER.finditer(state.text))
        strange = take_untraded(state, every, index)
        untraded = [(word.start(), state.written(*word.span())) for word in every if word.start() in strange]
        every = [word for word in every if word.start() not in strange]
        if (either := self._either(every)) is not None:
            return either._replace(others=(*either.others, *untraded))
        words = [word for word in every if word[0] not in state.grammar.nameless]
        left = [state.written(*word.span()) for word in words]
        ranked, among = self._likeliest(words, left)
        if ranked and (cuts := self._made_of(every, words)):
            ranked, among = self._not_of_what(cuts, words, left, leaders(ranked)) or (ranked, among)
        of_grade = {product for grade in grades for product in self.catalogue.grade(grade).products}
        fitting = [like for like in ranked if like.product_id in of_grade]
        best = leaders(fitting or ranked)
        naming = among or self._without_begun_town([word[0] for word in words], best)
        named = " ".join(word for place, word in enumerate(left) if place in naming)
        others = [
            (word.start(), left[place])
            for place, word in enumerate(words)
            if place not in naming
            and word[0] not in state.grammar.fillers
            and not (naming and state.grammar.nearly_certified(word[0]))
        ]
        others += untraded
        if len(best) > 1:
            unknown = [word for word in map(folded, left) if word not in index.vocabulary]
            best = index.resembling(unknown, best) or best
        return Goods(best[0], (), named, tuple(others)) if len(best) == 1 else Goods(None, best, named, tuple(others))

    def _either(self, every: list[re.Match[str]]) -> Goods | None:
        """Return several goods joined by an "or" ("pellets or briquettes").

        If `several` goods are wanted, an "and" or a comma also joins parts that each surely name goods.
        """
        state, index = self.state, self.catalogue.name_index
        alone = state.words.isdisjoint(state.grammar.either)
        if alone and not (self.several and self._are_joined(every)):
            return None
        parts = [
            [word for word in part if word[0] not in state.grammar.nameless]
            for part in self._parts(every)
            if not alone or any(map(self._may_name, part))
        ]
        products: dict[str, None] = {}
        naming: set[re.Match[str]] = set()
        for words in parts:
            left = [state.written(*word.span()) for word in words]
            ranked, among = self._likeliest(words, left)
            if not ranked or ranked[0].score < ALONE:
                return None
            best = leaders(ranked)
            products |= dict.fromkeys(best)
            places = among or index.naming([word[0] for word in words], best)
            naming.update(word for place, word in enumerate(words) if place in places)
        if len(products) < max(len(parts), 2) or (alone and self._is_one_name(every, products)):
            return None
        named = ", ".join(" ".join(state.written(*word.span()) for word in words if word in naming) for words in parts)
        others = tuple(
            (word.start(), state.written(*word.span()))
            for word in every
            if word not in naming and word[0] not in state.grammar.fillers
        )
        return Goods(None, tuple(products), named, others)

    def _parts(self, every: list[re.Match[str]]) -> list[list[re.Match[str]]]:
        """Return the words between each "or". For several goods each "and", comma and stroke separates too."""
        grammar = self.state.grammar
        joints = grammar.either | grammar.ands if self.several else grammar.either
        parts: list[list[re.Match[str]]] = [[]]
        for place, word in enumerate(every):
            if word[0] in joints or (self.several and place and self._stands_alone(every[place - 1], word)):
                parts.append([])
            if word[0] not in joints:
                parts[-1].append(word)
        return [part for part in parts if part]

    def _stands_alone(self, one: re.Match[str], other: re.Match[str]) -> bool:
        return not LISTING.isdisjoint(self.state.text[one.end() : other.start()])

    def _are_joined(self, every: list[re.Match[str]]) -> bool:
        """Return True if an "and", a comma or a stroke joins words that name goods.

        Nothing before it may be made of others: "pellets from sawdust and bark".
        """
        grammar = self.state.grammar
        if self.state.words.isdisjoint(grammar.ands) and LISTING.isdisjoint(self.state.text):
            return False
        parts = self._parts(every)
        goods = [place for place, part in enumerate(parts) if any(map(self._may_name, part))]
        if len(goods) < 2:
            return False
        of_colleagues = (grammar.made_of | grammar.meant_for) - self.catalogue.name_index.vocabulary
        for part in parts[: goods[-1]]:
            for place, word in enumerate(part):
                if word[0] in of_colleagues and all(
                    any(map(self._may_name, side)) for side in (part[:place], part[place:])
                ):
                    return False
        return True

    def _may_name(self, word: re.Match[str]) -> bool:
        """Return True if the word names some goods, and does not only describe them."""
        known = word[0] not in self.state.grammar.nameless and bool(self.catalogue.name_index.like(word[0]))
        return known and not self.catalogue.synonyms.describes_goods(word[0])

    def _is_one_name(self, every: list[re.Match[str]], products: Iterable[str]) -> bool:
        """Return True if words with commas between them name one thing that none of them names alone ("straw,
        pellets").

        A name of goods may also contain the joint itself ("fats and oils").
        """
        state = self.state
        if any(name in state.text for name in _names_with_joints(self.catalogue)):
            return True
        if not state.words.isdisjoint(state.grammar.ands):
            return False
        ranked = self.catalogue.name_index.resolve(" ".join(state.written(*word.span()) for word in every))
        return bool(ranked) and ranked[0].score >= SURELY_NAMED and ranked[0].product_id not in products

    def _without_begun_town(self, words: list[str], best: tuple[str, ...]) -> frozenset[int]:
        """Return the positions of the words that name these goods, without the beginning of a town at the end.

        The last word counts as a town if the others name the same goods alone: "metsahake tart", "pelet krakó".
        """
        index, last = self.catalogue.name_index, len(words) - 1
        naming = index.naming(words, best)
        if last not in naming or len(naming) == 1 or len(words[last]) < SHORTEST or words[last] in index.vocabulary:
            return naming
        others = naming - {last}
        same = leaders(index.resolve(" ".join(words[place] for place in sorted(others)))) == best
        town = same and any(place.well_known for place in self.places.beginning(words[last]))
        return others if town else naming

    def _likeliest(self, words: list[re.Match[str]], left: list[str]) -> tuple[list[Likeness], frozenset[int]]:
        """Return the goods that these words name. If only adjacent ones name them, return their positions too."""
        index = self.catalogue.name_index
        plain = [written for word, written in zip(words, left, strict=True) if not self._only_describes(word[0])]
        ranked = index.resolve(" ".join(plain)) or index.resolve(self._undescribed(left))
        if ranked and ranked[0].score >= WEAKLY_NAMED:
            return ranked, frozenset()
        if len(bare := [place for place, word in enumerate(left) if not self._describes(word)]) < len(left):
            sure = index.resolve(" ".join(left[place] for place in bare))  # "wood pellets, dry" are no dry wood chips
            if sure and sure[0].score >= SURELY_NAMED:
                return sure, frozenset(bare)
        surer, among = self._in_between(left)
        if surer and (not ranked or surer[0].score > ranked[0].score):
            ranked = surer
        else:
            among = range(0)
        return self._beside_sure(words, ranked, frozenset(among)) if ranked else ([], frozenset())

    def _beside_sure(
        self, words: list[re.Match[str]], ranked: list[Likeness], among: frozenset[int]
    ) -> tuple[list[Likeness], frozenset[int]]:
        """Return the same, or the goods that another word surely names exactly as written.

        They replace goods that other words only resemble ("Energi Skog charcoal"). Beside goods that are named exactly
        both stay, because either may be part of a company's name: "Straw Energy tallow".
        """
        index, best = self.catalogue.name_index, leaders(ranked)
        naming = among or index.naming([word[0] for word in words], best)
        sure = {
            place: goods
            for place, word in enumerate(words[:NAMED_EARLY])
            if place not in naming and not index.is_named_by(word[0], best) and (goods := index.surely(word[0]))
            if not self._describes(word[0])  # "põhku, premium" is straw
        }
        if not sure:
            return ranked, among
        if not any(index.is_named_by(words[place][0], best) for place in naming):
            first = sure[min(sure)]
            return [first], frozenset(place for place, goods in sure.items() if goods.product_id == first.product_id)
        beside = [place for place in sure if self._side_by_side(words, naming, place)]
        either = dict.fromkeys((*best, *(sure[place].product_id for place in beside)))
        return (
            ([Likeness(goods, SURELY_NAMED) for goods in either], naming.union(beside)) if beside else (ranked, among)
        )

    def _side_by_side(self, words: list[re.Match[str]], naming: frozenset[int], place: int) -> bool:
        """Return True if only words of names stand between it and the others.

        "UCO for biodiesel" wants UCO, and after a comma something else begins.
        """
        for other in naming:
            first, second = sorted((words[other], words[place]), key=lambda word: word.start())
            between = self.state.text[first.end() : second.start()].split()
            if not all(word.isalpha() and word not in self.state.grammar.nameless for word in between):
                return False
        return True

    def _made_of(self, every: list[re.Match[str]], words: list[re.Match[str]]) -> list[int]:
        """Return the positions before which the material of the goods may begin.

        It follows a "from". In Estonian it begins with a word in the elative case ("kasutatud toiduõlist") or the word
        before it.
        """
        made_of = self.state.grammar.made_of
        cuts = (
            []
            if self.state.words.isdisjoint(made_of)
            else [
                sum(word.start() < preposition.start() for word in words)
                for preposition in every
                if preposition[0] in made_of
            ]
        )
        known = self.catalogue.name_index.vocabulary
        elative = (place for place, word in enumerate(words) if word[0].endswith(ELATIVE))
        for place in elative:
            if words[place][0] not in known and words[place][0].removesuffix(ELATIVE) in known:
                cuts += [cut for cut in (place - 1, place) if cut > 0]
        return cuts

    def _not_of_what(
        self, cuts: list[int], words: list[re.Match[str]], left: list[str], whole: tuple[str, ...]
    ) -> tuple[list[Likeness], frozenset[int]] | None:
        """Return the goods before their material, if all the words together name the material (`whole`): "HVO from used
        cooking oil".

        Then no name has words of both sides, as "pellets of straw" has.
        """
        index = self.catalogue.name_index
        for cut in cuts:
            if not any(index.like(word[0]) for word in words[cut:]):
                return None
            ranked, among = self._likeliest(words[:cut], left[:cut])
            if ranked and ranked[0].score >= ALONE:
                goods, meant = [word[0] for word in words[:cut]], leaders(ranked)
                # Surely named beside them ("hvo100 kasutatud toiduõlist") they are among the whole themselves.
                others = tuple(product for product in whole if (product,) != meant)
                if not others or index.naming(goods, others):
                    return None
                return ranked, among or index.naming(goods, meant)
        return None

    def _describes(self, word: str) -> bool:
        return self.catalogue.synonyms.describes_goods(folded(word))

    def _undescribed(self, words: list[str]) -> str:
        return " ".join(word for word in words if not self._describes(word))

    def _only_describes(self, word: str) -> bool:
        """Return True if an exact word describes goods and is part of no name: "mänd" is pine, no begun "mandorla"."""
        synonyms = self.catalogue.synonyms
        named = word in self.catalogue.name_index.vocabulary
        return not named and synonyms.has(word) and synonyms.describes_goods(word)

    def _in_between(self, words: list[str]) -> tuple[list[Likeness], range]:
        """Return the goods that adjacent words name among unrelated ones, and their positions: "Nord Oil wood chips"
        sells no oil.

        A longer name counts first, then one without a typo. A single word counts only if it names one product.
        """
        index = self.catalogue.name_index
        spoken_words = [folded(word) for word in words[:NAMED_EARLY]]
        like = [bool(index.like(word)) for word in spoken_words]
        known = not index.vocabulary.isdisjoint(spoken_words)
        for size in range(min(LONGEST_NAME, len(like)), 0, -1):
            for enough in (SURELY_NAMED, GOOD_ENOUGH if size > 1 else ALONE):
                for start in range(len(like) - size + 1):
                    named = words[start : start + size]
                    ranked = index.resolve(" ".join(named)) if all(like[start : start + size]) else []
                    if size == 1 and known and ranked and index.only_begins(spoken_words[start : start + 1]):
                        continue  # beside a word that names goods "Schwe" is sooner a begun Schwerin than Schweinefett
                    if ranked and ranked[0].score >= enough and (size > 1 or len(leaders(ranked)) == 1):
                        return ranked, range(start, start + size)
        return [], range(0)


@lru_cache(maxsize=4)
def _names_with_joints(catalogue: Catalogue) -> frozenset[str]:
    """Return the folded names of goods that have an "and", a comma or a stroke themselves."""
    joints = {folded(word) for meaning in ("and", "or") for word in catalogue.words.all(meaning)}
    names = (
        folded(name)
        for each in catalogue.products.values()
        for of_language in each.names.values()
        for name in of_language.words
    )
    return frozenset(
        name for name in names if not LISTING.isdisjoint(name) or not joints.isdisjoint(name.split()[1:-1])
    )


class SecondGoods(NamedTuple):
    """Other goods beside the wanted ones: the position of the "and" before them, and their words."""

    start: int
    as_written: str


def find_second_goods(
    state: ParseState, catalogue: Catalogue, product: str, others: Sequence[tuple[int, str]]
) -> SecondGoods | None:
    """Return goods that need a second list ("100 t pellets and 200 t chips"), if a word surely names them."""
    index = catalogue.name_index
    if state.words.isdisjoint(state.grammar.ands):
        return None
    for start, written in others:
        ranked = index.resolve(written) if folded(written) in index.vocabulary else []
        if not ranked or ranked[0].score < ALONE or product in leaders(ranked):
            continue
        before = list(FIRST_WORD.finditer(state.normalised.text, 0, start))[-WORDS_BETWEEN:]
        joint = next((word for word in reversed(before) if word[0] in state.grammar.ands), None)
        if joint is not None:
            return SecondGoods(joint.start(), written)
    return None


def usable_as_fuel(alternatives: tuple[str, ...], words: Iterable[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Return those of the possible goods that are burnt for heat, if heat is mentioned beside them.

    Engine fuel is no "heat fuel".
    """
    heat = set(catalogue.synonyms.meanings_of(HEAT))
    if len(alternatives) < 2 or not any(heat.intersection(catalogue.synonyms.meanings_of(word)) for word in words):
        return alternatives
    return tuple(each for each in alternatives if catalogue.product(each).family not in OF_ENGINES) or alternatives
