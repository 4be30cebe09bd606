"""Consultants: their profiles, their expertise, their available times and their rates."""
