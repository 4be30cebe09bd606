"""What holds a conversation with the measured programs: people who sell, a Bot API, and each program's own side."""
