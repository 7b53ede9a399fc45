"""Features of candidates in a file, so that a process that begins need not compute them: that takes many seconds.

The file can be deleted at any time. It holds for the lexicon and the model of the vectors that it names, and for each
paper as long as its text and vector stay.
"""

from __future__ import annotations

import json
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from django.conf import settings
from scipy.sparse import csr_array

from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.lexicon import COLUMNS

logger = logging.getLogger(__name__)
_SPARSE = ("words", "names", "wording")
_PARTS = ("data", "indices", "indptr")


@dataclass(frozen=True, slots=True)
class Kept:
    """Features, with what each paper's text and vector were known by, and what all were made with."""

    features: Features
    digests: tuple[str, ...]
    fingerprint: str
    lexicon_id: str


def kept_features(window: int) -> Kept | None:
    """What was kept of the candidates of a window; None where there is no such file, or none that can be read."""
    try:
        with _path(window).open("rb") as file, np.load(file, allow_pickle=False) as found:
            head = json.loads(bytes(found["head"]))
            features = Features(
                numbers=found["numbers"],
                dense=found["dense"],
                words=_rows(found, "words"),
                names=_rows(found, "names") if "names" in head["parts"] else None,
                texts=tuple(head["texts"]),
                wording=_rows(found, "wording"),
            )
            return Kept(features, tuple(head["digests"]), head["fingerprint"], head["lexicon_id"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("kept features are left out: %s", error)
        return None


def keep_features(window: int, kept: Kept) -> None:
    """Keep features instead of those that were kept before; readers find the one file or the other."""
    features, path = kept.features, _path(window)
    there = {name: rows for name in _SPARSE if (rows := getattr(features, name)) is not None}
    head = {
        "parts": list(there),
        "texts": features.texts,
        "digests": kept.digests,
        "fingerprint": kept.fingerprint,
        "lexicon_id": kept.lexicon_id,
    }
    arrays = {f"{name}.{part}": getattr(rows, part) for name, rows in there.items() for part in _PARTS}
    arrays |= {"numbers": features.numbers, "dense": features.dense}
    told = np.frombuffer(json.dumps(head).encode(), np.uint8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=path.stem, delete=False) as file:
            try:
                np.savez(file, head=told, **arrays)
                file.close()
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        logger.warning("features are not kept: %s", error)


def _path(window: int) -> Path:
    return Path(settings.HOME) / "ranking" / f"features-{window}.npz"


def _rows(found: Any, name: str) -> csr_array:
    data, indices, starts = (found[f"{name}.{part}"] for part in _PARTS)
    return csr_array((data, indices, starts), shape=(len(starts) - 1, COLUMNS))
