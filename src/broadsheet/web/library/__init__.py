"""A person's library and collections."""
