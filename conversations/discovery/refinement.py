"""Refinements after a list: "under 200", "cheaper", "and briquettes?", "any grade", "more"."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from conversations.chat_context import ChatContext
from conversations.discovery.search import ORDERS, ask_as_before, find, read, show_behind, show_results
from conversations.discovery.search_state import added, ask, has_asked, place_kept, with_number
from conversations.discovery.sort_orders import (
    COURTESY,
    WORD,
    in_stated_order,
    is_courtesy,
    is_measurable,
    order_of,
    ordered,
)
from conversations.last_query import asked
from conversations.router import Router
from core.catalogue.language.grammar import grammar_of
from core.catalogue.language.patterns import NormalisedText, any_of
from core.catalogue.model import Catalogue
from core.catalogue.product_names import folded
from core.discovery.search import service
from core.discovery.search.model import EMPTY, UNREAD, Order, ParsedQuery, Query

# Refusals of words that belong to a search.
ASKED_BACK: Final = ("window.", "place.distance_from_where", UNREAD)
LONGEST: Final = 60  # characters without a filter; a longer text is not about the list
NO_FILTER: Final = frozenset({"rest", "product", "alternatives"})  # chips without effect on the list
CALLED: Final = {  # the words for a part of the query -> its filters
    "called_grade": ("grade", "grades"),
    "called_window": ("window",),
    "called_price": ("price", "max_price", "min_price"),
    "called_place": ("place", "countries"),
    "called_quantity": ("quantity",),
    "called_certificates": ("certificates",),
    "called_packaging": ("packaging",),
}

router = Router()


def command_after_list(chat: ChatContext, text: str) -> str | None:
    """Return the command that these words are after a list of goods; None if they do not refer to it."""
    if sorts(chat, text):
        return "sort"
    if turns_page(chat, text):
        return "further"
    if given_up(chat, text):
        return "forget"
    return "narrow" if narrows(chat, text) else None


# --- another part of the search ---------------------------------------------------------------------------------------


@router.command("narrow")
def narrow(chat: ChatContext, words: str) -> None:
    """`/narrow under 200`, or just "under 200" after a search: replace that part of it."""
    if not words or not has_asked(chat):
        find(chat, words)
        return
    if (numbered := with_number(chat, words)) is not None:
        show_results(chat, ask(chat, numbered))
        return
    before = asked(chat)
    query = read(chat, words, around=before.parsed.place)
    more = told_of(chat, query.parsed, before.parsed)
    refined = before.refined_by(replace(more, rest=without_small_words(chat, more.rest)))
    if query.order != "best":
        refined = in_stated_order(chat, replace(refined, order=query.order), ORDERS)
    show_results(chat, ask(chat, refined, words=added(chat, words)))


def narrows(chat: ChatContext, sentence: str) -> bool:
    """Return True if these words, after a search, only change a part of it.

    They may be a price (also a bare number), a place, a grade, or a valid or invalid day. Other goods count only after
    an "and". A request for advice does not count.
    """
    if not has_asked(chat):
        return False
    if with_number(chat, sentence) is not None:
        return True
    catalogue, parsed = chat.market_context.catalogue, read(chat, sentence).parsed
    if parsed.product is not None or parsed.alternatives:
        return names_others_too(chat, sentence)
    intent = service.intent_of(sentence, parsed, catalogue)
    if (without_small_words(chat, parsed.rest) and intent.is_for_advice()) or intent.names_adviser():
        return False
    chips = service.explain(Query(told_of(chat, parsed, asked(chat).parsed))).chips
    return not NO_FILTER.issuperset(chip.filter_name for chip in chips) or any(
        each.code.startswith(ASKED_BACK) for each in parsed.unclear
    )


def names_others_too(chat: ChatContext, sentence: str) -> bool:
    """Return True for "And briquettes?": the same for other goods."""
    return len(sentence) <= LONGEST and bool(_begins(_spoken(sentence), "what_about", chat.market_context.catalogue))


def told_of(chat: ChatContext, more: ParsedQuery, before: ParsedQuery) -> ParsedQuery:
    """Return the new words as applied to the goods of the query before: "A1" is their grade."""
    if more.product is not None or more.alternatives or before.product is None:
        return more
    of_goods = service.fit_grades(replace(more, product=before.product), chat.market_context.catalogue)
    return replace(of_goods, product=None)


def without_small_words(chat: ChatContext, words: str) -> str:
    """Return the unknown words without those around a filter: "only FSC", "rather near Riga"."""
    catalogue = chat.market_context.catalogue
    small = COURTESY | grammar_of(catalogue).fillers | _each_word("rather", catalogue)
    return " ".join(word for word in words.split() if not small.issuperset(_spoken(word)))


# --- the same list ----------------------------------------------------------------------------------------------------


@router.command("sort")
def sort_by_words(chat: ChatContext, words: str) -> None:
    """Sort the last list by words after a search: "cheaper", "nearest first"."""
    chosen = order_alone(chat, words)
    if chosen is not None and has_asked(chat):
        show_results(chat, ask_as_before(chat, ordered(chat, asked(chat), ORDERS, chosen)))
    else:
        find(chat, words)


def sorts(chat: ChatContext, sentence: str) -> bool:
    """Return True if these words, after a search, name a sort order."""
    if not has_asked(chat):
        return False
    chosen = order_alone(chat, sentence)
    return chosen is not None and (chosen != "nearest" or is_measurable(chat, asked(chat)))


def order_alone(chat: ChatContext, sentence: str) -> Order | None:
    """Return the order if the text says nothing else: "cheaper", or as in a search, "the cheapest offers"."""
    query = read(chat, sentence)
    parsed = replace(query.parsed, rest="") if is_courtesy(query.parsed.rest) else query.parsed
    return order_of(sentence) or (query.order if parsed == EMPTY and query.order != "best" else None)


@router.command("further")
def further(chat: ChatContext, _words: str) -> None:
    """Show the next five results for "more" after a list; if there are no more, the list from its top."""
    query = asked(chat)
    show_behind(chat, query, place_kept(chat, query))


def turns_page(chat: ChatContext, sentence: str) -> bool:
    return has_asked(chat) and _is_phrase(sentence, "further", chat.market_context.catalogue)


@router.command("forget")
def give_up(chat: ChatContext, words: str) -> None:
    """Remove a part of the search: "any grade", "remove the date"."""
    query = asked(chat)
    for filter_name in given_up(chat, words):
        query = service.without(query, filter_name)
    show_results(chat, ask(chat, query))


def given_up(chat: ChatContext, sentence: str) -> tuple[str, ...]:
    """Return the filters that these words remove; none if they say anything else."""
    if not has_asked(chat) or len(sentence) > LONGEST:
        return ()
    catalogue = chat.market_context.catalogue
    spoken, fillers = _spoken(sentence), grammar_of(catalogue).fillers
    beginning = _begins(spoken, "give_up", catalogue)
    named = set(spoken[beginning:]) - COURTESY
    parts = [
        filter_names
        for meaning, filter_names in CALLED.items()
        if named & _each_word(meaning, catalogue) and named <= _each_word(meaning, catalogue) | fillers
    ]
    if not beginning or not parts:
        return ()
    there = {chip.filter_name for chip in service.explain(asked(chat)).chips}
    return tuple(filter_name for filter_name in parts[0] if filter_name in there)


# --- words ------------------------------------------------------------------------------------------------------------


def goods_to_sell(chat: ChatContext, sentence: str) -> str | None:
    """Return a seller's question about demand without the words that ask it; None for any other question.

    Example: "who needs chips near Gdansk?".
    """
    text = NormalisedText.of(sentence)
    found = _who_buys(chat.market_context.catalogue).match(text.text)
    return _of_goods(chat, text.as_written(found.end(), len(text.text))) if found else None


def _of_goods(chat: ChatContext, sentence: str) -> str | None:
    """Return the text if it names goods, or nothing in particular."""
    parsed = read(chat, sentence).parsed
    goods = parsed.product is not None or parsed.alternatives or not WORD.search(sentence)
    return sentence if goods else None


def _is_phrase(sentence: str, meaning: str, catalogue: Catalogue) -> bool:
    spoken = _spoken(sentence[:LONGEST])
    bare = tuple(word for word in spoken if word not in COURTESY)
    return not {spoken, bare}.isdisjoint(_phrases(meaning, catalogue))


def _begins(spoken: tuple[str, ...], meaning: str, catalogue: Catalogue) -> int:
    """Return how many words at the beginning form the longest phrase of that meaning; 0 if there is none."""
    return next((len(start) for start in _phrases(meaning, catalogue) if spoken[: len(start)] == start), 0)


def _spoken(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(folded(text)))


@lru_cache(maxsize=16)
def _phrases(meaning: str, catalogue: Catalogue) -> tuple[tuple[str, ...], ...]:
    """Return the words of each phrase of that meaning, folded; the longest first."""
    phrases = {_spoken(phrase) for phrase in catalogue.words.all(meaning)}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


@lru_cache(maxsize=16)
def _each_word(meaning: str, catalogue: Catalogue) -> frozenset[str]:
    return frozenset(word for phrase in _phrases(meaning, catalogue) for word in phrase)


@lru_cache(maxsize=4)
def _who_buys(catalogue: Catalogue) -> re.Pattern[str]:
    return re.compile(rf"\W*{any_of(catalogue.words.all('who_buys'))}(?:(?<=')|(?!\w))")
