"""Formats of files that hold papers, one module each; ``broadsheet.sources.files`` tells them apart."""
