"""The market without its wires: every conversation played by its own rules, for whoever wants to see or try them all.

People are their screens here: what reaches them is kept as it was said, before any platform draws it. Nothing of the
product is replaced. Only the last step, a message on its way to a phone, ends on a screen in memory instead.
"""
