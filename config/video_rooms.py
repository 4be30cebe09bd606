"""Where sessions are held by video: the links that we sign, and the door that they open."""

from __future__ import annotations

from config.settings import Settings
from conversations.wording import Wordings
from core.advice.sessions.rooms.links import Rooms, VideoServer
from core.kernel.clock import Clock
from core.kernel.transaction import Transactions
from web.rooms import RoomDoor, Says


def rooms_of(settings: Settings, home: str) -> Rooms | None:
    """Return the rooms; None without a secret to sign links with. Sessions are then held elsewhere."""
    if settings.link_secret is None:
        return None
    secret = settings.video_secret
    video = None
    if settings.video_url is not None:
        known = None if secret is None else secret.get_secret_value()
        video = VideoServer(settings.video_url, settings.video_app_id, known)
    return Rooms(home, settings.link_secret.get_secret_value(), video)


def door_of(rooms: Rooms | None, transactions: Transactions, clock: Clock, wordings: Wordings) -> RoomDoor | None:
    """Return the pages behind the links, in each person's own language."""

    def speak(locale: str, zone: str) -> tuple[str, Says]:
        words = wordings.speak(locale, zone)
        return words.language, words

    return None if rooms is None else RoomDoor(rooms, transactions, clock, speak)
