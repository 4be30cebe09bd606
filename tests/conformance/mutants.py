"""`python -m tests.conformance.mutants`: switch off one rule after the other and see which cases of the matrix fail.

Each rule is what one disturbance is about. (Nearly) every flow that can show the rule must miss it. `--only` names
rules, `--flows` how many flows each is tried with.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import structlog

from bots.slack import modal as slack_modal
from bots.telegram import renderer as telegram_render
from config.platforms import PLATFORMS
from conversations.engine import Engine
from conversations.form_controller import controller
from conversations.form_controller.controller import FormController
from conversations.reply import FormView, Say
from core.kernel import inbox, outbox, transaction
from core.kernel.chat_state import service as chat_state
from core.kernel.chat_state.model import Draft
from core.kernel.compiled_statements import add_once
from core.kernel.dispatcher import Dispatcher
from core.kernel.inbox import InboxRow
from core.people.accounts.model import PlatformCode
from core.trade.deals import access
from core.trade.deals import service as deals
from simulation.mutants.rule import Rules, as_it_was, instead, nothing
from tests.conformance import attempt as attempts
from tests.conformance.ground import ground_in
from tests.conformance.test_matrix import Trial

ENOUGH: Final = 0.9  # share of the flows that are tried

rules = Rules()
ABOUT: Final[dict[str, tuple[str, ...]]] = {}  # disturbances that are about a rule
SHOWN_BY: Final[dict[str, tuple[str, ...]]] = {}  # flows that can show it, if not all of them can


def rule(name: str, says: str, *disturbances: str, flows: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    ABOUT[name], SHOWN_BY[name] = disturbances, flows
    return rules.rule(name, says)


@rule("taken_once", "An input is taken once, by its outside id", "duplicate", "two_workers", "restart")
def _() -> list[Any]:
    def take_in(session: Any, key: str, body: Any, now: Any) -> bool:
        add_once(session, InboxRow, key=key, received_at=now, body=body)
        return True

    return [instead(inbox, "take_in", take_in)]


@rule("first_answer", "What comes again is answered as it was the first time", "duplicate", "restart")
def _() -> list[Any]:
    return [instead(inbox, "answer_given", nothing)]


@rule("card_revision", "A button acts on the form as its presser saw it", "stale_press")
def _() -> list[Any]:
    press = as_it_was(FormController, "press")

    def whatever_was_seen(self: FormController, chat: Any, pressed: Any) -> None:
        draft = chat_state.draft_there(chat.ctx, chat.person.id, pressed.subject)
        press(self, chat, replace(pressed, expected_version=draft.revision) if draft is not None else pressed)

    return [instead(FormController, "press", whatever_was_seen)]


@rule("sent_once", "A form that was sent is gone", "stale_press")
def _() -> list[Any]:
    return [instead(chat_state, "close_draft", nothing)]


@rule("form_owner", "A form is its owner's", "wrong_person")
def _() -> list[Any]:
    return [instead(chat_state, "draft_there", lambda ctx, _person, name: ctx.session.get(Draft, name))]


@rule("one_in_front", "Of two forms one is in front", "two_flows")
def _() -> list[Any]:
    return [instead(chat_state, "park_all", nothing)]


@rule("kept_aside", "What is put aside for another form is kept", "two_flows")
def _() -> list[Any]:
    start = as_it_was(chat_state, "start_draft")

    def in_its_place(ctx: Any, person_id: str, *more: Any, **named: Any) -> Draft:
        open_ = chat_state.focused_draft(ctx, person_id)
        if open_ is not None and open_.answers:
            open_.answers = {}
        made: Draft = start(ctx, person_id, *more, **named)
        return made

    return [instead(chat_state, "start_draft", in_its_place)]


@rule("said_aside", "It is said that a form is put aside, with the way back", "two_flows")
def _() -> list[Any]:
    return [instead(controller, "put_aside", lambda _talk, _draft: Say(text="Put aside."))]


@rule("own_window", "A window that is closed puts its own form aside, and no other", "two_flows")
def _() -> list[Any]:
    return [instead(chat_state, "park", lambda ctx, draft: chat_state.park_all(ctx, draft.person_id))]


@rule("older_release", "Nothing is taken that was meant for the form of an older release", "changed_schema")
def _() -> list[Any]:
    return [instead(FormController, "_redrawn", lambda *_: False)]


@rule("answers_kept", "A release that changes a form leaves its answers", "changed_schema")
def _() -> list[Any]:
    def forgets(self: FormController, chat: Any, draft: Draft) -> bool:
        if draft.schema == self._flows[draft.flow].form.schema:
            return False
        self.show(chat, self._save(chat, draft, {}, trail=[]))
        return True

    return [instead(FormController, "_redrawn", forgets)]


@rule("retired", "A form that is no longer in use is told so", "changed_schema")
def _() -> list[Any]:
    return [
        instead(FormController, "_draft", lambda _self, chat, name: chat_state.draft_of(chat.ctx, chat.person.id, name))
    ]


@rule("lease", "What one worker delivers no other takes up", "two_workers")
def _() -> list[Any]:
    values = as_it_was(transaction, "outbox_values")
    return [instead(transaction, "outbox_values", lambda post, due, _held: values(post, due, None))]


@rule("lanes", "What is said in one chat arrives in the order in which it was said", "two_workers", "duplicate")
def _() -> list[Any]:
    take = as_it_was(Dispatcher, "_take")

    def side_by_side(self: Dispatcher, posts: Any) -> None:
        take(self, [replace(post, ordering_key=post.id) for post in reversed(posts)])

    return [instead(Dispatcher, "_take", side_by_side)]


@rule("outbox", "What is to be said outlives the process that was to say it", "restart")
def _() -> list[Any]:
    return [instead(transaction, "add_rows", nothing)]


@rule("taken_up", "What a dead process was to deliver is anybody's after its lease", "restart")
def _() -> list[Any]:
    return [instead(outbox, "lease_due", lambda *_more: [])]


@rule("refused_in_words", "A no is said in words", "stale_press", "wrong_person")
def _() -> list[Any]:
    return [instead(Engine, "_refuse", nothing)]


@rule("answered", "Every input is answered", "duplicate")
def _() -> list[Any]:
    return [instead(FormController, "show", nothing)]


@rule("way_out", "Every form has a way out", "duplicate")
def _() -> list[Any]:
    question, review = as_it_was(telegram_render, "_question_rows"), as_it_was(telegram_render, "_review_rows")
    window = as_it_was(slack_modal, "modal")

    def without(rows: list[list[Any]]) -> list[list[Any]]:
        return [[each for each in row if "form.cancel" not in (each.press or "")] for row in rows]

    def locked(form: FormView) -> Any:
        return {**window(form), "close": {"text": ""}}

    return [
        instead(telegram_render, "_question_rows", lambda form, asked: without(question(form, asked))),
        instead(telegram_render, "_review_rows", lambda form: without(review(form))),
        instead(attempts, "modal", locked),
    ]


# Only one form changes a deal while the deal's card, and its questions, are on the screen.
@rule("deal_version", "A button of a deal acts on the deal as its presser saw it", "stale_press", flows=("order",))
def _() -> list[Any]:
    return [instead(each, "check_version", nothing) for each in (access, deals)]


@dataclass(frozen=True, slots=True)
class Missed:
    """Count of cases that noticed the missing rule, and the flows that did not."""

    told: int
    cases: int
    silent: tuple[str, ...]


async def tried_without(trial: Trial, name: str, flows: list[str]) -> Missed:
    """Run the flows under the disturbances that are about this rule, while it is off. One that notices is enough."""
    switched = next(each for each in rules if each.name == name)
    silent: list[str] = []
    cases = [(flow, platform) for flow in flows for platform in (each.code for each in PLATFORMS)]
    for flow, platform in cases:
        await trial.effect_of(flow, platform)
        with switched.off():
            if not await tells(trial, flow, platform, ABOUT[name]):
                silent.append(f"{flow} on {platform}")
    return Missed(len(cases) - len(silent), len(cases), tuple(silent))


async def tells(trial: Trial, flow: str, platform: PlatformCode, disturbances: tuple[str, ...]) -> bool:
    for disturbance in disturbances:
        try:
            await trial.of(flow, platform, disturbance)
        except Exception:
            return True
    return False


def main() -> int:
    names = [each.name for each in rules]
    asked = argparse.ArgumentParser(prog="tests.conformance.mutants", description=__doc__)
    asked.add_argument("--only", nargs="*", default=names, choices=names, metavar="RULE")
    asked.add_argument("--flows", type=int, default=0, help="how many flows, evenly chosen; 0: all of them")
    given = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    weak = 0
    with tempfile.TemporaryDirectory() as folder:
        ground, tries = Path(folder) / "ground", Path(folder) / "tries"
        ground.mkdir()
        tries.mkdir()
        trial = Trial(asyncio.run(ground_in(ground)), tries)
        flows = sorted(trial.ground.doors)
        flows = flows[:: max(1, len(flows) // given.flows)] if given.flows else flows
        for name in given.only:
            began = time.monotonic()
            found = asyncio.run(tried_without(trial, name, list(SHOWN_BY[name]) or flows))
            weak += found.told < ENOUGH * found.cases
            print(
                f"{name:18} {found.told:3} of {found.cases:3} cases tell  {time.monotonic() - began:5.0f} s", flush=True
            )
            if found.silent:
                print(f"{'':18} not {', '.join(found.silent)}", flush=True)
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
