"""Sessions from the booking to the notifications about them."""
