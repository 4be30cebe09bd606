"""A window for slow answers: opened before the press grows too old, and filled when the answer is known.

Slack lets a window be opened for three seconds after a press. An unanswered press looks like a dead button. So a user
who waits longer than half a second sees that we are working. Their window then becomes the form, or says what the
answer is. The process that has the answer finds the window by its `external_id`: the trigger that opened it.

A typed command does not look dead. Most commands are answered by a message, and a window before it is only in the way.
For a command, a window opens only when it is nearly too late for a form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.blocks import Block, paragraphs, plain
from conversations.engine import Answered

log = structlog.get_logger(__name__)

PATIENCE_SECONDS: Final = 0.5  # after a press
PATIENCE_TYPED_SECONDS: Final = 1.8  # after a command
TITLE: Final = 24  # docs.slack.dev/reference/views/modal-views
UNREACHABLE: Final = (SlackApiError, aiohttp.ClientError, TimeoutError)

Result = TypeVar("Result")


class Window:
    """The window of one press or command. `words`: that we are at it, in the person's language."""

    def __init__(self, client: AsyncWebClient, trigger: str, words: str, *, typed: bool) -> None:
        self._client = client
        self._trigger = trigger
        self._words = words
        self._patience = PATIENCE_TYPED_SECONDS if typed else PATIENCE_SECONDS
        self._open = False

    async def over(self, work: Awaitable[Answered]) -> Answered:
        """Return the work's result. Raises what the work raises, after saying so in the window."""
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            await self._show()
        try:
            answered = await task
        except Exception:
            await self._say("⚠️")
            raise
        if not answered.form:
            await self._say(answered.sentence)
        return answered

    async def _show(self) -> None:
        view = told(self._words) | {"external_id": self._trigger}
        try:
            await self._client.views_open(trigger_id=self._trigger, view=view)
            self._open = True
        except UNREACHABLE as failure:  # the form was faster, or the press is too old
            log.info("slack_waiting_not_shown", why=str(failure))

    async def _say(self, sentence: str) -> None:
        if not self._open:
            return
        try:
            await self._client.views_update(external_id=self._trigger, view=told(sentence))
        except UNREACHABLE as failure:  # closed meanwhile: the answer is among the messages
            log.info("slack_waiting_not_ended", why=str(failure))


def told(sentence: str) -> Block:
    """Return a window without fields."""
    return {
        "type": "modal",
        "callback_id": "told",
        "title": plain("Parley", TITLE),
        "blocks": paragraphs(sentence or "…"),
    }
