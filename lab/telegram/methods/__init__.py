"""The methods of the Bot API, sorted by what they are about: each a function of the bot's state and the call."""
