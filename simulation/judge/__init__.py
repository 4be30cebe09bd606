"""The invariants of a world: while it runs, and when it has come to rest."""
