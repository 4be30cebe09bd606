"""Claims: what was found, what the agreement's formula pays for it, and what the two propose, on a card of its own."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from conversations.book import Book, Flow
from conversations.buttons import Press, press
from conversations.forms.form import Field, Form, Values
from conversations.forms.keypads import Calendar
from conversations.reply import Button, Card, Line, Style
from conversations.steps import NO, Steps
from conversations.talk import Opening, Talk
from conversations.trade.delivery import FILES, MEASURED, UNIT, open_form, read_day, which_lot
from conversations.trade.sides import my_side, own_or
from conversations.trade.turns import lot_turn
from core.deals import service as deals
from core.deals.model import Deal, Side
from core.delivery import service as delivery
from core.delivery.commands import (
    AcceptLot,
    ClaimLot,
    ContradictClaim,
    ProposeCut,
    ProposeReplacement,
    ReportReferee,
    ShowArrival,
)
from core.delivery.model import ASKS_FIRST, Finding, Lot, Proposal
from core.kernel.errors import Invalid
from core.kernel.exact import decimals_of, half_up_to
from core.kernel.money import Money
from core.kernel.transaction import Ctx
from core.offers.quality import Measured, Worth
from core.search.numbers import parse_number
from core.search.parse import parse_money

IN_A_ROW = 2
WHOLE = 100  # percent, and hundredths of one
FINEST = 2  # decimals of a figure
MEGAJOULES: Final = re.compile(r"\s*(?:MJ|МДж)\s*/\s*(?:kg|кг)\.?$", re.IGNORECASE)
KILOWATT_HOURS: Final = re.compile(r"\s*(?:kWh|кВт[ ·⋅*.-]?год)\s*/\s*(?:kg|кг)\.?$", re.IGNORECASE)
MJ_PER_KWH: Final = Fraction(36, 10)

book = Book()


# --- what is measured -------------------------------------------------------------------------------------------------


def _read_share(talk: Talk, text: str, _values: Values) -> Decimal:
    return _figure(talk, text, 0, 99)


def _read_ncv(talk: Talk, text: str, _values: Values) -> Decimal:
    """MJ/kg, in which kWh/kg are told too; pure fat has 38."""
    energy = KILOWATT_HOURS.sub("", text.strip())
    try:
        if energy == text.strip():
            return _figure(talk, MEGAJOULES.sub("", energy), 1, 50)
        megajoules = half_up_to(Fraction(_figure(talk, energy, 0, 14)) * MJ_PER_KWH, FINEST)
    except Invalid as fault:
        if fault.code != "claim.number":
            raise
        raise Invalid("claim.ncv_unread", given=text) from fault
    return _figure(talk, f"{megajoules:f}", 1, 50)


def _figure(talk: Talk, text: str, least: int, most: int) -> Decimal:
    """A number with its unit behind it or not, as people write it: "13.5 %" and "13,5" are one, in any language."""
    plain = text.strip().removesuffix("%").strip()
    try:
        figure = parse_number(plain, talk.words.language)
    except Invalid as fault:
        raise Invalid("claim.number", given=text) from fault
    if not least <= figure <= most or decimals_of(figure) > FINEST:
        raise Invalid("claim.figure_out_of_range", given=text, least=least, most=most)
    return figure


MOISTURE = Field("moisture", read=_read_share, optional=True, max_length=20, example="12")
ASH = Field("ash", read=_read_share, optional=True, max_length=20, example="2")
NCV = Field("ncv", read=_read_ncv, optional=True, max_length=20, example="16")
MEASURED_BY = Field("measured_by", optional=True, max_length=120)
SAMPLE = Field("sample", optional=True, max_length=60)
WORDS = Field("words", "long_text", max_length=1000)
REMARK = Field("words", "long_text", optional=True, max_length=1000)

CLAIM = Form("claim", (UNIT, WORDS, MOISTURE, ASH, NCV, MEASURED, MEASURED_BY, SAMPLE, FILES))
CONTRADICT = Form("contradict", (UNIT, MOISTURE, ASH, NCV, MEASURED, MEASURED_BY, SAMPLE, FILES, REMARK))


def _measured(values: Values) -> Measured:
    return Measured(
        weight=values.get("measured"), moisture=values.get("moisture"), ash=values.get("ash"), ncv=values.get("ncv")
    )


def _claim(talk: Talk, opening: Opening, values: Values) -> None:
    command = ClaimLot(
        lot_id=str(opening.subject),
        words=values["words"],
        measured=_measured(values),
        measured_by=values.get("measured_by"),
        sample=values.get("sample"),
        files=values.get("files", ()),
    )
    delivery.claim_lot(talk.ctx, command, opening.seen)


def _contradict(talk: Talk, opening: Opening, values: Values) -> None:
    command = ContradictClaim(
        lot_id=str(opening.subject),
        words=values.get("words") or "",
        measured=_measured(values),
        measured_by=values.get("measured_by"),
        sample=values.get("sample"),
        files=values.get("files", ()),
    )
    delivery.contradict_claim(talk.ctx, command, opening.seen)


book.flow(Flow(CLAIM, finish=_claim, intro=which_lot))
book.flow(Flow(CONTRADICT, finish=_contradict, intro=which_lot))


# --- amounts ----------------------------------------------------------------------------------------------------------


def _read_pay(talk: Talk, text: str, values: Values) -> Money:
    """An amount in the deal's currency, or a percentage of what the lot was to cost."""
    amount: Money = values["of"]
    plain, language = text.strip(), talk.words.language
    share = plain.removesuffix("%").strip()
    try:
        if share == plain:
            pay = parse_money(plain, talk.almanac.catalogue, default_currency=amount.currency, language=language)
        else:
            said = parse_number(share, language)
    except Invalid as fault:
        raise Invalid("claim.amount", given=text, currency=amount.currency) from fault
    if share == plain:
        if pay.currency != amount.currency:
            raise Invalid("claim.amount", given=text, currency=amount.currency)
        return pay
    if said > WHOLE or decimals_of(said) > FINEST:
        raise Invalid("claim.amount", given=text, currency=amount.currency)
    return amount.share(int(said * WHOLE))


def read_whole(_talk: Talk, text: str, _values: Values) -> Money:
    minor, _, currency = text.partition(" ")
    return Money(int(minor), currency)


def _write_pay(pay: Money) -> str:
    return f"{pay.amount:f} {pay.currency}"


OF = Field("of", read=read_whole, write=lambda amount: f"{amount.minor} {amount.currency}", fixed=True)
PAY = Field("pay", read=_read_pay, write=_write_pay, max_length=40, example="80 %")
COST = Field("cost", read=_read_pay, write=_write_pay, optional=True, max_length=40, example="250")

PROPOSE = Form("propose", (OF, PAY, REMARK))
COUNTER = Form("counter_claim", (OF, PAY, REMARK))
BY_DAY = Field("by_day", "date", read=read_day, keypad=Calendar(), max_length=60, example="next week")
REPLACE = Form("replace", (BY_DAY, REMARK))
SHOW_ARRIVAL = Form("show_arrival", (UNIT, REMARK, FILES))
REFEREE = Form("referee", (OF, UNIT, MOISTURE, ASH, NCV, MEASURED_BY, FILES, COST, REMARK))


def _propose(talk: Talk, opening: Opening, values: Values) -> None:
    command = ProposeCut(lot_id=str(opening.subject), pay=values["pay"], words=values.get("words") or "")
    delivery.propose_cut(talk.ctx, command, opening.seen)


def _show_arrival(talk: Talk, opening: Opening, values: Values) -> None:
    command = ShowArrival(lot_id=str(opening.subject), words=values.get("words") or "", files=values.get("files", ()))
    delivery.show_arrival(talk.ctx, command, opening.seen)


def _replace(talk: Talk, opening: Opening, values: Values) -> None:
    command = ProposeReplacement(lot_id=str(opening.subject), by_day=values["by_day"], words=values.get("words") or "")
    delivery.propose_replacement(talk.ctx, command, opening.seen)


def _referee(talk: Talk, opening: Opening, values: Values) -> None:
    command = ReportReferee(
        lot_id=str(opening.subject),
        words=values.get("words") or "",
        measured=_measured(values),
        measured_by=values.get("measured_by"),
        files=values.get("files", ()),
        cost=values.get("cost"),
    )
    delivery.report_referee(talk.ctx, command, opening.seen)


book.flow(Flow(PROPOSE, finish=_propose, intro=which_lot))
book.flow(Flow(COUNTER, finish=_propose, intro=which_lot))
book.flow(Flow(SHOW_ARRIVAL, finish=_show_arrival, intro=which_lot))
book.flow(Flow(REPLACE, finish=_replace, intro=which_lot))
book.flow(Flow(REFEREE, finish=_referee, intro=which_lot))

# Which form a button opens, and the step of the table that its command will take.
FORMS: dict[str, tuple[str, str]] = {
    "claim": ("claim", "claim"),
    "contradict": ("contradict", "contradict"),
    "propose": ("propose", "propose"),
    "replace": ("replace", "propose"),
    "counter": ("counter_claim", "counter"),
    "referee_value": ("referee", "referee_value"),
    "show_arrival": ("show_arrival", "propose"),
}


def _open(talk: Talk, pressed: Press) -> None:
    form, event = FORMS[pressed.verb.partition(".")[2]]
    if form in ("propose", "counter_claim", "referee"):
        lot = delivery.lot_for(talk.ctx, pressed.subject)
        delivery.check_may(talk.ctx, lot, event, pressed.seen)
        talk.fresh = True
        talk.open(form, Opening({"of": f"{lot.amount_minor} {lot.currency}", "unit": lot.unit}, lot.id, lot.version))
    else:
        open_form(talk, pressed, form, event)


for each in FORMS:
    book.press(f"lot.{each}")(_open)


# --- one press --------------------------------------------------------------------------------------------------------


def _accept_anyway(ctx: Ctx, lot_id: str, seen: int | None) -> Lot:
    return delivery.accept_lot(ctx, AcceptLot(lot_id=lot_id), seen)


def _after_all(talk: Talk, lot_id: str) -> str:
    lot = delivery.lot_for(talk.ctx, lot_id)
    if lot.never_came:
        return talk.words("sure.lot.accept_anyway.never_came", amount=lot.amount)
    return talk.words("sure.lot.accept_anyway", amount=lot.amount)


def _look(talk: Talk, lot_id: str) -> tuple[int, Card, str]:
    lot = delivery.lot_for(talk.ctx, lot_id)
    return lot.version, claim_card(talk, lot), ""


STEPS = Steps(
    "lot",
    {
        "grant": delivery.grant_claim,
        "take": delivery.take_proposal,
        "take_replacement": delivery.take_proposal,
        "agree_value": delivery.agree_value,
        "accept_anyway": _accept_anyway,
        "give_back": delivery.give_back_lot,
        "operator_asked": delivery.ask_operator,
    },
    ASKS_FIRST,
    _look,
    shown_by="lot.show_claim",
    questions={"accept_anyway": _after_all},
)
STEPS.enter(book)


@book.press("lot.show_claim")
def show_claim(talk: Talk, pressed: Press) -> None:
    """What is said about a lot, as a card beside its deal's; who goes back from a question stays on it."""
    talk.fresh = pressed.choice != NO
    talk.reply(claim_card(talk, delivery.lot_for(talk.ctx, pressed.subject)))


# --- the card ---------------------------------------------------------------------------------------------------------

VERBS: tuple[tuple[str, Style], ...] = (
    ("take", "primary"),
    ("take_replacement", "primary"),
    ("grant", "primary"),
    ("show_arrival", "primary"),
    ("agree_value", "primary"),
    ("counter", "plain"),
    ("propose", "plain"),
    ("replace", "plain"),
    ("contradict", "plain"),
    ("referee_value", "primary"),
    ("accept_anyway", "plain"),
    ("give_back", "danger"),
    ("operator_asked", "danger"),
)


def claim_card(talk: Talk, lot: Lot, note: str = "") -> Card:
    """A claim as it stands: findings, the working of the formula, proposals, and whose turn it is."""
    words, deal = talk.words, deals.deal_for(talk.ctx, lot.deal_id)
    findings, side = delivery.findings_of(talk.ctx, lot.id), my_side(talk, deal)
    return Card(
        subject=f"claim:{lot.id}",
        title=words("claim.card", number=lot.number, ref=deal.ref),
        lines=(
            Line(label=words("terms.quantity"), value=words.show(lot.quantity)),
            Line(label=words("terms.total"), value=words.show(lot.amount)),
            *never_came_lines(talk, lot, side),
            *(_finding_line(talk, found, side) for found in findings),
            *_working_lines(talk, deal, lot, findings, side),
            *(_proposal_line(talk, made, side) for made in delivery.proposals_of(talk.ctx, lot.id)[-2:]),
        ),
        turn=_turn(talk, deal, lot),
        note=note,
        buttons=_buttons(talk, lot),
        fresh=talk.fresh,
    )


def never_came_lines(talk: Talk, lot: Lot, side: str) -> list[Line]:
    """What the buyer says of a lot of which there is nothing to find. `side`: the reader's."""
    if not lot.never_came:
        return []
    return [Line(label=own_or(talk, side, "claim.by", "buyer"), value=talk.words("claim.never_came"))]


def finding_text(talk: Talk, found: Finding) -> str:
    """What somebody found, in one line."""
    words, measured = talk.words, found.measured
    parts = [found.words] if found.words else []
    parts += [words(f"claim.found_{name}", value=value) for name, value in measured.figures.items()]
    if measured.weight is not None:
        parts.append(words("lot.measured", measured=measured.weight))
    if found.measured_by:
        parts.append(words("claim.found_by", who=found.measured_by))
    if found.sample:
        parts.append(words("claim.found_sample", sample=found.sample))
    if found.files:
        parts.append(words("form.files", count=len(found.files)))
    return " · ".join(parts)


def _finding_line(talk: Talk, found: Finding, side: str) -> Line:
    return Line(label=own_or(talk, side, "claim.by", found.finder), value=finding_text(talk, found))


def _working_lines(talk: Talk, deal: Deal, lot: Lot, findings: list[Finding], side: str) -> list[Line]:
    """What the agreement pays for the figures of each side: both see the same, before anybody decides."""
    worths = _worths(deal, lot, findings)
    return [
        Line(label=own_or(talk, side, "claim.pays", finder), value=working(talk, worked))
        for finder, worked in worths.items()
    ]


def paid_by_agreement(deal: Deal, lot: Lot, findings: list[Finding]) -> list[tuple[str, Money]]:
    """The same amounts alone, each with by whose figures it is."""
    return [(finder, worked.pay) for finder, worked in _worths(deal, lot, findings).items()]


def _worths(deal: Deal, lot: Lot, findings: list[Finding]) -> dict[str, Worth]:
    """By whose figures: what the agreement pays for the last that they measured."""
    found = {each.finder: each.measured for each in findings if each.measured}
    order = ("buyer", "seller", "referee")
    return {finder: delivery.worth_of(deal, lot, found[finder]) for finder in order if finder in found}


def working(talk: Talk, worked: Worth) -> str:
    """The amount, and how it was worked out."""
    steps = [talk.words(step.code, **step.parts) for step in worked.steps]
    return " · ".join([talk.words.show(worked.pay), *steps])


def _proposal_line(talk: Talk, made: Proposal, side: str) -> Line:
    words = talk.words
    said = words("claim.pay", pay=made.pay) if made.pay is not None else words("claim.replace", by=made.by_day)
    return Line(
        label=own_or(talk, side, "claim.proposed", made.side), value=" · ".join(filter(None, (said, made.words)))
    )


def _turn(talk: Talk, deal: Deal, lot: Lot) -> str:
    side: Side = "buyer" if my_side(talk, deal) == "buyer" else "seller"
    return lot_turn(talk, lot, side, talk.party(deal.seller if side == "buyer" else deal.buyer))


def _buttons(talk: Talk, lot: Lot) -> tuple[tuple[Button, ...], ...]:
    verbs = set(delivery.may(talk.ctx, lot))
    if "propose" in verbs:
        verbs.add("replace")
        if lot.never_came:  # its whole figure is nothing: that is the money given back
            verbs = verbs - {"grant"} | {"show_arrival"}
    row = [
        Button(label=talk.words(f"lot.{verb}"), press=press(f"lot.{verb}", lot.id, lot.version), style=style)
        for verb, style in VERBS
        if verb in verbs
    ]
    row.append(Button(label=talk.words("claim.deal"), press=press("deal.show", lot.deal_id)))
    return tuple(tuple(row[at : at + IN_A_ROW]) for at in range(0, len(row), IN_A_ROW))
