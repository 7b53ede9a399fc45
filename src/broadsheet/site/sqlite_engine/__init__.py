"""Django's SQLite engine, but for what ``base`` says."""
