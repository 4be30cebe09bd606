"""When consultants have time: read from what they write (`weekly_hours`, `special_days`, `proposed_times`,
`busy_times`), down to the slots that can be booked (`slots`). Nothing here knows a database.
"""
