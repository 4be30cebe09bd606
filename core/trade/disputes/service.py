"""The ladder of a dispute: the two propose, then an operator mediates and rules. One appeal goes to another operator.

No money moves before it is decided for good. Then the lot or the deal is split in the shares that were decided.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from sqlalchemy import select, update

from core.kernel.appeals import APPEAL_WITHIN, REVIEW_WITHIN, roles_of_operator, roles_of_party
from core.kernel.database import check_version
from core.kernel.decimals import half_up
from core.kernel.errors import Invalid, NotAllowed, Refusal, Stale
from core.kernel.money import BASIS_POINTS, Money
from core.kernel.process import enter, step, timeline
from core.kernel.timers import Timer, set_timer
from core.kernel.transaction import Ctx
from core.people.accounts.service import acting
from core.trade.deals import access, lifecycle
from core.trade.deals.model import DEAL, Deal
from core.trade.delivery import service as delivery
from core.trade.delivery import steps
from core.trade.delivery.model import LOT
from core.trade.delivery.rules import at_stake as at_stake_of
from core.trade.disputes import events
from core.trade.disputes.model import (
    CASE,
    OPEN,
    TALK_WITHIN,
    AppealCase,
    Brief,
    Case,
    CaseState,
    FreezeDeal,
    Kind,
    Parting,
    ProposeShares,
    RuleCase,
    Ruling,
)
from core.trade.funding import settlement

AT_ONCE: Final = frozenset({"operator_asked", "freeze"})  # the two need not talk for three days more
STEPS_OF: Final = frozenset({DEAL.name, LOT.name})  # the part of a dispute's history that an operator reads


# --- opened and overtaken ---------------------------------------------------------------------------------------------


def open_case(ctx: Ctx, kind: Kind, subject: str, deal_id: str, why: str) -> Case:
    """Open a case for a lot or a deal in dispute. One that is open already stays."""
    known = _open_on(ctx, subject)
    if known is not None:
        return known
    case = Case(id=ctx.new_id(), kind=kind, subject=subject, deal_id=deal_id, why=why, opened_at=ctx.now)
    enter(ctx, CASE, case, CaseState.MEDIATING if why in AT_ONCE else CASE.initial)
    ctx.session.add(case)
    ctx.announce_change(events.CaseOpened(case.id, deal_id, ctx.actor.person, why))
    return case


def overtake_case(ctx: Ctx, subject: str) -> None:
    """Close the case of a subject that has ended without it."""
    case = _open_on(ctx, subject)
    if case is not None:
        step(ctx, CASE, case, "overtaken", ("system",))
        _tell(ctx, case, events.CaseClosed, "overtaken", None)


def announce_finding(ctx: Ctx, subject: str) -> None:
    """Tell that the silent seller has shown what they found: proposals and rulings go by that, too."""
    case = _open_on(ctx, subject)
    if case is not None:
        ctx.announce(events.CaseShown(case.id, case.deal_id, ctx.actor.person))


# --- what the two sides do --------------------------------------------------------------------------------------------


def propose_shares(ctx: Ctx, command: ProposeShares, expected_version: int | None = None) -> Case:
    """Name shares that would be right; an operator may too. A later proposal takes the place of an earlier one."""
    case, deal = _case(ctx, command.case_id, expected_version)
    mine = roles(ctx, case, deal)
    step(ctx, CASE, case, "propose", mine)
    case.proposed_by = "buyer" if "buyer" in mine else "seller" if "seller" in mine else "operator"
    case.proposed_bp, case.proposed_minor = _parts(at_stake(ctx, case), command)
    case.agreed_by = None
    return _tell(ctx, case, events.CaseProposed, case.proposed_bp)


def agree_shares(ctx: Ctx, case_id: str, expected_version: int | None = None) -> Case:
    """Agree to the proposal. An operator's proposal needs the other side too.

    The first yes of two leaves the case at its version. The proposal is the same, and an operator who is deciding goes
    on.
    """
    case, deal = _case(ctx, case_id, expected_version)
    mine = roles(ctx, case, deal)
    if case.proposed_bp is None:
        raise Stale
    if needs_both(case):
        step(ctx, CASE, case, "half_agree", mine)
        side = "buyer" if "buyer" in mine else "seller"
        ctx.session.execute(update(Case).where(Case.id == case.id).values(agreed_by=side))
        return _tell(ctx, case, events.CaseHalfAgreed)
    step(ctx, CASE, case, "agree", mine)
    _carry_out(ctx, case, case.proposed_bp, case.proposed_minor, "settle")
    return case


def needs_both(case: Case) -> bool:
    """Return whether a yes to the proposal is the first of two."""
    return case.proposed_by == "operator" and case.agreed_by is None


def call_operator(ctx: Ctx, case_id: str, expected_version: int | None = None) -> Case:
    """Call an operator, as one side has talked enough."""
    case, deal = _case(ctx, case_id, expected_version)
    step(ctx, CASE, case, "call_operator", roles(ctx, case, deal))
    return _tell(ctx, case, events.CaseMediated, "call_operator")


def appeal_case(ctx: Ctx, command: AppealCase, expected_version: int | None = None) -> Case:
    """Once each, the first within two days: another operator looks at it."""
    case, deal = _case(ctx, command.case_id, expected_version)
    mine = roles(ctx, case, deal)
    step(ctx, CASE, case, "appeal", mine)
    if "buyer" in mine:
        case.buyer_appeal = command.words
    else:
        case.seller_appeal = command.words
    return _tell(ctx, case, events.CaseMediated, "appeal")


# --- what operators do ------------------------------------------------------------------------------------------------


def rule_case(ctx: Ctx, command: RuleCase, expected_version: int | None = None) -> Case:
    """Decide it. A first ruling waits two days for an appeal; the second, by another operator, is the last word."""
    case, deal = _case(ctx, command.case_id, expected_version)
    again = case.state == CaseState.APPEALED
    step(ctx, CASE, case, "rule_again" if again else "rule", roles(ctx, case, deal))
    seller_bp, seller_minor = _parts(at_stake(ctx, case), command)
    ruling = Ruling(
        id=ctx.new_id(),
        case_id=case.id,
        number=2 if again else 1,
        by=acting(ctx).id,
        at=ctx.now,
        buyer_bp=BASIS_POINTS - seller_bp,
        seller_bp=seller_bp,
        seller_minor=seller_minor,
        reason=command.reason,
    )
    ctx.session.add(ruling)
    ctx.announce_change(events.CaseRuled(case.id, deal.id, ctx.actor.person, seller_bp))
    if again:
        _carry_out(ctx, case, seller_bp, seller_minor, "rule")
    else:
        # The earlier proposal is void: it is decided now.
        case.proposed_by = case.proposed_bp = case.proposed_minor = case.agreed_by = None
        moment = ctx.now + APPEAL_WITHIN + REVIEW_WITHIN + TALK_WITHIN  # time rules only without another ruling
        put_off = delivery.put_off_ruling_by_time if case.kind == "lot" else lifecycle.put_off_ruling_by_time
        put_off(ctx, case.subject, moment)
    return case


def freezable(ctx: Ctx, ref: str) -> Deal:
    """Return the deal of this reference if an operator may freeze it now. Raises NotAllowed, NotFound, Stale."""
    check_operator(ctx)
    deal = access.deal_by_ref(ctx, ref)
    DEAL.transition(deal.state, "freeze", ("operator",))
    return deal


def freeze_deal(ctx: Ctx, command: FreezeDeal) -> Case:
    """Stop a deal by an operator: its case is with the operators at once, with the reason.

    Raises NotAllowed, NotFound, Stale.
    """
    deal = lifecycle.freeze_deal(ctx, freezable(ctx, command.ref).id)
    case = open_case(ctx, "deal", deal.id, deal.id, "freeze")
    case.freeze_reason = command.reason
    return case


def resume_deal(ctx: Ctx, case_id: str, expected_version: int | None = None) -> Case:
    """Let a deal that stands still go on as it was, by an operator."""
    case, deal = _case(ctx, case_id, expected_version)
    if case.kind != "deal":
        raise Stale
    lifecycle.resume_deal(ctx, deal.id)
    overtake_case(ctx, deal.id)
    return case


def check_operator(ctx: Ctx) -> None:
    """Raise NotAllowed for everybody but operators."""
    if not acting(ctx).operator:
        raise NotAllowed("refused.operators_only")


# --- what is seen of it -----------------------------------------------------------------------------------------------


def case_for(ctx: Ctx, case_id: str) -> Case:
    """Return a dispute for its two sides and operators. Raises NotFound, to strangers too."""
    return access.row_for(ctx, Case, case_id)


def cases_of(ctx: Ctx, deal_id: str) -> list[Case]:
    """Return a deal's disputes in order. Raises NotFound to strangers."""
    access.deal_for(ctx, deal_id)
    return list(ctx.session.scalars(select(Case).where(Case.deal_id == deal_id).order_by(Case.id)))


def open_cases(ctx: Ctx, limit: int = 20) -> list[Case]:
    """Return the cases that wait for operators, the oldest first. Raises NotAllowed."""
    check_operator(ctx)
    query = select(Case).where(Case.state.in_(OPEN)).order_by(Case.id).limit(limit)
    return list(ctx.session.scalars(query))


def rulings_of(ctx: Ctx, case_id: str) -> list[Ruling]:
    case = case_for(ctx, case_id)
    return list(ctx.session.scalars(select(Ruling).where(Ruling.case_id == case.id).order_by(Ruling.number)))


def may(ctx: Ctx, case: Case) -> list[str]:
    """Return the actions on the dispute open to the current actor: the buttons."""
    deal = access.deal_for(ctx, case.deal_id)
    return [event for event in CASE.open_to(case.state, roles(ctx, case, deal)) if event != "half_agree"]


def check_may(ctx: Ctx, case: Case, event: str, expected_version: int | None = None) -> None:
    """Check that the actor could take this step now. Raises Stale, NotAllowed."""
    check_version(case, expected_version)
    CASE.transition(case.state, event, roles(ctx, case, access.deal_for(ctx, case.deal_id)))


def roles(ctx: Ctx, case: Case, deal: Deal) -> frozenset[str]:
    """Return the actor's roles: the side, "other" if they are to answer, "unheard" before they have appealed.

    An operator is "operator", and "reviewer" of an appeal.
    """
    mine = access.sides(ctx, deal)
    if "operator" in mine:
        ruled_by = ctx.session.scalars(select(Ruling.by).where(Ruling.case_id == case.id))
        return mine | roles_of_operator(ctx.actor.person, ruled_by)
    side = mine & {"buyer", "seller"}
    is_to_answer = bool(side) and case.proposed_by is not None and not side & {case.proposed_by, case.agreed_by}
    not_appealed = roles_of_party(getattr(case, f"{each}_appeal") for each in side)
    return side | ({"other"} if is_to_answer else set()) | not_appealed


def lot_number(ctx: Ctx, case: Case) -> int:
    """Return the number of the lot that a dispute is about."""
    return steps.lot_for(ctx, case.subject).number


def at_stake(ctx: Ctx, case: Case) -> Money:
    """Return the amount that is shared: for a deal, all that is held for lots that are still open."""
    if case.kind == "lot":
        return steps.lot_for(ctx, case.subject).amount
    deal = access.deal_for(ctx, case.deal_id)
    lots = delivery.lots_of(ctx, case.deal_id)
    return Money.total(map(at_stake_of, lots), deal.currency)


def brief_of(ctx: Ctx, case_id: str) -> Brief:
    """Everything about a dispute in one place, from the timeline, the findings and the books."""
    case = case_for(ctx, case_id)
    lot = steps.lot_for(ctx, case.subject) if case.kind == "lot" else None
    lots = [lot] if lot is not None else delivery.lots_of(ctx, case.deal_id)
    subjects = [case.deal_id, *(each.id for each in lots)]
    return Brief(
        case=case,
        deal=access.deal_for(ctx, case.deal_id),
        lot=lot,
        at_stake=at_stake(ctx, case),
        money=settlement.money_of(ctx, case.deal_id),
        # The window for a deal's reviews has the deal's id, and steps of its own.
        steps=sorted(
            (row for each in subjects for row in timeline(ctx.session, each) if row.process in STEPS_OF),
            key=lambda row: row.id,
        ),
        record=[found for each in lots for found in delivery.all_findings_of(ctx, each.id)],
        findings=[found for each in lots for found in delivery.findings_of(ctx, each.id)],
        proposals=[made for each in lots for made in delivery.proposals_of(ctx, each.id)],
        rulings=rulings_of(ctx, case.id),
    )


# --- time -------------------------------------------------------------------------------------------------------------


def time_is_up(ctx: Ctx, case_id: str, event: str) -> None:
    """Apply a passed deadline of the ladder.

    Money that a bank has called back is split only when the bank has decided.
    """
    case = ctx.session.get_one(Case, case_id)
    deal = access.locked(ctx, case.deal_id)
    if deal.frozen is not None and event in ("appeal_over", "review_limit"):
        set_timer(ctx.session, Timer(CASE.name, case.id, event, ctx.now + APPEAL_WITHIN))
        return
    step(ctx, CASE, case, event, ("time",))
    if event in ("talk_over", "escalate"):
        _tell(ctx, case, events.CaseMediated, event)
    else:
        first = ctx.session.scalars(select(Ruling).where(Ruling.case_id == case.id)).one()
        _carry_out(ctx, case, first.seller_bp, first.seller_minor, "rule")


# --- steps that more than one of them take ----------------------------------------------------------------------------


def _case(ctx: Ctx, case_id: str, expected_version: int | None) -> tuple[Case, Deal]:
    """Return the dispute with its deal locked first, as everywhere. Raises NotFound, Stale."""
    case, deal = access.row_locked(ctx, Case, case_id)
    access.deal_for(ctx, deal.id)
    check_version(case, expected_version)
    return case, deal


def _open_on(ctx: Ctx, subject: str) -> Case | None:
    return ctx.session.scalar(select(Case).where(Case.subject == subject, Case.state.in_(OPEN)))


def _parts(stake: Money, command: Parting) -> tuple[int, int | None]:
    """Return the seller's parts of ten thousand, and the amount if one was named. Raises Invalid beyond the stake."""
    if command.pay is None:
        assert command.seller_bp is not None, "a share, or an amount"
        return command.seller_bp, None
    if command.pay.currency != stake.currency or not 0 <= command.pay.minor <= stake.minor:
        raise Invalid("case.pay_outside", field="seller", most=stake)
    parts = half_up(Fraction(command.pay.minor * BASIS_POINTS, stake.minor)) if stake else 0
    return parts, command.pay.minor


def _carry_out(ctx: Ctx, case: Case, seller_bp: int, seller_minor: int | None, how: str) -> None:
    """Split the disputed money: in shares, or to the cent if an amount was named.

    `how`: "rule", or "settle" when the two have agreed.
    """
    stake = at_stake(ctx, case)
    pay = stake.share(seller_bp) if seller_minor is None else min(Money(seller_minor, stake.currency), stake)
    if access.locked(ctx, case.deal_id).frozen is not None:
        raise Refusal("deal.frozen")
    ctx.session.flush()
    if case.kind == "lot":
        delivery.rule_lot(ctx, case.subject, pay, how)
    else:
        lifecycle.dispute_over(ctx, case.deal_id, "resolve" if how == "rule" else "settle_together")
        delivery.rule_lots(ctx, case.deal_id, pay)
    _tell(ctx, case, events.CaseClosed, how, seller_bp)


def _tell(ctx: Ctx, case: Case, fact: Callable[..., events.CaseFact], *details: str | int | None) -> Case:
    """Announce an event of the dispute. `details`: the fields that it has beside those of every event of disputes."""
    ctx.announce(fact(case.id, case.deal_id, ctx.actor.person, *details))
    ctx.session.flush()
    return case
