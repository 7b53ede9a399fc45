"""Curation, reports and the public log."""
