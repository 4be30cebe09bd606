"""How a form is filled: question by question, at once, by one sentence; and put aside for later."""
