"""Forms: their fields, how each is asked for and read, and the keys that answer it."""
