"""Where papers come from: one module a source, each yielding ``PaperRecord``; no Django in here."""
