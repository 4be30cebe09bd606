"""What makes a world the same each time: its time, its order of events, its dice, its database, its record."""
