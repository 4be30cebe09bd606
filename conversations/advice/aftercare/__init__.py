"""Conversations after a session: its review, recap, recording and complaint."""
