"""A session from the booking to what is said of it: asked for, held, talked, told."""
