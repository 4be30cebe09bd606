"""The engine: finds documents by misspelt words and exact wishes, in flat arrays; knows no database and no listing."""
