"""Measuring how well people are served, through the code that serves them."""
