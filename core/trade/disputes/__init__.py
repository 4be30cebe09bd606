"""Support: disputes that the two sides cannot settle, the ladder they climb, and the rulings at its end."""
