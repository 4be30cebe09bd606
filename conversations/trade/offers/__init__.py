"""Before there is a deal: a question about a listing, the offer, and what is countered."""
