"""Tests of the engines: one contract for all, and what is particular to each."""
