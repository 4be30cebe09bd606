"""A copy of what is kept of somebody, in a form that other software can read (Art. 15 and 20 GDPR)."""
