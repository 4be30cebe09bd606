"""Two chats turn out to be one person's: what the account that goes has left is theirs, or is gone."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import delete, update

from core.advice.experts.model import QuestionLine
from core.kernel.reactions import Reactions
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked
from core.people.accounts.model import NOBODY, Person
from core.people.accounts.service import organisation_of
from core.people.blocking.model import Report
from core.people.files.model import KeptFile
from core.privacy.erasure import plan

# Texts and files that a person may have sent before they have traded. An account that has traded is not given up by
# linking.
WRITTEN: Final[tuple[tuple[type[Any], Any], ...]] = (
    (QuestionLine, QuestionLine.person),
    (Report, Report.reporter),
    (KeptFile, KeptFile.person_id),
)


def listen(reactions: Reactions) -> None:
    """After all others: what of it they keep for the account that stays, they have taken over by then."""
    reactions.on(AccountsLinked, _accounts_linked)


def _accounts_linked(ctx: Ctx, fact: AccountsLinked) -> None:
    """Erase the account that is given up. It can never act again, so its owner could not have it erased."""
    ctx.session.flush()
    for table, person in WRITTEN:
        theirs = update(table).where(person == fact.gone_id).values({person.key: fact.person_id})
        ctx.session.execute(theirs.execution_options(synchronize_session=False))
    for kind, rows in plan.rows_that_go(fact.gone_id):
        ctx.session.execute(delete(kind).where(rows).execution_options(synchronize_session=False))
    gone = ctx.session.get_one(Person, fact.gone_id)
    gone.name, gone.roles, gone.operator = NOBODY, [], False
    gone.email = gone.email_proved_at = None
    company = organisation_of(ctx, gone.organisation_id)
    company.without_vat = False
    company.name, company.country, company.vat_number, company.left_at = NOBODY, None, None, ctx.now
    company.place = company.place_country = company.lat = company.lon = None
    ctx.session.flush()
