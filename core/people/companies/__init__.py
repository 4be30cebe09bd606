"""A company's people: its members, up to what amount each signs alone, and who approves the rest."""
