"""Sessions with a consultant: booked, held on the card, talked, and paid only when they helped.

In the order in which it happens: `slot_checks` and `group_requests` (which time, and which consultant), `creation`,
`rescheduling` and `service` (booked, put off, cancelled), `card_holds`, `hold_status` and `card_results` (the price on
the seeker's card), `early_messages`, `meeting` and `final_charges` (the talk, its clock, and what it costs), `after`
(complaints, payout, papers), then `reviews` and `recaps`. `rooms` are for talks by video, `calendar_invites` for
people's calendars, `statistics` and `fee_vat` for a consultant's own records.
"""
