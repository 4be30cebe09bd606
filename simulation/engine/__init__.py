"""The deterministic engine of a world: its time, its order of events, its dice, its database, its record."""
