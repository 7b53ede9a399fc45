"""A person's data: taking it along and erasing it."""
