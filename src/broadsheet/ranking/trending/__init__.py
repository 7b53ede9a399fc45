"""What everybody looks at: a published formula, its components for each paper, and what rises."""
