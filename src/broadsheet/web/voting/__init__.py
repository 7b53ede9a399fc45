"""Votes and what a person is not interested in."""
