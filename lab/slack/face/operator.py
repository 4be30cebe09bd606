"""Workspaces, the app's own page, and its installation: the actions of administrators and developers at Slack."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException
from pydantic import BaseModel

from lab.slack import oauth
from lab.slack.app import BadManifest
from lab.slack.face.workspace_people import Inhabited, Json, Refused, workspace_of
from lab.slack.workspace import Channel, Workspace


class Founding(BaseModel):
    name: str
    id: str | None = None
    enterprise: str | None = None


class Organisation(BaseModel):
    name: str
    id: str | None = None


class Change(BaseModel):
    """A change of a workspace: fields that are left out stay."""

    new_blocks: bool | None = None
    scopes: list[str] | None = None


class NewChannel(BaseModel):
    name: str
    team: str | None = None
    members: list[str] = []
    private: bool = False
    app: bool = True


class AppPage(BaseModel):
    """A change of the app's page: fields that are left out stay.

    `manifest: {}` removes the manifest, `request_url: ""` the address.
    """

    manifest: dict[str, Any] | None = None
    unfurl_domains: list[str] | None = None
    double_every: int | None = None
    pace: float | None = None
    request_url: str | None = None


class Visit(BaseModel):
    """A visit of the page behind an install link. `whole`: the person allows the app in their whole organisation."""

    url: str
    deny: bool = False
    whole: bool = False


def routes_on(routes: APIRouter, slack: Inhabited) -> None:
    _workspaces(routes, slack)
    _visits(routes, slack)
    _app(routes, slack)


def _workspaces(routes: APIRouter, slack: Inhabited) -> None:
    @routes.get("/workspaces")
    async def every() -> list[Json]:
        return [shown(work) for work in slack.works.values()]

    @routes.post("/workspaces")
    async def found(founding: Founding) -> Json:
        if founding.enterprise is not None and founding.enterprise not in slack.enterprises:
            raise HTTPException(404, f"there is no organisation {founding.enterprise}")
        return shown(slack.add_workspace(founding.name, founding.id, founding.enterprise))

    @routes.post("/enterprises")
    async def unite(organisation: Organisation) -> Json:
        return slack.add_enterprise(organisation.name, organisation.id).shown()

    @routes.put("/workspaces/{team}")
    async def change(team: str, changes: Change) -> Json:
        work = workspace_of(slack, team)
        if changes.new_blocks is not None:
            work.new_blocks = changes.new_blocks
        if changes.scopes is not None:
            work.scopes = frozenset(changes.scopes)
        return shown(work)

    @routes.post("/workspaces/{team}/uninstall")
    async def uninstall(team: str) -> Json:
        work = workspace_of(slack, team)
        slack.uninstall(team)
        return shown(work)


def _visits(routes: APIRouter, slack: Inhabited) -> None:
    """Add the calls that follow an install link and open a channel."""

    @routes.post("/people/{person}/install")
    async def install(person: str, visit: Visit) -> Json:
        """Follow an install link and press Allow (or Cancel). Return where the browser is sent."""
        work = slack.work_of(person)
        if work is None:
            raise HTTPException(404, "nobody of this id in any workspace")
        with Refused():
            grant = oauth.grant_request_of(slack.app, visit.url)
            if visit.deny:
                return {"redirect": oauth.deny(grant)}
            allowed = oauth.allow(work, slack.app, work.people[person], grant, whole=visit.whole)
        return {"redirect": allowed}

    @routes.post("/channels")
    async def open_channel(changes: NewChannel) -> Json:
        work = workspace_of(slack, changes.team) if changes.team else slack.work
        if strangers := [each for each in changes.members if each not in work.people]:
            raise HTTPException(404, f"not in this workspace: {', '.join(strangers)}")
        with Refused():
            channel = work.add_channel(changes.name, next(iter(changes.members), ""), private=changes.private)
        channel.members |= {*changes.members} | ({work.bot_user} if changes.app else set())
        work.channel_changed(channel)
        return channel_shown(channel)


def _app(routes: APIRouter, slack: Inhabited) -> None:
    @routes.get("/app")
    async def app() -> Json:
        return {**slack.app.shown(), "reachable": slack.delivery.reachable}

    @routes.put("/app")
    async def set_app(page: AppPage) -> Json:
        """Change the app's page. With a manifest, all its workspaces grant exactly what it asks for."""
        if page.manifest is not None:
            try:
                slack.adopt(page.manifest)
            except (BadManifest, KeyError, TypeError, AttributeError) as wrong:
                raise HTTPException(422, f"Slack would not take this manifest: {wrong}") from wrong
        for name in ("double_every", "pace"):
            if getattr(page, name) is not None:
                setattr(slack.app, name, getattr(page, name))
        if page.request_url is not None:
            slack.app.events_url = page.request_url or None
        if page.unfurl_domains is not None:
            slack.app.unfurl_domains = tuple(page.unfurl_domains)
        return slack.app.shown()

    @routes.post("/disconnect")
    async def disconnect(reason: Annotated[str, Body(embed=True)] = "refresh_requested") -> Json:
        """Ask the app's Socket Mode connections to reconnect."""
        return {"asked": await slack.delivery.disconnect(reason)}


def shown(work: Workspace) -> Json:
    state = {"installed": work.token is not None, "scopes": sorted(work.scopes), "bot_token": work.token}
    state |= {"enterprise": work.enterprise_id, "is_enterprise_install": work.whole, "bot_user": work.bot_user}
    return {"id": work.id, "name": work.name, "domain": work.domain, "new_blocks": work.new_blocks, **state}


def channel_shown(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name, "is_im": channel.is_im, "members": sorted(channel.members)}
