"""The judge of a world: it reads the tables and the lab's Stripe from outside, by its own connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from config.market import OWN_CLOCKS
from core.advice.sessions.model import SESSION
from core.books.audit.invariants import INVARIANTS
from core.kernel.heartbeat import AWAY_FROM
from core.kernel.ids import Ids
from core.kernel.process import Process
from core.kernel.reactions import Reactions
from core.kernel.transaction import MARKET, Ctx
from core.money.chargebacks.model import CHARGEBACK
from core.money.ledger.invariants import check
from core.shop.purchases.model import PURCHASE
from core.trade.deals.model import DEAL
from core.trade.delivery.model import LOT
from core.trade.disputes.model import CASE
from core.trade.funding.model import CREDIT
from core.trade.offers.model import OFFER
from core.trade.requests.model import REQUEST
from simulation.engine.database import as_kept
from simulation.environment import Environment
from simulation.judge import liveness, provider, sessions, trade
from simulation.judge.tables import Tables
from simulation.services.stripe_account import StripeAccount

# Table: the process that its rows go through, and must end.
ENDING: Final[Mapping[str, Process[Any]]] = {
    "deal": DEAL,
    "booking": SESSION,
    "offer": OFFER,
    "dispute_case": CASE,
    "chargeback": CHARGEBACK,
    "buyer_credit": CREDIT,
    "purchase": PURCHASE,
    "request": REQUEST,
}
JOURNEYS: Final = ("deal", "booking", "purchase", "request")  # each begun by a person and gone through to an end
STEPS: Final[Mapping[str, Process[Any]]] = {each.name: each for each in (*ENDING.values(), LOT)}
# What is asked of the provider and must have an end, too: (table, states in which it has one).
ASKED: Final = (("disbursement", "'done', 'kept'"),)


LEEWAY: Final = timedelta(seconds=2)  # in which a postponed deadline may ring early


class Judge:
    """Judges one world: `found` holds the violations, in words."""

    def __init__(self, environment: Environment, path: str, stripe: StripeAccount) -> None:
        self._world = environment
        self._stripe = stripe
        self.tables = Tables(path)
        self.found: list[str] = []
        self.journeys = 0
        self.census = Counter[str]()
        self._passed: list[tuple[str, str, str, str, str]] = []

    # --- while it runs ------------------------------------------------------------------------------------------------

    def audit(self) -> None:
        """Check the product's own invariants, which hold after every commit."""
        world = self._world
        with self.tables.engine.begin() as connection, Session(connection) as session:
            ctx = Ctx(session, world.clock.now(), Ids(world.dice.of("judge").randbytes), MARKET, Reactions())
            broken = [each for each in check(ctx, INVARIANTS) if not each.ok]
        self.found += [f"invariant: {each.name}: {each.detail}" for each in broken]
        self.found += trade.one_at_a_time(self.tables)
        self.found += liveness.messages_lost(self.tables, world.recorder) + liveness.pages_forgotten(self.tables)

    def look(self, since: float | None) -> None:
        """Look once a day. `since`: seconds since the faults ended; None while they last."""
        stripe = self._stripe
        self.found += sessions.held_twice(stripe) + liveness.endless(self.tables, ENDING)
        if since is not None and since >= liveness.PATIENCE.total_seconds():
            self.found += liveness.left_undone(self.tables, self._world.clock.now())
            self.found += sessions.nothing_held_in_vain(self.tables, stripe)
        if since is not None and since >= liveness.DIFFERING.total_seconds():
            self.found += liveness.differing_books(self.tables, self._world.clock.now())

    def after_outage(self, away: timedelta) -> None:
        """Note which deadlines of people passed while no process was running."""
        if away < AWAY_FROM:
            return
        now = self._world.clock.now()
        self.tables.outages.append((datetime.fromisoformat(as_kept(now - away)), datetime.fromisoformat(as_kept(now))))
        own = ", ".join(f"'{kind}'" for kind in sorted(OWN_CLOCKS))
        for kind, subject, event, due in self.tables.rows(
            f"SELECT kind, subject, event, due_at FROM timer WHERE kind NOT IN ({own}) AND due_at > ? AND due_at <= ?",
            as_kept(now - away),
            as_kept(now),
        ):
            moved = datetime.fromisoformat(due) + away - LEEWAY
            self._passed.append((kind, subject, event, as_kept(now), as_kept(moved)))

    def _penalties(self) -> list[str]:
        """Return the deadlines that were enforced although they passed while no process was running."""
        wrong = []
        for kind, subject, event, since, until in self._passed:
            rung = self.tables.rows(
                "SELECT 1 FROM step WHERE process = ? AND subject = ? AND event = ? AND actor = 'time' AND at >= ?"
                " AND at < ?",
                *(kind, subject, event, since, until),
            )
            if rung:
                wrong.append(f"outage: {event} of {kind} {subject} fell due while no worker was there, and was rung")
        return wrong

    def unfinished(self) -> list[str]:
        """Return the subjects that have not ended yet."""
        waiting = []
        for table, process in ENDING.items():
            final = ", ".join(f"'{state}'" for state in sorted(process.final))
            for key, state in self.tables.rows(f"SELECT id, state FROM {table} WHERE state NOT IN ({final})"):
                waiting.append(f"{table} {key} is still {state}")
        for table, ended in ASKED:
            for key, state in self.tables.rows(f"SELECT id, state FROM {table} WHERE state NOT IN ({ended})"):
                waiting.append(f"{table} {key} is still {state}")
        for channel, kind, ordering_key in self.tables.rows(
            "SELECT channel, kind, ordering_key FROM outbox WHERE NOT dead"
        ):
            waiting.append(f"post {channel} {kind} of {ordering_key} is still there")
        return waiting

    # --- when it has come to rest -------------------------------------------------------------------------------------

    def differences(self, found: Mapping[str, str]) -> None:
        self.found += [f"books: {what}: {words}" for what, words in found.items()]

    def conclude(self) -> None:
        self.audit()
        world = self._world
        self.found += [f"liveness: {each}" for each in self.unfinished()]
        self.found += [
            f"given up: {kind} {why}"
            for kind, why in self.tables.rows(
                "SELECT kind, failure FROM outbox WHERE dead AND channel = 'payments' AND failure LIKE '%given up%'"
            )
        ]
        self.found += self._courses() + self._penalties()
        self.found += trade.back_in_stock(self.tables) + trade.by_their_own_sides(self.tables)
        self.found += trade.bound_by_a_yes(self.tables, world.recorder)
        self.found += trade.within_their_limits(self.tables) + trade.within_their_budgets(self.tables)
        self.found += trade.ended_when_paid(self.tables)
        self.found += sessions.nothing_held_in_vain(self.tables, self._stripe)
        self.found += provider.one_effect_each(self.tables, self._stripe)
        self.found += provider.nothing_left_unknown(self.tables, self._stripe)
        self.found += sessions.charged_rightly(self.tables, self._stripe, world.recorder)
        self.found += sessions.complaints_settled_as_ruled(self.tables)
        self.found += world.recorder.unanswered(
            lambda key: bool(self.tables.rows("SELECT 1 FROM inbox WHERE key = ?", key))
        )
        self.journeys = sum(self.tables.rows(f"SELECT COUNT(*) FROM {table}")[0][0] for table in JOURNEYS)
        self._count()

    def _count(self) -> None:
        """Count the disturbances and endings, to see whether all of them ever come."""
        for table in ENDING:
            for state, count in self.tables.rows(f"SELECT state, COUNT(*) FROM {table} GROUP BY state"):
                self.census[f"{table} ended: {state}"] += count
        for why, count in self.tables.rows("SELECT why, COUNT(*) FROM booking WHERE why IS NOT NULL GROUP BY why"):
            self.census[f"session over: {why}"] += count
        for name, event, count in self.tables.rows("SELECT process, event, COUNT(*) FROM step GROUP BY process, event"):
            self.census[f"step: {name} {event}"] = count
        for rail, count in self.tables.rows(
            "SELECT rail, COUNT(*) FROM payment JOIN payment_way ON payment_id = payment.id"
            " WHERE received_minor > 0 GROUP BY rail"
        ):
            self.census[f"paid by: {rail}"] = count
        for what, count in sessions.disturbances_of(self.tables, self._world.recorder).items():
            self.census[f"session disturbance: {what}"] += count

    def _courses(self) -> list[str]:
        """Check that every step is a line of its process table, and follows the step before it."""
        wrong: list[str] = []
        stands: dict[str, str] = {}
        for name, subject, source, event, to in self.tables.rows(
            'SELECT process, subject, source, event, "to" FROM step ORDER BY at, id'
        ):
            process = STEPS.get(name)
            if process is None:
                continue
            line = next((each for each in process.transitions if (each.source, each.event) == (source, event)), None)
            if line is None or line.to != to:
                wrong.append(f"course: {name} {subject} took {event} from {source} to {to}")
            if stands.get(subject, source) != source:
                wrong.append(f"course: {name} {subject} leapt from {stands[subject]} to {source}")
            stands[subject] = to
        return wrong
