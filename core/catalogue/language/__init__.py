"""Parsers of numbers, money, dates and places that people write, in every language of the market."""
