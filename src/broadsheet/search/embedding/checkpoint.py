"""Reads what a sentence-transformers folder says about its model: architecture, pooling, prefixes, length.

The layout followed is that of sentence-transformers (its saving code and documentation): ``config.json``,
``modules.json``, ``1_Pooling/config.json``, ``config_sentence_transformers.json`` and ``sentence_bert_config.json``.
Only BERT encoders can be turned into a graph here; anything that would be computed differently is refused rather than
guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from broadsheet.search.embedding.errors import ModelError

Pooling = Literal["mean", "cls"]
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
CONFIG_FILES = (
    "config.json",
    "modules.json",
    "1_Pooling/config.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
)
MODEL_FILES = (*CONFIG_FILES, WEIGHTS, TOKENIZER, "LICENSE", "NOTICE")
_DEFAULT_MAX_TOKENS = 512
_KNOWN_MODULES = {"Transformer", "Pooling", "Normalize"}
_POOLING_FLAGS: dict[str, Pooling] = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How texts become vectors around the graph: what is put before them, where they are cut, how tokens are pooled."""

    model_id: str
    pooling: Pooling = "mean"
    query_prefix: str = ""
    document_prefix: str = ""
    max_tokens: int = _DEFAULT_MAX_TOKENS
    pad_id: int = 0


@dataclass(frozen=True, slots=True)
class BertShape:
    """The figures of a BERT encoder that its graph needs."""

    layers: int
    heads: int
    epsilon: float


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the model files that ``folder`` has, by their relative names."""
    return {name: (folder / name).read_bytes() for name in MODEL_FILES if (folder / name).is_file()}


def read_recipe(files: Mapping[str, bytes], model_id: str) -> Recipe:
    """Read pooling, prefixes and length from the configuration files among ``files``.

    Without ``1_Pooling`` the pooling is the mean, as in sentence-transformers. Raises ModelError for a file that is not
    JSON and for pooling or modules that Broadsheet does not compute.
    """
    config = _json(files, "config.json", model_id)
    _refuse_unknown_modules(files, model_id)
    prompts = _json(files, "config_sentence_transformers.json", model_id).get("prompts") or {}
    stated = _json(files, "sentence_bert_config.json", model_id).get("max_seq_length")
    positions = int(config.get("max_position_embeddings") or _DEFAULT_MAX_TOKENS)
    return Recipe(
        model_id=model_id,
        pooling=_pooling(_json(files, "1_Pooling/config.json", model_id), model_id),
        query_prefix=str(prompts.get("query") or ""),
        document_prefix=str(prompts.get("document") or prompts.get("passage") or ""),
        max_tokens=min(int(stated or _DEFAULT_MAX_TOKENS), positions),
        pad_id=int(config.get("pad_token_id") or 0),
    )


def read_shape(files: Mapping[str, bytes], model_id: str) -> BertShape:
    """Read the architecture from ``config.json``.

    Raises ModelError when it is not a BERT encoder with exact GELU and absolute positions.
    """
    config = _json(files, "config.json", model_id)
    needed = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
    for key, value in needed.items():
        if config.get(key, None if key == "model_type" else value) != value:
            raise ModelError(
                f"{model_id}: config.json has {key} = {config.get(key)!r}; only {value!r} can be converted. "
                "Export the model to ONNX and name the folder with the ONNX file and tokenizer.json."
            )
    try:
        return BertShape(
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            epsilon=float(config.get("layer_norm_eps", 1e-12)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{model_id}: config.json lacks or garbles {error}") from error


def _json(files: Mapping[str, bytes], name: str, model_id: str) -> dict[str, Any]:
    try:
        value = json.loads(files.get(name, b"{}"))
    except ValueError as error:
        raise ModelError(f"{model_id}: {name} is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise ModelError(f"{model_id}: {name} is not a JSON object")
    return value


def _refuse_unknown_modules(files: Mapping[str, bytes], model_id: str) -> None:
    if "modules.json" not in files:
        return
    try:
        kinds = {str(module["type"]).rpartition(".")[2] for module in json.loads(files["modules.json"])}
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{model_id}: modules.json cannot be read ({error})") from error
    if unknown := kinds - _KNOWN_MODULES:
        raise ModelError(f"{model_id}: modules.json asks for {', '.join(sorted(unknown))}, which is not supported")


def _pooling(config: Mapping[str, Any], model_id: str) -> Pooling:
    chosen = [flag for flag, value in config.items() if flag.startswith("pooling_mode_") and value is True]
    if not chosen:
        return "mean"
    if len(chosen) > 1 or chosen[0] not in _POOLING_FLAGS:
        raise ModelError(f"{model_id}: pooling {', '.join(chosen)} is not supported (mean or cls is)")
    return _POOLING_FLAGS[chosen[0]]
