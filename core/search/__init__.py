"""Finding what fits: reading a sentence, matching words, filters and places."""
