"""Fixtures that the tests of the catalogue borrow."""

from __future__ import annotations

from tests.encoders import words_alone

__all__ = ["words_alone"]
