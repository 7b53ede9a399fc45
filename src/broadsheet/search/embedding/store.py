"""The folder that holds the installed model, changed only in one step.

Layout: ``model-<fingerprint>-<random>/`` with the files, and the symbolic link ``current`` that names it. A new model
is built in a hidden folder beside it; renaming that and replacing the link is the last thing an installation does, so a
reader sees the old model or the new one, and an interrupted installation changes nothing.
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.search.embedding.errors import ModelError, ModelMissing
from broadsheet.search.embedding.manifest import MANIFEST, read_manifest

_CURRENT, _LOCK, _BUILDING, _MODEL = "current", ".lock", ".building-", "model-"


def locate(explicit: str, model_dir: Path) -> Path:
    """Return the folder with the manifest of the model to use.

    ``explicit`` is what the settings name: nothing (the model installed in ``model_dir``), a folder with a manifest, or
    the id or source that the installed model must have. ``model_dir`` may itself be a folder with a manifest. Raises
    ModelMissing when there is no such model, with the command that installs it.
    """
    if explicit and (Path(explicit) / MANIFEST).is_file():
        return Path(explicit)
    if (model_dir / MANIFEST).is_file():
        folder = model_dir
    elif (model_dir / _CURRENT / MANIFEST).is_file():
        folder = (model_dir / _CURRENT).resolve()
    else:
        wanted = f" {explicit}" if explicit else ""
        raise ModelMissing(f"no embedding model is installed in {model_dir}; run: broadsheet model install{wanted}")
    if explicit:
        manifest = read_manifest(folder)
        if not {explicit, str(Path(explicit).resolve())} & {manifest.model_id, manifest.source}:
            raise ModelMissing(
                f"the settings name the model {explicit}, but {model_dir} holds {manifest.model_id}; "
                f"run: broadsheet model install {explicit}"
            )
    return folder


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
    """Make the finished folder ``built`` the current model, remove the earlier one, return its new path."""
    name = f"{_MODEL}{read_manifest(built).fingerprint[:12]}-{secrets.token_hex(4)}"
    built.chmod(0o755)  # temporary folders are private, a model may be read by the service's own user
    built.rename(model_dir / name)
    link = model_dir / f"{_BUILDING}link"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(model_dir / _CURRENT)
    _remove(model_dir, _MODEL, but=name)
    return model_dir / name


def _remove(model_dir: Path, prefix: str, *, but: str = "") -> None:
    for path in model_dir.glob(f"{prefix}*"):
        if path.is_symlink():
            path.unlink(missing_ok=True)
        elif path.name != but:
            shutil.rmtree(path, ignore_errors=True)
