"""The folder that holds the installed model, changed only in one step.

Layout: ``model-<fingerprint>-<random>/`` with the files, and the symbolic link ``current`` that names it. A new model
is built in a hidden folder beside it; renaming that and replacing the link is the last thing an installation does, so a
reader sees the old model or the new one, and an interrupted installation changes nothing.

Earlier models stay, found by their fingerprint: the index answers with the old one's vectors until all papers have new
ones. ``drop_others`` removes them when nothing needs them any more.
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broadsheet.search.embedding.errors import ModelError, ModelMissing
from broadsheet.search.embedding.manifest import MANIFEST, Manifest, read_manifest

_CURRENT, _LOCK, _BUILDING, _MODEL = "current", ".lock", ".building-", "model-"
_SHORT = 12  # as many characters of a fingerprint are in the name of its folder


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model in the store: its folder, its manifest, and whether it is the one to embed with."""

    folder: Path
    manifest: Manifest
    is_current: bool


def locate(explicit: str, model_dir: Path) -> Path:
    """Return the folder with the manifest of the model to use.

    ``explicit`` is what the settings name: nothing (the current model in ``model_dir``), a folder with a manifest, or
    the id or source that the model must have; an earlier model is found by it, too. ``model_dir`` may itself be a
    folder with a manifest. Raises ModelMissing when there is no such model, with the command that installs it.
    """
    if explicit and (Path(explicit) / MANIFEST).is_file():
        return Path(explicit)
    if (folder := _current(model_dir)) is None:
        wanted = f" {explicit}" if explicit else ""
        raise ModelMissing(f"no embedding model is installed in {model_dir}; run: broadsheet model install{wanted}")
    if not explicit:
        return folder
    current = read_manifest(folder)
    if _is_called(explicit, current):
        return folder
    for model in installed(model_dir):
        if _is_called(explicit, model.manifest):
            return model.folder
    raise ModelMissing(
        f"the settings name the model {explicit}, but {model_dir} holds {current.model_id}; "
        f"run: broadsheet model install {explicit}"
    )


def locate_fingerprint(model_dir: Path, fingerprint: str) -> Path | None:
    """Return the folder of the model with this fingerprint, current or earlier; None when it is not there whole."""
    for folder in (model_dir, *model_dir.glob(f"{_MODEL}{fingerprint[:_SHORT]}-*")):
        if (manifest := _manifest(folder)) and manifest.fingerprint == fingerprint:
            return folder
    return None


def installed(model_dir: Path) -> list[StoredModel]:
    """Return the models in ``model_dir`` whose files are there, the current one first, then the newest first.

    When ``model_dir`` is itself a folder with a manifest, that is the only one.
    """
    current = _current(model_dir)
    others = sorted(_folders(model_dir), key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
    folders = dict.fromkeys([*([current] if current else []), *others])
    found = [(folder, _manifest(folder)) for folder in folders]
    return [StoredModel(folder, manifest, folder == current) for folder, manifest in found if manifest]


def make_current(folder: Path) -> None:
    """Let the model in ``folder`` of the store be the one to embed with; call it while ``building``."""
    link = folder.parent / f"{_BUILDING}link"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    link.replace(folder.parent / _CURRENT)


def drop_others(model_dir: Path, keep: Collection[str]) -> list[str]:
    """Remove all models but the current one and those with the fingerprints ``keep``; return what was removed.

    A process that has opened a removed model goes on with it. Raises ModelError when an installation is at work.
    """
    with building(model_dir):
        current = _current(model_dir)
        removed = []
        for folder in _folders(model_dir):
            manifest = _manifest(folder)
            if folder != current and (manifest is None or manifest.fingerprint not in keep):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(manifest.fingerprint if manifest else folder.name)
        return removed


@contextmanager
def building(model_dir: Path) -> Iterator[Path]:
    """Give an empty folder inside ``model_dir`` to build a model in; it is gone afterwards unless it was published.

    Only one process builds at a time. Raises ModelError when another one does, or when the folder cannot be written.
    """
    try:
        model_dir.mkdir(parents=True, exist_ok=True)
        lock = (model_dir / _LOCK).open("w")
    except OSError as error:
        raise ModelError(f"cannot write to {model_dir} ({error.strerror}); choose another model folder") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ModelError(f"another installation is at work in {model_dir}; wait for it to finish") from None
        _remove(model_dir, _BUILDING)  # left by an installation that was killed: nobody else holds the lock
        folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=model_dir))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(built: Path, model_dir: Path) -> Path:
    """Make the finished folder ``built`` the current model and return its new path.

    An earlier build with the same fingerprint is removed; other models stay.
    """
    fingerprint = read_manifest(built).fingerprint
    folder = model_dir / f"{_MODEL}{fingerprint[:_SHORT]}-{secrets.token_hex(4)}"
    built.chmod(0o755)  # temporary folders are private, a model may be read by the service's own user
    built.rename(folder)
    make_current(folder)
    _remove(model_dir, f"{_MODEL}{fingerprint[:_SHORT]}-", but=folder.name)
    return folder


def _current(model_dir: Path) -> Path | None:
    if (model_dir / MANIFEST).is_file():
        return model_dir
    if (model_dir / _CURRENT / MANIFEST).is_file():
        return (model_dir / _CURRENT).resolve()
    return None


def _folders(model_dir: Path) -> list[Path]:
    return [path for path in model_dir.resolve().glob(f"{_MODEL}*") if path.is_dir()]


def _manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except ModelError:
        return None


def _is_called(name: str, manifest: Manifest) -> bool:
    return bool({name, str(Path(name).resolve())} & {manifest.model_id, manifest.source})


def _remove(model_dir: Path, prefix: str, *, but: str = "") -> None:
    for path in model_dir.glob(f"{prefix}*"):
        if path.is_symlink():
            path.unlink(missing_ok=True)
        elif path.name != but:
            shutil.rmtree(path, ignore_errors=True)
