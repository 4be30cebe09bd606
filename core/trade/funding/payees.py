"""The seller's account at the provider, the page where they open it, and whether it is ready."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from core.kernel.compiled_statements import select_rows
from core.kernel.database import existing
from core.kernel.errors import Invalid
from core.kernel.transaction import Ctx
from core.money.disbursements.requests import await_account
from core.money.ledger import service as ledger
from core.money.ledger.accounts import payable
from core.money.messages import LinkAccount, OpenAccount
from core.money.payees.events import AccountAwaited, PayeeReady
from core.money.payees.model import Payee
from core.people.accounts.service import acting, organisation_of
from core.people.companies.service import check_head
from core.trade.funding.events import AccountRefused, OnboardingLinkReady, PayeeRestricted

_BY_ACCOUNT = select(Payee.organisation_id).where(Payee.account_ref == bindparam("account"))


def ask_onboarding(ctx: Ctx) -> Payee:
    """Open an account at the provider for the seller, or send a new link to it.

    Only the head of a company may do this, because the page asks for the bank account. Raises NotAllowed, Invalid.
    """
    check_head(ctx)
    person = acting(ctx)
    organisation = organisation_of(ctx, person.organisation_id)
    if organisation.country is None:
        raise Invalid("payout.country_needed")  # the provider opens no account without one
    payee = ctx.session.get(Payee, organisation.id)
    if payee is None:
        payee = Payee(organisation_id=organisation.id, asked_by=person.id, asked_at=ctx.now)
        payee.ready, payee.was_ready, payee.closed, payee.missing = False, False, False, []
        ctx.session.add(payee)
    else:
        payee.asked_by, payee.asked_at = person.id, ctx.now
    if payee.account_ref is None or payee.closed:
        # Two requests still make one account, because the provider is asked under the organisation's id.
        account = OpenAccount(
            organisation=organisation.id,
            person=person.id,
            name=organisation.name,
            country=organisation.country,
            email=person.email,
            after=payee.account_ref,
        )
        ctx.enqueue(f"account:{organisation.id}", account)
    else:
        _ask_link(ctx, payee, payee.account_ref)
    ctx.session.flush()
    return payee


def account_opened(ctx: Ctx, organisation_id: str, account_ref: str) -> None:
    """Record the seller's account at the provider, and send the seller the link to fill it in."""
    payee = existing(ctx.session, Payee, organisation_id)
    if payee.account_ref is not None and not payee.closed:
        return
    payee.account_ref, payee.closed = account_ref, False
    _ask_link(ctx, payee, account_ref)
    ctx.session.flush()


def account_refused(ctx: Ctx, organisation_id: str, person_id: str, why: str) -> None:
    """Announce that the provider will not open an account. The person who asked can fix it and ask again."""
    ctx.announce(AccountRefused(organisation_id, person_id, why))


def onboarding_link(ctx: Ctx, organisation_id: str, person_id: str, url: str) -> None:
    """Announce the provider's page for this person."""
    ctx.announce(OnboardingLinkReady(organisation_id, person_id, url))


def payee_told(ctx: Ctx, organisation_id: str, *, ready: bool, missing: Sequence[str], closed: bool = False) -> None:
    """Record the state of a seller's account. When it becomes ready, waiting payouts go out.

    `missing`: what the provider still needs from the seller, in its own names. `closed`: the seller needs another
    account.
    """
    payee = existing(ctx.session, Payee, organisation_id)
    before, payee.ready, payee.closed = payee.ready, ready, closed
    has_other_needs = list(missing) != payee.missing
    payee.missing = list(missing)
    ctx.session.flush()
    if ready and not before:
        ctx.announce(PayeeReady(organisation_id))
    elif not ready and (before or (has_other_needs and payee.was_ready)):
        ctx.announce(PayeeRestricted(organisation_id, tuple(missing)))
    payee.was_ready = payee.was_ready or ready


def account_awaited(ctx: Ctx, organisation_id: str) -> None:
    """Ask once more for an account, for deals and sessions together, unless it is ready or nothing waits."""
    payee = ctx.session.get(Payee, organisation_id)
    waits = tuple(money for money in ledger.balances(ctx, payable(organisation_id)).values() if money)
    if waits and (payee is None or not payee.ready):
        ctx.announce(AccountAwaited(organisation_id, waits))
        await_account(ctx, organisation_id)


def payee_of(ctx: Ctx, organisation_id: str) -> Payee | None:
    return ctx.session.get(Payee, organisation_id)


def organisation_of_account(ctx: Ctx, account_ref: str) -> str | None:
    """Return the organisation of an account that the provider reports on."""
    found = select_rows(ctx.session, _BY_ACCOUNT, account=account_ref)
    return found[0][0] if found else None


def _ask_link(ctx: Ctx, payee: Payee, account: str) -> None:
    link = LinkAccount(organisation=payee.organisation_id, account=account, person=payee.asked_by)
    ctx.enqueue(f"account:{payee.organisation_id}", link)
