"""Migrations of the database, in the order of their numbers; `config/migrations.py` runs them."""
