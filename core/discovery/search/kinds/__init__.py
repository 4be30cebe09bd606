"""What can be found, kind by kind: how its rows become documents of the engine."""
