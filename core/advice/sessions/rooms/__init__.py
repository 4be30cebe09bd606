"""Video rooms for two people: links that we sign, the room that they lead to, and the presence in it."""
