"""Stories of whole installations: `main.py run` in a process of its own, configured as for real people."""
