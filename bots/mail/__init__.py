"""The mail edge: sends the market's letters over SMTP."""
