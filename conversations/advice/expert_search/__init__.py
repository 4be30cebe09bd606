"""Looking for a consultant: the problem, who fits, when they are free, and a question before any booking."""
