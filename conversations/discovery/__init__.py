"""The search: one sentence in, a short list out. It shows the understood filters as chips and a reason for each result.

`search` has the commands, `search_state` remembers, `result_cards` and `chips` show. Follow-ups are read by
`refinement` and `sort_orders`. Open requests have `request_search`, saved searches `alerts`. Visitors have
`market_figures` and `fee_calculator`.
"""
