"""arXiv: its announcements of each day, and its whole catalogue by OAI-PMH."""
