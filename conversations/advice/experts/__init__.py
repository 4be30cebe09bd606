"""Being a consultant, and a consultant on a card: profile, hours, rates, promotion, figures."""
