"""Days and windows as people say them, in eleven languages."""
