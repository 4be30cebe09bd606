"""Benches of Parley beside its peers: the same conversation, the same durability, the same machine, the same run."""
