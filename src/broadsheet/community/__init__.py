"""People and what they say."""
