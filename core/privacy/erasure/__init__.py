"""Leaving: what is erased of a person, and what stays with the books under a name that says nothing."""
