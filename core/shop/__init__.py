"""What Parley sells itself."""
