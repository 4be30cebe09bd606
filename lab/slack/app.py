"""The app's own page at Slack: its secrets, its manifest, and the rights and events that follow from it."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import Any, Final

from lab.slack.workspace import APP_ID
from lab.world import World

Json = dict[str, Any]

# The scopes that a bot may be granted, out of all of Slack's: docs.slack.dev/reference/scopes.
SCOPES: Final = frozenset(
    {"app_mentions:read", "assistant:write", "bookmarks:read", "bookmarks:write", "canvases:read", "canvases:write"}
    | {"channels:history", "channels:join", "channels:manage", "channels:read", "chat:write", "chat:write.customize"}
    | {"chat:write.public", "commands", "conversations.connect:write", "files:read", "files:write", "groups:history"}
    | {"groups:read", "groups:write", "im:history", "im:read", "im:write", "links:read", "links:write", "lists:read"}
    | {"lists:write", "metadata.message:read", "mpim:history", "mpim:read", "mpim:write", "pins:read", "pins:write"}
    | {"reactions:read", "reactions:write", "team:read", "usergroups:read", "users.profile:read", "users:read"}
    | {"users:read.email", "users:write", "workflow.steps:execute", "calls:read", "calls:write", "dnd:read"}
    | {"emoji:read", "im:write.topic", "incoming-webhook", "reminders:read", "reminders:write", "remote_files:read"}
    | {"remote_files:share", "remote_files:write", "search:read.public", "team.preferences:read", "usergroups:write"}
    | {"channels:write.invites", "channels:write.topic", "groups:write.invites", "groups:write.topic"}
)
# The events that a manifest may ask for, and the scope that Slack requires for each.
EVENT_SCOPES: Final[dict[str, str]] = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "assistant_thread_context_changed": "assistant:write",
    "assistant_thread_started": "assistant:write",
    "channel_archive": "channels:read",
    "channel_created": "channels:read",
    "channel_deleted": "channels:read",
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "entity_details_requested": "",
    "file_change": "files:read",
    "file_created": "files:read",
    "file_deleted": "files:read",
    "file_shared": "files:read",
    "function_executed": "",
    "group_archive": "groups:read",
    "group_left": "groups:read",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "message_metadata_posted": "metadata.message:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "team_join": "users:read",
    "team_rename": "team:read",
    "tokens_revoked": "",
    "user_change": "users:read",
    "user_profile_changed": "users.profile:read",
}
_MESSAGES: Final = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}


class BadManifest(ValueError):
    """Slack would refuse this manifest."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of a manifest that bind.

    `org_deploy`: whole organisations can install the app. `token_rotation`: new tokens end, and are renewed.
    """

    scopes: frozenset[str]
    events: frozenset[str]
    commands: dict[str, Json]
    shortcuts: dict[str, Json]
    redirect_urls: tuple[str, ...]
    unfurl_domains: tuple[str, ...]
    interactive: bool
    org_deploy: bool
    token_rotation: bool

    @classmethod
    def read(cls, given: Json) -> Manifest:
        """Read a manifest. Raises BadManifest."""
        features, settings = given.get("features") or {}, given.get("settings") or {}
        oauth = given.get("oauth_config") or {}
        scopes = frozenset((oauth.get("scopes") or {}).get("bot") or [])
        events = frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or [])
        if unknown := sorted(scopes - SCOPES):
            raise BadManifest(f"there are no scopes {', '.join(unknown)}")
        for event in sorted(events):
            if event not in EVENT_SCOPES:
                raise BadManifest(f"the lab knows no event {event}")
            if EVENT_SCOPES[event] and EVENT_SCOPES[event] not in scopes:
                raise BadManifest(f"{event} needs the scope {EVENT_SCOPES[event]}")
        commands = {each["command"]: each for each in features.get("slash_commands") or []}
        shortcuts = {each["callback_id"]: each for each in features.get("shortcuts") or []}
        if (commands or shortcuts) and "commands" not in scopes:
            raise BadManifest("slash commands and shortcuts need the scope commands")
        return cls(
            scopes,
            events,
            commands,
            shortcuts,
            tuple(oauth.get("redirect_urls") or []),
            tuple(features.get("unfurl_domains") or []),
            bool((settings.get("interactivity") or {}).get("is_enabled")),
            bool(settings.get("org_deploy_enabled")),
            bool(settings.get("token_rotation_enabled")),
        )


@dataclass
class App:
    """One app, installed in one workspace or in many. Without a manifest it gets every event and may do everything."""

    world: World
    id: str = APP_ID
    manifest: Manifest | None = None
    events_url: str | None = None
    # In addition to the manifest's own; for a lab without a manifest.
    unfurl_domains: tuple[str, ...] = ()
    # Every n-th event comes a second time under another event id; 0 means none.
    double_every: int = 0
    # Multiplies all rate limits.
    pace: float = 1.0
    client_id: str = ""
    client_secret: str = ""
    signing_secret: str = ""
    token: str = ""
    codes: dict[str, Json] = field(default_factory=dict)  # redeems installation codes

    def __post_init__(self) -> None:
        self.token = f"xapp-{self.new_secret(24)}"
        self.signing_secret = self.new_secret(32)
        self.client_id = "".join(self.world.random.choices(string.digits, k=12)) + ".lab"
        self.client_secret = self.new_secret(32)

    def new_secret(self, length: int) -> str:
        return "".join(self.world.random.choices(string.ascii_letters + string.digits, k=length))

    @property
    def scopes(self) -> frozenset[str]:
        """Return the scopes that an installation from the app's own page grants."""
        return self.manifest.scopes if self.manifest else SCOPES

    @property
    def rotates(self) -> bool:
        """Return whether new tokens end after a while and have to be renewed."""
        return self.manifest is not None and self.manifest.token_rotation

    @property
    def org_ready(self) -> bool:
        """Return whether a whole organisation can install the app."""
        return self.manifest is None or self.manifest.org_deploy

    @property
    def domains(self) -> tuple[str, ...]:
        return self.unfurl_domains + (self.manifest.unfurl_domains if self.manifest else ())

    def hears(self, event: Json, channel_type: str = "") -> bool:
        """Return whether the app has subscribed to an event."""
        if self.manifest is None:
            return True
        name = _MESSAGES[channel_type] if event["type"] == "message" else event["type"]
        return name in self.manifest.events

    def shown(self) -> Json:
        """Return the app's page, without its secrets."""
        has = self.manifest
        return {
            "id": self.id,
            "client_id": self.client_id,
            "manifest": has is not None,
            "scopes": sorted(self.scopes),
            "events": sorted(has.events) if has else None,
            "commands": list(has.commands.values()) if has else None,
            "shortcuts": list(has.shortcuts.values()) if has else None,
            "unfurl_domains": list(self.domains),
            "double_every": self.double_every,
            "pace": self.pace,
            "request_url": self.events_url,
        }
