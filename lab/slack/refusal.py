"""Slack's refusals: HTTP 200 with `ok: false`, an error code and, for malformed arguments, pointers."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A refusal that the Web API turns into Slack's answer; `messages` go to response_metadata."""

    def __init__(self, error: str, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(error, messages or [])
        self.error = error
        self.messages = messages or []
        self.more = more

    def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.more}
        return answer | ({"response_metadata": {"messages": self.messages}} if self.messages else {})
