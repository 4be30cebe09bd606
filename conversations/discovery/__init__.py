"""The search: one sentence in, a short list out. It shows the understood filters as chips and a reason for each result.

`search` has the commands, `search_state` remembers, `result_cards` and `chips` show. Follow-ups are read by
`refinement`, `bare_numbers` and `sort_orders`. Requests have `request_search` and `request_alerts`, saved searches
`alerts`. Visitors have `browsing`, `market_figures` and `fee_calculator`.
"""

from conversations.discovery import refinement, search

routers = (search.router, refinement.router)

__all__ = ["books"]
