"""What sellers offer: the form, the card, what is changed while it is out, and prices that are far off."""
