"""Commands about lots, with every limit: dispatch, arrival, acceptance, and the steps of a claim."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from core.kernel.frozen_model import FrozenModel
from core.kernel.money import Money
from core.kernel.quantity import Quantity
from core.trade.offers.quality_formula import Measured

FILES_AT_MOST: Final = 10

FileIds = Annotated[tuple[str, ...], Field(max_length=FILES_AT_MOST)]
Telling = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class Command(FrozenModel):
    lot_id: str


class DispatchLot(Command):
    """The goods are on the road. `truck`: a number plate, a waybill, a container, as the trade names it."""

    truck: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
    eta: date
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    files: FileIds = ()


class ReportArrival(Command):
    """The goods are there. `measured`: what the weighbridge says, when it is known."""

    measured: Quantity | None = None
    files: FileIds = ()


class WeighLot(Command):
    """Weight by the weighbridge, if none was reported before or a wrong one by mistake."""

    measured: Quantity
    files: FileIds = ()


class AcceptLot(Command):
    """The buyer takes the goods as they are; after a claim too. Their weight was reported before: see `WeighLot`."""


class Find(Command):
    """A finding: figures, who measured them, which sample, and the papers."""

    measured: Measured = Measured()
    measured_by: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] | None = None
    sample: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] | None = None
    files: FileIds = ()


class ClaimLot(Find):
    """Statement of what is wrong with the goods. It needs a figure or a photo; words alone open no claim.

    `pay`: what the buyer would pay for the lot; if they do not say it, the agreement's formula does.
    """

    words: Telling
    pay: Money | None = None


class ContradictClaim(Find):
    """The seller's own finding from the same delivery."""

    words: Remark = ""


class ShowWeight(Command):
    """The seller's answer to a claim by weight alone: the weight they found, with the ticket if they have one."""

    measured: Quantity
    files: FileIds = ()


class ShowLate(Find):
    """Finding of a seller who did not answer in time, with its paper. A dispute is decided by it, too."""

    words: Remark = ""


class ReportReferee(Find):
    """Finding of the agreed laboratory in the reserve sample, with its report.

    `cost`: the part of the test's cost that the buyer, who has advanced it, asks for; with its `receipts`.
    """

    words: Remark = ""
    cost: Money | None = None
    receipts: FileIds = ()


class ShowArrival(Command):
    """The seller's answer to a buyer who says that a lot never came: in words, with the waybill, or both."""

    words: Remark = ""
    files: FileIds = ()


class ProposeCut(Command):
    """Settle a claim for this much of the lot's amount."""

    pay: Money
    words: Remark = ""


class ProposeReplacement(Command):
    """Settle a claim by sending the lot again, until this day."""

    by_day: date
    words: Remark = ""
