"""Texts to vectors: installs an embedding model and computes with it.

Knows nothing of Django: folders and names are arguments. Importing this package loads neither the runtime nor the
model.
"""

from __future__ import annotations

from broadsheet.search.embedding.encoder import Encoder
from broadsheet.search.embedding.errors import ModelError, ModelMissing
from broadsheet.search.embedding.install import (
    InstalledModel,
    install,
    install_from_folder,
    install_from_hub,
    install_named,
)
from broadsheet.search.embedding.manifest import Manifest
from broadsheet.search.embedding.selftest import check_encoder
from broadsheet.search.embedding.store import StoredModel, drop_others, installed, locate, locate_fingerprint

__all__ = [
    "Encoder",
    "InstalledModel",
    "Manifest",
    "ModelError",
    "ModelMissing",
    "StoredModel",
    "check_encoder",
    "drop_others",
    "install",
    "install_from_folder",
    "install_from_hub",
    "install_named",
    "installed",
    "locate",
    "locate_fingerprint",
]
