"""Looking for a consultant: a problem in one message, three matches with reasons, a profile with slots in my zone."""

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
from conversations.advice.expert_search.no_results import nobody_fits, punctual_first, soonest_first
from conversations.advice.expert_search.problem_statement import lead_to, tell_problem
from conversations.advice.experts.card import expert_card
from conversations.advice.experts.promotion import stood_in_line
from conversations.advice.moment import read_moment, written
from conversations.buttons import Press, press
from conversations.chat_context import Talk
from conversations.discovery.chips import chip_rows, unclear_words, understood_text
from conversations.discovery.search_state import ask, ask_problem, attend, keep_place, mark
from conversations.discovery.sort_orders import as_said, order_rows, order_text, ordered
from conversations.forms.answers import show_town
from conversations.keyboard_layout import in_either_layout
from conversations.last_query import ADVICE, asked
from conversations.reply import Button, Card, CardList, Say, Toast
from conversations.router import Book
from core.advice.availability.slots import free_slots, through_the_day
from core.advice.experts import service as experts
from core.advice.experts.match_reasons import Match
from core.advice.experts.model import Expert
from core.advice.experts.shortlist import is_kept
from core.advice.promotion.view_counts import note_opened, note_shown
from core.advice.reviews.service import ranks_of
from core.advice.sessions import slot_checks as session_slots
from core.discovery.search import experts as advisers
from core.discovery.search.experts import Advisers
from core.discovery.search.kept import NOTHING
from core.discovery.search.model import Order, Query
from core.people.accounts.service import ZONE_UNKNOWN, person_of

MORE_SHOWN: Final = 12
ORDERS: Final[tuple[Order, ...]] = ("cheapest", "rated", "soonest", "nearest")

book = Book()


@book.command("experts")
@in_either_layout
def seek(talk: Talk, problem: str) -> None:
    """`/experts my boiler slags, in German, under 120 EUR/h`: the three who fit best, and why."""
    words = talk.words
    if not problem:
        button = Button(label=words("seek.all"), press=press("seek.all"), style="primary")
        talk.reply(Say(text=words("seek.ask"), buttons=((button,),)))
        ask_problem(talk)
        return
    tell_problem(talk, problem)
    keep_narrowing(talk, Narrowing())
    show_advisers(talk, ask(talk, as_said(talk, query_of_problem(talk, problem), ORDERS), ADVICE))


def query_of_problem(talk: Talk, sentence: str, *, answering: bool = False) -> Query:
    """What is said to those who advise. `answering`: of a list of them."""
    almanac, language = talk.almanac, talk.words.language
    now = talk.ctx.now.astimezone(talk.words.zone).time()
    return advisers.problem_told(
        sentence, almanac.catalogue, almanac.places, talk.today, language, now=now, answering=answering
    )


@book.press("seek.all")
def everybody(talk: Talk, _pressed: Press) -> None:
    tell_problem(talk, "")
    keep_narrowing(talk, Narrowing())
    show_advisers(talk, ask(talk, Query(NOTHING), ADVICE), MORE_SHOWN)


@book.press("seek.from_goods")
def instead_of_goods(talk: Talk, _pressed: Press) -> None:
    """What was written where goods are looked for is a problem that somebody knows about."""
    query = asked(talk)
    tell_problem(talk, query.understood.rest)
    keep_narrowing(talk, Narrowing())
    show_advisers(talk, ask(talk, advisers.problem_of(query, talk.almanac.catalogue), ADVICE))


@book.press("seek.wider")
def wider(talk: Talk, pressed: Press) -> None:
    """Everybody who fits, or a wish given up: a chip was tapped, or the way out of an empty list."""
    query = asked(talk, ADVICE)
    if pressed.seen != mark(query):
        talk.reply(Toast(text=talk.words("find.asked_since")))
    elif pressed.choice:
        query = ask(talk, advisers.weaker(query, pressed.choice), ADVICE)
    show_advisers(talk, query, SHOWN if pressed.choice else MORE_SHOWN)


@book.press("seek.narrow")
def narrow(talk: Talk, pressed: Press) -> None:
    """The choice: "+rated" asks for it, "-rated" gives it up, "=" is back to the list; without one, what there is."""
    query, narrowing = asked(talk, ADVICE), narrowing_of(talk)
    if not pressed.choice:
        talk.reply(narrowing_card(talk, narrowing, [match.expert for match in _found(talk, query).matches]))
        return
    keep_narrowing(talk, narrowing.having(pressed.choice[1:], on=pressed.choice[0] == "+"))
    show_advisers(talk, query, MORE_SHOWN)


@book.press("seek.sort")
def sort(talk: Talk, pressed: Press) -> None:
    """The same who fit, in another order."""
    query = asked(talk, ADVICE)
    if pressed.seen == mark(query):
        query = ask(talk, ordered(talk, query, ORDERS, pressed.choice), ADVICE)
    else:
        talk.reply(Toast(text=talk.words("find.asked_since")))
    show_advisers(talk, query, MORE_SHOWN)


@book.press("seek.meant")
def meant(talk: Talk, pressed: Press) -> None:
    """The words that were probably meant."""
    query = asked(talk, ADVICE)
    offered = {each.instead: each.query for each in _found(talk, query).did_you_mean}
    show_advisers(talk, ask(talk, offered.get(pressed.choice) or query, ADVICE))


def _found(talk: Talk, query: Query) -> Advisers:
    standings, catalogue = partial(ranks_of, talk.ctx), talk.almanac.catalogue
    but, free = talk.organisation, has_time(talk)
    return advisers.find_experts(talk.ctx, catalogue, query, standings=standings, but=but, has_time=free)


def show_advisers(talk: Talk, query: Query, most: int = SHOWN) -> None:
    words, found = talk.words, _found(talk, query)
    if not found.matches:
        talk.reply(nobody_fits(talk, query, found))
        return
    narrowing = narrowing_of(talk)
    matches = [match for match in found.matches if passes(talk, narrowing, match.expert)]
    if query.order == "soonest":
        matches = soonest_first(talk, matches)
    elif query.understood.at is not None and query.order == "best":
        matches = punctual_first(talk, matches, query.understood)
    if not matches:
        text = words("seek.narrowed_out", count=len(found.matches))
        rows = tuple(narrowed_rows(talk, narrowing))
        talk.reply(Card(subject="experts", title=words("seek.nobody_left"), text=text, buttons=rows, fresh=talk.fresh))
        return
    everybody = Button(label=words("seek.all"), press=press("seek.wider", "", mark(query)))
    shown = (stood_in_line(talk, matches) if query.order == "best" else matches)[:most]
    note_shown(talk.ctx, [match.expert.id for match in shown])
    lead_to(talk, [match.expert.id for match in shown])
    more = ((everybody,),) if most < len(matches) else ()
    sorting = order_rows(talk, query, ORDERS, "seek.sort") if len(matches) > 1 else ()
    narrower = narrowed_rows(talk, narrowing) if narrowing.wishes or len(matches) > 1 else ()
    at = query.understood.at
    times = words("seek.times_near", at=at) if at else ""
    understood = (understood_text(talk, advisers.chips(query)), order_text(talk, query), times)
    talk.reply(
        CardList(
            subject="experts",
            title=words("seek.found", count=len(matches)),
            text="\n".join(filter(None, (*understood, *unclear_words(talk, query)))),
            items=tuple(_brief(talk, match, query) for match in shown),
            buttons=(*more, *chip_rows(talk, query, advisers.chips(query), "seek.wider"), *sorting, *narrower),
            fresh=talk.fresh,
        )
    )


def _brief(talk: Talk, match: Match, query: Query) -> Card:
    """One of several: enough to choose by, and the next slots one tap away."""
    expert = match.expert
    open_button = Button(label=talk.words("seek.open"), press=press("seek.show", expert.id), style="primary")
    slots = next_slots(talk, expert, wished=query.understood)
    card = expert_card(talk, expert, slots, reasons=match.reasons, buttons=((open_button,),), brief=True)
    place = query.understood.place
    if match.km is None or place is None:
        return card
    return card.model_copy(update={"note": talk.words("search.why.near", km=match.km, place=show_town(talk, place))})


# --- one consultant ---------------------------------------------------------------------------------------------------


@book.press("seek.show")
def show(talk: Talk, pressed: Press) -> None:
    """The profile with the next three slots; a slot is one tap."""
    expert = experts.expert_for(talk.ctx, pressed.subject)
    if expert.organisation_id != talk.organisation:
        note_opened(talk.ctx, expert.id)
    attend(talk, ADVICE)
    keep_place(talk, asked(talk, ADVICE), expert.id)
    talk.reply(profile_card(talk, expert))


def profile_card(talk: Talk, expert: Expert) -> Card:
    words = talk.words
    slots = next_slots(talk, expert, wished=asked(talk, ADVICE).understood)
    rows: list[tuple[Button, ...]] = []
    length = min(expert.lengths)
    if expert.organisation_id != talk.organisation:
        if experts.is_free_now(talk.ctx, expert):
            rows.append((Button(label=words("seek.call_now"), press=press("book.now", expert.id), style="primary"),))
        rows += [(slot_button(talk, expert, slot, length),) for slot in slots]
        if slots:
            rows.append(_more_times_buttons(talk, expert))
        rows.append(_later_buttons(talk, expert))
        apart = Button(label=words("apart.button"), press=press("apart.ask", expert.id, choice="expert"))
        reviews = Button(label=words("rating.about_button"), press=press("rating.about", expert.id))
        rows.append((Button(label=words("question.button"), press=press("question.ask", expert.id)), reviews))
        rows.append((apart,))
    else:
        rows.append((Button(label=words("rating.about_button"), press=press("rating.about", expert.id)),))
    far = talk.person.zone == ZONE_UNKNOWN and bool(slots)
    if far:
        rows.append((Button(label=words("place.set"), press=press("place.set")),))
    card = expert_card(talk, expert, slots, buttons=tuple(rows))
    note = words("seek.zone_unknown") if far else card.note
    return card.model_copy(update={"turn": card.turn or _free_minutes(talk, expert), "note": note})


def _free_minutes(talk: Talk, expert: Expert) -> str:
    """That this seeker pays nothing to begin with; said before anything is asked of them."""
    stranger = expert.organisation_id != talk.organisation
    free = stranger and session_slots.has_free_minutes(talk.ctx, talk.person.id, expert.id)
    return talk.words("booking.free_minutes", name=person_of(talk.ctx, expert.person_id).name) if free else ""


def _later_buttons(talk: Talk, expert: Expert) -> tuple[Button, ...]:
    """When none of the slots suits, or this is one of several to choose from."""
    words, kept = talk.words, is_kept(talk.ctx, expert.id)
    own_times = Button(label=words("ask.own_times"), press=press("ask.one", expert.id))
    verb = "shortlist.let_go" if kept else "shortlist.keep"
    mine = Button(label=words("shortlist.drop" if kept else "shortlist.keep"), press=press(verb, expert.id))
    return (own_times, mine) if expert.live else (mine,)


def _more_times_buttons(talk: Talk, expert: Expert) -> tuple[Button, ...]:
    """One for each length of a session: the slots on the profile are of the shortest."""
    if len(expert.lengths) == 1:
        return (Button(label=talk.words("seek.more_times"), press=press("seek.times", expert.id)),)
    return tuple(
        Button(
            label=talk.words("seek.more_times_of", minutes=length),
            press=press("seek.times", expert.id, choice=str(length)),
        )
        for length in sorted(expert.lengths)
    )


@book.press("seek.times")
def more_times(talk: Talk, pressed: Press) -> None:
    """A dozen free slots of one length as buttons, and the way to later ones. The choice: "60", or "60.<moment>"."""
    expert = experts.expert_for(talk.ctx, pressed.subject)
    minutes, _, after = pressed.choice.partition(".")
    length = next((each for each in expert.lengths if str(each) == minutes), min(expert.lengths))
    since = read_moment(after) if after else talk.ctx.now
    calendar = session_slots.calendar_of(talk.ctx, expert)
    free = free_slots(calendar, talk.ctx.now, timedelta(minutes=length))
    ahead = through_the_day((slot for slot in free if slot > since), calendar.zone, MORE_SHOWN)
    buttons = [slot_button(talk, expert, slot, length) for slot in ahead]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    if len(ahead) == MORE_SHOWN:
        later = press("seek.times", expert.id, choice=f"{length}.{written(ahead[-1])}")
        rows.append((Button(label=talk.words("seek.later_times"), press=later),))
    rows.append((Button(label=talk.words("seek.first_times"), press=press("seek.show", expert.id)),))
    talk.reply(expert_card(talk, expert, ahead[:SHOWN], buttons=tuple(rows)))


def next_free_now(talk: Talk, problem: str, but: str) -> Expert | None:
    """Who else could be called at once about this: the best who fits, or else whoever is there."""
    said = query_of_problem(talk, problem)
    for wanted in (replace(said, order="best"), Query(NOTHING)):
        now = replace(wanted, understood=replace(wanted.understood, free_now=True, window=None, at=None))
        others = (match.expert for match in _found(talk, now).matches)
        found = next((expert for expert in others if expert.id != but), None)
        if found is not None:
            return found
    return None
