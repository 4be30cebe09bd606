"""Erasure and export, in conversation."""
