"""Money that moves for a deal, a session or a purchase: paid out, refunded, or taken back by a bank."""
