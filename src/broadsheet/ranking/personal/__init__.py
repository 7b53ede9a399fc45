"""What one person would want to read: profiles, and what is recommended from them."""
