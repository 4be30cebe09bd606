"""Delivery: the seller dispatches a lot, either side reports the arrival, the buyer accepts or claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from conversations.buttons import Press
from conversations.chat_context import Opening, Talk
from conversations.forms.answers import read_file_ids, read_quantity, write_list, write_quantity
from conversations.forms.delivery_window import read_window, show_window
from conversations.forms.form import Field, Form, Values
from conversations.forms.keypads import Amount, Calendar
from conversations.reply import Card
from conversations.router import Book, Doubt, Flow
from conversations.steps import Steps
from conversations.trade.deals import confirmation
from conversations.trade.deals.card import deal_card
from conversations.trade.deals.sides import side_of
from core.kernel.errors import Invalid
from core.kernel.quantity import UNITS, Quantity
from core.kernel.transaction import Ctx
from core.people.files.service import kept_files
from core.trade.deals import service as deals
from core.trade.delivery import service as delivery
from core.trade.delivery.commands import AcceptLot, DispatchLot, ReportArrival, ShowLate, ShowWeight, WeighLot
from core.trade.delivery.model import ASKS_FIRST, CLAIMED, Lot
from core.trade.delivery.rules import check_missed, comes_early, tells_of
from core.trade.offers.quality_formula import Measured

book = Book()


# --- forms ------------------------------------------------------------------------------------------------------------


def read_day(talk: Talk, text: str, values: Values) -> date:
    """One day; of a longer stretch ("next week") its last."""
    try:
        return read_window(talk, text, values)[1]
    except Invalid as fault:
        if fault.code != "window.not_understood":
            raise
        raise Invalid("day.not_understood", given=text.strip()) from fault


def _weighed_in(_talk: Talk, values: Values) -> tuple[str, ...]:
    """The unit that the goods are sold in, and those in which a measurement of such says something."""
    sold = values["unit"]
    return (sold, *(unit for unit in ("t", "kg", "MWh") if unit != sold and tells_of(unit, sold)))


def read_measured(talk: Talk, text: str, values: Values) -> Quantity:
    return read_quantity(talk, text, _weighed_in(talk, values), weighed=True)


FILES = Field(
    "files",
    "files",
    read=read_file_ids,
    write=write_list,
    show=lambda talk, value: talk.words("form.files", count=len(value)),
    optional=True,
    max_length=600,
)
UNIT = Field("unit", fixed=True)  # of the lot: what a weight is taken in when none is written
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


def _dispatch(talk: Talk, opening: Opening, values: Values) -> None:
    command = DispatchLot(
        lot_id=str(opening.subject),
        truck=values["truck"],
        eta=values["eta"],
        note=values.get("note") or None,
        files=values.get("files", ()),
    )
    delivery.dispatch_lot(talk.ctx, command, opening.seen)


def _arrive(talk: Talk, opening: Opening, values: Values) -> None:
    command = ReportArrival(lot_id=str(opening.subject), measured=values.get("measured"), files=values.get("files", ()))
    delivery.report_arrival(talk.ctx, command, opening.seen)


def _weigh(talk: Talk, opening: Opening, values: Values) -> None:
    """What the seller weighs of a lot that is claimed answers the claim."""
    said = {"lot_id": str(opening.subject), "measured": values["measured"], "files": values.get("files", ())}
    state = delivery.lot_for(talk.ctx, str(opening.subject)).state
    if state == "lot_dispute":
        found = Measured(weight=values["measured"])
        delivery.show_late(talk.ctx, ShowLate(lot_id=said["lot_id"], measured=found, files=said["files"]), opening.seen)
    elif state in CLAIMED:
        delivery.show_weight(talk.ctx, ShowWeight(**said), opening.seen)
    else:
        delivery.weigh_lot(talk.ctx, WeighLot(**said), opening.seen)


def which_lot(talk: Talk, opening: Opening) -> str:
    lot = delivery.lot_for(talk.ctx, str(opening.subject))
    return talk.words("lot.which", number=lot.number, quantity=lot.quantity)


def _weeks_early(talk: Talk, opening: Opening, values: Values) -> Doubt | None:
    """What is asked back of a lot that would arrive weeks before the buyer has room for it."""
    lot, words = delivery.lot_for(talk.ctx, str(opening.subject)), talk.words
    if not comes_early(values["eta"], lot.window_from):
        return None
    wanted = show_window(talk, (lot.window_from, lot.window_to))
    question = words("lot.eta_early", lot=lot.number, eta=values["eta"], window=wanted)
    return Doubt(question, words("price.far.yes"), words("lot.eta_early.change"), "eta")


book.flow(Flow(DISPATCH, finish=_dispatch, intro=which_lot, doubts=_weeks_early))
book.flow(Flow(ARRIVE, finish=_arrive, intro=which_lot))
book.flow(Flow(WEIGH, finish=_weigh, intro=which_lot))


@book.press("lot.dispatch")
def dispatch(talk: Talk, pressed: Press) -> None:
    open_form(talk, pressed, "dispatch", "dispatch")


@book.press("lot.arrive")
def arrive(talk: Talk, pressed: Press) -> None:
    open_form(talk, pressed, "arrive", "arrive")


@book.press("lot.weigh")
def weigh(talk: Talk, pressed: Press) -> None:
    open_form(talk, pressed, "weigh", "weigh")


def open_form(talk: Talk, pressed: Press, form: str, event: str) -> None:
    """Open a lot's form, when that step is open to this person now. Raises Stale, NotAllowed."""
    lot: Lot = delivery.lot_for(talk.ctx, pressed.subject)
    delivery.check_may(talk.ctx, lot, event, pressed.seen)
    talk.fresh = True
    known = {"unit": lot.unit} if lot.unit in UNITS and form != "dispatch" else {}
    if form == "claim":
        known["of"] = f"{lot.amount_minor} {lot.currency}"
    talk.open(form, Opening(known, lot.id, lot.version))


# --- one press --------------------------------------------------------------------------------------------------------


OTHERWISE = {"adjusted": "weighed", "claim": "asked"}  # the state of a lot that was accepted, and how that went


def _accept(ctx: Ctx, lot_id: str, seen: int | None) -> str:
    """How it went: "" as agreed, "weighed" by what came, "asked" where the seller is to say whether so little did."""
    lot = delivery.accept_lot(ctx, AcceptLot(lot_id=lot_id), seen)
    return OTHERWISE.get(lot.state, "") or settled(ctx, lot)


def _drop(ctx: Ctx, lot_id: str, seen: int | None) -> str:
    return settled(ctx, delivery.drop_lot(ctx, lot_id, seen))


def settled(ctx: Ctx, lot: Lot) -> str:
    """ "direct" where no money is held that could be released or given back."""
    return "direct" if deals.deal_for(ctx, lot.deal_id).direct else ""


def _if_odd(talk: Talk, lot_id: str) -> str:
    """What is asked before a lot is taken that was measured otherwise than agreed; nothing of any other."""
    lot = delivery.lot_for(talk.ctx, lot_id)
    if lot.state != "inspection" or lot.measured is None or lot.measured == lot.quantity:
        return ""
    words, measured, sold, amount = talk.words, lot.measured, lot.quantity, lot.amount
    pay, seller_asked = delivery.taking(talk.ctx, lot)
    if pay == amount:
        return words("sure.lot.accept", measured=measured, sold=sold, amount=amount)
    if seller_asked:
        return words("sure.lot.accept.asked", measured=measured, sold=sold, pay=pay, amount=amount)
    return words("sure.lot.accept.weighed", measured=measured, sold=sold, pay=pay, amount=amount)


def _if_missed(talk: Talk, lot_id: str) -> str:
    """A card may be older than the day on which a lot is expected: who presses too early is told when."""
    check_missed(delivery.lot_for(talk.ctx, lot_id), talk.ctx.now)
    return confirmation.of_lot("sure.lot.not_arrived")(talk, lot_id)


def _look(talk: Talk, lot_id: str) -> tuple[int, Card, str]:
    lot = delivery.lot_for(talk.ctx, lot_id)
    name = talk.words("lot.which", number=lot.number, quantity=lot.quantity)
    return lot.version, deal_card(talk, deals.deal_for(talk.ctx, lot.deal_id)), f"{name}."


STEPS = Steps(
    "lot",
    {
        "accept": _accept,
        "drop": _drop,
        "drop_asked": delivery.ask_drop,
        "drop_agreed": delivery.agree_drop,
        "not_arrived": delivery.say_not_arrived,
        "sample_sent": delivery.send_sample,
    },
    ASKS_FIRST,
    _look,
    questions={
        "accept": _if_odd,
        "not_arrived": _if_missed,
        "drop": confirmation.dropping,
        "drop_agreed": confirmation.agreeing_to_drop,
    },
    side=lambda talk, lot_id: side_of(talk, "lot", lot_id),
)
STEPS.enter(book)


# --- reading ----------------------------------------------------------------------------------------------------------


@book.press("deal.papers")
def papers(talk: Talk, pressed: Press) -> None:
    """All that both sides have sent about a deal's lots: photos, weight tickets, delivery notes."""
    deal = deals.deal_for(talk.ctx, pressed.subject)
    kept = [file for lot in delivery.lots_of(talk.ctx, deal.id) for file in kept_files(talk.ctx, lot.files)]
    pictures = tuple(file.id for file in kept if file.mime.startswith("image/"))
    documents = tuple(file.id for file in kept if not file.mime.startswith("image/"))
    title = talk.words("deal.papers_title", ref=deal.ref)
    names = ", ".join(file.name for file in kept)
    talk.reply(Card(title=title, text=names, pictures=pictures, documents=documents))


@book.press("lot.show")
def show(talk: Talk, pressed: Press) -> None:
    """A lot is shown on its deal's card."""
    talk.press("deal.show", delivery.lot_for(talk.ctx, pressed.subject).deal_id)
