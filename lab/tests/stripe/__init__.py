"""Stories about the lab's pretend Stripe, told through the real stripe client."""
