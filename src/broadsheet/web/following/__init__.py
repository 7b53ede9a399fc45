"""Saved searches, and what follows them."""
