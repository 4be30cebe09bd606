"""Where the money of sellers, consultants and buyers goes: their accounts at the provider."""
