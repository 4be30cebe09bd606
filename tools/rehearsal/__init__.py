"""The market without its wires: every conversation is played by its own rules, to be looked at or tried out.

People are their screens here: a reply is kept before any platform draws it. Nothing of the product is replaced. Only
the last step, a message on its way to a phone, ends on a screen in memory instead.
"""
