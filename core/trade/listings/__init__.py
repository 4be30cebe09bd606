"""Listings: what a seller puts up, how long it stands, and how much of it is still to be had."""
