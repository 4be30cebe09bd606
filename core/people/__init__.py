"""Who is who: accounts, companies, blocking and files."""
