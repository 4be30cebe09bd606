"""The pretend Slack, held to what the real Bolt and SDK expect of the real one."""
