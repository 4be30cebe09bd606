"""Buyers' requests to the market, and sellers' quotes on them."""
