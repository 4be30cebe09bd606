"""What a form is: its fields, how each is asked for and read, the keys that answer it."""
