"""Sessions with a consultant: booked, held on the card, talked, and paid only when they helped."""
