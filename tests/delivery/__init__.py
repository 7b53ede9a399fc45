"""Tests of what leaves by itself."""
