"""Finding: one sentence in, a short list out, with what was understood as chips and why each result is there.

`search` has the commands, `search_state` remembers, `result_cards` and `chips` show. What is said next is read by
`refinement`, `bare_numbers` and `sort_orders`. Requests have `request_search` and `request_alerts`, saved searches
`alerts`, and who only looks around `browsing`, `market_figures` and `fee_calculator`.
"""

from conversations.discovery import refinement, search

routers = (search.router, refinement.router)

__all__ = ["books"]
