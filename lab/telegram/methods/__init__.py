"""The methods of the Bot API, sorted by subject: each is a function of the bot's state and the call."""
