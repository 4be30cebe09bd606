"""People: registration, a confirmed address, linked chats, and the place that distances are measured from."""
