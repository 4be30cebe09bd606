"""api.test, auth.*, team.* and users.*: people, and the caller's own identity."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from lab.slack.methods.channels import Paged, page
from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office
from lab.slack.workspace import Person

Json = dict[str, Any]


class Test(Arguments):
    error: str | None = None
    foo: str | None = None


class UserInfo(Arguments):
    user: str
    include_locale: bool = False


class LookupByEmail(Arguments):
    email: str


class Profile(Arguments):
    user: str | None = None


def api_test(_: Office, call: Test) -> Json:
    if call.error:
        raise Refusal(call.error)
    return {"args": call.model_dump(exclude_none=True)}


def auth_test(office: Office, _: Arguments) -> Json:
    work = office.work
    who = {"user": "parley", "user_id": work.bot_user, "bot_id": work.bot_id, "app_id": office.app.id}
    grid = {"enterprise_id": work.enterprise_id} if work.enterprise else {}
    where = {"url": f"{work.base_url}/", "team": work.name, "team_id": work.id, **grid}
    return {**where, **who, "is_enterprise_install": work.whole}


def team_info(office: Office, _: Arguments) -> Json:
    work = office.work
    named = {"id": work.id, "name": work.name, "domain": work.domain}
    return {"team": {**named, "email_domain": "", "icon": {"image_default": True}}}


def users_info(office: Office, call: UserInfo) -> Json:
    work = office.work
    if call.user == work.bot_user:
        return {"user": {"id": work.bot_user, "team_id": work.id, "name": "parley", "is_bot": True, "deleted": False}}
    if call.user not in work.people:
        raise Refusal("user_not_found")
    person = work.people[call.user]
    return {"user": shown(office, person) | ({"locale": person.locale} if call.include_locale else {})}


def users_list(office: Office, call: Paged) -> Json:
    people, after = page(list(office.work.people.values()), call)
    return {"members": [shown(office, person) for person in people], **after}


def lookup_by_email(office: Office, call: LookupByEmail) -> Json:
    for person in office.work.people.values():
        if person.email.lower() == call.email.lower() and not person.deactivated:
            return {"user": shown(office, person)}
    raise Refusal("users_not_found")


def profile_get(office: Office, call: Profile) -> Json:
    if call.user not in office.work.people:
        raise Refusal("user_not_found")
    return {"profile": _profile(office, office.work.people[call.user])}


def shown(office: Office, person: Person) -> Json:
    """Return a user object. The e-mail is only included for a caller who may read it."""
    if person.deactivated:
        return {"id": person.id, "team_id": person.team, "name": person.handle, "deleted": True, "is_bot": False}
    flags = {"deleted": False, "is_bot": False, "is_app_user": False, "is_admin": person.admin}
    named = {"id": person.id, "team_id": person.team, "name": person.handle, "real_name": person.name}
    offset = office.work.world.clock.now().astimezone(ZoneInfo(person.tz)).utcoffset()
    zone = {"tz": person.tz, "tz_label": person.tz, "tz_offset": int(offset.total_seconds()) if offset else 0}
    return {**named, **zone, **flags, "profile": _profile(office, person)}


def _profile(office: Office, person: Person) -> Json:
    first, _, last = person.name.partition(" ")
    names = {"real_name": person.name, "display_name": person.name, "first_name": first, "last_name": last}
    may = "users:read.email" in office.work.scopes
    return {**names, "team": person.team} | ({"email": person.email} if may else {})


METHODS: Final[dict[str, Method]] = {
    "api.test": (Test, api_test),
    "auth.test": (Arguments, auth_test),
    "team.info": (Arguments, team_info),
    "users.info": (UserInfo, users_info),
    "users.list": (Paged, users_list),
    "users.lookupByEmail": (LookupByEmail, lookup_by_email),
    "users.profile.get": (Profile, profile_get),
}
