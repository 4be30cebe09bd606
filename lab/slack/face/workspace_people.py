"""The part of Slack that the faces need, and their refusal of actions that are impossible in a real window."""

from __future__ import annotations

from typing import Any, Protocol

from fastapi import HTTPException

from lab.slack.app import App
from lab.slack.delivery import Delivery
from lab.slack.refusal import Refusal
from lab.slack.window import Window
from lab.slack.workspace import Enterprise, Workspace
from lab.slack.writing import Impossible

Json = dict[str, Any]


class Inhabited(Protocol):
    app: App
    works: dict[str, Workspace]
    enterprises: dict[str, Enterprise]
    delivery: Delivery

    @property
    def work(self) -> Workspace: ...

    def window(self, person: str) -> Window: ...

    def work_of(self, person: str) -> Workspace | None: ...

    def add_workspace(self, name: str, id_: str | None = None, enterprise: str | None = None) -> Workspace: ...

    def add_enterprise(self, name: str, id_: str | None = None) -> Enterprise: ...

    def adopt(self, manifest: Json) -> None: ...

    def uninstall(self, team: str) -> None: ...


def window_of(slack: Inhabited, person: str) -> Window:
    try:
        return slack.window(person)
    except KeyError:
        raise HTTPException(404, "nobody of this id in any workspace") from None


def workspace_of(slack: Inhabited, team: str) -> Workspace:
    if team not in slack.works:
        raise HTTPException(404, f"there is no workspace {team}")
    return slack.works[team]


class Refused:
    """Turns an action that is impossible in a real window into a 409 with the reason."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: object) -> None:
        if isinstance(error, Impossible):
            raise HTTPException(409, str(error)) from error
        if isinstance(error, Refusal):
            raise HTTPException(409, f"{error.error} {' '.join(error.messages)}".strip()) from error
