"""The instance's encoder, loaded once a process, or None where no model is installed."""

from __future__ import annotations

import logging
from functools import lru_cache

from django.conf import settings

from broadsheet.search.embedding import Encoder, ModelError

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def encoder() -> Encoder | None:
    """The encoder of the configured model; None, with a log line that says why, when there is none."""
    try:
        return Encoder.load(settings.MODEL_DIR, threads=settings.EMBEDDING_THREADS)
    except ModelError as error:
        logger.info("searching by words alone: %s", error)
        return None
