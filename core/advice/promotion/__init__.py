"""A place in the shop window that consultants may buy, and how often their profiles are looked at."""
