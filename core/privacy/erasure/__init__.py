"""Erasure: what is deleted of a person who leaves, and what stays in the books without a name."""
