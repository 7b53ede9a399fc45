"""Which papers in which order."""
