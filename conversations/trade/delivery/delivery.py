"""Delivery: the seller dispatches it, either side reports the arrival, the buyer accepts or claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from conversations.buttons import Press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import read_file_ids, read_quantity, write_list, write_quantity
from conversations.forms.delivery_window import read_window, show_window
from conversations.forms.form import Field, Form, Values
from conversations.forms.keypads import Amount, Calendar
from conversations.reply import Card
from conversations.router import Confirmation, Flow, Router
from conversations.steps import Steps
from conversations.trade.deals import confirmation
from conversations.trade.deals.card import deal_card
from conversations.trade.deals.sides import side_of
from core.kernel.errors import Invalid, Stale
from core.kernel.money import Money
from core.kernel.quantity import UNITS, Quantity
from core.kernel.transaction import Ctx
from core.people.files.service import kept_files
from core.trade.deals import access
from core.trade.delivery import claims, steps
from core.trade.delivery import service as delivery
from core.trade.delivery.model import (
    CLAIMED,
    LOT,
    AcceptLot,
    DispatchLot,
    Lot,
    LotState,
    ReportArrival,
    ShowLate,
    ShowWeight,
    WeighLot,
)
from core.trade.delivery.rules import check_missed, comes_early, tells_of
from core.trade.offers.quality_formula import Measured

router = Router()


# --- forms ------------------------------------------------------------------------------------------------------------


def read_day(chat: ChatContext, text: str, values: Values) -> date:
    """Read one day; for a longer span ("next week"), its last day."""
    try:
        return read_window(chat, text, values)[1]
    except Invalid as fault:
        if fault.code != "window.not_understood":
            raise
        raise Invalid("day.not_understood", given=text.strip()) from fault


def _weighed_in(_chat: ChatContext, values: Values) -> tuple[str, ...]:
    """Return the unit of sale, and the units in which these goods can be weighed."""
    sold = values["unit"]
    return (sold, *(unit for unit in ("t", "kg", "MWh") if unit != sold and tells_of(unit, sold)))


def read_measured(chat: ChatContext, text: str, values: Values) -> Quantity:
    return read_quantity(chat, text, _weighed_in(chat, values), weighed=True)


FILES = Field(
    "files",
    "files",
    read=read_file_ids,
    write=write_list,
    show=lambda chat, value: chat.words("form.files", count=len(value)),
    optional=True,
    max_length=600,
)
UNIT = Field("unit", fixed=True)  # the delivery's unit, for a weight without one
MEASURED = Field(
    "measured",
    read=read_measured,
    write=write_quantity,
    keypad=Amount(_weighed_in),
    optional=True,
    max_length=60,
    example="24 t",
)

DISPATCH = Form(
    "dispatch",
    (
        Field("truck", max_length=60),
        Field("eta", "date", read=read_day, keypad=Calendar(), max_length=60, example="tomorrow"),
        FILES,
        Field("note", "long_text", optional=True, max_length=500),
    ),
)
ARRIVE = Form("arrive", (UNIT, MEASURED, FILES))
WEIGH = Form("weigh", (UNIT, replace(MEASURED, optional=False), FILES))


def _dispatch(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = DispatchLot(
        lot_id=str(defaults.subject),
        truck=values["truck"],
        eta=values["eta"],
        note=values.get("note") or None,
        files=values.get("files", ()),
    )
    delivery.dispatch_lot(chat.ctx, command, defaults.expected_version)


def _arrive(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = ReportArrival(
        lot_id=str(defaults.subject), measured=values.get("measured"), files=values.get("files", ())
    )
    delivery.report_arrival(chat.ctx, command, defaults.expected_version)


def _weigh(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    """Record a weight. A weight of the seller for a claimed delivery answers the claim."""
    fields = {"lot_id": str(defaults.subject), "measured": values["measured"], "files": values.get("files", ())}
    state = steps.lot_for(chat.ctx, str(defaults.subject)).state
    if state == LotState.LOT_DISPUTE:
        found = Measured(weight=values["measured"])
        claims.show_late(
            chat.ctx,
            ShowLate(lot_id=fields["lot_id"], measured=found, files=fields["files"]),
            defaults.expected_version,
        )
    elif state in CLAIMED:
        claims.show_weight(chat.ctx, ShowWeight(**fields), defaults.expected_version)
    else:
        delivery.weigh_lot(chat.ctx, WeighLot(**fields), defaults.expected_version)


def which_lot(chat: ChatContext, defaults: FormDefaults) -> str:
    lot = steps.lot_for(chat.ctx, str(defaults.subject))
    return chat.words("lot.which", number=lot.number, quantity=lot.quantity)


def _weeks_early(chat: ChatContext, defaults: FormDefaults, values: Values) -> Confirmation | None:
    """Return the question about a delivery that would arrive weeks before the agreed window."""
    lot, words = steps.lot_for(chat.ctx, str(defaults.subject)), chat.words
    if not comes_early(values["eta"], lot.window_from):
        return None
    agreed = show_window(chat, (lot.window_from, lot.window_to))
    question = words("lot.eta_early", lot=lot.number, eta=values["eta"], window=agreed)
    return Confirmation(question, words("price.far.yes"), words("lot.eta_early.change"), "eta")


router.flow(Flow(DISPATCH, finish=_dispatch, intro=which_lot, confirm=_weeks_early))
router.flow(Flow(ARRIVE, finish=_arrive, intro=which_lot))
router.flow(Flow(WEIGH, finish=_weigh, intro=which_lot))


def report(chat: ChatContext, press: Press) -> None:
    """Open the form of a dispatch, an arrival or a weight, which are named like their steps."""
    verb = press.verb.partition(".")[2]
    open_form(chat, press, verb, verb)


for each in ("dispatch", "arrive", "weigh"):
    router.press(f"lot.{each}")(report)


def open_form(chat: ChatContext, press: Press, form: str, event: str) -> None:
    """Open a delivery's form, when that step is open to this person now. Raises Stale, NotAllowed."""
    lot: Lot = steps.lot_for(chat.ctx, press.subject)
    delivery.check_may(chat.ctx, lot, event, press.expected_version)
    chat.as_new_message = True
    known = {"unit": lot.unit} if lot.unit in UNITS and form != "dispatch" else {}
    if form == "claim":
        known["of"] = f"{lot.amount_minor} {lot.currency}"
    chat.open(form, FormDefaults(known, lot.id, lot.version))


# --- one press --------------------------------------------------------------------------------------------------------


# The outcome of an acceptance by the delivery's new state.
OTHERWISE = {LotState.ADJUSTED: "weighed", LotState.CLAIM: "asked"}


def _accept(ctx: Ctx, lot_id: str, expected_version: int | None) -> str:
    """Accept a delivery and return the outcome.

    It is "" as agreed, "weighed" by the arrived amount, or "asked" if the seller has to confirm a low weight.
    """
    lot = delivery.accept_lot(ctx, AcceptLot(lot_id=lot_id), expected_version)
    return OTHERWISE.get(lot.state, "") or settled(ctx, lot)


def _drop(ctx: Ctx, lot_id: str, expected_version: int | None) -> str:
    return settled(ctx, delivery.drop_lot(ctx, lot_id, expected_version))


def settled(ctx: Ctx, lot: Lot) -> str:
    """Return "direct" if no held money could be released or refunded."""
    return "direct" if access.deal_for(ctx, lot.deal_id).direct else ""


def _accepting(chat: ChatContext, lot_id: str) -> str:
    """Return the question before accepting a delivery. It says so if another amount came than was agreed."""
    lot = steps.lot_for(chat.ctx, lot_id)
    if lot.state != LotState.INSPECTION:
        raise Stale
    pay, seller_asked = claims.taking(chat.ctx, lot)
    if not seller_asked:
        access.check_release(chat.ctx, access.deal_for(chat.ctx, lot.deal_id), pay)
    if lot.measured is None or lot.measured == lot.quantity:
        return confirmation.of_lot("sure.lot.accept.whole")(chat, lot_id)
    words, measured, sold, amount = chat.words, lot.measured, lot.quantity, lot.amount
    if pay == amount:
        return words("sure.lot.accept", measured=measured, sold=sold, amount=amount)
    if seller_asked:
        return words("sure.lot.accept.asked", measured=measured, sold=sold, pay=pay, amount=amount)
    return words("sure.lot.accept.weighed", measured=measured, sold=sold, pay=pay, amount=amount)


def _accept_label(chat: ChatContext, lot_id: str) -> str:
    """Return the name of the step as its button bears it, with the number if there are several deliveries."""
    lot = steps.lot_for(chat.ctx, lot_id)
    alone = len(delivery.lots_of(chat.ctx, lot.deal_id)) == 1
    return chat.words("lot.accept") if alone else chat.words("lot.accept.numbered", number=lot.number)


def _released(chat: ChatContext, lot_id: str) -> Money:
    """Return what accepting the delivery pays."""
    return claims.taking(chat.ctx, steps.lot_for(chat.ctx, lot_id))[0]


def _whole(chat: ChatContext, lot_id: str) -> Money:
    return steps.lot_for(chat.ctx, lot_id).amount


def _if_missed(chat: ChatContext, lot_id: str) -> str:
    """Return the question before a delivery is reported missing.

    Raises Refusal with the expected day if it is too early.
    """
    check_missed(steps.lot_for(chat.ctx, lot_id), chat.ctx.now)
    return confirmation.of_lot("sure.lot.not_arrived")(chat, lot_id)


def _look(chat: ChatContext, lot_id: str) -> tuple[int, Card, str]:
    lot = steps.lot_for(chat.ctx, lot_id)
    name = chat.words("lot.which", number=lot.number, quantity=lot.quantity)
    return lot.version, deal_card(chat, access.deal_for(chat.ctx, lot.deal_id)), f"{name}."


STEPS = Steps(
    "lot",
    {
        "accept": _accept,
        "drop": _drop,
        "drop_asked": delivery.ask_drop,
        "drop_agreed": delivery.agree_drop,
        "not_arrived": claims.say_not_arrived,
        "sample_sent": delivery.send_sample,
    },
    LOT.binds,
    _look,
    questions={
        "accept": _accepting,
        "not_arrived": _if_missed,
        "drop": confirmation.dropping,
        "drop_agreed": confirmation.agreeing_to_drop,
    },
    labels={"accept": _accept_label},
    sums={"accept": _released, "drop": _whole, "drop_agreed": _whole},
    side=lambda chat, lot_id: side_of(chat, "lot", lot_id),
)
STEPS.enter(router)


# --- reading ----------------------------------------------------------------------------------------------------------


@router.press("deal.papers")
def show_documents(chat: ChatContext, press: Press) -> None:
    """Show all files that both sides sent about a deal's deliveries: photos, weight tickets, delivery notes."""
    deal = access.deal_for(chat.ctx, press.subject)
    kept = [file for lot in delivery.lots_of(chat.ctx, deal.id) for file in kept_files(chat.ctx, lot.files)]
    pictures = tuple(file.id for file in kept if file.mime.startswith("image/"))
    documents = tuple(file.id for file in kept if not file.mime.startswith("image/"))
    title = chat.words("deal.papers_title", ref=deal.ref)
    names = ", ".join(file.name for file in kept)
    chat.reply(Card(title=title, text=names, pictures=pictures, documents=documents))


@router.press("lot.show")
def show(chat: ChatContext, press: Press) -> None:
    """Show a delivery on its deal's card."""
    chat.press("deal.show", steps.lot_for(chat.ctx, press.subject).deal_id)
