"""The kinds of things that can be found: how their rows become documents of the engine."""
