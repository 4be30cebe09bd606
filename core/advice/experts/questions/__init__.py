"""Questions to a consultant before any booking: free, without contacts, one talk for each pair."""
