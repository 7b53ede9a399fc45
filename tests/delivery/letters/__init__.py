"""Letters: what they say, how they are encoded, and what they withstand."""
