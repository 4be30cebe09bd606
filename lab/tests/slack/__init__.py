"""The simulated Slack, checked against the real Bolt and SDK."""
