"""What every reply goes through on its way out: labels joined, the mark, its place in the chat and its room; and the
sending itself."""
