"""views.*: modals and the Home tab."""

from __future__ import annotations

from typing import Any, Final

from lab.slack.refusal import Refusal
from lab.slack.web_api import Arguments, Method, Office, Structure

Json = dict[str, Any]


class Open(Arguments):
    view: Structure
    trigger_id: str | None = None
    interactivity_pointer: str | None = None


class Update(Arguments):
    view: Structure
    view_id: str | None = None
    external_id: str | None = None
    hash: str | None = None


class Publish(Arguments):
    view: Structure
    user_id: str
    hash: str | None = None


def open_(office: Office, call: Open) -> Json:
    return {"view": office.views.open(_trigger(call), call.view).body}


def push(office: Office, call: Open) -> Json:
    return {"view": office.views.push(_trigger(call), call.view).body}


def update(office: Office, call: Update) -> Json:
    return {"view": office.views.update(call.view, call.view_id, call.external_id, call.hash).body}


def publish(office: Office, call: Publish) -> Json:
    return {"view": office.views.publish(call.user_id, call.view, call.hash).body}


def _trigger(call: Open) -> str:
    trigger = call.trigger_id or call.interactivity_pointer
    if trigger is None:
        raise Refusal("invalid_arguments", ["[ERROR] missing required field: trigger_id"])
    return trigger


METHODS: Final[dict[str, Method]] = {
    "views.open": (Open, open_),
    "views.push": (Open, push),
    "views.update": (Update, update),
    "views.publish": (Publish, publish),
}
