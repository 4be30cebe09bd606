"""A market that is already open: invented sellers with live listings, for the lab."""
