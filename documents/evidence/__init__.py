"""Evidence for a payment dispute: `document` draws the record, `sentences` puts it into words."""
