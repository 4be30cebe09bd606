"""Accounts: a person, their chat identities on every platform, their organisation, their proven e-mail."""
