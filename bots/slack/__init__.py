"""The Slack edge: Bolt's app and client on one side, turns and replies on the other."""
