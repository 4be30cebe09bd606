"""What is sold by the market itself: how it is paid, and how the money comes back."""
