"""Sales by Parley itself."""
