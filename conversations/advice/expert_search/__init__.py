"""Search of consultants: the problem, the matches, their free times, and a question before any booking."""
