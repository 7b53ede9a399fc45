"""What is known of papers. ``intake`` is the only writer of the paper tables."""
