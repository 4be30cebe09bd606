"""Finding: one sentence in, a short list out, with what was understood as chips and why each result is there.

`finding` has the commands, `asked` remembers, `cards` and `chips` show. What is said next is read by `refining`,
`numbers` and `orders`. Requests have `wanting` and `openings`, saved searches `alerts`, and who only looks around
`browsing`, `market_view` and `fee`.
"""

from conversations.search import finding, refining

books = (finding.book, refining.book)

__all__ = ["books"]
