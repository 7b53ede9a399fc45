"""Authors, organisations, claims and what a person follows."""
