"""Sessions with a consultant: booked, held on the card, talked, and paid only when they helped.

In the order in which it happens: `slots` and `asking` (which time, and which consultant), `making`, `moving` and
`service` (booked, put off, cancelled), `holds`, `held` and `card` (the price on the seeker's card), `early`, `meeting`
and `due` (the talk, its clock, and what it costs), `after` (complaints, payout, papers), then `reviews` and `recaps`.
`rooms` are for talks by video, `invites` for people's calendars, `figures` and `vat` for a consultant's own records.
"""
