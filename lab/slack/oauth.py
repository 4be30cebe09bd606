"""Installing the app: the page where a person allows it, the code, the token, and uninstalling."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from lab.slack.app import SCOPES, App
from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office
from lab.slack.workspace import Person, Workspace

Json = dict[str, Any]

CODE_LIFE: Final = timedelta(minutes=10)
PAGE: Final = """<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Install Parley | Slack</title>
<h1>{title}</h1>
{body}"""


@dataclass(slots=True)
class Code:
    """A code that the app exchanges for a token: good once, for ten minutes."""

    person: Person
    scopes: frozenset[str]
    redirect_uri: str
    until: datetime
    used: bool = False


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """The contents of an install link."""

    scopes: frozenset[str]
    redirect_uri: str
    state: str


class Access(Arguments):
    code: str = ""
    client_id: str = ""
    client_secret: str = ""
    redirect_uri: str | None = None
    grant_type: str = "authorization_code"


def grant_request_of(app: App, url: str) -> GrantRequest:
    """Read an install link. Raises Refusal with the words of Slack's page for a wrong one."""
    given = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    if given.get("client_id") != app.client_id:
        raise Refusal("invalid_client_id")
    scopes = frozenset(each for each in given.get("scope", "").replace(" ", ",").split(",") if each)
    if not scopes or scopes - SCOPES:
        raise Refusal("invalid_scope", [f"unknown: {', '.join(sorted(scopes - SCOPES)) or 'no scope at all'}"])
    known = app.manifest.redirect_urls if app.manifest else ()
    redirect = given.get("redirect_uri") or (known[0] if known else "")
    if not redirect or (known and not any(redirect.startswith(each) for each in known)):
        raise Refusal("bad_redirect_uri")
    return GrantRequest(scopes, redirect, given.get("state", ""))


def allow(work: Workspace, app: App, person: Person, grant: GrantRequest) -> str:
    """Let the person press Allow; return where their browser goes next."""
    code = f"{work.id.lower()}.{app.new_secret(40).lower()}"
    app.codes[code] = {"code": Code(person, grant.scopes, grant.redirect_uri, work.world.clock.now() + CODE_LIFE)}
    return _to(grant, code=code)


def deny(grant: GrantRequest) -> str:
    return _to(grant, error="access_denied")


def _to(grant: GrantRequest, **given: str) -> str:
    glue = "&" if "?" in grant.redirect_uri else "?"
    return grant.redirect_uri + glue + urlencode(given | {"state": grant.state})


def redeem(app: App, works: dict[str, Workspace], call: Access) -> Json:
    """Install the app (`oauth.v2.access`). A second time it keeps its token and gains scopes."""
    if call.client_id != app.client_id:
        raise Refusal("invalid_client_id")
    if call.client_secret != app.client_secret:
        raise Refusal("bad_client_secret")
    if call.grant_type != "authorization_code":
        raise Refusal("invalid_grant_type")
    code: Code | None = app.codes.get(call.code, {}).get("code")
    if code is None:
        raise Refusal("invalid_code")
    work = works[code.person.team]
    if code.used:
        raise Refusal("code_already_used")
    if work.world.clock.now() > code.until:
        raise Refusal("invalid_code")
    if (call.redirect_uri or code.redirect_uri) != code.redirect_uri:
        raise Refusal("bad_redirect_uri")
    code.used = True
    install(work, app, work.scopes | code.scopes)
    team = {"id": work.id, "name": work.name}
    granted = {"scope": ",".join(sorted(work.scopes)), "token_type": "bot", "access_token": work.token}
    who = {"app_id": app.id, "bot_user_id": work.bot_user, "authed_user": {"id": code.person.id}}
    return {**who, **granted, "team": team, "enterprise": None, "is_enterprise_install": False}


def install(work: Workspace, app: App, scopes: frozenset[str]) -> None:
    work.token = work.token or f"xoxb-{app.new_secret(24)}"
    work.scopes = scopes
    work.changed(*work.people)


def uninstall(office: Office, dead: dict[str, str], *, said: str = "account_inactive") -> None:
    """Revoke the token, and tell the app."""
    work = office.work
    if work.token is None:
        return
    dead[work.token] = said
    work.token, work.scopes = None, frozenset()
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [work.bot_user]}, "event_ts": work.new_ts()}
    office.delivery.farewell(work, revoked)
    if said == "account_inactive":
        office.delivery.farewell(work, {"type": "app_uninstalled", "event_ts": work.new_ts()})
    work.changed(*work.people)


def page(app: App, works: dict[str, Workspace], query: str) -> tuple[int, str]:
    """Return the page behind an install link: a button for each person who could allow the app."""
    try:
        grant = grant_request_of(app, f"?{query}")
    except Refusal as refused:
        words = html.escape(f"{refused.error} {' '.join(refused.messages)}")
        return 400, PAGE.format(title="Something is wrong with this link", body=f"<p>{words}</p>")
    scopes = "".join(f"<li>{html.escape(each)}</li>" for each in sorted(grant.scopes))
    buttons = "".join(
        f'<form method="post" action="/slack/oauth/v2/authorize?{html.escape(query)}">'
        f'<input type="hidden" name="person" value="{html.escape(person.id)}">'
        f'<button name="do" value="allow">Allow in {html.escape(work.name)}, as {html.escape(person.name)}</button> '
        f'<button name="do" value="deny">Cancel</button></form>'
        for work in works.values()
        for person in work.people.values()
        if not person.deactivated
    )
    body = f"<p>It asks for:</p><ul>{scopes}</ul>{buttons or '<p>There is nobody in any workspace yet.</p>'}"
    return 200, PAGE.format(title="Parley wants to come into a workspace", body=body)


def methods(app: App, works: dict[str, Workspace], dead: dict[str, str]) -> dict[str, Method]:
    """Return the methods about tokens, bound to all workspaces."""

    def access(_: Office, call: Access) -> Json:
        return redeem(app, works, call)

    def revoke(office: Office, _: Arguments) -> Json:
        uninstall(office, dead, said="token_revoked")
        return {"revoked": True}

    def leave(office: Office, call: Access) -> Json:
        if (call.client_id, call.client_secret) != (app.client_id, app.client_secret):
            raise Refusal("invalid_client_id" if call.client_id != app.client_id else "bad_client_secret")
        uninstall(office, dead)
        return {}

    return {"oauth.v2.access": (Access, access), "auth.revoke": (Arguments, revoke), "apps.uninstall": (Access, leave)}
