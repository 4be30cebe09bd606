"""The lab's side of Slack over HTTP: people and their windows, workspaces, and the app's own page (see lab/FACE.md)."""

from __future__ import annotations

from fastapi import APIRouter

from lab.slack.face import operator, person
from lab.slack.face.workspace_people import Inhabited

__all__ = ["router"]


def router(slack: Inhabited) -> APIRouter:
    routes = APIRouter(prefix="/lab/slack")
    person.routes_on(routes, slack)
    operator.routes_on(routes, slack)
    return routes
