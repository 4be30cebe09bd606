"""The refusals that a person can cause, each with a code that conversations turn into words.

`Refusal` is the base of the other four:
- `Refusal`: what was asked cannot be done; the code says why
- `Invalid`: the input itself is wrong; `parts` say what would be right
- `NotAllowed`: it isn't theirs to do
- `NotFound`: there is no such thing (or not for them)
- `Stale`: the thing has moved on since the person saw it

Anything else that is raised is our own mistake: the transaction is undone and the fault is logged.
"""

from __future__ import annotations


class Refusal(Exception):
    """A clear no. `code` is a key of the message catalogue ("offer.too_large"), `parts` fill its sentence.

    `field` names the input it speaks of, when it speaks of one.
    """

    def __init__(self, code: str, *, field: str | None = None, **parts: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.parts = parts

    def __str__(self) -> str:
        return f"{self.code} {self.parts}" if self.parts else self.code


class Invalid(Refusal):
    """The input is wrong; the sentence says what would be right."""


class NotAllowed(Refusal):
    """The person is not a party to it, or not in the role that may do it."""

    def __init__(self, code: str = "refused.not_yours", *, field: str | None = None, **parts: object) -> None:
        super().__init__(code, field=field, **parts)


class NotFound(Refusal):
    """The thing does not exist for this person."""

    def __init__(self, code: str = "refused.not_found", *, field: str | None = None, **parts: object) -> None:
        super().__init__(code, field=field, **parts)


class Stale(Refusal):
    """The person pressed on what they saw earlier; it has changed since. The current state is shown instead."""

    def __init__(self, code: str = "refused.moved_on", *, field: str | None = None, **parts: object) -> None:
        super().__init__(code, field=field, **parts)
