"""Pages of what everybody looks at, why, and how it is weighed."""
