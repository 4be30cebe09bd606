"""What differs between two installations, and the one place where the parts meet. Nobody imports it."""
