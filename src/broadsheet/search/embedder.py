"""The instance's encoders: the one to embed with, and those that the vectors in an index came from.

Each model is loaded once a process. A model that is installed while the process runs is noticed at the next call, so
whoever embeds many papers takes the encoder once.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from broadsheet.search.embedding import Encoder, ModelError, ModelMissing, locate, locate_fingerprint

logger = logging.getLogger(__name__)


def encoder() -> Encoder | None:
    """The encoder of the configured model; None, with a log line that says why, when there is none."""
    try:
        return _load(locate(settings.MODEL, settings.MODEL_DIR), settings.EMBEDDING_THREADS)
    except ModelError as error:
        logger.info("searching by words alone: %s", error)
        return None


def encoder_for(fingerprint: str) -> Encoder | None:
    """The encoder whose vectors have this fingerprint, so that questions to an index are embedded as its papers were.

    That is the configured model, or an earlier one that is still installed. None, with a log line, when neither is it.
    """
    current = encoder()
    if current is not None and current.fingerprint == fingerprint:
        return current
    try:
        if (folder := locate_fingerprint(settings.MODEL_DIR, fingerprint)) is None:
            raise ModelMissing(f"the model with the fingerprint {fingerprint} is not installed any more")
        return _load(folder, settings.EMBEDDING_THREADS)
    except ModelError as error:
        logger.info("searching by words alone: %s", error)
        return None


@lru_cache(maxsize=3)  # the current model, the one before, and room to change
def _load(folder: Path, threads: int) -> Encoder:
    return Encoder.load(folder, threads=threads)
