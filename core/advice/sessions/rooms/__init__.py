"""Where two people see each other: links that we sign, the room they lead to, and who is in it."""
