"""Claims on a card of their own: findings, the payment by the contract's formula, and the proposals of both sides."""

from __future__ import annotations

from typing import Final

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.form import WORDS, Field, Form, Values
from conversations.forms.keypads import Calendar
from conversations.reply import Button, Card, Line, Style
from conversations.router import Flow, Router
from conversations.steps import NO, Question, Steps
from conversations.trade.claim_figures import (
    ASH,
    MEASURED_BY,
    MOISTURE,
    NCV,
    OF,
    PAY,
    REMARK,
    SAMPLE,
    SUM,
    finding_fields,
)
from conversations.trade.deals import confirmation
from conversations.trade.deals.next_steps import lot_turn
from conversations.trade.deals.sides import as_settled, my_side, own_or
from conversations.trade.delivery.delivery import FILES, MEASURED, UNIT, open_form, read_day, settled, which_lot
from conversations.trade.delivery.findings import finding_line, never_came_lines, undecided_lines, working_lines
from conversations.trade.delivery.referee import REFEREE, report, take_it, value_lines, what_it_costs
from core.kernel.errors import Stale
from core.kernel.transaction import Ctx
from core.trade.deals import access
from core.trade.deals.model import Deal, Side
from core.trade.delivery import claims, steps
from core.trade.delivery import service as delivery
from core.trade.delivery.model import (
    LOT,
    AcceptLot,
    ClaimLot,
    ContradictClaim,
    Lot,
    LotState,
    Proposal,
    ProposeCut,
    ProposeReplacement,
    ShowArrival,
    ShowLate,
)
from core.trade.delivery.rules import by_weight_alone, last

IN_A_ROW = 2

router = Router()


# --- measurements -----------------------------------------------------------------------------------------------------

CLAIM = Form("claim", (UNIT, OF, WORDS, MOISTURE, ASH, NCV, MEASURED, MEASURED_BY, SAMPLE, SUM, FILES))
CONTRADICT = Form("contradict", (UNIT, MOISTURE, ASH, NCV, MEASURED, MEASURED_BY, SAMPLE, FILES, REMARK))


def _claim(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = ClaimLot(**finding_fields(defaults, values), pay=values.get("sum"))
    claims.claim_lot(chat.ctx, command, defaults.expected_version)


def _contradict(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    fields = finding_fields(defaults, values)
    if _in_dispute(chat, defaults):
        claims.show_late(chat.ctx, ShowLate(**fields), defaults.expected_version)
    else:
        claims.contradict_claim(chat.ctx, ContradictClaim(**fields), defaults.expected_version)


def _in_dispute(chat: ChatContext, defaults: FormDefaults) -> bool:
    """Return True if the seller's time to answer is over. Then the same form informs the operator."""
    return steps.lot_for(chat.ctx, str(defaults.subject)).state == LotState.LOT_DISPUTE


router.flow(Flow(CLAIM, finish=_claim, intro=which_lot))
router.flow(Flow(CONTRADICT, finish=_contradict, intro=which_lot))


# --- amounts ----------------------------------------------------------------------------------------------------------


PROPOSE = Form("propose", (OF, PAY, REMARK))
COUNTER = Form("counter_claim", (OF, PAY, REMARK))
BY_DAY = Field("by_day", "date", read=read_day, keypad=Calendar(), max_length=60, example="next week")
REPLACE = Form("replace", (BY_DAY, REMARK))
SHOW_ARRIVAL = Form("show_arrival", (UNIT, REMARK, FILES))


def _propose(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = ProposeCut(lot_id=str(defaults.subject), pay=values["pay"], words=values.get("words") or "")
    claims.propose_cut(chat.ctx, command, defaults.expected_version)


def _show_arrival(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    fields = {"lot_id": str(defaults.subject), "words": values.get("words") or "", "files": values.get("files", ())}
    if _in_dispute(chat, defaults):
        claims.show_late(chat.ctx, ShowLate(**fields), defaults.expected_version)
    else:
        claims.show_arrival(chat.ctx, ShowArrival(**fields), defaults.expected_version)


def _replace(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = ProposeReplacement(lot_id=str(defaults.subject), by_day=values["by_day"], words=values.get("words") or "")
    claims.propose_replacement(chat.ctx, command, defaults.expected_version)


router.flow(Flow(PROPOSE, finish=_propose, intro=which_lot))
router.flow(Flow(COUNTER, finish=_propose, intro=which_lot))
router.flow(Flow(SHOW_ARRIVAL, finish=_show_arrival, intro=which_lot))
router.flow(Flow(REPLACE, finish=_replace, intro=which_lot))
router.flow(Flow(REFEREE, finish=report, intro=what_it_costs))

# The form of each button, and the step of the table that its command takes.
FORMS: dict[str, tuple[str, str]] = {
    "claim": ("claim", "claim"),
    "contradict": ("contradict", "contradict"),
    "propose": ("propose", "propose"),
    "replace": ("replace", "propose"),
    "counter": ("counter_claim", "counter"),
    "referee_value": ("referee", "referee_value"),
    "show_arrival": ("show_arrival", "propose"),
    "show_weight": ("weigh", "propose"),
}


def _open(chat: ChatContext, press: Press) -> None:
    form, event = FORMS[press.verb.partition(".")[2]]
    if form in LATE and steps.lot_for(chat.ctx, press.subject).state == LotState.LOT_DISPUTE:
        event = "show_late"
    if form in ("propose", "counter_claim", "referee"):
        lot = steps.lot_for(chat.ctx, press.subject)
        delivery.check_may(chat.ctx, lot, event, press.expected_version)
        chat.as_new_message = True
        known = {"of": f"{lot.amount_minor} {lot.currency}", "unit": lot.unit, "side": _side(chat, lot)}
        chat.open(form, FormDefaults(known, lot.id, lot.version))
    else:
        open_form(chat, press, form, event)


# The buttons by which a seller reports a finding, in time or late.
LATE: Final = frozenset({"contradict", "show_arrival", "weigh"})


for each in FORMS:
    router.press(f"lot.{each}")(_open)


# --- one press --------------------------------------------------------------------------------------------------------


def _accept_anyway(ctx: Ctx, lot_id: str, expected_version: int | None) -> str:
    return settled(ctx, delivery.accept_lot(ctx, AcceptLot(lot_id=lot_id), expected_version))


def _give_back(ctx: Ctx, lot_id: str, expected_version: int | None) -> str:
    return settled(ctx, delivery.give_back_lot(ctx, lot_id, expected_version))


def _after_all(chat: ChatContext, lot_id: str) -> str:
    lot = steps.lot_for(chat.ctx, lot_id)
    pay = claims.waiving(chat.ctx, lot)
    if pay != lot.amount:
        deal = access.deal_for(chat.ctx, lot.deal_id)
        code = as_settled(chat, "sure.lot.accept_anyway.weighed", deal)
        return chat.words(code, pay=pay, amount=lot.amount, measured=lot.measured, sold=lot.quantity)
    code = "sure.lot.accept_anyway.never_came" if lot.never_came else "sure.lot.accept_anyway"
    return confirmation.of_lot(code)(chat, lot_id)


def _take_label(chat: ChatContext, lot_id: str) -> str:
    pay = claims.figure_of(chat.ctx, steps.lot_for(chat.ctx, lot_id), "seller")
    return chat.words("lot.take", pay=pay)


def _grant_label(chat: ChatContext, lot_id: str) -> str:
    """Return whose figure it is: the buyer's own, or the formula's if they named none."""
    made = [each for each in delivery.proposals_of(chat.ctx, lot_id) if each.side == "buyer" and each.pay is not None]
    if not made:
        raise Stale  # the button is of an earlier claim, or of none
    code = "lot.grant.formula" if made[-1].kind == "formula" else "lot.grant"
    return chat.words(code, pay=made[-1].pay)


def _accept_label(chat: ChatContext, lot_id: str) -> str:
    return chat.words("lot.accept_anyway", pay=claims.waiving(chat.ctx, steps.lot_for(chat.ctx, lot_id)))


LABELS: dict[str, Question] = {"take": _take_label, "grant": _grant_label, "accept_anyway": _accept_label}


def _granting(chat: ChatContext, lot_id: str) -> str:
    proposals = delivery.proposals_of(chat.ctx, lot_id)
    by_formula = bool(proposals) and proposals[-1].kind == "formula"
    return _with_sum("sure.lot.grant.formula" if by_formula else "sure.lot.grant", "buyer")(chat, lot_id)


def _with_sum(code: str, side: Side) -> Question:
    """Return the question with the figure that this side named last."""

    def ask(chat: ChatContext, lot_id: str) -> str:
        lot = steps.lot_for(chat.ctx, lot_id)
        pay = claims.figure_of(chat.ctx, lot, side)
        asked = confirmation.of_lot(code)(chat, lot_id)
        return asked if pay is None else f"{asked} {chat.words('sure.lot.sum', pay=pay, amount=lot.amount)}"

    return ask


def _look(chat: ChatContext, lot_id: str) -> tuple[int, Card, str]:
    lot = steps.lot_for(chat.ctx, lot_id)
    return lot.version, claim_card(chat, lot), ""


STEPS = Steps(
    "lot",
    {
        "grant": claims.grant_claim,
        "take": claims.take_proposal,
        "take_replacement": claims.take_proposal,
        "agree_value": claims.agree_value,
        "accept_anyway": _accept_anyway,
        "give_back": _give_back,
        "operator_asked": claims.ask_operator,
    },
    LOT.binds,
    _look,
    shown_by="lot.show_claim",
    questions={
        "accept_anyway": _after_all,
        "give_back": confirmation.of_lot("sure.lot.give_back"),
        "grant": _granting,
        "take": _with_sum("sure.lot.take", "seller"),
        "agree_value": take_it,
    },
    sums={"give_back": lambda chat, lot_id: steps.lot_for(chat.ctx, lot_id).amount},
    labels=LABELS,
)
STEPS.enter(router)


@router.press("lot.show_claim")
def show_claim(chat: ChatContext, press: Press) -> None:
    """Show the claim of a delivery beside its deal's card. A way back from a question edits the same card."""
    chat.as_new_message = press.choice != NO
    chat.reply(claim_card(chat, steps.lot_for(chat.ctx, press.subject)))


# --- the card ---------------------------------------------------------------------------------------------------------

VERBS: tuple[tuple[str, Style], ...] = (
    ("take", "primary"),
    ("take_replacement", "primary"),
    ("grant", "primary"),
    ("show_arrival", "primary"),
    ("show_weight", "plain"),
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


def claim_card(chat: ChatContext, lot: Lot, note: str = "") -> Card:
    """Return a claim in its current state: findings, the formula's calculation, proposals, and whose turn it is."""
    words, deal = chat.words, access.deal_for(chat.ctx, lot.deal_id)
    findings, side = delivery.findings_of(chat.ctx, lot.id), my_side(chat, deal)
    return Card(
        subject=f"claim:{lot.id}",
        title=words("claim.card", number=lot.number, ref=deal.ref),
        lines=(
            Line(label=words("terms.quantity"), value=words.show(lot.quantity)),
            Line(label=words("terms.total"), value=words.show(lot.amount)),
            *never_came_lines(chat, lot, side),
            *(finding_line(chat, found, side) for found in findings),
            *working_lines(chat, deal, lot, findings, side),
            *value_lines(chat, deal, lot, findings),
            *(_proposal_line(chat, made, side) for made in delivery.proposals_of(chat.ctx, lot.id)[-2:]),
            *undecided_lines(chat, deal, lot, findings),
        ),
        turn=_turn(chat, deal, lot),
        note=note,
        buttons=_buttons(chat, lot),
        as_new_message=chat.as_new_message,
    )


def _proposal_line(chat: ChatContext, made: Proposal, side: str) -> Line:
    words = chat.words
    if made.kind == "formula":
        unnamed = own_or(chat, side, "claim.unnamed", made.side)
        return Line(label=words("claim.by_formula"), value=f"{words('claim.pay', pay=made.pay)} · {unnamed}")
    fields = words("claim.pay", pay=made.pay) if made.pay is not None else words("claim.replace", by=made.by_day)
    return Line(
        label=own_or(chat, side, "claim.proposed", made.side), value=" · ".join(filter(None, (fields, made.words)))
    )


def _side(chat: ChatContext, lot: Lot) -> Side:
    return "buyer" if my_side(chat, access.deal_for(chat.ctx, lot.deal_id)) == "buyer" else "seller"


def _turn(chat: ChatContext, deal: Deal, lot: Lot) -> str:
    side = _side(chat, lot)
    other = chat.party(deal.seller if side == "buyer" else deal.buyer)
    return lot_turn(chat, lot, side, other)


def _label(chat: ChatContext, verb: str, lot: Lot) -> str:
    return LABELS[verb](chat, lot.id) if verb in LABELS else chat.words(f"lot.{verb}")


def _late_verb(chat: ChatContext, lot: Lot) -> str:
    """Return the verb by which a late seller reports their finding, the same as in time."""
    if lot.never_came:
        return "show_arrival"
    return "show_weight" if by_weight_alone(last(delivery.findings_of(chat.ctx, lot.id), "buyer")) else "contradict"


def late_button(chat: ChatContext, lot: Lot) -> list[Button]:
    """Return the same button for the dispute's card; none for a seller who has answered, or another reader."""
    if "show_late" not in delivery.may(chat.ctx, lot):
        return []
    verb = _late_verb(chat, lot)
    return [Button(label=chat.words(f"lot.{verb}"), press=press(f"lot.{verb}", lot.id, lot.version))]


def _buttons(chat: ChatContext, lot: Lot) -> tuple[tuple[Button, ...], ...]:
    verbs = set(delivery.may(chat.ctx, lot))
    if "show_late" in verbs:
        verbs.add(_late_verb(chat, lot))
    if "propose" in verbs:
        verbs.add("replace")
        if lot.never_came:  # granting it would pay nothing, which is the refund
            verbs = verbs - {"grant"} | {"show_arrival"}
        if by_weight_alone(last(delivery.findings_of(chat.ctx, lot.id), "buyer")):
            verbs.add("show_weight")
    row = [
        Button(label=_label(chat, verb, lot), press=press(f"lot.{verb}", lot.id, lot.version), style=style)
        for verb, style in VERBS
        if verb in verbs
    ]
    row.append(Button(label=chat.words("claim.deal"), press=press("deal.show", lot.deal_id)))
    return tuple(tuple(row[at : at + IN_A_ROW]) for at in range(0, len(row), IN_A_ROW))
