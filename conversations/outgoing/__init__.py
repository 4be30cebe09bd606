"""Steps of every outgoing reply: label punctuation, security phrase, placement, room, and the sending itself."""
