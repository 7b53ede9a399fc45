"""The documentation is held true."""
