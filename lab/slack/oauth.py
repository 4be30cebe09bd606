"""Installing the app: the page where a person allows it, the code, the token, and uninstalling."""

from __future__ import annotations

import html
from collections.abc import Sequence
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
TOKEN_LIFE: Final = timedelta(hours=12)  # docs.slack.dev/authentication/using-token-rotation
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
    whole: bool = False  # for the whole organisation
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
    refresh_token: str = ""


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


def allow(work: Workspace, app: App, person: Person, grant: GrantRequest, *, whole: bool = False) -> str:
    """Let the person press Allow; return where their browser goes next.

    `whole`: for their whole organisation. Raises Refusal if there is none, or if the app is not ready for one.
    """
    if whole and (work.enterprise is None or not app.org_ready):
        raise Refusal("org_install_not_possible", ["no organisation, or org_deploy_enabled is off"])
    code = f"{work.id.lower()}.{app.new_secret(40).lower()}"
    until = work.world.clock.now() + CODE_LIFE
    app.codes[code] = {"code": Code(person, grant.scopes, grant.redirect_uri, until, whole)}
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
    if call.grant_type == "refresh_token":
        return renew(app, works, call.refresh_token)
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
    covered = _covered(works, work) if code.whole else [work]
    install(covered, app, work.scopes | code.scopes, whole=code.whole)
    return {**_granted(app, work), "authed_user": {"id": code.person.id}}


def renew(app: App, works: dict[str, Workspace], refresh_token: str) -> Json:
    """Exchange a refresh token, once, for a new token and a new refresh token. The old token lasts until its end."""
    renewed = [each for each in works.values() if refresh_token and each.refresh_token == refresh_token]
    if not renewed:
        raise Refusal("invalid_refresh_token")
    first = renewed[0]
    old, until = first.token, first.token_until
    token, refresh = f"xoxe.xoxb-{app.new_secret(24)}", f"xoxe-{app.new_secret(24)}"
    for work in renewed:
        work.former |= {old: until} if old and until else {}
        work.token, work.refresh_token = token, refresh
        work.token_until = work.world.clock.now() + TOKEN_LIFE
    return _granted(app, first)


def _granted(app: App, work: Workspace) -> Json:
    """Return the answer about a token: an organisation's names no workspace."""
    granted: Json = {"scope": ",".join(sorted(work.scopes)), "token_type": "bot", "access_token": work.token}
    if work.token_until is not None:
        left = work.token_until - work.world.clock.now()
        granted |= {"refresh_token": work.refresh_token, "expires_in": int(left.total_seconds())}
    where: Json = {"team": None if work.whole else {"id": work.id, "name": work.name}}
    where |= {"enterprise": work.enterprise.shown() if work.enterprise else None, "is_enterprise_install": work.whole}
    return {"app_id": app.id, "bot_user_id": work.bot_user, **granted, **where}


def _covered(works: dict[str, Workspace], work: Workspace) -> list[Workspace]:
    """Return the workspaces of an organisation."""
    return [each for each in works.values() if each.enterprise is not None and each.enterprise == work.enterprise]


def install(covered: Sequence[Workspace], app: App, scopes: frozenset[str], *, whole: bool = False) -> None:
    """Install the app in a workspace, or with one token in all workspaces of an organisation."""
    first = covered[0]
    token = first.token if first.whole == whole else None
    refresh = first.refresh_token if token is not None else None
    if token is None or app.rotates:
        token = f"{'xoxe.' if app.rotates else ''}xoxb-{app.new_secret(24)}"
        refresh = f"xoxe-{app.new_secret(24)}" if app.rotates else None
    for work in covered:
        work.token, work.refresh_token, work.whole, work.scopes = token, refresh, whole, scopes
        work.token_until = work.world.clock.now() + TOKEN_LIFE if app.rotates else None
        work.changed(*work.people)


def join_organisation(work: Workspace, sibling: Workspace) -> None:
    """Give a new workspace the token of its organisation, if that has installed the app as a whole."""
    if sibling.whole and sibling.token is not None:
        work.token, work.refresh_token, work.scopes = sibling.token, sibling.refresh_token, sibling.scopes
        work.whole, work.token_until = True, sibling.token_until


def uninstall(
    office: Office, works: dict[str, Workspace], dead: dict[str, str], *, said: str = "account_inactive"
) -> None:
    """Revoke the token, everywhere that it is good for, and tell the app."""
    work = office.work
    if work.token is None:
        return
    whole = work.whole
    for each in _covered(works, work) if whole else [work]:
        dead |= dict.fromkeys([*each.former, work.token], said)
        each.token, each.scopes, each.whole = None, frozenset(), False
        each.token_until, each.refresh_token, each.former = None, None, {}
        each.changed(*each.people)
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [work.bot_user]}, "event_ts": work.new_ts()}
    office.delivery.farewell(work, revoked, whole=whole)
    if said == "account_inactive":
        office.delivery.farewell(work, {"type": "app_uninstalled", "event_ts": work.new_ts()}, whole=whole)


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
        f'{_whole_button(app, work, person)}<button name="do" value="deny">Cancel</button></form>'
        for work in works.values()
        for person in work.people.values()
        if not person.deactivated
    )
    body = f"<p>It asks for:</p><ul>{scopes}</ul>{buttons or '<p>There is nobody in any workspace yet.</p>'}"
    return 200, PAGE.format(title="Parley wants to come into a workspace", body=body)


def _whole_button(app: App, work: Workspace, person: Person) -> str:
    """Return the button that allows the app in the whole organisation, where that is possible."""
    if work.enterprise is None or not app.org_ready:
        return ""
    named = f"{html.escape(work.enterprise.name)}, as {html.escape(person.name)}"
    return f'<button name="do" value="allow_whole">Allow in all of {named}</button> '


def methods(app: App, works: dict[str, Workspace], dead: dict[str, str]) -> dict[str, Method]:
    """Return the methods about tokens, bound to all workspaces."""

    def access(_: Office, call: Access) -> Json:
        return redeem(app, works, call)

    def revoke(office: Office, _: Arguments) -> Json:
        uninstall(office, works, dead, said="token_revoked")
        return {"revoked": True}

    def leave(office: Office, call: Access) -> Json:
        if (call.client_id, call.client_secret) != (app.client_id, app.client_secret):
            raise Refusal("invalid_client_id" if call.client_id != app.client_id else "bad_client_secret")
        uninstall(office, works, dead)
        return {}

    return {"oauth.v2.access": (Access, access), "auth.revoke": (Arguments, revoke), "apps.uninstall": (Access, leave)}
