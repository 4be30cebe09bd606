"""Disputes on one card: the proposals of both sides, the operator's ruling and its reason; operators see a brief."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from conversations.buttons import Press, press
from conversations.chat_context import ChatContext, FormDefaults
from conversations.forms.answers import goods_name, option
from conversations.forms.form import Field, Form, Values
from conversations.reply import Button, Card, Line, Option, Say, Style
from conversations.router import Flow, Router
from conversations.steps import Steps
from conversations.trade.claim_figures import OF, WHOLE
from conversations.trade.deals.sides import as_settled, my_side, own_or
from conversations.trade.delivery.claim import late_button
from conversations.trade.delivery.findings import finding_text, never_came_lines, paid_by_agreement, undecided_lines
from conversations.trade.delivery.referee import value_lines
from conversations.trade.parts import read_part, show_part, write_part
from conversations.wording import labelled
from core.kernel.money import Money
from core.kernel.process import StepRow
from core.kernel.timers import deadline_of
from core.kernel.transaction import Ctx
from core.trade.deals import access
from core.trade.deals.model import Deal, DealState
from core.trade.delivery.steps import lot_for
from core.trade.disputes import service as support
from core.trade.disputes.model import (
    CASE,
    OPEN,
    SHORTEST_REASON,
    AppealCase,
    Brief,
    Case,
    FreezeDeal,
    ProposeShares,
    RuleCase,
)

IN_A_ROW = 2
HALF: Final = "half"  # one of the two sides has agreed to an operator's proposal
STEPS_SHOWN = 12  # latest steps of the timeline

router = Router()


# --- forms ------------------------------------------------------------------------------------------------------------


def _figures(chat: ChatContext, values: Values) -> list[Option]:
    """Return the named amounts: by the contract's formula, and by the two sides."""
    return [
        option(write_part(amount), f"{chat.words.show(amount)} · {called}")
        for called, amount in _named(chat, str(values["case"]))
    ]


def _named(chat: ChatContext, case_id: str) -> list[tuple[str, Money]]:
    """Return the amounts by the contract's formula and those that the sides proposed, labelled for the reader."""
    brief = support.brief_of(chat.ctx, case_id)
    if brief.lot is None:
        return []
    mine = my_side(chat, brief.deal)
    paid = paid_by_agreement(brief.deal, brief.lot, brief.findings)
    named = {made.side: made.pay for made in brief.proposals if made.pay is not None and made.kind != "formula"}
    return [
        *((own_or(chat, mine, "claim.pays", who), pay) for who, pay in paid),
        *((own_or(chat, mine, "claim.proposed", who), pay) for who, pay in named.items()),
    ]


CASE_ID = Field("case", fixed=True)
SELLER = Field(
    "seller",
    read=read_part,
    write=write_part,
    show=show_part,
    options=_figures,
    max_length=40,
    example="60 %",
)
SHARES = Form("shares", (CASE_ID, OF, SELLER))
REASON = Field("reason", "long_text", min_length=SHORTEST_REASON, max_length=2000)
RULING = Form("ruling", (CASE_ID, OF, SELLER, REASON))
FREEZE = Form("freeze", (REASON,))
APPEAL = Form("appeal", (Field("words", "long_text", max_length=2000),))


def _propose(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = ProposeShares(case_id=str(defaults.subject), **_part(values))
    support.propose_shares(chat.ctx, command, defaults.expected_version)


def _part(values: Values) -> dict[str, Any]:
    part = values["seller"]
    return {"pay": part} if isinstance(part, Money) else {"seller_bp": part}


def _rule(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    command = RuleCase(case_id=str(defaults.subject), reason=values["reason"], **_part(values))
    support.rule_case(chat.ctx, command, defaults.expected_version)


def _appeal(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    support.appeal_case(
        chat.ctx, AppealCase(case_id=str(defaults.subject), words=values["words"]), defaults.expected_version
    )


def _freeze(chat: ChatContext, defaults: FormDefaults, values: Values) -> None:
    deal = access.deal_for(chat.ctx, str(defaults.subject))
    support.freeze_deal(chat.ctx, FreezeDeal(ref=deal.ref, reason=values["reason"]))


def _what_freezes(chat: ChatContext, defaults: FormDefaults) -> str:
    deal = access.deal_for(chat.ctx, str(defaults.subject))
    buyer, seller = chat.party(deal.buyer), chat.party(deal.seller)
    return chat.words("freeze.intro", ref=deal.ref, buyer=buyer, seller=seller, amount=deal.amount)


def _at_stake(chat: ChatContext, defaults: FormDefaults) -> str:
    case = support.case_for(chat.ctx, str(defaults.subject))
    text = [chat.words("case.at_stake_intro", amount=support.at_stake(chat.ctx, case))]
    if chat.platform.shows_windows:  # on other platforms they are buttons
        text += [labelled(chat.words, called, chat.words.show(pay)) for called, pay in _named(chat, case.id)]
    return "\n".join(text)


router.flow(Flow(SHARES, finish=_propose, intro=_at_stake))
router.flow(Flow(RULING, finish=_rule, intro=_at_stake))
router.flow(Flow(APPEAL, finish=_appeal))
router.flow(Flow(FREEZE, finish=_freeze, intro=_what_freezes))

FORMS = {"propose": "shares", "rule": "ruling", "rule_again": "ruling", "appeal": "appeal"}


def _open(chat: ChatContext, press: Press) -> None:
    verb = press.verb.partition(".")[2]
    case = support.case_for(chat.ctx, press.subject)
    support.check_may(chat.ctx, case, verb, press.expected_version)
    chat.as_new_message = True
    stake = support.at_stake(chat.ctx, case)
    known = {} if verb == "appeal" else {"case": case.id, "of": f"{stake.minor} {stake.currency}"}
    chat.open(FORMS[verb], FormDefaults(known, case.id, case.version))


for each in FORMS:
    router.press(f"case.{each}")(_open)


# --- one press, and reading -------------------------------------------------------------------------------------------


def _look(chat: ChatContext, case_id: str) -> tuple[int, Card, str]:
    case = support.case_for(chat.ctx, case_id)
    return case.version, case_card(chat, case), ""


def _agree(ctx: Ctx, case_id: str, expected_version: int | None) -> str:
    """Agree to the shares. Return "" if the money is split, "half" if the other side has to agree too."""
    case = support.agree_shares(ctx, case_id, expected_version)
    return "" if case.state in CASE.final else HALF


def _agree_to(chat: ChatContext, case_id: str) -> str:
    """Return the question before agreeing, with the shares in money. It says if the other side has to agree too."""
    brief = support.brief_of(chat.ctx, case_id)
    case = brief.case
    at_once = as_settled(chat, "sure.case.agree", brief.deal)
    asked = chat.words("sure.case.agree.half") if support.needs_both(case) else chat.words(at_once)
    if case.proposed_bp is None:
        return asked
    return f"{asked} {_shares(chat, brief, case.proposed_bp, case.proposed_minor)}."


STEPS = Steps(
    "case",
    {"agree": _agree, "call_operator": support.call_operator, "resume": support.resume_deal},
    CASE.binds | {"resume"},
    _look,
    questions={"agree": _agree_to},
)
STEPS.enter(router)


@router.press("case.show")
def show(chat: ChatContext, press: Press) -> None:
    chat.as_new_message = not chat.update.is_press or press.expected_version is not None
    chat.reply(case_card(chat, support.case_for(chat.ctx, press.subject)))


@router.command("freeze")
def freeze(chat: ChatContext, ref: str) -> None:
    """Ask an operator why a deal is to be frozen. No money of it is released until the ruling."""
    support.check_operator(chat.ctx)
    if not ref:
        chat.reply(Say(text=chat.words("case.freeze_which")))
        return
    deal = support.freezable(chat.ctx, ref)
    chat.as_new_message = True
    chat.open("freeze", FormDefaults({}, deal.id))


# --- the card ---------------------------------------------------------------------------------------------------------

VERBS: tuple[tuple[str, Style], ...] = (
    ("agree", "primary"),
    ("rule", "primary"),
    ("rule_again", "primary"),
    ("propose", "plain"),
    ("call_operator", "plain"),
    ("appeal", "danger"),
)


def case_card(chat: ChatContext, case: Case, note: str = "") -> Card:
    """Return a dispute as this person sees it; an operator sees its whole timeline."""
    words, brief = chat.words, support.brief_of(chat.ctx, case.id)
    mine = access.sides(chat.ctx, brief.deal)
    return Card(
        subject=f"case:{case.id}",
        title=_title(chat, brief),
        lines=(
            Line(label=words("party.buyer"), value=chat.party(brief.deal.buyer)),
            Line(label=words("party.seller"), value=chat.party(brief.deal.seller)),
            Line(label=words("case.at_stake"), value=words.show(brief.at_stake)),
            *(_history_lines(chat, brief) if "operator" in mine else ()),
            *_decision_lines(chat, brief),
            *(undecided_lines(chat, brief.deal, brief.lot, brief.findings) if brief.lot and not brief.rulings else ()),
        ),
        turn=_turn(chat, case, mine),
        note=note,
        buttons=_buttons(chat, case, mine),
        as_new_message=chat.as_new_message,
    )


def brief_card(chat: ChatContext, case: Case) -> Card:
    """Return a dispute in the list of open ones."""
    words, deal = chat.words, access.deal_for(chat.ctx, case.deal_id)
    return Card(
        title=_name(chat, case, deal),
        lines=(Line(label=words("case.at_stake"), value=words.show(support.at_stake(chat.ctx, case))),),
        turn=_turn(chat, case, access.sides(chat.ctx, deal)),
        buttons=((Button(label=words("deal.open"), press=press("case.show", case.id, case.version)),),),
    )


def _title(chat: ChatContext, brief: Brief) -> str:
    terms = brief.deal.terms
    goods = goods_name(chat, terms.product_id, terms.grade_id)
    return labelled(chat.words, _name(chat, brief.case, brief.deal), goods)


def _name(chat: ChatContext, case: Case, deal: Deal) -> str:
    if case.kind == "deal":
        return chat.words("case.on_deal", ref=deal.ref)
    return chat.words("case.on_lot", ref=deal.ref, number=support.lot_number(chat.ctx, case))


def _history_lines(chat: ChatContext, brief: Brief) -> list[Line]:
    """Return the timeline, the findings and the money, by which an operator decides."""
    words, money = chat.words, brief.money
    books = words(
        "case.books", held=money.held, released=money.released, refunded=money.refunded, paid_out=money.paid_out
    )
    books = words("deal.paid_directly") if brief.deal.direct else books
    lines = [Line(label=words("case.money"), value=books)]
    if brief.case.kind == "lot":
        lines += never_came_lines(chat, lot_for(chat.ctx, brief.case.subject), "")
    lines += [Line(label=words(f"claim.by_{found.finder}"), value=finding_text(chat, found)) for found in brief.record]
    lines += value_lines(chat, brief.deal, brief.lot, brief.findings) if brief.lot is not None else []
    for made in brief.proposals:
        text = words("claim.pay", pay=made.pay) if made.pay is not None else words("claim.replace", by=made.by_day)
        label = words("claim.by_formula") if made.kind == "formula" else words(f"claim.proposed_{made.side}")
        lines.append(Line(label=label, value=text))
    moved = [row for row in brief.steps if row.source != row.to][-STEPS_SHOWN:]
    happened = "\n".join(labelled(words, words.show(row.at), _happened(chat, row)) for row in moved)
    return [*lines, Line(label=words("case.timeline"), value=happened)]


def _happened(chat: ChatContext, row: StepRow) -> str:
    """Return the result of a step, with its statement where that matters."""
    came = chat.words(f"state.{row.process}.{row.to}")
    return f"{came} ({chat.words('claim.never_came')})" if row.event == "not_arrived" else came


def _decision_lines(chat: ChatContext, brief: Brief) -> list[Line]:
    words, case = chat.words, brief.case
    lines = [Line(label=words("case.freeze_reason"), value=case.freeze_reason)] if case.freeze_reason else []
    if case.proposed_bp is not None and case.proposed_by is not None:
        mine = my_side(chat, brief.deal) == case.proposed_by
        label = words("claim.proposed_me") if mine else words(f"case.proposed_{case.proposed_by}")
        lines.append(Line(label=label, value=_shares(chat, brief, case.proposed_bp, case.proposed_minor)))
    if case.agreed_by is not None and case.state in OPEN:
        agreed = brief.deal.buyer if case.agreed_by == "buyer" else brief.deal.seller
        lines.append(Line(label=words("case.agreed_so_far"), value=chat.party(agreed)))
    for ruling in brief.rulings:
        label = words("case.ruling", number=ruling.number)
        shares = _shares(chat, brief, ruling.seller_bp, ruling.seller_minor)
        lines.append(Line(label=label, value=f"{shares} · {ruling.reason}"))
    for who, appeal in ((brief.deal.buyer, case.buyer_appeal), (brief.deal.seller, case.seller_appeal)):
        if appeal:
            lines.append(Line(label=words("case.appeal_of", who=chat.party(who)), value=appeal))
    return lines


def _shares(chat: ChatContext, brief: Brief, seller_bp: int, seller_minor: int | None) -> str:
    stake = brief.at_stake
    seller = stake.share(seller_bp) if seller_minor is None else Money(seller_minor, stake.currency)
    side = my_side(chat, brief.deal)
    code = f"case.shares.{side}" if side and not brief.deal.direct else "case.shares"
    return chat.words(
        as_settled(chat, code, brief.deal), seller=seller, buyer=stake - seller, percent=Decimal(seller_bp) / WHOLE
    )


def _turn(chat: ChatContext, case: Case, mine: frozenset[str]) -> str:
    words, deadline = chat.words, deadline_of(chat.ctx.session, "case", case.id)
    if deadline is None:  # the delivery or the deal says what comes next
        deadline = deadline_of(chat.ctx.session, case.kind, case.subject)
    who = "operator" if "operator" in mine else "party"
    return words(f"turn.case.{case.state}.{who}", due=deadline.due_at if deadline is not None else "")


def _buttons(chat: ChatContext, case: Case, mine: frozenset[str]) -> tuple[tuple[Button, ...], ...]:
    words, verbs = chat.words, support.may(chat.ctx, case)
    row = [
        Button(label=words(f"case.{verb}"), press=press(f"case.{verb}", case.id, case.version), style=style)
        for verb, style in VERBS
        if verb in verbs
    ]
    deal = access.deal_for(chat.ctx, case.deal_id)
    if "operator" in mine and case.kind == "deal" and deal.state == DealState.DISPUTED:
        row.append(Button(label=words("case.resume"), press=press("case.resume", case.id, case.version)))
    if case.kind == "lot" and "operator" not in mine:
        row += late_button(chat, lot_for(chat.ctx, case.subject))
        row.append(Button(label=words("case.claim"), press=press("lot.show_claim", case.subject)))
    row.append(Button(label=words("deal.terms"), press=press("deal.terms", deal.id)))
    row.append(Button(label=words("case.papers"), press=press("deal.papers", deal.id)))
    return tuple(tuple(row[at : at + IN_A_ROW]) for at in range(0, len(row), IN_A_ROW))
