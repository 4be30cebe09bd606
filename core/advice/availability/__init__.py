"""The times at which consultants are available, read from what they write, down to bookable slots (`slots`).

`weekly_hours`, `special_days`, `proposed_times` and `busy_times` read the text. No module here uses a database.
"""
