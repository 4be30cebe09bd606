"""Tests of the lab's simulated Stripe through the real stripe client."""
