"""Submitting papers."""
