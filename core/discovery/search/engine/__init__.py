"""The engine: search in flat arrays by misspelt words and exact filters, without database or listings."""
