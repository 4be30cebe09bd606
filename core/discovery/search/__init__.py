"""The search (docs/search.md). `service` is its one door, and `model` has the types that go in and out.

`sentence` reads a sentence in passes, and `filters` makes the engine's query of it. `engine` finds documents of each of
the `kinds` in an index that `storage` keeps in the database. `batch` indexes the rows of a file instead.
`listing_search` and `expert_search` confirm the hits.

The other files are decisions on the way:

- goods or advice (`intent`, `problems`)
- words that are unknown in the market (`unknown_words`)
- figures in the units of the index (`limits`)
- reasons for a hit (`rules`)
"""
