"""Watches the crossings of a running world: each input has one effect and an answer, and no message leaves early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from conversations.engine import Answered
from conversations.turn import Turn
from core.kernel.dispatcher import Delivered, Later, Never
from core.kernel.inbox import CurrentInput
from core.kernel.outbox import OutboxMessage
from core.kernel.transaction import Ctx


class Recorder:
    """Notes what cannot be seen at the end. `found`: the violations. `knows`: tells whether a row is committed."""

    def __init__(self, knows: Callable[[str, str], bool]) -> None:
        self._knows = knows
        self._fresh: Counter[str] = Counter()
        self._posts: dict[str, int] = {}
        self._known: set[str] = set()
        self.yes = Counter[tuple[str, str]]()  # verb and booking: how often the seeker pressed a yes to pay
        self.confirmed: set[tuple[str, str]] = set()  # verb and subject of each pressed button that confirms a step
        self.cancelled: set[str] = set()  # bookings that the seeker cancelled, knowing the cost
        self.accepted: dict[str, bool] = {}  # key of each acknowledged input, and whether it was answered
        self._over: set[str] = set()  # messages that have arrived, or never will
        self.on_the_way: set[str] = set()  # messages that were delayed, and have not arrived since
        self.found: list[str] = []

    def said_yes(self, verb: str, booking: str) -> None:
        self.yes[verb, booking] += 1

    def closing(self, ctx: Ctx) -> None:
        """The end of each unit of the product: how much it says about the input at hand."""
        about = ctx.collected(CurrentInput).key
        if about is not None:
            self._posts[about] = len(ctx.outbox_messages)

    def took(self, turn: Turn, answered: Answered) -> None:
        """Note that the product has accepted an input."""
        self._fresh[turn.key] += not answered.again
        if self._fresh[turn.key] > 1:
            self.found.append(f"input {turn.key} had its effect twice")
        answers = bool(answered.at_once or self._posts.get(turn.key))
        self.accepted[turn.key] = self.accepted.get(turn.key, False) or answers
        if not answered.again and not answers:
            self.found.append(f"input {turn.key} was met with silence: {turn.input}")

    def told(self, post: OutboxMessage) -> None:
        """Check that a message that is about to leave was committed."""
        if post.id in self._known:
            return
        self._known.add(post.id)
        if not self._knows("outbox", post.id):
            self.found.append(f"post {post.id} was sent before it was committed")

    def carried(self, post: OutboxMessage, outcome: Delivered | Later | Never) -> None:
        """Note the outcome: a delayed message is still owed, unless a quicker process has delivered it."""
        if not isinstance(outcome, Later):
            self._over.add(post.id)
            self.on_the_way.discard(post.id)
        elif post.id not in self._over:
            self.on_the_way.add(post.id)

    def unanswered(self, known: Any) -> list[str]:
        """Return the inputs that were acknowledged and lost. `known(key)`: whether the inbox has it."""
        return [f"input {key} was acknowledged and is lost" for key in self.accepted if not known(key)]
