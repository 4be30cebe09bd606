"""Evidence for a payment dispute: `records` collects the facts, `document` draws them, `sentences` puts them into
words.
"""
