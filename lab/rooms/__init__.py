"""A video server in a box: rooms that open to a valid token and to nothing else, and know who is in them."""

from lab.rooms.service import Rooms

__all__ = ["Rooms"]
