"""Tests of what is trending and rising."""
