"""Export of a person's data, in a form that other software can read (Art. 15 and 20 GDPR)."""
