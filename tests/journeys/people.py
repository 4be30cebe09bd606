"""Moved: the people of the stories are lab/people.py, for the demo plays with them too. Edit and import them there."""
