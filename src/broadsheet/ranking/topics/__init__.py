"""What a week is about: its papers on a map, and topics that rise and fall."""
