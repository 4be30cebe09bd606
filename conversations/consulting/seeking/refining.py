"""What is said after a list of consultants or beside a profile of theirs: "Tuesday at 10", "in German", "cheaper"."""

from __future__ import annotations

from dataclasses import replace

from conversations.book import Book
from conversations.consulting.seeking.seek import ORDERS, profile_card, query_of_problem, show_advisers
from conversations.looked_for import ADVICE, asked, latest
from conversations.search.asked import ask, keep_place, place_kept
from conversations.search.orders import ordered
from conversations.search.refining import order_alone, without_small_words
from conversations.talk import Talk
from core.experts import service as experts
from core.search import experts as advisers
from core.search import kept
from core.search.model import Query
from core.search.sentence.parse import Understood

WHEN = frozenset({"window", "at"})  # wishes that one consultant's free times answer, too

book = Book()


def refines_advice(talk: Talk, sentence: str) -> bool:
    """Whether these words are a part of the search for advice that was shown last: an order, a day, a clock time, a
    language, a rate, a place, and nothing beside it."""
    if latest(talk) != ADVICE:
        return False
    more = _told(talk, sentence)
    return _order(talk, sentence) is not None or (not more.rest and bool(_wishes(more)))


@book.command("advise")
def refine(talk: Talk, sentence: str) -> None:
    """What is said now replaces that part of the problem. Of a profile that is open, the times are shown anew."""
    before = asked(talk, ADVICE)
    if (order := _order(talk, sentence)) is not None:
        show_advisers(talk, ask(talk, ordered(talk, before, ORDERS, order), ADVICE))
        return
    more, opened = _told(talk, sentence), place_kept(talk, before)
    query = ask(talk, kept.refined(before, more), ADVICE)
    if opened and WHEN.issuperset(_wishes(more)):
        keep_place(talk, query, opened)
        talk.reply(profile_card(talk, experts.expert_for(talk.ctx, opened)))
    else:
        show_advisers(talk, query)


def _told(talk: Talk, sentence: str) -> Understood:
    query = query_of_problem(talk, sentence, answering=True)
    return replace(query.understood, rest=without_small_words(talk, query.understood.rest))


def _wishes(said: Understood) -> set[str]:
    return {chip.wish for chip in advisers.chips(Query(said))}


def _order(talk: Talk, sentence: str) -> str | None:
    order = order_alone(talk, sentence)
    return order if order in ORDERS else None
