"""Search of consultants: a problem in one message, three matches with reasons, a profile with slots in my zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from conversations.advice.expert_search.filters import (
    Narrowing,
    keep_narrowing,
    narrowed_rows,
    narrowing_card,
    narrowing_of,
    passes,
)
from conversations.advice.expert_search.free_times import SHOWN, has_time, next_slots, slot_button
from conversations.advice.expert_search.no_results import no_match_card, punctual_first, soonest_first
from conversations.advice.expert_search.problem_statement import lead_to, tell_problem
from conversations.advice.experts.card import expert_card
from conversations.advice.experts.promotion import stood_in_line
from conversations.advice.moment import read_moment, written
from conversations.buttons import Press, press
from conversations.chat_context import ChatContext
from conversations.discovery.chips import chip_rows, query_text, unclear_words
from conversations.discovery.search_state import ask, ask_problem, attend, fingerprint, keep_place
from conversations.discovery.sort_orders import in_stated_order, order_rows, order_text, ordered
from conversations.forms.answers import show_town
from conversations.keyboard_layout import in_either_layout
from conversations.last_query import ADVICE, asked
from conversations.reply import Button, Card, CardList, Say, Toast
from conversations.router import Router
from core.advice.availability.slots import free_slots, through_the_day
from core.advice.experts import service as experts
from core.advice.experts.match_reasons import Match
from core.advice.experts.model import Expert
from core.advice.experts.shortlist import is_kept
from core.advice.promotion.view_counts import note_opened, note_shown
from core.advice.reviews.service import ranks_of
from core.advice.sessions import slot_checks as session_slots
from core.discovery.search import service
from core.discovery.search.model import EMPTY, ExpertResults, Order, Query
from core.people.accounts.service import ZONE_UNKNOWN, person_of

MORE_SHOWN: Final = 12
ORDERS: Final[tuple[Order, ...]] = ("cheapest", "rated", "soonest", "nearest")

router = Router()


@router.command("experts")
@in_either_layout
def seek(chat: ChatContext, problem: str) -> None:
    """`/experts my boiler slags, in German, under 120 EUR/h`: show the three best matches, and why."""
    words = chat.words
    if not problem:
        button = Button(label=words("seek.all"), press=press("seek.all"), style="primary")
        chat.reply(Say(text=words("seek.ask"), buttons=((button,),)))
        ask_problem(chat)
        return
    tell_problem(chat, problem)
    keep_narrowing(chat, Narrowing())
    show_advisers(chat, ask(chat, in_stated_order(chat, query_of_problem(chat, problem), ORDERS), ADVICE))


def query_of_problem(chat: ChatContext, sentence: str, *, answering: bool = False) -> Query:
    """Parse a sentence that is meant for consultants. `answering`: it refines a list of consultants."""
    market_context, language = chat.market_context, chat.words.language
    now = chat.ctx.now.astimezone(chat.words.zone).time()
    return service.parse_problem(
        sentence, market_context.catalogue, market_context.places, chat.today, language, now=now, answering=answering
    )


@router.press("seek.all")
def everybody(chat: ChatContext, _press: Press) -> None:
    tell_problem(chat, "")
    keep_narrowing(chat, Narrowing())
    show_advisers(chat, ask(chat, Query(EMPTY), ADVICE), MORE_SHOWN)


@router.press("seek.from_goods")
def instead_of_goods(chat: ChatContext, _press: Press) -> None:
    """Search consultants with the query that was written in the search for goods."""
    query = asked(chat)
    tell_problem(chat, query.parsed.rest)
    keep_narrowing(chat, Narrowing())
    show_advisers(chat, ask(chat, service.as_problem(query, chat.market_context.catalogue), ADVICE))


@router.press("seek.wider")
def wider(chat: ChatContext, press: Press) -> None:
    """Remove a filter, or show all matches. The button is a chip, or a way out of an empty list."""
    query = asked(chat, ADVICE)
    if press.expected_version != fingerprint(query):
        chat.reply(Toast(text=chat.words("find.asked_since")))
    elif press.choice:
        query = ask(chat, service.weaker(query, press.choice), ADVICE)
    show_advisers(chat, query, SHOWN if press.choice else MORE_SHOWN)


@router.press("seek.narrow")
def narrow(chat: ChatContext, press: Press) -> None:
    """Add a filter ("+rated"), remove it ("-rated"), return to the list ("="), or show the filters (no choice)."""
    query, narrowing = asked(chat, ADVICE), narrowing_of(chat)
    if not press.choice:
        chat.reply(narrowing_card(chat, narrowing, [match.expert for match in _found(chat, query).matches]))
        return
    keep_narrowing(chat, narrowing.having(press.choice[1:], on=press.choice[0] == "+"))
    show_advisers(chat, query, MORE_SHOWN)


@router.press("seek.sort")
def sort(chat: ChatContext, press: Press) -> None:
    """Show the same consultants in another order."""
    query = asked(chat, ADVICE)
    if press.expected_version == fingerprint(query):
        query = ask(chat, ordered(chat, query, ORDERS, press.choice), ADVICE)
    else:
        chat.reply(Toast(text=chat.words("find.asked_since")))
    show_advisers(chat, query, MORE_SHOWN)


@router.press("seek.meant")
def meant(chat: ChatContext, press: Press) -> None:
    """Search again with the words that were probably meant."""
    query = asked(chat, ADVICE)
    offered = {each.instead: each.query for each in _found(chat, query).did_you_mean}
    show_advisers(chat, ask(chat, offered.get(press.choice) or query, ADVICE))


def _found(chat: ChatContext, query: Query) -> ExpertResults:
    standings, catalogue = partial(ranks_of, chat.ctx), chat.market_context.catalogue
    but, free = chat.organisation, has_time(chat)
    return service.search_experts(chat.ctx, catalogue, query, standings=standings, but=but, has_time=free)


def show_advisers(chat: ChatContext, query: Query, most: int = SHOWN) -> None:
    words, found = chat.words, _found(chat, query)
    if not found.matches:
        chat.reply(no_match_card(chat, query, found))
        return
    narrowing = narrowing_of(chat)
    matches = [match for match in found.matches if passes(chat, narrowing, match.expert)]
    if query.order == "soonest":
        matches = soonest_first(chat, matches)
    elif query.parsed.at is not None and query.order == "best":
        matches = punctual_first(chat, matches, query.parsed)
    if not matches:
        text = words("seek.narrowed_out", count=len(found.matches))
        rows = tuple(narrowed_rows(chat, narrowing))
        chat.reply(
            Card(
                subject="experts",
                title=words("seek.nobody_left"),
                text=text,
                buttons=rows,
                as_new_message=chat.as_new_message,
            )
        )
        return
    everybody = Button(label=words("seek.all"), press=press("seek.wider", "", fingerprint(query)))
    shown = (stood_in_line(chat, matches) if query.order == "best" else matches)[:most]
    note_shown(chat.ctx, [match.expert.id for match in shown])
    lead_to(chat, [match.expert.id for match in shown])
    more = ((everybody,),) if most < len(matches) else ()
    sorting = order_rows(chat, query, ORDERS, "seek.sort") if len(matches) > 1 else ()
    narrower = narrowed_rows(chat, narrowing) if narrowing.names or len(matches) > 1 else ()
    at = query.parsed.at
    times = words("seek.times_near", at=at) if at else ""
    explained = (query_text(chat, service.explain(query, "expert").chips), order_text(chat, query), times)
    chat.reply(
        CardList(
            subject="experts",
            title=words("seek.found", count=len(matches)),
            text="\n".join(filter(None, (*explained, *unclear_words(chat, query)))),
            items=tuple(_brief(chat, match, query) for match in shown),
            buttons=(
                *more,
                *chip_rows(chat, query, service.explain(query, "expert").chips, "seek.wider"),
                *sorting,
                *narrower,
            ),
            as_new_message=chat.as_new_message,
        )
    )


def _brief(chat: ChatContext, match: Match, query: Query) -> Card:
    """Return a consultant in a list, with enough to choose by and the next slots one tap away."""
    expert = match.expert
    open_button = Button(label=chat.words("seek.open"), press=press("seek.show", expert.id), style="primary")
    slots = next_slots(chat, expert, wished=query.parsed)
    card = expert_card(chat, expert, slots, reasons=match.reasons, buttons=((open_button,),), brief=True)
    place = query.parsed.place
    if match.km is None or place is None:
        return card
    return card.model_copy(update={"note": chat.words("search.why.near", km=match.km, place=show_town(chat, place))})


# --- one consultant ---------------------------------------------------------------------------------------------------


@router.press("seek.show")
def show(chat: ChatContext, press: Press) -> None:
    """Show the profile with the next three slots; a slot is one tap."""
    expert = experts.expert_for(chat.ctx, press.subject)
    if expert.organisation_id != chat.organisation:
        note_opened(chat.ctx, expert.id)
    attend(chat, ADVICE.name)
    keep_place(chat, asked(chat, ADVICE), expert.id)
    chat.reply(profile_card(chat, expert))


def profile_card(chat: ChatContext, expert: Expert) -> Card:
    words = chat.words
    slots = next_slots(chat, expert, wished=asked(chat, ADVICE).parsed)
    rows: list[tuple[Button, ...]] = []
    length = min(expert.lengths)
    if expert.organisation_id != chat.organisation:
        if expert.is_free_at(chat.ctx.now):
            rows.append((Button(label=words("seek.call_now"), press=press("book.now", expert.id), style="primary"),))
        rows += [(slot_button(chat, expert, slot, length),) for slot in slots]
        if slots:
            rows.append(_more_times_buttons(chat, expert))
        rows.append(_later_buttons(chat, expert))
        blocking = Button(label=words("apart.button"), press=press("apart.ask", expert.id, choice="expert"))
        reviews = Button(label=words("rating.about_button"), press=press("rating.about", expert.id))
        rows.append((Button(label=words("question.button"), press=press("question.ask", expert.id)), reviews))
        rows.append((blocking,))
    else:
        rows.append((Button(label=words("rating.about_button"), press=press("rating.about", expert.id)),))
    far = chat.person.zone == ZONE_UNKNOWN and bool(slots)
    if far:
        rows.append((Button(label=words("place.set"), press=press("place.set")),))
    card = expert_card(chat, expert, slots, buttons=tuple(rows))
    note = words("seek.zone_unknown") if far else card.note
    return card.model_copy(update={"turn": card.turn or _free_minutes(chat, expert), "note": note})


def _free_minutes(chat: ChatContext, expert: Expert) -> str:
    """Return the sentence about free minutes, shown before the seeker is asked anything; empty if they have none."""
    stranger = expert.organisation_id != chat.organisation
    free = stranger and session_slots.has_free_minutes(chat.ctx, chat.person.id, expert.id)
    return chat.words("booking.free_minutes", name=person_of(chat.ctx, expert.person_id).name) if free else ""


def _later_buttons(chat: ChatContext, expert: Expert) -> tuple[Button, ...]:
    """Return the buttons for a seeker without a fitting slot, or with several consultants to choose from."""
    words, kept = chat.words, is_kept(chat.ctx, expert.id)
    own_times = Button(label=words("ask.own_times"), press=press("ask.one", expert.id))
    verb = "shortlist.let_go" if kept else "shortlist.keep"
    mine = Button(label=words("shortlist.drop" if kept else "shortlist.keep"), press=press(verb, expert.id))
    return (own_times, mine) if expert.live else (mine,)


def _more_times_buttons(chat: ChatContext, expert: Expert) -> tuple[Button, ...]:
    """Return a button for each length of session. The slots on the profile have the shortest length."""
    if len(expert.lengths) == 1:
        return (Button(label=chat.words("seek.more_times"), press=press("seek.times", expert.id)),)
    return tuple(
        Button(
            label=chat.words("seek.more_times_of", minutes=length),
            press=press("seek.times", expert.id, choice=str(length)),
        )
        for length in sorted(expert.lengths)
    )


@router.press("seek.times")
def more_times(chat: ChatContext, button: Press) -> None:
    """Show a dozen free slots of one length, and a way to later ones. The choice: "60", or "60.<moment>"."""
    expert = experts.expert_for(chat.ctx, button.subject)
    minutes, _, after = button.choice.partition(".")
    length = next((each for each in expert.lengths if str(each) == minutes), min(expert.lengths))
    since = read_moment(after) if after else chat.ctx.now
    calendar = session_slots.calendar_of(chat.ctx, expert)
    free = free_slots(calendar, chat.ctx.now, timedelta(minutes=length))
    ahead = through_the_day((slot for slot in free if slot > since), calendar.zone, MORE_SHOWN)
    buttons = [slot_button(chat, expert, slot, length) for slot in ahead]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    if len(ahead) == MORE_SHOWN:
        later = press("seek.times", expert.id, choice=f"{length}.{written(ahead[-1])}")
        rows.append((Button(label=chat.words("seek.later_times"), press=later),))
    rows.append((Button(label=chat.words("seek.first_times"), press=press("seek.show", expert.id)),))
    chat.reply(expert_card(chat, expert, ahead[:SHOWN], buttons=tuple(rows)))


def next_free_now(chat: ChatContext, problem: str, but: str) -> Expert | None:
    """Return another consultant who can be called now: the best match for the problem, or else any who is free."""
    query = query_of_problem(chat, problem)
    for tried in (replace(query, order="best"), Query(EMPTY)):
        now = replace(tried, parsed=replace(tried.parsed, free_now=True, window=None, at=None))
        others = (match.expert for match in _found(chat, now).matches)
        found = next((expert for expert in others if expert.id != but), None)
        if found is not None:
            return found
    return None
