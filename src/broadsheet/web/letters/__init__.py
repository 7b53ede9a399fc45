"""Addresses that stand in letters: the web copy, voting and saving, and ending a subscription."""
