"""Photos, certificates and tickets: kept once by the hash of their content, after their type and size were checked."""
