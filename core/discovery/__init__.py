"""Search, alerts and market figures."""
