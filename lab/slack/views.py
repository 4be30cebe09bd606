"""Modals and Home tabs of each person: the stack of views, with what was typed into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from lab.slack.blocks import ChatAddress
from lab.slack.check import check_view
from lab.slack.form_state import initial_state
from lab.slack.refusal import Refusal
from lab.slack.workspace import APP_ID, Workspace

Json = dict[str, Any]

MODALS_AT_ONCE: Final = 3  # docs.slack.dev/surfaces/modals: "up to three views at a time"


@dataclass(slots=True)
class OpenView:
    """A view on a person's screen. `body` is what Slack's API answers, `state` included."""

    person: str
    body: Json
    # Complaints shown under the inputs: block_id -> text; "" stands for the whole modal.
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.body["id"])


@dataclass
class Views:
    work: Workspace
    stacks: dict[str, list[OpenView]] = field(default_factory=dict)
    homes: dict[str, OpenView] = field(default_factory=dict)

    def stack(self, person: str) -> list[OpenView]:
        """Return the person's modals, the top one last."""
        return self.stacks.setdefault(person, [])

    def find(self, view_id: str) -> OpenView | None:
        return next((view for view in self._every() if view.id == view_id), None)

    def open(self, trigger_id: str, view: Json) -> OpenView:
        """Open a modal: on top if its trigger comes from a modal, otherwise in place of all."""
        body = self._checked(view, "modal")
        trigger = self.work.exchange(trigger_id)
        if trigger.view_id is None:
            self.stack(trigger.person).clear()
        return self._put_on_top(trigger.person, body)

    def push(self, trigger_id: str, view: Json) -> OpenView:
        body = self._checked(view, "modal")
        trigger = self.work.exchange(trigger_id)
        if not any(each.id == trigger.view_id for each in self.stack(trigger.person)):
            raise Refusal("not_found")
        return self._put_on_top(trigger.person, body)

    def push_on(self, below: OpenView, view: Json) -> OpenView:
        """Push a view, as `response_action: push` does."""
        return self._put_on_top(below.person, self._checked(view, "modal"))

    def update(self, view: Json, view_id: str | None, external_id: str | None, hash_: str | None) -> OpenView:
        """Replace the content of a modal. Raises not_found once it is closed, hash_conflict if it has changed."""
        if (view_id is None) == (external_id is None):
            raise Refusal("invalid_arguments", ["[ERROR] must provide either `view_id` or `external_id`"])
        key, identifier = ("id", view_id) if view_id is not None else ("external_id", external_id)
        found = next((each for each in self._every() if each.body[key] == identifier), None)
        if found is None:
            raise Refusal("not_found")
        if hash_ is not None and hash_ != found.body["hash"]:
            raise Refusal("hash_conflict")
        self.replace(found, view)
        return found

    def replace(self, found: OpenView, view: Json) -> None:
        """Put new content into the same window. As at Slack, typed values of inputs that stay are kept."""
        body = self._checked(view, found.body["type"], instead_of=found)
        typed = found.body["state"]["values"]
        kept = {key: found.body[key] for key in ("id", "root_view_id", "previous_view_id")}
        found.body = self._full(body) | kept
        for block_id, actions in found.body["state"]["values"].items():
            for action_id, entry in actions.items():
                before = typed.get(block_id, {}).get(action_id)
                if before and before["type"] == entry["type"]:
                    actions[action_id] = before
        found.errors = {}
        self.work.changed(found.person)

    def publish(self, person: str, view: Json, hash_: str | None) -> OpenView:
        body = self._checked(view, "home", instead_of=self.homes.get(person))
        if person not in self.work.people:
            raise Refusal("invalid_arguments", ["[ERROR] invalid `user_id` [json-pointer:/user_id]"])
        before = self.homes.get(person)
        if before and hash_ is not None and hash_ != before.body["hash"]:
            raise Refusal("hash_conflict")
        now = OpenView(person, self._full(body))
        if before:
            now.body |= {"id": before.id, "root_view_id": before.id}
        self.homes[person] = now
        self.work.changed(person)
        return now

    def close(self, view: OpenView) -> None:
        """Take a modal off the stack; `clear_on_close` takes the others with it."""
        stack = self.stack(view.person)
        if view in stack:
            stack.remove(view)
        if view.body.get("clear_on_close"):
            stack.clear()
        self.work.changed(view.person)

    def close_submitted(self, view: OpenView) -> None:
        """Close an accepted modal, so that the one below comes back, whatever `clear_on_close` says."""
        if view in (stack := self.stack(view.person)):
            stack.remove(view)
        self.work.changed(view.person)

    def clear(self, person: str) -> None:
        self.stack(person).clear()
        self.work.changed(person)

    def _every(self) -> Iterator[OpenView]:
        yield from (view for stack in self.stacks.values() for view in stack)
        yield from self.homes.values()

    def _checked(self, view: Json, chat_address: ChatAddress, instead_of: OpenView | None = None) -> Json:
        body = check_view(view, chat_address, self.work.world.random, newer=self.work.new_blocks)
        named = body.get("external_id")
        if named and any(each.body["external_id"] == named for each in self._every() if each is not instead_of):
            raise Refusal("duplicate_external_id")
        return body

    def _put_on_top(self, person: str, body: Json) -> OpenView:
        stack = self.stack(person)
        if len(stack) >= MODALS_AT_ONCE:
            raise Refusal("push_limit_reached")
        view = OpenView(person, self._full(body))
        if stack:
            view.body |= {"root_view_id": stack[0].id, "previous_view_id": stack[-1].id}
        stack.append(view)
        self.work.changed(person)
        return view

    def _full(self, body: Json) -> Json:
        """Return the view as Slack answers it: with every key, ids and hash."""
        id_ = self.work.new_id("V")
        now = int(self.work.world.clock.now().timestamp())
        defaults: Json = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None, "submit": None}
        defaults |= {"close": None, "clear_on_close": False, "notify_on_close": False}
        ids = {"id": id_, "root_view_id": id_, "previous_view_id": None, "team_id": self.work.id, "app_id": APP_ID}
        given = {key: value for key, value in body.items() if value is not None}
        state = {"values": initial_state(body["blocks"])}
        owner = {"bot_id": self.work.bot_id, "app_installed_team_id": self.work.id}
        return {**defaults, **given, **ids, **owner, "state": state, "hash": f"{now}.{self.work.new_secret(8)}"}
