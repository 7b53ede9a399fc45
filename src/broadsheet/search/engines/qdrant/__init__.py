"""A Qdrant cluster as the engine, by one setting; needs the extra ``qdrant``, which is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet.search.engines.base import EngineError
from broadsheet.search.engines.qdrant.address import Address, AddressError, parse

if TYPE_CHECKING:
    from broadsheet.search.engines.qdrant.engine import QdrantEngine

__all__ = ["Address", "AddressError", "from_url", "parse"]


def from_url(url: str, dims: int = 384) -> QdrantEngine:
    """The engine on the cluster at ``url`` (see ``address``), for vectors of ``dims``. Nothing is sent yet.

    Raises ``AddressError`` for an address that is not one and ``EngineError`` when the extra is not installed.
    """
    address = parse(url)
    try:
        from broadsheet.search.engines.qdrant.engine import QdrantEngine
        from broadsheet.search.engines.qdrant.link import Link
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("qdrant_client"):
            raise
        raise EngineError(
            "a search address is set, but qdrant-client is not installed; run: pip install 'broadsheet[qdrant]'"
        ) from error
    return QdrantEngine(Link.to(address), address, dims=dims)
