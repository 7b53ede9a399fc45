"""Builds a model folder from model files: graph, 8-bit form, self-test, licence, manifest."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from broadsheet.search.embedding import checkpoint, graph, selftest
from broadsheet.search.embedding.checkpoint import TOKENIZER, WEIGHTS, Recipe
from broadsheet.search.embedding.errors import ModelError
from broadsheet.search.embedding.manifest import Manifest, Quantisation, sha256_of, stamp_files, write_manifest
from broadsheet.search.embedding.runtime import Runtime
from broadsheet.search.embedding.sources import DEFAULT_MODEL
from broadsheet.search.embedding.tensors import read_tensors

Quantise = Callable[[Path, Path], None]
_FLOAT32, _INT8, _GIVEN = "float32.onnx", "int8.onnx", "model.onnx"
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

    The 8-bit graph is kept when it agrees with the float32 one; otherwise the float32 graph is kept and the manifest
    says why. Raises ModelError when files are missing or cannot be converted.
    """
    if missing := [name for name in ("config.json", WEIGHTS, TOKENIZER) if name not in files]:
        raise ModelError(f"{source} has no {' and no '.join(missing)}")
    weights_sha256 = hashlib.sha256(files[WEIGHTS]).hexdigest()
    if weights_sha256 == DEFAULT_MODEL.weights_sha256:
        recipe = replace(recipe, model_id=DEFAULT_MODEL.model_id)
    (folder / TOKENIZER).write_bytes(files[TOKENIZER])
    progress("writing the graph")
    tensors = read_tensors(files[WEIGHTS], f"{source}: {WEIGHTS}")
    graph.write_graph(tensors, checkpoint.read_shape(files, source), recipe.pooling, folder / _FLOAT32)
    del tensors
    progress("making the 8-bit form")
    quantise(folder / _FLOAT32, folder / _INT8)
    progress("testing both against reference vectors")
    warnings = _keep_best(folder, recipe, is_default=weights_sha256 == DEFAULT_MODEL.weights_sha256)
    _write_licence(files, recipe, source, folder)
    return _finish(folder, recipe, source, weights_sha256, "float32" if warnings else "int8-per-channel", warnings)


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
    return _finish(folder, recipe, source, hashlib.sha256(digests.encode()).hexdigest(), "as-given", ())


def _keep_best(folder: Path, recipe: Recipe, *, is_default: bool) -> tuple[str, ...]:
    """Delete the graph that is not needed; return what the person should know when it was the 8-bit one."""
    exact, small = _open(folder, _FLOAT32, recipe), _open(folder, _INT8, recipe)
    reference = selftest.read_reference()
    expected = selftest.embed_singly(exact, reference.texts)
    if is_default and (cosine := selftest.worst_cosine(expected, reference.vectors)) < selftest.FLOAT32_AT_LEAST:
        raise ModelError(
            f"the self-test failed: the float32 graph has a cosine of only {cosine:.5f} to the reference vectors. "
            "Please report this with the processor's name and the versions of onnx and onnxruntime."
        )
    cosine = selftest.worst_cosine(selftest.embed_singly(small, reference.texts), expected)
    if cosine >= selftest.INT8_AT_LEAST:
        (folder / _FLOAT32).unlink()
        return ()
    (folder / _INT8).unlink()
    return (
        (
            f"this processor does not compute the 8-bit graph rightly (cosine {cosine:.3f} to the float32 one), "
            "so the float32 graph is used: right, but about half as fast and four times as large"
        ),
    )


def _open(folder: Path, name: str, recipe: Recipe) -> Runtime:
    limits = {"max_tokens": recipe.max_tokens, "pad_id": recipe.pad_id}
    return Runtime(folder / name, folder / TOKENIZER, pooling=recipe.pooling, **limits)


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


def _finish(
    folder: Path, recipe: Recipe, source: str, weights: str, quantisation: Quantisation, warnings: tuple[str, ...]
) -> Manifest:
    stamps = stamp_files(folder)
    name = next(name for name in (_INT8, _FLOAT32, _GIVEN) if name in stamps)
    dims = selftest.embed_singly(_open(folder, name, recipe), ["one short text"]).shape[1]
    manifest = Manifest(
        model_id=recipe.model_id,
        weights_sha256=weights,
        tokenizer_sha256=stamps[TOKENIZER].sha256,
        quantisation=quantisation,
        pooling=recipe.pooling,
        query_prefix=recipe.query_prefix,
        document_prefix=recipe.document_prefix,
        dims=dims,
        max_tokens=recipe.max_tokens,
        pad_id=recipe.pad_id,
        graph=name,
        files=stamps,
        source=source,
        warnings=warnings,
    )
    write_manifest(folder, manifest)
    return manifest
