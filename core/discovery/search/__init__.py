"""Finding what fits, one room for each step (docs/search.md): `sentence` reads what is wanted, `wishes` says what to
look for, `engine` finds documents, of each of the `kinds`, in an index that `storage` keeps in the database.
`service`, `experts` and `requests` confirm what was found, one for each kind.

The other files are decisions on the way: goods or advice (`advice`, `problem`, `price_question`, `regularly`), words
(`spacing`, `unheard`, `unread_figures`), wishes (`limits`, `countries`, `kept`), and why a hit is there (`rules`,
`why`).
"""
