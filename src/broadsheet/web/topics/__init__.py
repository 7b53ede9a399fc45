"""The map of a day or week, and topics over the weeks."""
