"""The shortlist, and asking those on it at once for one of three own times: the first yes has the session."""

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
from conversations.advice.sessions.group_request_card import ask_card
from conversations.buttons import Press, press, to_command
from conversations.chat_context import Opening, Talk
from conversations.forms.answers import option
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, CardList, Option, Say, Toast
from conversations.router import Book, Flow
from conversations.wording import labelled
from core.advice.availability.proposed_times import read_moments, write_moments
from core.advice.experts import service as experts
from core.advice.experts import shortlist
from core.advice.experts.model import Expert
from core.advice.sessions import group_requests, rules, service
from core.advice.sessions.model import TIMES_AT_MOST, ProposeTimes
from core.kernel.errors import Invalid, Stale
from core.people.accounts.service import ZONE_UNKNOWN, person_of

book = Book()


# --- the shortlist ----------------------------------------------------------------------------------------------------


@book.command("shortlist")
def my_shortlist(talk: Talk, _rest: str) -> None:
    """Whom I keep in mind, beside each other, and one button to ask them all."""
    words, kept = talk.words, shortlist.shortlist(talk.ctx)
    if not kept:
        find = to_command(words, "experts", "primary")
        talk.reply(Say(text=words("shortlist.empty"), buttons=((find,),)))
        return
    all_of_them = Button(label=words("shortlist.ask_all"), press=press("ask.all"), style="primary")
    talk.reply(
        CardList(
            subject="shortlist",
            title=words("shortlist.title", count=len(kept)),
            text=words("shortlist.text"),
            items=tuple(_kept_card(talk, expert) for expert in kept),
            buttons=((all_of_them,),) if any(expert.live for expert in kept) else (),
            fresh=talk.fresh,
        )
    )


def _kept_card(talk: Talk, expert: Expert) -> Card:
    words = talk.words
    row = (
        Button(label=words("seek.open"), press=press("seek.show", expert.id)),
        Button(label=words("shortlist.drop"), press=press("shortlist.drop", expert.id)),
    )
    return expert_card(talk, expert, next_slots(talk, expert), buttons=(row,), brief=True)


@book.press("shortlist.show")
def show_shortlist(talk: Talk, _pressed: Press) -> None:
    my_shortlist(talk, "")


@book.press("shortlist.keep")
def keep(talk: Talk, pressed: Press) -> None:
    shortlist.keep_in_mind(talk.ctx, pressed.subject)
    talk.reply(profile_card(talk, experts.expert_for(talk.ctx, pressed.subject)))
    talk.reply(Toast(text=talk.words("shortlist.kept_toast")))


@book.press("shortlist.let_go")
def let_go(talk: Talk, pressed: Press) -> None:
    """From the profile, which stays."""
    shortlist.let_go(talk.ctx, pressed.subject)
    talk.reply(profile_card(talk, experts.expert_for(talk.ctx, pressed.subject)))


@book.press("shortlist.drop")
def drop(talk: Talk, pressed: Press) -> None:
    """From the list, which stays."""
    shortlist.let_go(talk.ctx, pressed.subject)
    my_shortlist(talk, "")


# --- the question: whom, how long, when, and what about ---------------------------------------------------------------


def _asked(talk: Talk, values: Values) -> list[Expert]:
    return [experts.expert_for(talk.ctx, each) for each in values["whom"]]


def _lengths(talk: Talk, values: Values) -> list[Option]:
    """The lengths that all of them offer."""
    common = set.intersection(*(set(expert.lengths) for expert in _asked(talk, values)))
    return [option(str(each), talk.words("expert.minutes", count=each)) for each in sorted(common)]


def _read_times(talk: Talk, text: str, _values: Values) -> tuple[datetime, ...]:
    times = read_moments(text, talk.words.language, talk.ctx.now, str(talk.words.zone))
    if len(times) > TIMES_AT_MOST:
        raise Invalid("times.too_many", most=TIMES_AT_MOST)
    if times[0] <= talk.ctx.now:
        raise Invalid("times.past", field="times", at=times[0])
    rules.check_times(times, talk.ctx.now)
    return times


ASKING = Form(
    "asking",
    (
        Field(
            "whom", read=lambda _talk, text, _values: tuple(text.split(",")), write=",".join, fixed=True, max_length=200
        ),
        Field(
            "length",
            "choice",
            read=lambda _talk, text, _values: int(text),
            show=lambda talk, value: talk.words("expert.minutes", count=value),
            options=_lengths,
        ),
        Field("times", read=_read_times, write=write_moments, show=slots_in_words, example="tomorrow 10:00"),
        PROBLEM,
        TERMS,
    ),
)


def _conditions(talk: Talk, opening: Opening) -> str:
    """Who and for how much, that nothing is held before a yes, and what plans that change would cost."""
    words, values = talk.words, ASKING.look(talk, opening.answers).values
    asked = _asked(talk, values)
    lines = [
        words("asking.one", name=_name(talk, each), rate=rate_in_words(talk, each.rate, each.lengths)) for each in asked
    ]
    if len(asked) > 1:
        lines.append(words("asking.first_wins"))
    lines.append(f"{words('asking.no_card_yet')} {card_in_words(talk, after_yes=True)}")
    lines.append(words("asking.zone_unknown") if talk.person.zone == ZONE_UNKNOWN else words("asking.your_zone"))
    if "length" in values and "times" in values:
        lines += _terms(talk, asked, values["length"], min(values["times"]))
    return "\n".join(lines)


def _terms(talk: Talk, asked: Sequence[Expert], length: int, first: datetime) -> list[str]:
    """What it would cost with each, a line for each sum; the rest is said once for all with whom it is the same."""
    words = talk.words
    terms = {each.id: service.terms_for(talk.ctx, each, length, talk.almanac.session_bp) for each in asked}
    prices = {of_one.price for of_one in terms.values()}
    price = "" if len(prices) == 1 else words("asking.the_price")
    costs = _once(talk, asked, lambda each: words("booking.costs", price=terms[each.id].price))
    free = _once(talk, asked, lambda each: free_minutes_in_words(talk, each))
    return [*costs, *free, *_once(talk, asked, lambda each: policy_in_words(talk, terms[each.id], first, price))]


def _once(talk: Talk, asked: Sequence[Expert], tell: Callable[[Expert], str]) -> list[str]:
    """What is told of each, once: without names where it is told of all."""
    names = defaultdict[str, list[str]](list)
    for each in asked:
        names[tell(each)].append(_name(talk, each))
    if len(names) == 1:
        return list(names)
    return [labelled(talk.words, talk.words.show(those), told) for told, those in names.items()]


def _ask(talk: Talk, _opening: Opening, values: Values) -> None:
    command = ProposeTimes(
        expert_ids=values["whom"], times=values["times"], length=values["length"], problem=values["problem"]
    )
    try:
        with talk.ctx.trial():
            ask_id = group_requests.propose_times(talk.ctx, command, talk.almanac.session_bp, shown=values.get("terms"))
    except Stale as changed:
        tell_problem(talk, command.problem, command.expert_ids)  # it need not be written again
        talk.reply(Say(text=talk.words.refusal(changed), buttons=((_anew(talk, command.expert_ids),),)))
        return
    talk.reply(ask_card(talk, ask_id))


def _anew(talk: Talk, asked: Sequence[str]) -> Button:
    """With one of them it costs something else by now: a tap shows the conditions that hold."""
    if len(asked) == 1:
        return Button(label=talk.words("ask.own_times"), press=press("ask.one", asked[0]), style="primary")
    return Button(label=talk.words("shortlist.ask_all"), press=press("ask.all"), style="primary")


book.flow(Flow(ASKING, finish=_ask, intro=_conditions))


@book.press("ask.one")
def propose(talk: Talk, pressed: Press) -> None:
    """From a profile: none of the slots suits, so the seeker says when they can."""
    _open(talk, [experts.expert_for(talk.ctx, pressed.subject)])


@book.press("ask.all")
def ask_all(talk: Talk, _pressed: Press) -> None:
    _open(talk, [expert for expert in shortlist.shortlist(talk.ctx) if expert.live])


@book.press("ask.again")
def ask_again(talk: Talk, pressed: Press) -> None:
    """Nobody could: the same people and the same words, for other times."""
    asked = group_requests.ask_for(talk.ctx, pressed.subject)
    again = [experts.expert_for(talk.ctx, booking.expert_id) for booking in asked]
    _open(talk, [expert for expert in again if expert.live], asked[0].problem)


def _open(talk: Talk, asked: Sequence[Expert], problem: str = "") -> None:
    """`problem`: in these words, else as it was told of all of them. Raises Invalid when nobody is there to be asked,
    or no length suits all."""
    if not asked:
        raise Invalid("asking.nobody_here")
    known = {"whom": ",".join(expert.id for expert in asked), "terms": group_requests.mark_of(talk.ctx, asked)}
    lengths = _lengths(talk, {"whom": tuple(expert.id for expert in asked)})
    if not lengths:
        raise Invalid("asking.no_common_length")
    if len(lengths) == 1:
        known["length"] = lengths[0].value
    if problem := problem or problem_told(talk, *(expert.id for expert in asked)):
        known["problem"] = problem
    talk.fresh = True
    talk.open("asking", Opening(known))


# --- the answers ------------------------------------------------------------------------------------------------------


@book.press("ask.show")
def show(talk: Talk, pressed: Press) -> None:
    talk.reply(ask_card(talk, pressed.subject))


@book.press("ask.take_back")
def take_back(talk: Talk, pressed: Press) -> None:
    group_requests.take_back(talk.ctx, pressed.subject)
    talk.reply(ask_card(talk, pressed.subject))


@book.press("session.pick")
def pick(talk: Talk, pressed: Press) -> None:
    """The consultant says yes to one of the times."""
    group_requests.pick_time(talk.ctx, pressed.subject, read_moment(pressed.choice), pressed.seen)
    talk.reply(Toast(text=talk.words("ask.picked_toast")))


def _name(talk: Talk, expert: Expert) -> str:
    return person_of(talk.ctx, expert.person_id).name
