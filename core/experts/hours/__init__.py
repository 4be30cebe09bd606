"""When consultants have time: read from what they write (`weekly`, `changes`, `moments`, `calendars`), down to the
slots that can be booked (`slots`). Nothing here knows a database."""
