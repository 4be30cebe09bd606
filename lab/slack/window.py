"""One person's Slack window: their view and all their actions in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from lab.slack import payloads, responses
from lab.slack.app import App
from lab.slack.check import interactive_elements
from lab.slack.composition import Suggestions
from lab.slack.delivery import Delivery
from lab.slack.form_state import NoSuchChoice, Value, all_options, complaints, entry_for
from lab.slack.refusal import Refusal
from lab.slack.views import OpenView, Views
from lab.slack.workspace import Channel, Person, Response, Workspace
from lab.slack.writing import Impossible, Writing

Json = dict[str, Any]

TROUBLE: Final = "We had some trouble connecting. Try again?"
# Elements that can be pressed without keeping a value.
_PRESSED: Final = frozenset({"button", "workflow_button", "overflow", "icon_button", "feedback_buttons"})


@dataclass(slots=True)
class InView:
    """A place for elements: a modal or a Home tab."""

    view: OpenView

    @property
    def blocks(self) -> list[Json]:
        return list(self.view.body["blocks"])


@dataclass(slots=True)
class InMessage:
    """A place for elements: a message of a channel."""

    channel: Channel
    message: Json

    @property
    def blocks(self) -> list[Json]:
        return payloads.blocks_of(self.message)


Place = InView | InMessage


class Window(Writing):
    """A person's view and actions in their Slack window."""

    def __init__(self, app: App, work: Workspace, views: Views, delivery: Delivery, person: Person) -> None:
        super().__init__(app, work, delivery, person)
        self.views = views

    def screen(self) -> Json:
        home = self.views.homes.get(self.person.id)
        manifest = self.app.manifest
        return {
            "person": self.person.shown(),
            "team": {"id": self.work.id, "name": self.work.name, "installed": self.work.token is not None},
            "channels": [
                {
                    "id": each.id,
                    "name": each.name,
                    "is_im": each.is_im,
                    "is_member": self.person.id in each.members,
                    "topic": each.topic,
                    "bookmarks": each.bookmarks,
                    "messages": self._messages(each),
                }
                for each in self.work.channels_of(self.person.id)
            ],
            "home": _shown_view(home) if home else None,
            "modals": [_shown_view(view) for view in self.views.stack(self.person.id)],
            "commands": list(manifest.commands.values()) if manifest else [],
            "shortcuts": list(manifest.shortcuts.values()) if manifest else [],
        }

    async def command(self, text: str, channel_id: str | None) -> None:
        """Type a slash command; Slackbot reports it if the app does not answer in time."""
        channel = self.channel(channel_id)
        form = payloads.slash_command(self.work, self.person, channel, text)
        if not form["command"].startswith("/"):
            raise Impossible("a command starts with a slash")
        if self.work.token is None or not self._offers("commands", form["command"]):
            self._slackbot(channel, f"{form['command']} is not a valid command.")
            return
        answer = await self.delivery.command(form)
        if answer is None:
            why = "operation_timeout" if self.delivery.reachable else "dispatch_failed"
            self._slackbot(channel, f'{form["command"]} failed with the error "{why}"')
        elif answer:
            try:
                responses.say(self.work, self._response(channel), answer)
            except Refusal as refusal:
                self._slackbot(channel, f'{form["command"]} failed with the error "{refusal.error}"')

    async def press(self, block_id: str, action_id: str, value: Value, where: Json) -> bool:
        """Press a button or pick in a select. Return whether the app acknowledged, as far as it had to."""
        place = self._place(block_id, where)
        block, element = self._element(place, block_id, action_id)
        entry, option = None, None
        if element["type"] == "overflow":
            option = next((each for each in all_options(element) if each["value"] == value), None)
            if option is None:
                raise Impossible(f"{value!r} is not in the menu")
        elif element["type"] not in _PRESSED:
            entry = self._entry(block, element, value)
            self._keep(place, block, element, entry)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return True
        done = payloads.action(self.work, block, element, entry, option)
        if isinstance(place, InView):
            payload = payloads.actions_in_view(self.work, self.person, place.view, done)
        else:
            payload = payloads.actions_in_message(self.work, self.person, place.channel, place.message, done)
        return await self.delivery.interaction(payload) is not None

    async def submit(self, view_id: str, values: dict[str, dict[str, Value]]) -> dict[str, str]:
        """Fill in and send a modal. Return the complaints shown in it, none if it was accepted."""
        view = self._top_modal(view_id)
        if not view.body["submit"]:
            raise Impossible("this modal has no button to send it off")
        for block_id, actions in values.items():
            for action_id, value in actions.items():
                block, element = self._element(InView(view), block_id, action_id)
                self._keep(InView(view), block, element, self._entry(block, element, value))
        view.errors = complaints(view.body["blocks"], view.body["state"]["values"])
        if not view.errors:
            answer = await self.delivery.interaction(payloads.view_submission(self.work, self.person, view))
            view.errors = self._obey(view, answer)
        self.work.changed(self.person.id)
        return view.errors

    async def close(self, view_id: str) -> None:
        """Close the modal on top; the app is told if it asked for that."""
        view = self._top_modal(view_id)
        cleared = bool(view.body["clear_on_close"])
        closed = [*reversed(self.views.stack(self.person.id))] if cleared else [view]
        self.views.close(view)
        for each in closed:
            if each.body["notify_on_close"]:
                await self.delivery.interaction(payloads.view_closed(self.work, self.person, each, cleared))

    async def close_all(self) -> None:
        """Close the whole stack, top first; the app is told of each cleared modal that asked for it."""
        closed = [*reversed(self.views.stack(self.person.id))]
        self.views.clear(self.person.id)
        for each in closed:
            if each.body["notify_on_close"]:
                await self.delivery.interaction(payloads.view_closed(self.work, self.person, each, cleared=True))

    def open_home(self, tab: str) -> None:
        home = self.views.homes.get(self.person.id)
        self.delivery.event(self.work, payloads.app_home_opened(self.work, self.person.id, tab, home))

    async def shortcut(self, callback_id: str, channel_id: str | None, ts: str | None) -> bool:
        """Use a global shortcut, or with `ts` one on a message. Return whether the app acknowledged."""
        if self.work.token is None or not self._offers("shortcuts", callback_id):
            raise Impossible(f"there is no shortcut {callback_id!r}")
        channel = message = None
        if ts is not None:
            channel, message = self._find_message(channel_id, ts)
        payload = payloads.shortcut(self.work, self.person, callback_id, channel, message)
        return await self.delivery.interaction(payload) is not None

    async def suggest(self, block_id: str, action_id: str, typed: str, where: Json) -> list[Json]:
        """Type into a select whose options the app provides; return them."""
        place = self._place(block_id, where)
        block, element = self._element(place, block_id, action_id)
        if not element["type"].endswith("external_select"):
            raise Impossible("the options of this element do not come from the app")
        if len(typed) < element.get("min_query_length", 3):
            return []
        if isinstance(place, InView):
            asked: Json = {"container": {"type": "view", "view_id": place.view.id}, "view": place.view.body}
        else:
            inside = {"type": "message", "message_ts": place.message["ts"], "channel_id": place.channel.id}
            asked = {"container": inside, "message": place.message, "channel": {"id": place.channel.id}}
        named = {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}
        payload = payloads.block_suggestion(self.work, self.person, named, asked)
        answer = await self.delivery.interaction(payload)
        options = _offered(answer or {})
        key = (self.person.id, block_id, action_id)
        # An option that was offered before may still be picked in the element.
        earlier = [each for each in self.work.suggested.get(key, []) if each not in options]
        self.work.suggested[key] = [*options, *earlier]
        return options

    def _offers(self, kind: str, name: str) -> bool:
        """Return whether the app has this command or shortcut; an app without a manifest has all."""
        manifest = self.app.manifest
        return manifest is None or name in (manifest.commands if kind == "commands" else manifest.shortcuts)

    def _obey(self, view: OpenView, answer: Json | None) -> dict[str, str]:
        """Do what the app's answer to a submission says. Errors in the answer are shown in the modal."""
        if answer is None:
            return {"": TROUBLE}
        try:
            match answer.get("response_action"):
                case None if not answer:
                    self.views.close_submitted(view)
                case "clear":
                    self.views.clear(self.person.id)
                case "update":
                    self.views.replace(view, answer["view"])
                case "push":
                    self.views.push_on(view, answer["view"])
                case "errors":
                    return self._errors(view, answer["errors"])
                case other:
                    return {"": f"{TROUBLE} (response_action {other!r} is unknown)"}
        except Refusal as refusal:
            return {"": f"{TROUBLE} ({refusal.error}: {' '.join(refusal.messages)})"}
        except KeyError as missing:
            return {"": f"{TROUBLE} (the answer lacks {missing})"}
        return {}

    def _errors(self, view: OpenView, errors: dict[str, str]) -> dict[str, str]:
        """Return the errors under inputs. For any other block Slack shows its general complaint."""
        inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
        astray = sorted(set(errors) - inputs)
        if astray or not errors:
            return {"": f"{TROUBLE} (no input blocks: {', '.join(astray) or 'errors is empty'})"}
        return dict(errors)

    def _messages(self, channel: Channel) -> list[Json]:
        mine = [message for person, message in channel.ephemeral if person == self.person.id]
        shown = []
        for message in sorted([*channel.messages, *mine], key=lambda each: str(each["ts"])):
            state = payloads.message_state(self.work, self.person.id, channel, message)
            flags = {"edited": "edited" in message, "ephemeral": bool(message.get("is_ephemeral"))}
            shown.append({**message, **flags} | ({"state": state} if state else {}))
        return shown

    def _top_modal(self, view_id: str) -> OpenView:
        stack = self.views.stack(self.person.id)
        if not stack or stack[-1].id != view_id:
            raise Impossible("this modal is not the one on top")
        return stack[-1]

    def _place(self, block_id: str, where: Json) -> Place:
        """Return the named view or message; by default the newest message that has the block."""
        if where.get("view_id"):
            view = self.views.find(where["view_id"])
            if view is None or view.person != self.person.id:
                raise Impossible("this view is not on the screen")
            return InView(view)
        return InMessage(*self._find_message(where.get("channel"), where.get("ts"), block_id))

    def _find_message(self, channel_id: str | None, ts: str | None, block_id: str = "") -> tuple[Channel, Json]:
        mine = self.work.channels_of(self.person.id)
        for channel in [self.channel(channel_id)] if channel_id else mine:
            private = [message for person, message in channel.ephemeral if person == self.person.id]
            for message in sorted([*channel.messages, *private], key=lambda each: str(each["ts"]), reverse=True):
                blocks = payloads.blocks_of(message)
                has = any(block["block_id"] == block_id for block, _ in interactive_elements(blocks))
                if message["ts"] == ts or (ts is None and has):
                    return channel, message
        raise Impossible("this message is not on the screen")

    def _element(self, place: Place, block_id: str, action_id: str) -> tuple[Json, Json]:
        for block, element in interactive_elements(place.blocks):
            if (block["block_id"], element["action_id"]) == (block_id, action_id):
                return block, element
        raise Impossible(f"no element {action_id!r} in a block {block_id!r}")

    def _entry(self, block: Json, element: Json, value: Value) -> Json:
        suggested = self.work.suggested.get((self.person.id, block["block_id"], element["action_id"]), [])
        try:
            return entry_for(element, value, self._own_file, suggested)
        except NoSuchChoice as refused:
            raise Impossible(str(refused)) from None

    def _own_file(self, id_: str) -> Json:
        file = self.work.files.get(id_)
        if file is None or file.user != self.person.id:
            raise Impossible(f"no file {id_} of this person")
        return self.work.file_shown(file)

    def _keep(self, place: Place, block: Json, element: Json, entry: Json) -> None:
        """Remember the value of an element, where the app will find it in `state.values`."""
        if isinstance(place, InView):
            state = place.view.body["state"]["values"]
        else:
            state = self.work.picked.setdefault((self.person.id, place.channel.id, place.message["ts"]), {})
        state.setdefault(block["block_id"], {})[element["action_id"]] = entry

    def _response(self, channel: Channel) -> Response:
        return Response(self.person.id, channel.id, self.work.world.clock.now())

    def _slackbot(self, channel: Channel, text: str) -> None:
        responses.only_you(self.work, self.person.id, channel.id, text)


def _shown_view(view: OpenView) -> Json:
    return {**view.body, "errors": view.errors}


def _offered(answer: Json) -> list[Json]:
    """Return an app's options for a typed text. Raises Impossible if Slack would show none of them."""
    try:
        return all_options(Suggestions.model_validate(answer).model_dump(exclude_none=True))
    except ValidationError as refused:
        raise Impossible(f"Slack does not take what the app offers: {refused.errors()[0]['msg']}") from None
