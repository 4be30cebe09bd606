"""The payloads of Slack's events, commands and interactions, key by key."""

from __future__ import annotations

from typing import Any

from lab.slack.form_state import initial_state
from lab.slack.views import OpenView
from lab.slack.workspace import APP_ID, Channel, Person, StoredFile, Workspace

Json = dict[str, Any]


def channel_type(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "group" if channel.is_private else "channel"


def message_event(channel: Channel, message: Json) -> Json:
    kind = channel_type(channel)
    return {**message, "channel": channel.id, "channel_type": kind, "event_ts": message["ts"]}


def app_mention(channel: Channel, message: Json) -> Json:
    plain: Json = {key: message[key] for key in ("user", "ts", "text", "team", "blocks", "thread_ts") if key in message}
    return {"type": "app_mention", **plain, "channel": channel.id, "event_ts": message["ts"]}


def app_home_opened(work: Workspace, person: str, tab: str, home: OpenView | None) -> Json:
    """Return the event; it has a `view` once the app has published one."""
    place = {"user": person, "channel": work.im_with(person).id, "tab": tab, "event_ts": work.new_ts()}
    return {"type": "app_home_opened", **place} | ({"view": home.body} if home else {})


def file_shared(work: Workspace, file: StoredFile, channel: Channel) -> Json:
    ids = {"file_id": file.id, "user_id": file.user, "file": {"id": file.id}, "channel_id": channel.id}
    return {"type": "file_shared", **ids, "event_ts": work.new_ts()}


def link_shared(work: Workspace, channel: Channel, message: Json, links: list[Json]) -> Json:
    """Return the event for addresses of the app's domains in a person's message."""
    place = {"channel": channel.id, "is_bot_user_member": work.bot_user in channel.members, "user": message["user"]}
    place |= {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
    unfurl = {"message_ts": message["ts"], "unfurl_id": f"C.{channel.id}.{message['ts']}", "links": links}
    return {"type": "link_shared", **place, **unfurl, "source": "conversations_history", "event_ts": work.new_ts()}


def reaction(kind: str, person: str, channel: Channel, message: Json, name: str) -> Json:
    """Return a reaction's event, without its own time."""
    item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
    who = {"user": person, "reaction": name, "item": item, "item_user": message["user"]}
    return {"type": kind, **who}


def slash_command(work: Workspace, person: Person, channel: Channel, text: str) -> Json:
    """Return a command's form: every value is a string."""
    command, _, rest = text.strip().partition(" ")
    return {
        "token": "lab",
        "team_id": work.id,
        "team_domain": work.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": person.id,
        "user_name": person.handle,
        "command": command,
        "text": rest.strip(),
        "api_app_id": APP_ID,
        "is_enterprise_install": str(work.whole).lower(),
        **({"enterprise_id": grid.id, "enterprise_name": grid.name} if (grid := work.enterprise) else {}),
        "response_url": work.new_response_url(person.id, channel.id),
        "trigger_id": work.new_trigger(person.id),
    }


def view_submission(work: Workspace, person: Person, view: OpenView) -> Json:
    trigger = {"trigger_id": work.new_trigger(person.id, view.id), "view": view.body, "response_urls": []}
    return {"type": "view_submission", **_common(work, person, is_view=True), **trigger}


def view_closed(work: Workspace, person: Person, view: OpenView, cleared: bool) -> Json:
    return {"type": "view_closed", **_common(work, person, is_view=True), "view": view.body, "is_cleared": cleared}


def shortcut(work: Workspace, person: Person, callback_id: str, channel: Channel | None, message: Json | None) -> Json:
    """Return the payload of a global shortcut, or of one on a message."""
    common = {**_common(work, person), "callback_id": callback_id, "trigger_id": work.new_trigger(person.id)}
    common["action_ts"] = work.new_ts()
    if channel is None or message is None:
        return {"type": "shortcut", **common}
    place = {"channel": {"id": channel.id, "name": channel.name}, "message_ts": message["ts"], "message": message}
    answer = {"response_url": work.new_response_url(person.id, channel.id, message)}
    return {"type": "message_action", **common, **place, **answer}


def action(work: Workspace, block: Json, element: Json, entry: Json | None, option: Json | None) -> Json:
    """Return one entry of `actions`: the pressed element, with the value that was picked in it."""
    done: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    done |= {key: element[key] for key in ("text", "value", "style", "url", "placeholder") if key in element}
    done |= entry or {}
    if option is not None:
        done["selected_option"] = option
    return done | {"action_ts": work.new_ts()}


def actions_in_view(work: Workspace, person: Person, view: OpenView, done: Json) -> Json:
    inside = view.id if view.body["type"] == "modal" else None
    place = {"container": {"type": "view", "view_id": view.id}, "view": view.body}
    trigger = {"trigger_id": work.new_trigger(person.id, inside), "actions": [done]}
    return {"type": "block_actions", **_common(work, person, is_view=True), **place, **trigger}


def actions_in_message(work: Workspace, person: Person, channel: Channel, message: Json, done: Json) -> Json:
    """Return the payload of presses in a message. As at Slack, an ephemeral message is named but not enclosed."""
    ephemeral = bool(message.get("is_ephemeral"))
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel.id, "is_ephemeral": ephemeral}
    for number, preview in enumerate(message.get("attachments", []), 1):
        if any(block["block_id"] == done["block_id"] for block in preview.get("blocks", [])):
            of = {"attachment_id": number, "is_app_unfurl": True, "app_unfurl_url": preview["from_url"]}
            container |= {"type": "message_attachment", **of}
    place: Json = {"container": container, "channel": {"id": channel.id, "name": channel.name}}
    if not ephemeral:
        place["message"] = message
    state = {"values": message_state(work, person.id, channel, message)}
    answer = {"response_url": work.new_response_url(person.id, channel.id, message)}
    trigger = {"trigger_id": work.new_trigger(person.id), "actions": [done]}
    return {"type": "block_actions", **_common(work, person), **place, "state": state, **answer, **trigger}


def block_suggestion(work: Workspace, person: Person, asked: Json, place: Json) -> Json:
    """Return the payload. `asked` holds action_id, block_id and, as value, the typed text."""
    return {"type": "block_suggestion", **_common(work, person), **asked, **place}


def message_state(work: Workspace, person: str, channel: Channel, message: Json) -> Json:
    """Return what this person has picked in the inputs of a message, on top of their initial values."""
    state = initial_state(message.get("blocks", []))
    for block_id, actions in work.picked.get((person, channel.id, message["ts"]), {}).items():
        for action_id, entry in actions.items():
            if action_id in state.get(block_id, {}):
                state[block_id][action_id] = entry
    return state


def bot_message(work: Workspace, text: str, blocks: list[Json] | None, **more: Any) -> Json:
    """Return a message of the app as history and events show it. None values are left out."""
    profile = {"id": work.bot_id, "app_id": APP_ID, "name": "parley", "team_id": work.id, "deleted": False}
    owner = {"user": work.bot_user, "bot_id": work.bot_id, "app_id": APP_ID, "team": work.id, "bot_profile": profile}
    message = {"type": "message", **owner, "text": text, "ts": work.new_ts(), "blocks": blocks or None, **more}
    return {key: value for key, value in message.items() if value is not None}


def blocks_of(message: Json) -> list[Json]:
    """Return a message's own blocks, and those of the previews under it."""
    previews = [block for each in message.get("attachments", []) for block in each.get("blocks", [])]
    return [*message.get("blocks", []), *previews]


def _common(work: Workspace, person: Person, *, is_view: bool = False) -> Json:
    """Return the common part. In views of an app that a whole organisation has installed, no workspace is named."""
    user = {"id": person.id, "username": person.handle, "name": person.handle, "team_id": work.id}
    app = {"api_app_id": APP_ID, "token": "lab", "is_enterprise_install": work.whole}
    app |= {"enterprise": work.enterprise.shown() if work.enterprise else None}
    return {"team": None if work.whole and is_view else work.team, "user": user, **app}
