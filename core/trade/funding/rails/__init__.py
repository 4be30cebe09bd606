"""Rails: the ways to pay, the rail of each payment, and when its money is safe to pass on."""
