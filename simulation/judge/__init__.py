"""What must be true of a world: while it runs, and when it has come to rest."""
