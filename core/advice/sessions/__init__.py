"""Sessions with a consultant: booking, card hold, meeting, settlement and complaints.

In the order of a session:

- `slot_checks` and `group_requests`: which time and which consultant.
- `service`: booking, another time, and cancelling.
- `card_holds` and `card_results`: the client's card.
- `meeting` and `final_charges`: the meeting, its clock and its price.
- `complaints`, `settlement` and `receipts`: what follows.

`rooms` serves video meetings, `calendar_invites` people's calendars, `statistics` and `fee_vat` a consultant's own
records.
"""
