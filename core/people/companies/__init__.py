"""A company's people: who works for it, up to what amount each signs alone, and who approves the rest."""
