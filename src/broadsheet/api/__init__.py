"""What programs get: papers as plain data."""
