"""The admins' page of how right foretold interest is."""
