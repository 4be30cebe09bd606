"""The form controller.

It fills forms question by question, in a window or by one sentence, and puts them aside.
"""
