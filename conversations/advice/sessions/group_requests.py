"""The shortlist of consultants.

A seeker asks all of them for one of three times, and the first yes gets the session.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from conversations.advice.expert_search.expert_search import profile_card
from conversations.advice.expert_search.free_times import next_slots
from conversations.advice.expert_search.problem_statement import problem_told, tell_problem
from conversations.advice.experts.card import expert_card, rate_in_words, slots_in_words
from conversations.advice.moment import read_moment
from conversations.advice.sessions.booking import PROBLEM, TERMS, card_in_words, free_minutes_in_words, policy_in_words
from conversations.buttons import Press, press, to_command
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import option
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, CardList, Line, Option, Say, Toast
from conversations.router import Flow, Router
from conversations.wording import labelled
from core.advice.availability.proposed_times import read_moments, write_moments
from core.advice.experts import service as experts
from core.advice.experts import shortlist
from core.advice.experts.model import Expert
from core.advice.sessions import group_requests, rules, service
from core.advice.sessions.model import SESSION, TIMES_AT_MOST, Booking, ProposeTimes, SessionState
from core.kernel.errors import Invalid, Stale
from core.kernel.timers import deadline_of
from core.people.accounts.service import ZONE_UNKNOWN, person_of

router = Router()


# --- the shortlist ----------------------------------------------------------------------------------------------------


@router.command("shortlist")
def my_shortlist(chat: ChatContext, _rest: str) -> None:
    """Show the shortlisted consultants beside each other, and one button to ask them all."""
    words, kept = chat.words, shortlist.shortlist(chat.ctx)
    if not kept:
        find = to_command(words, "experts", "primary")
        chat.reply(Say(text=words("shortlist.empty"), buttons=((find,),)))
        return
    all_of_them = Button(label=words("shortlist.ask_all"), press=press("ask.all"), style="primary")
    chat.reply(
        CardList(
            subject="shortlist",
            title=words("shortlist.title", count=len(kept)),
            text=words("shortlist.text"),
            items=tuple(_kept_card(chat, expert) for expert in kept),
            buttons=((all_of_them,),) if any(expert.live for expert in kept) else (),
            as_new_message=chat.as_new_message,
        )
    )


def _kept_card(chat: ChatContext, expert: Expert) -> Card:
    words = chat.words
    row = (
        Button(label=words("seek.open"), press=press("seek.show", expert.id)),
        Button(label=words("shortlist.drop"), press=press("shortlist.drop", expert.id)),
    )
    return expert_card(chat, expert, next_slots(chat, expert), buttons=(row,), brief=True)


@router.press("shortlist.show")
def show_shortlist(chat: ChatContext, _press: Press) -> None:
    my_shortlist(chat, "")


@router.press("shortlist.keep")
def keep(chat: ChatContext, press: Press) -> None:
    shortlist.keep_in_mind(chat.ctx, press.subject)
    chat.reply(profile_card(chat, experts.expert_for(chat.ctx, press.subject)))
    chat.reply(Toast(text=chat.words("shortlist.kept_toast")))


@router.press("shortlist.let_go")
def let_go(chat: ChatContext, press: Press) -> None:
    """Remove a consultant from the shortlist, on their profile."""
    shortlist.let_go(chat.ctx, press.subject)
    chat.reply(profile_card(chat, experts.expert_for(chat.ctx, press.subject)))


@router.press("shortlist.drop")
def drop(chat: ChatContext, press: Press) -> None:
    """Remove a consultant from the shortlist, on the list."""
    shortlist.let_go(chat.ctx, press.subject)
    my_shortlist(chat, "")


# --- the question: consultants, length, times and problem -------------------------------------------------------------


def _asked(chat: ChatContext, values: Values) -> list[Expert]:
    return [experts.expert_for(chat.ctx, each) for each in values["whom"]]


def _lengths(chat: ChatContext, values: Values) -> list[Option]:
    """Return the lengths that all of them offer."""
    common = set.intersection(*(set(expert.lengths) for expert in _asked(chat, values)))
    return [option(str(each), chat.words("expert.minutes", count=each)) for each in sorted(common)]


def _read_times(chat: ChatContext, text: str, _values: Values) -> tuple[datetime, ...]:
    times = read_moments(text, chat.words.language, chat.ctx.now, str(chat.words.zone))
    if len(times) > TIMES_AT_MOST:
        raise Invalid("times.too_many", most=TIMES_AT_MOST)
    if times[0] <= chat.ctx.now:
        raise Invalid("times.past", field="times", at=times[0])
    rules.check_times(times, chat.ctx.now)
    return times


ASKING = Form(
    "asking",
    (
        Field(
            "whom", read=lambda _chat, text, _values: tuple(text.split(",")), write=",".join, fixed=True, max_length=200
        ),
        Field(
            "length",
            "choice",
            read=lambda _chat, text, _values: int(text),
            show=lambda chat, value: chat.words("expert.minutes", count=value),
            options=_lengths,
        ),
        Field("times", read=_read_times, write=write_moments, show=slots_in_words, example="tomorrow 10:00"),
        PROBLEM,
        TERMS,
    ),
)


def _conditions(chat: ChatContext, defaults: FormDefaults) -> str:
    """Return the conditions: consultants and rates, no hold before a yes, and the price of changes of plan."""
    words, values = chat.words, ASKING.look(chat, defaults.answers).values
    asked = _asked(chat, values)
    lines = [
        words("asking.one", name=_name(chat, each), rate=rate_in_words(chat, each.rate, each.lengths)) for each in asked
    ]
    if len(asked) > 1:
        lines.append(words("asking.first_wins"))
    lines.append(f"{words('asking.no_card_yet')} {card_in_words(chat, after_yes=True)}")
    lines.append(words("asking.zone_unknown") if chat.person.zone == ZONE_UNKNOWN else words("asking.your_zone"))
    if "length" in values and "times" in values:
        lines += _terms(chat, asked, values["length"], min(values["times"]))
    return "\n".join(lines)


def _terms(chat: ChatContext, asked: Sequence[Expert], length: int, first: datetime) -> list[str]:
    """Return what it would cost with each consultant, one line per sum. Shared conditions are said once."""
    words = chat.words
    terms = {each.id: service.terms_for(chat.ctx, each, length, chat.market_context.session_bp) for each in asked}
    prices = {of_one.price for of_one in terms.values()}
    price = "" if len(prices) == 1 else words("asking.the_price")
    costs = _once(chat, asked, lambda each: words("booking.costs", price=terms[each.id].price))
    free = _once(chat, asked, lambda each: free_minutes_in_words(chat, each))
    return [*costs, *free, *_once(chat, asked, lambda each: policy_in_words(chat, terms[each.id], first, price))]


def _once(chat: ChatContext, asked: Sequence[Expert], tell: Callable[[Expert], str]) -> list[str]:
    """Return each sentence once with the consultants' names; without names if it is true of all."""
    names = defaultdict[str, list[str]](list)
    for each in asked:
        names[tell(each)].append(_name(chat, each))
    if len(names) == 1:
        return list(names)
    return [labelled(chat.words, chat.words.show(those), told) for told, those in names.items()]


def _ask(chat: ChatContext, _defaults: FormDefaults, values: Values) -> None:
    command = ProposeTimes(
        expert_ids=values["whom"], times=values["times"], length=values["length"], problem=values["problem"]
    )
    try:
        with chat.ctx.trial():
            ask_id = group_requests.propose_times(
                chat.ctx, command, chat.market_context.session_bp, shown=values.get("terms")
            )
    except Stale as changed:
        tell_problem(chat, command.problem, command.expert_ids)  # it need not be written again
        chat.reply(Say(text=chat.words.refusal(changed), buttons=((_ask_again_button(chat, command.expert_ids),),)))
        return
    chat.reply(ask_card(chat, ask_id))


def _ask_again_button(chat: ChatContext, asked: Sequence[str]) -> Button:
    """Offer to show the current conditions, because the price with one of them has changed."""
    if len(asked) == 1:
        return Button(label=chat.words("ask.own_times"), press=press("ask.one", asked[0]), style="primary")
    return Button(label=chat.words("shortlist.ask_all"), press=press("ask.all"), style="primary")


router.flow(Flow(ASKING, finish=_ask, intro=_conditions))


@router.press("ask.one")
def propose(chat: ChatContext, press: Press) -> None:
    """Propose times to one consultant from their profile, because none of the slots suits."""
    _open(chat, [experts.expert_for(chat.ctx, press.subject)])


@router.press("ask.all")
def ask_all(chat: ChatContext, _press: Press) -> None:
    _open(chat, [expert for expert in shortlist.shortlist(chat.ctx) if expert.live])


@router.press("ask.again")
def ask_again(chat: ChatContext, press: Press) -> None:
    """Ask the same consultants with the same problem for other times, after none could come."""
    asked = group_requests.ask_for(chat.ctx, press.subject)
    again = [experts.expert_for(chat.ctx, booking.expert_id) for booking in asked]
    _open(chat, [expert for expert in again if expert.live], asked[0].problem)


def _open(chat: ChatContext, asked: Sequence[Expert], problem: str = "") -> None:
    """Open the form. `problem`: these words, or else the problem described to all of them.

    Raises Invalid when no consultant is left, or no length suits all.
    """
    if not asked:
        raise Invalid("asking.nobody_here")
    known = {"whom": ",".join(expert.id for expert in asked), "terms": group_requests.fingerprint_of(chat.ctx, asked)}
    lengths = _lengths(chat, {"whom": tuple(expert.id for expert in asked)})
    if not lengths:
        raise Invalid("asking.no_common_length")
    if len(lengths) == 1:
        known["length"] = lengths[0].value
    if problem := problem or problem_told(chat, *(expert.id for expert in asked)):
        known["problem"] = problem
    chat.as_new_message = True
    chat.open("asking", FormDefaults(known))


# --- the answers ------------------------------------------------------------------------------------------------------


def ask_card(chat: ChatContext, ask_id: str, note: str = "") -> Card:
    """Return the card of the seeker's question in its current state."""
    words, asked = chat.words, group_requests.ask_for(chat.ctx, ask_id)
    first = asked[0]
    return Card(
        subject=f"ask:{ask_id}",
        title=words("ask.card", count=len(asked)),
        text=first.problem[:300],
        lines=(
            Line(label=words("ask.times"), value=slots_in_words(chat, first.times)),
            *(Line(label=chat.name_of(booking.consultant), value=_answer(chat, booking)) for booking in asked),
        ),
        turn=_turn(chat, asked),
        note=note,
        buttons=_buttons(chat, ask_id, asked),
        as_new_message=chat.as_new_message,
    )


def _answer(chat: ChatContext, booking: Booking) -> str:
    """Return "€90.00 · is asked", "€90.00 · yes to Tue 24 Nov 10:00"."""
    words = chat.words
    if booking.picked_at is not None:
        answer = words("ask.said_yes", at=booking.starts_at)
    elif booking.state == SessionState.PROPOSED:
        answer = words("ask.is_asked")
    else:
        answer = words(f"ask.{booking.why}")
    return f"{words.show(booking.price)} · {answer}"


def _turn(chat: ChatContext, asked: Sequence[Booking]) -> str:
    words = chat.words
    winner = next((booking for booking in asked if booking.picked_at is not None), None)
    if winner is not None:
        return words("ask.won", name=chat.name_of(winner.consultant), at=winner.starts_at)
    waiting = next((booking for booking in asked if booking.state == SessionState.PROPOSED), None)
    if waiting is None:
        return words("ask.nobody")
    timer = deadline_of(chat.ctx.session, SESSION.name, waiting.id)
    return words("ask.waiting", until="" if timer is None else timer.due_at)


def _buttons(chat: ChatContext, ask_id: str, asked: Sequence[Booking]) -> tuple[tuple[Button, ...], ...]:
    words = chat.words
    winner = next((booking for booking in asked if booking.picked_at is not None), None)
    if winner is not None:
        return ((Button(label=words("session.open"), press=press("session.show", winner.id), style="primary"),),)
    if any(booking.state == SessionState.PROPOSED for booking in asked):
        return ((Button(label=words("ask.take_back"), press=press("ask.take_back", ask_id), style="danger"),),)
    return ((Button(label=words("ask.again"), press=press("ask.again", ask_id), style="primary"),),)


@router.press("ask.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.reply(ask_card(chat, press.subject))


@router.press("ask.take_back")
def take_back(chat: ChatContext, press: Press) -> None:
    group_requests.take_back(chat.ctx, press.subject)
    chat.reply(ask_card(chat, press.subject))


@router.press("session.pick")
def pick(chat: ChatContext, press: Press) -> None:
    """Accept one of the times as the consultant."""
    group_requests.pick_time(chat.ctx, press.subject, read_moment(press.choice), press.expected_version)
    chat.reply(Toast(text=chat.words("ask.picked_toast")))


def _name(chat: ChatContext, expert: Expert) -> str:
    return person_of(chat.ctx, expert.person_id).name
