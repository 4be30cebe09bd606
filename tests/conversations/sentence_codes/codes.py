"""Codes that are built from live tables, each with its placeholders: states, buttons, notices."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from importlib import import_module
from typing import Any, Final, get_args

import conversations
from conversations import event_sentences
from conversations.books import money_statement as money
from conversations.differences import SALES
from conversations.discovery.result_cards import BEYOND
from conversations.help.commands import COMMANDS, page_names
from conversations.router import Router, merge_routers
from conversations.trade.deals import card, lot_lines
from conversations.trade.deals.next_steps import CLOSED_BY
from conversations.trade.delivery import claim, delivery, dispute
from conversations.trade.delivery.findings import BY
from conversations.trade.listings import grades, my_listings
from conversations.trade.offers import offer
from conversations.trade.requests import card as request_card
from core.books.statements.model import What
from core.discovery.alerts.model import Rhythm
from core.discovery.search.model import CHIPS, EXPERT_CHIPS, EXPERT_RELAXATIONS, Order
from core.kernel.process import Process
from core.kernel.quantity import UNITS
from core.people.accounts.model import Role
from core.people.companies.model import Position
from core.trade.deals.model import DEAL
from core.trade.delivery.model import LOT
from core.trade.delivery.rules import Bearer
from core.trade.disputes.model import CASE
from core.trade.funding.model import TRANCHE
from core.trade.funding.rails.model import Rail
from core.trade.listings.model import LISTING
from core.trade.offers.inquiries.model import INQUIRY
from core.trade.offers.model import OFFER
from core.trade.offers.quality_formula import REPRODUCIBILITY
from core.trade.requests.model import REQUEST
from tests.conversations.sentence_codes import direct, requests, sales, sessions
from tests.core.goods import catalogue

MODULES: Final = [import_module(each.name) for each in pkgutil.walk_packages(conversations.__path__, "conversations.")]
FOUND: Final = [getattr(each, "router", None) for each in MODULES]
ROUTERS: Final = merge_routers(list({id(each): each for each in FOUND if isinstance(each, Router)}.values()))


def from_tables() -> dict[str, frozenset[str]]:
    """Return the codes that are built from live tables, with their placeholders."""
    plain = frozenset[str]()
    codes = dict.fromkeys([*_of_forms(), *_of_buttons(), *_of_choices(), *_of_states(), *_of_steps()], plain)
    codes |= dict.fromkeys(_of_lot_buttons(), frozenset({"number"}))
    codes |= dict.fromkeys(("offer.your_turn", "offer.their_turn"), frozenset({"name", "until"}))
    codes |= dict.fromkeys((f"state.tranche.{state}" for state in states(TRANCHE)), frozenset({"due"}))
    called_back = [f"state.chargeback.{state}{side}" for state in ("open", "won", "lost") for side in ("", ".buyer")]
    codes |= dict.fromkeys(called_back, frozenset({"amount"}))
    shares = [f"case.shares{side}" for side in ("", ".buyer", ".seller")]
    codes |= dict.fromkeys(shares, frozenset({"seller", "buyer", "percent"}))
    codes |= sales.recalls()
    codes |= dict.fromkeys((f"grade.{parameter}" for parameter in grades.PARAMETERS), frozenset({"limit"}))
    codes |= dict.fromkeys(grades.DEFINED_BY.values(), plain)
    codes |= dict.fromkeys((f"claim.found_{figure}" for figure in REPRODUCIBILITY), frozenset({"value"}))
    codes |= dict.fromkeys((f"claim.undecided.{by}" for by in BY), frozenset({"pay", "amount"}))
    codes |= dict.fromkeys(
        (f"turn.case.{state}.{who}" for state in states(CASE) for who in ("party", "operator")), frozenset({"due"})
    )
    codes |= {f"search.chip.{chip}": frozenset({part}) for chip, part in (*CHIPS, *EXPERT_CHIPS)}
    codes |= {code: frozenset({dict(EXPERT_CHIPS)[chip], "count"}) for chip, code in EXPERT_RELAXATIONS}
    codes["search.chip.rate_by_minute"] = frozenset({"rate", "minute"})
    codes["search.relax.rate_by_minute"] = frozenset({"rate", "minute", "count"})
    codes |= dict.fromkeys(("search.relax.up_to", "search.relax.up_to_by_minute"), frozenset({"rate", "count"}))
    codes["search.chip.place_within"] = frozenset({"place", "country", "km"})
    codes |= {
        sentence: frozenset({"near", "place", "km", "limit", "from", "quantity", told, "count"})
        for _, told, sentence in BEYOND
    }
    codes["search.from_day"] = frozenset({"day"})
    codes |= dict.fromkeys(
        (f"money.payout_{state}" for state in ("no_account", "waiting", "asked", "done", "refused")), frozenset({"net"})
    )
    codes |= dict.fromkeys((f"money.held_{side}" for side in ("paid", "to_come")), frozenset({"ref"}))
    codes |= dict.fromkeys((*_of_money(), *map("help.words.{}".format, {*page_names()} - {"how-it-works"})), plain)
    codes |= sessions.tables() | sales.tables()
    codes |= {f"invoice.waits_for_their_{what}": frozenset({"name"}) for what in ("country", "vat", "address")}
    codes |= {f"invoice.then_{what}": frozenset({"day"}) for what in ("private", "without_address", "left")}
    asked = (f"invoice.{each}_{what}" for each in ("say", "waits_for_your") for what in ("vat", "address", "country"))
    written = (f"invoice.{each}_to_you" for each in ("written", "credited", "taken_back"))
    codes |= dict.fromkeys((*asked, *written, "billing.status.has_one", "billing.status.has_none"), plain)
    codes |= requests.turns(states(REQUEST)) | direct.codes()
    return codes | {code: parts for code, parts in of_notices().items() if "." in code}


def _of_forms() -> Iterator[str]:
    for flow in ROUTERS.flows.values():
        yield f"{flow.name}.title"
        yield f"{flow.name}.submit"
        for field in flow.form.fields:
            if not field.fixed:
                yield flow.form.code(field.name)
                yield f"{flow.form.code(field.name)}.ask"


def hints() -> set[str]:
    """Return the codes of the hints that fields may have."""
    return {f"{code.removesuffix('.ask')}.hint" for code in _of_forms() if code.endswith(".ask")}


def _of_buttons() -> Iterator[str]:
    yield from (f"command.{name}" for name in (*COMMANDS, "tour", "cancel"))
    yield from (f"deal.{verb}" for verb, _ in (*card.ONWARD_VERBS, *card.WAYS_OUT))
    yield from (f"lot.{verb}" for verb, _ in claim.VERBS if verb not in claim.LABELS)
    yield from (f"case.{verb}" for verb, _ in dispute.VERBS)
    yield from (f"offer.{verb}" for verb in ("accept", "counter", "decline", "withdraw"))
    yield from (f"listing.{verb}" for verb, _ in my_listings.VERBS)
    yield from (f"find.{order}" for order in get_args(Order))
    yield from (f"alert.{rhythm}" for rhythm in Rhythm)


def _of_money() -> Iterator[str]:
    yield from (f"money.what.{what}" for what in get_args(What))
    yield from (f"money.column.{name}" for name in money.COLUMNS)


def _of_lot_buttons() -> Iterator[str]:
    for verb in (*(verb for verb, _ in lot_lines.VERBS), "show_claim"):
        yield from (f"lot.{verb}", f"lot.{verb}.numbered")


STEPS: Final = (card.STEPS, delivery.STEPS, claim.STEPS, dispute.STEPS, offer.STEPS)


def _of_steps() -> Iterator[str]:
    """Yield the codes of questions asked before a step, and of toasts shown after it."""
    for steps in STEPS:
        yield from (
            f"sure.{steps.thing}.{verb}" for verb in steps.confirmed & steps.acts.keys() - steps.questions.keys()
        )
        yield from (f"toast.{steps.thing}.{verb}" for verb in steps.acts)
    for asked in ("sure.deal.cancel", "sure.deal.cancel_agreed", "sure.lot.drop_agreed"):
        yield from (asked, f"{asked}.buyer")
    yield "sure.deal.cancel_agreed.direct"
    yield from (
        "sure.deal.sign.buyer",
        "sure.deal.sign.seller",
        "sure.lot.accept.whole",
        "sure.lot.accept.whole.direct",
    )
    yield from (f"sure.listing.{verb}" for verb in LISTING.binds)
    yield from (f"toast.lot.accept.{how}" for how in (*delivery.OTHERWISE.values(), "direct"))
    yield from ("toast.lot.drop.direct", "toast.deal.direct_asked.company", "toast.deal.direct_agreed.company")
    yield f"toast.case.agree.{dispute.HALF}"
    yield from ("sure.lot.grant", "sure.lot.take")  # with the sum behind them


def buttons() -> set[str]:
    """Return the codes of button labels."""
    named = (
        "deal.open deal.terms deal.get_pay_page offer.buy offer.make review.write payout.set_up payout.open_page "
        "payout.change pay.other_ways "
        "deal.order inquiry.ask inquiry.answer inquiry.add inquiry.close "
        "request.open request.quote request.withdraw company.invite company.leave "
        "email.enter_code listing.mine find.top find.next find.show "
        "find.anywhere find.give_up find.back find.all_of_them market.everywhere place.set "
        "alert.save alert.open alert.look alert.mute alert.delete alert.why alert.quiet_hours "
        "form.cancel form.clear form.discard form.back form.skip form.continue"
    )
    return {*_of_buttons(), *_of_lot_buttons(), *named.split()}


def _of_choices() -> Iterator[str]:
    yield from (f"sell.sale.{each}" for each in SALES)
    yield from (f"profile.role.{each}" for each in (*Role, "both"))
    yield from (f"company.position.{each}" for each in Position)
    yield from (f"company.{each}_only" for each in Position if each is not Position.APPROVER)
    yield from (f"request.seal.{each}" for each in request_card.SEALS)
    yield from (f"rail.{rail}{part}" for rail in Rail for part in ("", ".told", ".choose"))
    yield from (*(f"role.{each}" for each in Role), *(f"unit.{code}" for code in UNITS))
    yield from {f"packaging.{code}" for product in catalogue().products for code in catalogue().packings_of(product)}
    yield from (f"left_out.{code}" for code in ("bag", "big_bag", "bulk", "pallet"))
    yield from (f"{what}{side}" for what in ("deal.signed_by_", "party.") for side in ("buyer", "seller"))
    for step in ("find", "offer", "sign", "pay", "deliver", "release", "review"):
        yield from (f"tour.{step}", f"tour.{step}.text")


def _of_states() -> Iterator[str]:
    yield from (f"state.{state}" for state in states(LISTING))
    yield from (f"state.{state}" for state in OFFER.final)
    yield from (f"state.lot.{state}" for state in states(LOT))
    yield from (f"state.deal.{state}" for state in states(DEAL))
    yield from (f"inquiry.ended.{each.event}" for each in INQUIRY.transitions if each.to in INQUIRY.final)
    for who in ("buyer", "seller", "referee"):
        yield from (f"claim.by_{who}", f"claim.pays_{who}")
    yield from (f"claim.borne_by.{bearer}" for bearer in get_args(Bearer))
    yield from (f"claim.proposed_{side}" for side in ("buyer", "seller"))
    yield from ("claim.by_me", "claim.pays_me", "claim.proposed_me")
    yield from (f"case.proposed_{who}" for who in ("buyer", "seller", "operator"))


def states(process: Process[Any]) -> set[str]:
    return {process.initial} | {each.to for each in process.transitions}


LOT_SITUATIONS: Final = {"drop_asked_me", "drop_asked_them", "referee_found_me", "referee_found_them", "never_came"}


def turns() -> dict[str, frozenset[str]]:
    """Return each situation in which a card says whose turn it is, with its placeholders. The side is left out."""
    deal = (
        (states(DEAL) - {"cancel_asked"})
        | {f"closed_{cause}" for cause in CLOSED_BY}
        | {
            "cancel_asked_me_direct",
            "cancel_asked_them_direct",
            "cancelled_in_part",
            "cancelled_in_part_unrated",
            "cancelled_unrated",
            "closed_idle_paid",
            "completed_short",
            "direct_wanted_me",
            "direct_wanted_them",
            "funded_direct_paid",
            "agreed_signed",
            "approval_asked_me",
            "cancel_asked_me",
            "cancel_asked_them",
            "completed_rated",
            "direct_asked_me",
            "direct_asked_them",
            "given_back",
            "given_back_rated",
        }
        | {"payout_blocked_refund", "settling_payout", "settling_refund"}
    )
    known = frozenset({"other", "due"})
    return (
        {f"turn.deal.{state}": known for state in deal}
        | dict.fromkeys(("turn.deal.awaiting_funding", "turn.deal.tranche_awaited.buyer"), known | {"amount"})
        | {"turn.deal.funding_later": known | {"amount", "opens"}}
        | dict.fromkeys(
            ("turn.deal.agreed_above.buyer", "turn.deal.agreed_above.seller", "turn.deal.agreed_signed_above.buyer"),
            known | {"approve"},
        )
        | {
            f"turn.lot.{state}": known | {"lot", "truck", "eta"}
            for state in (states(LOT) - {"referee_found"}) | LOT_SITUATIONS | {"inspection_short"}
        }
    )


def of_notices() -> dict[str, frozenset[str]]:
    """Return the codes of notices about events, with their placeholders."""
    plain = ("expired", "removed", "put_back")
    told: dict[str, frozenset[str]] = {f"notice.listing_{each}": frozenset({"who"}) for each in plain}
    told |= {"notice.listing_changed": frozenset({"name", "what", "who"})}
    told |= dict.fromkeys(event_sentences.CHANGED_EVENTS.values(), frozenset({"what", "who"}))
    told |= requests.NOTICES
    told |= dict.fromkeys(("notice.half_time", "notice.little_time"), frozenset({"due"}))
    told |= {"notice.undecided": frozenset({"due", "what"})}
    told |= dict.fromkeys(("notice.half_time_of_lot", "notice.little_time_of_lot"), frozenset({"due", "lot"}))
    parts: Sequence[tuple[Mapping[type, str], frozenset[str]]] = (
        (event_sentences.OFFER_EVENTS, frozenset()),
        (event_sentences.INQUIRY_EVENTS, frozenset({"why"})),
        *requests.FACTS,
        (event_sentences.DEAL_EVENTS, frozenset({"why"})),
        (event_sentences.LOT_EVENTS, frozenset({"why", "lot"})),
        (event_sentences.PAGE_EVENTS, frozenset({"amount"})),
        (event_sentences.CASE_EVENTS, frozenset({"why"})),
    )
    for told_of, known in parts:
        told |= {code: known | {"who"} for code in told_of.values() if code}
    told["notice.reviews_open"] |= {"until"}
    told |= {code: frozenset({"amount", "who"}) for code in event_sentences.REFUSED_EVENTS.values()}
    told |= {code: frozenset({"amount", "left", "ref"}) for code in event_sentences.SERVED_EVENTS.values()}
    for fact, code in (*event_sentences.MONEY_EVENTS.items(), *event_sentences.CHARGEBACK_EVENTS.items()):
        if code:
            told[code] = frozenset({each.name for each in fields(fact)} & set(event_sentences.MONEY_PARTS))
    told["notice.chargeback_closed"] |= {"loss"}  # what the seller bears, in a sentence of its own
    return told | sessions.notices() | sales.notices()


def reasons() -> set[str]:
    """Return the reasons of events: the events of the processes, and reasons that money and time add."""
    processes = (DEAL, LOT, OFFER, INQUIRY, REQUEST, CASE)
    events = {each.event for process in processes for each in process.transitions}
    money = {
        "in_part",
        "short",
        "asked",
        "wrong_currency",
        "too_late",
        "no_account",
        "replacement",
        "mean",
        "transfer",
        "transfer_later",
        "later",
        "first",
        "refund",
        "account",
    }
    return (
        events
        | sessions.reasons()
        | sales.reasons()
        | {
            "time",
            "dates_over",
            "anew",
            "parted",
            "given_back",
            "too_much",
            "lot_drop_agreed",
            "won",
            "turned",
            "lost",
            *("settle", "grant_formula"),
            *money,
        }
    )
