"""What was delivered, for admins."""
