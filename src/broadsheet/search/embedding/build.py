"""Builds a model folder from model files: graph, 8-bit form, self-test, licence, manifest."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from broadsheet.search.embedding import checkpoint, graph, selftest
from broadsheet.search.embedding.checkpoint import TOKENIZER, WEIGHTS, Recipe
from broadsheet.search.embedding.choice import FLOAT32, INT8, Choice, choose, open_form
from broadsheet.search.embedding.errors import ModelError
from broadsheet.search.embedding.manifest import Manifest, sha256_of, stamp_files, write_manifest
from broadsheet.search.embedding.sources import DEFAULT_MODEL
from broadsheet.search.embedding.tensors import read_tensors

Quantise = Callable[[Path, Path], None]
_GIVEN = "model.onnx"
_APACHE = Path(__file__).with_name("apache-2.0.txt")


def build_from_weights(
    files: Mapping[str, bytes],
    recipe: Recipe,
    source: str,
    folder: Path,
    progress: Callable[[str], None],
    *,
    quantise: Quantise = graph.quantise,
) -> Manifest:
    """Write a finished model into ``folder`` from safetensors weights, tokenizer and configuration.

    The form of the graph that ``choose`` names is kept, and the manifest says why. Raises ModelError when files are
    missing or cannot be converted.
    """
    if missing := [name for name in ("config.json", WEIGHTS, TOKENIZER) if name not in files]:
        raise ModelError(f"{source} has no {' and no '.join(missing)}")
    weights_sha256 = hashlib.sha256(files[WEIGHTS]).hexdigest()
    if weights_sha256 == DEFAULT_MODEL.weights_sha256:
        recipe = replace(recipe, model_id=DEFAULT_MODEL.model_id)
    (folder / TOKENIZER).write_bytes(files[TOKENIZER])
    progress("writing the graph")
    tensors = read_tensors(files[WEIGHTS], f"{source}: {WEIGHTS}")
    graph.write_graph(tensors, checkpoint.read_shape(files, source), recipe.pooling, folder / FLOAT32)
    del tensors
    progress("making the 8-bit form")
    quantise(folder / FLOAT32, folder / INT8)
    progress("testing both against reference vectors")
    choice = choose(folder, recipe, is_default=weights_sha256 == DEFAULT_MODEL.weights_sha256)
    (folder / (FLOAT32 if choice.graph == INT8 else INT8)).unlink()
    _write_licence(files, recipe, source, folder)
    return _finish(folder, recipe, source, weights_sha256, choice, choice.graph)


def build_from_onnx(
    files: Mapping[str, bytes], onnx: Path, recipe: Recipe, source: str, folder: Path, progress: Callable[[str], None]
) -> Manifest:
    """Write a finished model into ``folder`` from a graph that somebody else made; it is used as it is.

    A graph that puts out token states is pooled as ``recipe`` says. Raises ModelError when there is no tokenizer or the
    graph cannot be run.
    """
    if TOKENIZER not in files:
        raise ModelError(f"{source} has no {TOKENIZER}")
    progress(f"copying {onnx.name}")
    (folder / TOKENIZER).write_bytes(files[TOKENIZER])
    # A graph over 2 GB keeps its weights beside it, under a name that it states itself.
    for path in [onnx, *onnx.parent.glob(f"{onnx.name}_data"), *onnx.parent.glob(f"{onnx.name}.data")]:
        name = _GIVEN if path == onnx else path.name
        shutil.copyfile(path, folder / name)
    _write_licence(files, recipe, source, folder)
    digests = "".join(sha256_of(path) for path in sorted(folder.glob("*.onnx*")))
    return _finish(folder, recipe, source, hashlib.sha256(digests.encode()).hexdigest(), Choice("as-given"), _GIVEN)


def _write_licence(files: Mapping[str, bytes], recipe: Recipe, source: str, folder: Path) -> None:
    notice = f"Made by Broadsheet from the model {recipe.model_id} (source: {source})."
    if recipe.model_id == DEFAULT_MODEL.model_id:
        (folder / "LICENSE").write_bytes(_APACHE.read_bytes())
        notice += (
            "\nThe model was published by the sentence-transformers project on the Hugging Face Hub under the Apache"
            "\nLicense 2.0 (see LICENSE). Changed: the weights were converted to an ONNX graph and to 8-bit integers."
        )
    elif "LICENSE" in files:
        (folder / "LICENSE").write_bytes(files["LICENSE"])
    original = files.get("NOTICE", b"").decode("utf-8", "replace")
    (folder / "NOTICE").write_text(f"{notice}\n\n{original}".rstrip() + "\n", encoding="utf-8")


def _finish(folder: Path, recipe: Recipe, source: str, weights: str, choice: Choice, name: str) -> Manifest:
    stamps = stamp_files(folder)
    runtime = open_form(folder, choice.quantisation, recipe, name)
    manifest = Manifest(
        model_id=recipe.model_id,
        weights_sha256=weights,
        tokenizer_sha256=stamps[TOKENIZER].sha256,
        quantisation=choice.quantisation,
        pooling=recipe.pooling,
        query_prefix=recipe.query_prefix,
        document_prefix=recipe.document_prefix,
        dims=selftest.embed_singly(runtime, ["one short text"]).shape[1],
        max_tokens=recipe.max_tokens,
        pad_id=recipe.pad_id,
        graph=name,
        files=stamps,
        source=source,
        warnings=choice.warnings,
        measured=choice.measured or {},
    )
    write_manifest(folder, manifest)
    return manifest
