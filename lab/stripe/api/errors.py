"""Stripe's refusals: one exception with the content of `{"error": {...}}` and the HTTP status.

Codes and words follow docs.stripe.com/error-codes and the SDK's `_error_object.py`.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A call that Stripe answers with an error. `before_execution`: no idempotent answer is kept for it."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
        before_execution: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.before_execution = before_execution
        self.error: dict[str, Any] = {"type": kind, "message": message}
        for name, value in {"code": code, "param": param, **more}.items():
            if value is not None:
                self.error[name] = value
        if code:
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


def unknown_parameter(param: str) -> Refusal:
    return Refusal(f"Received unknown parameter: {param}", code="parameter_unknown", param=param, before_execution=True)


def missing_parameter(param: str) -> Refusal:
    return Refusal(f"Missing required param: {param}.", code="parameter_missing", param=param, before_execution=True)


def at_least_one(param: str) -> Refusal:
    return Refusal("This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=param)


def not_played(param: str) -> Refusal:
    """Return the refusal of a parameter that the real Stripe has and the lab lacks. It is never silently ignored."""
    return Refusal(
        f"The lab's Stripe does not play `{param}` yet. (Stripe itself knows it.)", param=param, before_execution=True
    )


def no_such(kind: str, key: str, param: str | None = None) -> Refusal:
    status = 404 if param in (None, "id") else 400
    return Refusal(f"No such {kind}: '{key}'", code="resource_missing", param=param or "id", status=status)


def card_declined(message: str, code: str, decline_code: str | None, **more: Any) -> Refusal:
    return Refusal(message, code=code, decline_code=decline_code, status=402, kind="card_error", **more)
