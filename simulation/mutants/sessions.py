"""Rules of consulting: consent, holds, slots, the clock."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from core.advice.sessions import card_holds, card_results, complaints, meeting, settlement, slot_checks
from core.advice.sessions import rules as tariff
from core.advice.sessions.model import SESSION, Booking, HoldState
from core.kernel.appeals import REVIEWER
from core.kernel.money import Money
from core.kernel.process import step
from core.money.disbursements import service as disbursements
from core.money.model import SubjectKind
from payments.stripe.cards import Cards
from simulation.mutants.rule import Rules, as_it_was, instead, nothing

rules = Rules(among="talks")


@rules.rule("silence_pays", "Silence never charges anybody", "falls_silent")
def _() -> list[Any]:
    time_is_up = as_it_was(meeting, "time_is_up")

    def pays(ctx: Any, booking_id: str, event: str) -> None:
        if event != "free_over_no_answer":
            time_is_up(ctx, booking_id, event)
            return
        booking = ctx.session.get_one(Booking, booking_id)
        step(ctx, SESSION, booking, "continue", ("seeker",), deadlines={"time_up": booking.ends_at})

    return [instead(meeting, "time_is_up", pays)]


@rules.rule("no_record_of_yes", "A consent is kept with what was seen")
def _() -> list[Any]:
    return [instead(meeting, "keep_consent", nothing)]


@rules.rule("yes_is_free", "A seeker who has said yes and talked pays")
def _() -> list[Any]:
    return [instead(tariff, "due_for", lambda terms, *_: Money.zero(terms.price.currency))]


@rules.rule("more_unasked", "More time is charged after a yes of its own", among="long talks")
def _() -> list[Any]:
    offer = as_it_was(meeting, "offer_extension")

    def at_once(ctx: Any, booking_id: str, *rest: Any) -> Money:
        price: Money = offer(ctx, booking_id, *rest)
        card_holds.ask_extension(ctx, ctx.session.get_one(Booking, booking_id), price)
        return price

    return [instead(meeting, "offer_extension", at_once)]


@rules.rule("takes_it_all", "No more is taken from a card than is due")
def _() -> list[Any]:
    capture = as_it_was(card_holds, "capture")

    def all_of_it(ctx: Any, booking: Any, hold: Any, _amount: Money) -> None:
        capture(ctx, booking, hold, hold.amount)

    return [instead(card_holds, "capture", all_of_it)]


@rules.rule("never_lets_go", "What is not needed of a card is set free")
def _() -> list[Any]:
    return [instead(card_holds, "let_go", nothing), instead(card_holds, "release", nothing)]


@rules.rule("two_in_one_slot", "A consultant has one session at a time")
def _() -> list[Any]:
    return [
        instead(slot_checks, "sessions_of", lambda *_args, **_named: []),
        instead(slot_checks, "clashes", lambda *_: False),
    ]


@rules.rule("captured_again", "What was taken from a card is booked once", "hint_twice")
def _() -> list[Any]:
    captured = as_it_was(card_results, "captured")

    def again(ctx: Any, hold_id: str, **named: Any) -> None:
        hold, _ = card_holds.locked(ctx, hold_id)
        if hold.state is HoldState.CAPTURED:
            hold.state = HoldState.CAPTURING
            hold.number += 100
        captured(ctx, hold_id, **named)

    return [instead(card_results, "captured", again)]


@rules.rule("lost_capture", "A capture whose answer was lost is found", "call_answer_lost")
def _() -> list[Any]:
    return [instead(card_results, "captured", nothing)]


@rules.rule("settled_twice", "A session's money is parted once")
def _() -> list[Any]:
    return [instead(settlement, "finish", nothing)]


@rules.rule(
    "late_hold_kept",
    "Money that is held for no session any more is set free",
    "hint_late call_slow hold_lapses",
    covered_by="the end of a session marks late money to be set free; with both off it is seen: late_hold_forgotten",
)
def late_hold_kept() -> list[Any]:
    return [instead(card_holds, "is_needed", lambda *_: True)]


@rules.rule(
    "late_hold_forgotten",
    "Money that is held for a session that is over is set free, by its end or when it comes",
    "hold_unanswered hint_lost",
)
def _() -> list[Any]:
    let_go = as_it_was(card_holds, "let_go")

    def but_what_is_asked_for(ctx: Any, booking: Any, hold: Any) -> None:
        if hold.state is not HoldState.HOLDING:
            let_go(ctx, booking, hold)

    return [*late_hold_kept(), instead(card_holds, "let_go", but_what_is_asked_for)]


@rules.rule("refusal_unheard", "A card that is refused is told, and another asked for", "card_fails_later hold_lapses")
def _() -> list[Any]:
    return [instead(card_results, "hold_refused", nothing)]


@rules.rule("hold_twice", "A hold is asked for once")
def _() -> list[Any]:
    hold = as_it_was(Cards, "hold")

    async def twice(self: Any, ask: Any) -> Any:
        await hold(self, replace(ask, key=f"{ask.key}:again"))
        return await hold(self, ask)

    return [instead(Cards, "hold", twice)]


@rules.rule("debt_forgiven", "What a card cannot give any more is owed", "hold_gone")
def debt_forgiven() -> list[Any]:
    return [instead(card_holds, "into_debt", nothing)]


@rules.rule(
    "never_held",
    "A card that was kept is held a day before its session",
    among="one day",
    covered_by="what no card holds is owed, and paid by a link; with both off it is seen: never_held_nor_owed",
)
def never_held() -> list[Any]:
    return [instead(card_holds, "authorise", nothing)]


@rules.rule("never_held_nor_owed", "The price of a talk is held on a kept card, or owed", among="one day")
def _() -> list[Any]:
    return [*never_held(), *debt_forgiven()]


@rules.rule("payout_unheard", "A consultant's payout that has gone is booked")
def _() -> list[Any]:
    told = as_it_was(disbursements, "done")

    def done(ctx: Any, disbursement_id: str, ref: str) -> None:
        row, _ = disbursements.locked(ctx, disbursement_id)
        if row.subject_kind is not SubjectKind.SESSION:
            told(ctx, disbursement_id, ref)

    return [instead(disbursements, "done", done)]


@rules.rule("ruling_in_percent", "A ruling on a complaint gives back what it says, to the cent", among="complaints")
def _() -> list[Any]:
    part = as_it_was(settlement, "_part_back")

    def in_percent(booking: Any, complaint: Any) -> Fraction:
        return Fraction(round(part(booking, complaint) * 100), 100)

    return [instead(settlement, "_part_back", in_percent)]


@rules.rule("own_appeal", "An appeal is ruled on by an operator who has not ruled before", among="complaints")
def _() -> list[Any]:
    return [instead(complaints, "roles_of_operator", lambda *_: REVIEWER)]
