"""Finding: one sentence in, a short list out, with what was understood as chips and why each result is there."""

from conversations.search import finding, refining

books = (finding.book, refining.book)

__all__ = ["books"]
