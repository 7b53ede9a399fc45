"""The instance: settings, URLs, WSGI entry, system checks."""
