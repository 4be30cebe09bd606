"""Notifications of events: one card to each person concerned, in a chat that works."""
