"""Refinements after a list of consultants or beside a profile: "Tuesday at 10", "in German", "cheaper"."""

from __future__ import annotations

from dataclasses import replace

from conversations.advice.expert_search.expert_search import ORDERS, profile_card, query_of_problem, show_advisers
from conversations.chat_context import ChatContext
from conversations.discovery.refinement import order_alone, without_small_words
from conversations.discovery.search_state import ask, keep_place, place_kept
from conversations.discovery.sort_orders import ordered
from conversations.last_query import ADVICE, asked, latest
from conversations.router import Router
from core.advice.experts import service as experts
from core.discovery.search import service
from core.discovery.search.model import ParsedQuery, Query

WHEN = frozenset({"window", "at"})  # wishes that one consultant's free times answer, too

router = Router()


def refines_advice(chat: ChatContext, sentence: str) -> bool:
    """Return True if these words only refine the latest search for advice.

    They may name an order, a day, a clock time, a language, a rate or a place, and nothing else.
    """
    if latest(chat) != ADVICE.name:
        return False
    more = _told(chat, sentence)
    return _order(chat, sentence) is not None or (not more.rest and bool(_kinds(more)))


@router.command("advise")
def refine(chat: ChatContext, sentence: str) -> None:
    """Replace a part of the problem by these words. If a profile is open, show its times again."""
    before = asked(chat, ADVICE)
    if (order := _order(chat, sentence)) is not None:
        show_advisers(chat, ask(chat, ordered(chat, before, ORDERS, order), ADVICE))
        return
    more, opened = _told(chat, sentence), place_kept(chat, before)
    query = ask(chat, before.refined_by(more), ADVICE)
    if opened and WHEN.issuperset(_kinds(more)):
        keep_place(chat, query, opened)
        chat.reply(profile_card(chat, experts.expert_for(chat.ctx, opened)))
    else:
        show_advisers(chat, query)


def _told(chat: ChatContext, sentence: str) -> ParsedQuery:
    query = query_of_problem(chat, sentence, answering=True)
    return replace(query.parsed, rest=without_small_words(chat, query.parsed.rest))


def _kinds(parsed: ParsedQuery) -> set[str]:
    return {chip.filter_name for chip in service.explain(Query(parsed), "expert").chips}


def _order(chat: ChatContext, sentence: str) -> str | None:
    order = order_alone(chat, sentence)
    return order if order in ORDERS else None
