"""What an installed model is: the ``manifest.json`` beside its files, and the fingerprint that an index remembers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from broadsheet.search.embedding.checkpoint import Pooling
from broadsheet.search.embedding.errors import ModelError, ModelMissing

Quantisation = Literal["int8-per-channel", "float32", "bfloat16", "as-given"]
MANIFEST = "manifest.json"
_FORMAT = 1
_DESCRIPTIVE = {"graph", "files", "warnings", "source", "measured"}  # do not change what a vector means
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileStamp:
    """Size in bytes and SHA-256 (hexadecimal) of one file of a model."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that decides which vector a text gets, and the files that compute it.

    ``graph`` and ``tokenizer.json`` are names in ``files``. ``source`` says where the weights came from.
    ``warnings`` are sentences for the person who runs the instance. ``measured`` has the documents per processor second
    of each quantisation that was tried on this machine, where there was a choice.
    """

    model_id: str
    weights_sha256: str
    tokenizer_sha256: str
    quantisation: Quantisation
    pooling: Pooling
    query_prefix: str
    document_prefix: str
    dims: int
    max_tokens: int
    pad_id: int
    graph: str
    files: Mapping[str, FileStamp]
    source: str = ""
    warnings: tuple[str, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_bfloat16(self) -> bool:
        """Whether OpenVINO computes the graph, in bfloat16; the vectors differ a little from those of the others."""
        return self.quantisation == "bfloat16"

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hexadecimal) over all that a vector depends on; vectors of two fingerprints must not be mixed."""
        names = {entry.name for entry in fields(self)} - _DESCRIPTIVE
        decisive = {name: getattr(self, name) for name in names}
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def stamp_files(folder: Path) -> dict[str, FileStamp]:
    """Return the stamps of the files in ``folder``, by name, without the manifest."""
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    return {path.name: FileStamp(path.stat().st_size, sha256_of(path)) for path in paths}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` into ``folder``."""
    value = {"format": _FORMAT, **asdict(manifest), "fingerprint": manifest.fingerprint}
    (folder / MANIFEST).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(folder: Path, *, verify: bool = False) -> Manifest:
    """Read the manifest of the model in ``folder`` and check that its files are there in the stated sizes.

    With ``verify`` their SHA-256 is checked as well. Raises ModelMissing when there is no manifest, ModelError when it
    is damaged or does not fit the files.
    """
    path = folder / MANIFEST
    try:
        manifest = _parse(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise ModelMissing(f"no embedding model in {folder}; run: broadsheet model install") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} is damaged ({error}); run: broadsheet model install") from error
    for name, stamp in manifest.files.items():
        _check_file(folder / name, stamp, verify=verify)
    return manifest


def _parse(value: dict[str, Any]) -> Manifest:
    if value["format"] != _FORMAT:
        raise ValueError(f"format {value['format']!r} is not known to this version")
    value = {"measured": {}} | value  # older manifests have none
    given = {entry.name: value[entry.name] for entry in fields(Manifest)}
    given["files"] = {
        name: FileStamp(int(entry["size"]), str(entry["sha256"])) for name, entry in given["files"].items()
    }
    given["warnings"] = tuple(given["warnings"])
    given["measured"] = {str(name): float(rate) for name, rate in given["measured"].items()}
    manifest = Manifest(**given)
    if manifest.quantisation not in get_args(Quantisation) or manifest.pooling not in get_args(Pooling):
        raise ValueError(f"quantisation {manifest.quantisation!r} or pooling {manifest.pooling!r} is not known")
    if any(Path(name).name != name for name in manifest.files) or manifest.graph not in manifest.files:
        raise ValueError("a file name leads out of the folder, or the graph is not among the files")
    if manifest.fingerprint != value["fingerprint"]:
        raise ValueError("the fingerprint does not fit the other values")
    return manifest


def _check_file(path: Path, stamp: FileStamp, *, verify: bool) -> None:
    if not path.is_file() or path.stat().st_size != stamp.size:
        raise ModelError(f"{path} is missing or has not {stamp.size} bytes; run: broadsheet model install")
    if verify and (found := sha256_of(path)) != stamp.sha256:
        raise ModelError(f"{path} has SHA-256 {found}, not {stamp.sha256}; run: broadsheet model install")
