"""The graph that is written computes what the model's paper says, and its 8-bit form nearly so."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.search.embedding import ModelError
from broadsheet.search.embedding.checkpoint import Pooling, read_folder, read_recipe, read_shape
from broadsheet.search.embedding.graph import quantise, write_graph
from broadsheet.search.embedding.runtime import Runtime
from broadsheet.search.embedding.tensors import read_tensors

Array = NDArray[np.float32]
Oracle = Callable[[Path, Sequence[int]], Array]
TEXTS = ["a", "one paper, two papers", "sparse votes: honest rankings (a study of 12 readers)?", ""]


def _graph(folder: Path, target: Path, pooling: Pooling = "mean") -> Path:
    files = read_folder(folder)
    write_graph(read_tensors(files["model.safetensors"], "tiny"), read_shape(files, "tiny"), pooling, target)
    return target


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_it_agrees_with_plain_numpy_whatever_else_is_in_the_batch(
    tiny: Path, oracle: Oracle, tmp_path: Path, pooling: Pooling
) -> None:
    runtime = Runtime(_graph(tiny, tmp_path / "g.onnx", pooling), tiny / "tokenizer.json", max_tokens=40)
    tokens = [runtime.tokenise(text) for text in TEXTS]
    states = [oracle(tiny, ids) for ids in tokens]
    expected = np.stack([_unit(state.mean(axis=0) if pooling == "mean" else state[0]) for state in states])
    assert np.abs(runtime.vectors(tokens) - expected).max() < 1e-5


def test_it_reads_weights_with_the_bert_prefix(tiny: Path, write_model: Callable[..., Path], tmp_path: Path) -> None:
    prefixed = write_model(tmp_path / "prefixed", prefix="bert.")
    plain = Runtime(_graph(tiny, tmp_path / "a.onnx"), tiny / "tokenizer.json", max_tokens=40)
    other = Runtime(_graph(prefixed, tmp_path / "b.onnx"), tiny / "tokenizer.json", max_tokens=40)
    assert np.array_equal(plain.vectors([[2, 5, 3]]), other.vectors([[2, 5, 3]]))


def test_the_8_bit_form_is_close_and_smaller_and_silent(
    tiny: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    exact = _graph(tiny, tmp_path / "exact.onnx")
    quantise(exact, tmp_path / "small.onnx")
    assert capfd.readouterr() == ("", "")
    assert root.handlers == []
    assert not root.filters
    one, other = (Runtime(path, tiny / "tokenizer.json", max_tokens=40) for path in (exact, tmp_path / "small.onnx"))
    tokens = [one.tokenise(text) for text in TEXTS]
    cosines = (one.vectors(tokens) * other.vectors(tokens)).sum(axis=1)
    assert cosines.min() > 0.99
    assert (tmp_path / "small.onnx").stat().st_size < exact.stat().st_size / 2


def test_texts_are_cut_at_the_length_of_the_model(tiny: Path, tmp_path: Path) -> None:
    runtime = Runtime(_graph(tiny, tmp_path / "g.onnx"), tiny / "tokenizer.json", max_tokens=40)
    assert len(runtime.tokenise("a b " * 10_000)) == 40


def test_half_characters_do_not_stop_it(tiny: Path, tmp_path: Path) -> None:
    runtime = Runtime(_graph(tiny, tmp_path / "g.onnx"), tiny / "tokenizer.json", max_tokens=40)
    assert np.isfinite(runtime.vectors([runtime.tokenise("a \ud83d b \udc00\0")])).all()


def test_a_missing_weight_is_named(tiny: Path, tmp_path: Path) -> None:
    tensors = read_tensors((tiny / "model.safetensors").read_bytes(), "tiny")
    del tensors["encoder.layer.1.output.dense.bias"]
    with pytest.raises(ModelError, match=r"encoder\.layer\.1\.output\.dense\.bias"):
        write_graph(tensors, read_shape(read_folder(tiny), "tiny"), "mean", tmp_path / "g.onnx")


@pytest.mark.parametrize(
    ("key", "value"),
    [("model_type", "roberta"), ("hidden_act", "relu"), ("position_embedding_type", "relative_key")],
)
def test_other_architectures_are_refused(
    write_model: Callable[..., Path], tmp_path: Path, key: str, value: str
) -> None:
    folder = write_model(tmp_path / "other", **{key: value})
    with pytest.raises(ModelError, match=f"{key} = '{value}'"):
        read_shape(read_folder(folder), "other")


def test_an_architecture_without_figures_is_refused() -> None:
    with pytest.raises(ModelError, match="num_hidden_layers"):
        read_shape({"config.json": b'{"model_type": "bert"}'}, "other")


def test_pooling_prefixes_and_length_come_from_the_folder(write_model: Callable[..., Path], tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", pooling="cls_token", prompts={"query": "query: ", "passage": "passage: "})
    recipe = read_recipe(read_folder(folder), "m")
    assert (recipe.pooling, recipe.query_prefix, recipe.document_prefix) == ("cls", "query: ", "passage: ")
    assert recipe.max_tokens == 40


def test_a_folder_that_says_nothing_has_mean_pooling_and_no_more_tokens_than_positions() -> None:
    recipe = read_recipe({"config.json": b'{"max_position_embeddings": 128}'}, "m")
    assert (recipe.pooling, recipe.query_prefix, recipe.max_tokens) == ("mean", "", 128)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}, "pooling_mode_max_tokens is not supported"),
        ("1_Pooling/config.json", {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}, "not supported"),
        ("modules.json", [{"type": "sentence_transformers.models.Dense"}], "Dense"),
        ("modules.json", [{}], "modules.json cannot be read"),
        ("config.json", [1], "not a JSON object"),
    ],
)
def test_what_cannot_be_computed_is_refused(name: str, content: object, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_recipe({name: json.dumps(content).encode()}, "m")


def test_a_damaged_configuration_is_named() -> None:
    with pytest.raises(ModelError, match=r"sentence_bert_config\.json is not JSON"):
        read_recipe({"sentence_bert_config.json": b"{"}, "m")


def test_files_that_are_no_graph_or_no_tokenizer_are_named(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="bad: the graph cannot be opened"):
        Runtime(tmp_path / "bad", tiny / "tokenizer.json", max_tokens=40)
    with pytest.raises(ModelError, match="bad: the tokenizer cannot be read"):
        Runtime(tmp_path / "bad", tmp_path / "bad", max_tokens=40)


def test_a_failing_graph_is_reported(tiny: Path, tmp_path: Path) -> None:
    runtime = Runtime(_graph(tiny, tmp_path / "g.onnx"), tiny / "tokenizer.json", max_tokens=40)
    with pytest.raises(ModelError, match="the graph failed on 1 texts"):
        runtime.vectors([[10_000]])
