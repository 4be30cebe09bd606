"""People: accounts, companies, blocking and files."""
