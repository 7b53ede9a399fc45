"""Pages of what is recommended to a person, and of what was learnt of them."""
