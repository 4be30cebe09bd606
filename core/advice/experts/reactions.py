"""Timer handlers of consultants, and reactions that update seekers' shortlists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.advice.experts import external_calendars, questions, shortlist
from core.advice.experts.service import BACK, FREE_OVER, TIMERS, free_over, holiday_over, left_company, suspended
from core.kernel.reactions import Reactions
from core.kernel.timer_sweep import TimerHandler
from core.kernel.transaction import Ctx
from core.people.accounts.events import AccountsLinked
from core.people.blocking.events import AccountSuspended
from core.people.companies.events import MemberLeft

BY_EVENT: Mapping[str, Callable[[Ctx, str], None]] = {BACK: holiday_over, FREE_OVER: free_over}


def listen(reactions: Reactions) -> None:
    reactions.on(AccountsLinked, shortlist.accounts_linked)
    reactions.on(AccountsLinked, questions.accounts_linked)
    reactions.on(AccountSuspended, lambda ctx, fact: suspended(ctx, fact.organisation_id))
    reactions.on(MemberLeft, lambda ctx, fact: left_company(ctx, fact.person_id))


timer_handlers: Mapping[str, TimerHandler] = {
    TIMERS: lambda ctx, timer: BY_EVENT[timer.event](ctx, timer.subject),
    external_calendars.TIMER: lambda ctx, timer: external_calendars.read_again(ctx, timer.subject),
}
