"""Finding: one sentence in, a short list out, with what was understood as chips and why each result is there."""

from conversations.search.finding import book

__all__ = ["book"]
