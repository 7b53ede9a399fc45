"""The clock: what is due is done."""
