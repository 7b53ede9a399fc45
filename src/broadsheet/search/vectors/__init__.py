"""The vector index: 8-bit vectors on disk, shared by all processes; near ones are found by lists (inverted file).

The folder holds one *main part* (rows in the order of their lists), *tails* (what was added and removed since), a
*sample* of titles with every paper's hubness, the *moments* of all vectors, and ``CURRENT``, which names them.
"""

from __future__ import annotations

from broadsheet.search.vectors.index import VectorFingerprintError, VectorIndex

__all__ = ["VectorFingerprintError", "VectorIndex"]
