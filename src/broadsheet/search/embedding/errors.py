"""What can go wrong with a model, in words for the person who runs the instance."""

from __future__ import annotations


class ModelError(Exception):
    """A model cannot be installed or used; the text says what is wrong, where, and what to do."""


class ModelMissing(ModelError):  # noqa: N818  (says what is the case)
    """No model is installed where one was looked for."""
