"""Consultants' own calendars: fetched from where they say, and never from inside this house."""
