"""A video server in a box: its rooms open only to a valid token, and know their participants."""

from lab.rooms.service import Rooms

__all__ = ["Rooms"]
