"""A trader's sentence read into fields: amounts, prices, windows, places, grades, goods. It asks no index."""
