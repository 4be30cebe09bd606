"""Notifications about sessions: recipients and the sentence of each event, and lines passed between the two sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conversations.advice.aftercare.complaint import COMPLAINT_EVENTS, on_complaint
from conversations.advice.aftercare.recap import KIND as RECAP
from conversations.advice.aftercare.recap import RECAP_EVENTS, recap_card
from conversations.advice.aftercare.recording import KIND as RECORDING
from conversations.advice.aftercare.recording import RECORDING_EVENTS, recording_card
from conversations.advice.aftercare.review import KIND as REVIEW
from conversations.advice.aftercare.review import REVIEW_EVENTS, review_card
from conversations.advice.sessions.card import session_card
from conversations.chargeback_sentences import loss_told
from conversations.chat_context import ChatContext
from conversations.event_sentences import notifications
from conversations.reply import Card, Say
from core.advice.sessions import card_holds
from core.advice.sessions import events as session
from core.advice.sessions.group_requests import together
from core.advice.sessions.model import Booking, Line, SessionState
from core.advice.sessions.service import all_bookings_of, booking_for
from core.kernel.transaction import Ctx
from core.money.chargebacks import events as money
from core.money.model import SubjectKind
from core.people.accounts.model import Person
from core.people.accounts.service import person_of
from core.people.files.service import kept_files
from core.privacy.erasure.events import PersonForgotten

# The sentence for each event; "" redraws the card without a sentence.
SESSION_EVENTS: Final[dict[type[Any], str]] = {
    session.SlotHeld: "notice.session_slot_held",
    session.SessionRequested: "notice.session_requested",
    session.OtherTimeOffered: "notice.session_other_time",
    session.SessionConfirmed: "notice.session_confirmed",
    session.MoveProposed: "notice.session_move_proposed",
    session.MoveLeft: "notice.session_move_left",
    session.MoveLapsed: "notice.session_move_lapsed",
    session.SessionMoved: "notice.session_moved",
    session.CardTrouble: "notice.session_card_trouble",
    session.SessionCalledOff: "notice.session_called_off",
    session.CameIn: "notice.session_came_in",
    session.WentOut: "notice.session_went_out",
    session.FreeTalkBegan: "notice.session_free_talk",
    session.FreeMinutesLeft: "notice.session_minutes_left",
    session.FreeMinutePassed: "",
    session.PaidTimePassed: "",
    session.FreeMinutesOver: "notice.session_free_over",
    session.PaidMinutesLeft: "notice.session_ends_soon",
    session.YesGivenEarly: "notice.session_yes_early",
    session.PaidTalkBegan: "notice.session_paid_talk",
    session.ExtensionOffered: "notice.session_extension",
    session.SessionExtended: "notice.session_extended",
    session.TalkEnded: "notice.session_ended",
    session.NothingCharged: "notice.session_nothing_charged",
    session.SessionCharged: "notice.session_charged",
    session.SessionUnpaid: "notice.session_unpaid",
    session.MoneyDelayed: "notice.session_money_delayed",
    session.SessionNeverPaid: "notice.session_never_paid",
    session.SessionComplained: "notice.session_complained",
    session.ComplaintAnswered: "notice.session_complaint_answered",
    session.ComplaintRuled: "notice.session_complaint_ruled",
    session.ComplaintAppealed: "notice.session_complaint_appealed",
    session.SessionSettled: "notice.session_settled",
    session.SessionReminder: "notice.session_reminder",
    session.SessionCompleted: "",
}

CARD_EVENTS: Final[dict[type[Any], str]] = {
    session.CardPageReady: "notice.session_card_page",
    session.CardPageLapsed: "notice.session_card_page_lapsed",
}

# Questions to several: each consultant reads it on the session's card, the seeker on the question's card.
ASK_EVENTS: Final[dict[type[Any], str]] = {
    session.TimesProposed: "notice.times_proposed",
    session.TimePicked: "notice.time_picked",
    session.ProposalEnded: "notice.proposal_ended",
}

# Chargebacks of a session's payment.
CHARGEBACK_EVENTS: Final[dict[type[Any], str]] = {
    money.ChargebackOpened: "notice.session_recalled",
    money.EvidenceSent: "notice.session_recall_answered",
    money.ChargebackClosed: "notice.session_recall_won",
    money.ChargebackClaimed: "notice.chargeback_claimed",
    money.ChargebackMadeGood: "notice.chargeback_made_good",
    money.PayoutSetOff: "notice.payout_set_off",
}

CHARGEBACK_LOST: Final = "notice.session_recall_lost"
CHARGEBACK_TURNED: Final = "notice.session_recall_turned"
ASK: Final = "ask"
FOLLOW_UP_EVENTS: Final[dict[type[Any], str]] = {session.SessionFollowedUp: "notice.session_follow_up"}

FORGOTTEN_EVENTS: Final[dict[type[Any], str]] = {PersonForgotten: ""}

PARTS: Final = ("until", "at", "why", "fee", "side", "minutes", "price", "due", "amount", "net", "back", "when")


def parts_of(fact: session.SessionFact | money.SubjectFact) -> dict[str, Any]:
    """Return the parts that an event's sentence may name."""
    return {name: getattr(fact, name) for name in PARTS if hasattr(fact, name)}


def sides_of(ctx: Ctx, booking_id: str) -> list[Person]:
    """Return the recipients of a session's notifications: its two sides, each only once they are concerned.

    A consultant who was only asked, perhaps among others, is not told here: the seeker's question shows it.
    """
    booking = ctx.session.get_one(Booking, booking_id)
    if booking.only_asked:
        return [person_of(ctx, booking.consultant)]
    people = [person_of(ctx, booking.seeker)]
    if booking.picked_at is not None:
        return [*people, person_of(ctx, booking.consultant)]
    if booking.state != SessionState.SLOT_HELD and booking.why != "abandoned":
        people.append(person_of(ctx, booking.consultant))
    return people


def session_notification_card(chat: ChatContext, booking_id: str, note: str) -> Card:
    return session_card(chat, booking_for(chat.ctx, booking_id), note)


def on_session(code: str) -> Callable[[Ctx, session.SessionFact], None]:
    """Return a listener that notifies both sides, each in their own words. The actor is named as a person."""

    def hear(ctx: Ctx, fact: session.SessionFact) -> None:
        booking = ctx.session.get_one(Booking, fact.booking_id)
        sides = booking.sides
        if isinstance(fact, session.SessionSettled) and not fact.back:
            del sides[booking.seeker]  # no amount concerns them
            sides[booking.consultant] = "whole"
        if isinstance(fact, session.SessionCharged) and fact.rest:
            sides[booking.seeker] = "rest"
        parts = parts_of(fact)
        if isinstance(fact, session.SessionCalledOff) and fact.why == "cancelled" and not fact.fee:
            parts["when"] = "free"
        if isinstance(fact, session.TimePicked) and card_holds.card_of(ctx, booking.seeker) is not None:
            parts["when"] = "card_known"  # no card has to be added
        notifications(ctx).say("session", fact.booking_id, code, by=fact.by_person, sides=sides, **parts)

    return hear


def on_ask(code: str) -> Callable[[Ctx, session.SessionFact], None]:
    """Return a listener for questions to several. Each consultant reads their own part, the seeker all parts."""

    def hear(ctx: Ctx, fact: session.SessionFact) -> None:
        on_session(code)(ctx, fact)
        booking = ctx.session.get_one(Booking, fact.booking_id)
        parts = parts_of(fact)
        ended = isinstance(fact, session.ProposalEnded) and fact.why in ("declined", "expired")
        if not ended:
            notifications(ctx).say(ASK, str(booking.ask_id), "", by=fact.by_person)
            return
        parts["name"] = person_of(ctx, booking.consultant).name
        notifications(ctx).say(ASK, str(booking.ask_id), "notice.asked_ended", by=fact.by_person, **parts)

    return hear


def asker_of(ctx: Ctx, ask_id: str) -> list[Person]:
    return [person_of(ctx, together(ctx, ask_id)[0].seeker)]


def on_page(code: str) -> Callable[[Ctx, session.SessionFact], None]:
    """Return a listener that adds the button to the seeker's card, without another message."""

    def hear(ctx: Ctx, fact: session.SessionFact) -> None:
        booking = ctx.session.get_one(Booking, fact.booking_id)
        why = "picked" if booking.picked_at is not None else ""  # then the card still has to say it
        parts = {"why": why, "at": booking.starts_at}
        notifications(ctx).say("session", fact.booking_id, code, by=None, in_place=booking.seeker_org, **parts)

    return hear


def on_follow_up(code: str) -> Callable[[Ctx, session.SessionFact], None]:
    """Return a listener that asks the seeker alone, on the session's card."""

    def hear(ctx: Ctx, fact: session.SessionFact) -> None:
        booking = ctx.session.get_one(Booking, fact.booking_id)
        name = person_of(ctx, booking.consultant).name
        notifications(ctx).say("session", booking.id, code, by=None, only=booking.seeker_org, name=name)

    return hear


def on_chargeback(code: str) -> Callable[[Ctx, money.SubjectFact], None]:
    """Both sides hear what a bank does; what is owed, and kept of a payout, the consultant alone."""

    def hear(ctx: Ctx, fact: money.SubjectFact) -> None:
        if fact.subject_kind is not SubjectKind.SESSION:
            return
        booking = ctx.session.get_one(Booking, fact.subject)
        sides = booking.sides
        only = getattr(fact, "organisation_id", None)
        sentence, parts = code, parts_of(fact)
        if isinstance(fact, money.ChargebackClosed):
            loss = fact.loss
            parts["loss"] = lambda chat: loss_told(chat, loss)
            sentence = {"lost": CHARGEBACK_LOST, "turned": CHARGEBACK_TURNED}.get(fact.why, code)
        notifications(ctx).say("session", booking.id, sentence, by=None, only=only, sides=sides, **parts)

    return hear


def on_own_card(kind: str) -> Callable[[str], Callable[[Ctx, Any], None]]:
    """Return a listener for subjects with a card beside the session's: its reviews and its recap."""

    def hearing(code: str) -> Callable[[Ctx, Any], None]:
        def hear(ctx: Ctx, fact: Any) -> None:
            booking = ctx.session.get_one(Booking, fact.booking_id)
            sides = booking.sides
            notifications(ctx).say(kind, fact.booking_id, code, by=fact.by_person, sides=sides, **parts_of(fact))

        return hear

    return hearing


def on_forgotten(code: str) -> Callable[[Ctx, PersonForgotten], None]:
    """Redraw the other side's cards without the deleted person's name. No sentence is sent."""

    def hear(ctx: Ctx, fact: PersonForgotten) -> None:
        for booking_id in all_bookings_of(ctx, fact.person_id):
            for kind in SESSION_CARDS:
                notifications(ctx).say(kind, booking_id, code, by=None)

    return hear


SESSION_LISTENERS: Final = (
    (FORGOTTEN_EVENTS, on_forgotten),
    (SESSION_EVENTS, on_session),
    (CARD_EVENTS, on_page),
    (CHARGEBACK_EVENTS, on_chargeback),
    (ASK_EVENTS, on_ask),
    (FOLLOW_UP_EVENTS, on_follow_up),
    (COMPLAINT_EVENTS, on_complaint),
    (REVIEW_EVENTS, on_own_card(REVIEW)),
    (RECAP_EVENTS, on_own_card(RECAP)),
    (RECORDING_EVENTS, on_own_card(RECORDING)),
)

# Each kind of card about one session, by the session's id.
SESSION_CARDS: Final[dict[str, Callable[[ChatContext, str, str], Card]]] = {
    "session": session_notification_card,
    REVIEW: review_card,
    RECAP: recap_card,
    RECORDING: recording_card,
}


def line_of(ctx: Ctx, line_id: str) -> Line:
    return ctx.session.get_one(Line, line_id)


def line_brought(chat: ChatContext, line: Line) -> Say | Card:
    """Return a line from the other side: their words, or the files they sent."""
    booking = booking_for(chat.ctx, line.booking_id)
    name = chat.name_of(booking.seeker if line.side == "seeker" else booking.consultant)
    if not line.files:
        return Say(text=chat.words("session.line", name=name, text=line.text))
    sent = kept_files(chat.ctx, line.files)
    return Card(
        title=chat.words("session.file", name=name),
        pictures=tuple(each.id for each in sent if each.mime.startswith("image/")),
        documents=tuple(each.id for each in sent if not each.mime.startswith("image/")),
    )
