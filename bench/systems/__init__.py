"""One program a system: each takes the conversation by webhook and answers it in that system's own idiom."""
