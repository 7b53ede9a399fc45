"""Fixtures that these tests share with the search room: a fake model, or none."""

from __future__ import annotations

from tests.encoders import fake, words_alone

__all__ = ["fake", "words_alone"]
