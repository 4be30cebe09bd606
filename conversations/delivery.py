"""Delivery: the seller dispatches a lot, either side reports the arrival, the buyer accepts or claims."""

from __future__ import annotations

from datetime import date

from conversations.answers import read_file_ids, read_quantity, read_window, write_list
from conversations.book import Book, Flow
from conversations.buttons import Press
from conversations.form import Field, Form, Values
from conversations.reply import Card, Toast
from conversations.talk import Opening, Talk
from core.deals import service as deals
from core.delivery import service as delivery
from core.delivery.commands import AcceptLot, ClaimLot, DispatchLot, ReportArrival
from core.delivery.model import Lot
from core.files.service import kept_files
from core.kernel.quantity import UNITS, Quantity
from core.offers.quality import Measured

book = Book()


def _read_day(talk: Talk, text: str, values: Values) -> date:
    """One day; of a longer stretch ("next week") its last."""
    return read_window(talk, text, values)[1]


def _read_measured(talk: Talk, text: str, values: Values) -> Quantity:
    return read_quantity(talk, text, (values["unit"], *(unit for unit in ("t", "kg", "MWh") if unit != values["unit"])))


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
MEASURED = Field("measured", read=_read_measured, optional=True, max_length=60)

DISPATCH = Form(
    "dispatch",
    (
        Field("truck", max_length=60),
        Field("eta", "date", read=_read_day, max_length=60),
        FILES,
        Field("note", "long_text", optional=True, max_length=500),
    ),
)
ARRIVE = Form("arrive", (UNIT, MEASURED, FILES))
CLAIM = Form("claim", (UNIT, Field("words", "long_text", max_length=1000), MEASURED, FILES))


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


def _claim(talk: Talk, opening: Opening, values: Values) -> None:
    command = ClaimLot(
        lot_id=str(opening.subject),
        words=values["words"],
        measured=Measured(weight=values.get("measured")),
        files=values.get("files", ()),
    )
    delivery.claim_lot(talk.ctx, command, opening.seen)


def _which_lot(talk: Talk, opening: Opening) -> str:
    lot = delivery.lot_for(talk.ctx, str(opening.subject))
    return talk.words("lot.which", number=lot.number, quantity=lot.quantity)


book.flow(Flow(DISPATCH, finish=_dispatch, intro=_which_lot))
book.flow(Flow(ARRIVE, finish=_arrive, intro=_which_lot))
book.flow(Flow(CLAIM, finish=_claim, intro=_which_lot))


@book.press("lot.dispatch")
def dispatch(talk: Talk, pressed: Press) -> None:
    _ask(talk, pressed, "dispatch", "dispatch")


@book.press("lot.arrive")
def arrive(talk: Talk, pressed: Press) -> None:
    _ask(talk, pressed, "arrive", "arrive")


@book.press("lot.claim")
def claim(talk: Talk, pressed: Press) -> None:
    _ask(talk, pressed, "claim", "claim")


@book.press("lot.accept")
def accept(talk: Talk, pressed: Press) -> None:
    delivery.accept_lot(talk.ctx, AcceptLot(lot_id=pressed.subject), pressed.seen)
    talk.reply(Toast(text=talk.words("lot.accepted_toast")))


@book.press("lot.accept_anyway")
def accept_anyway(talk: Talk, pressed: Press) -> None:
    accept(talk, pressed)


@book.press("lot.give_back")
def give_back(talk: Talk, pressed: Press) -> None:
    delivery.give_back_lot(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("lot.given_back_toast")))


@book.press("lot.drop")
def drop(talk: Talk, pressed: Press) -> None:
    delivery.drop_lot(talk.ctx, pressed.subject, pressed.seen)
    talk.reply(Toast(text=talk.words("lot.dropped_toast")))


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


def _ask(talk: Talk, pressed: Press, form: str, event: str) -> None:
    """Open a lot's form, when that step is open to this person now. Raises Stale, NotAllowed."""
    lot: Lot = delivery.lot_for(talk.ctx, pressed.subject)
    delivery.check_may(talk.ctx, lot, event, pressed.seen)
    talk.fresh = True
    known = {"unit": lot.unit} if lot.unit in UNITS and form != "dispatch" else {}
    talk.open(form, Opening(known, lot.id, lot.version))
