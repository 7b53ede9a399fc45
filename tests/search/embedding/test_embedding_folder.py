"""Models other than the default one: a folder with weights, a folder with a graph, the hub."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from broadsheet.search.embedding import Encoder, ModelError, install_from_folder, install_from_hub, install_named
from broadsheet.search.embedding.checkpoint import read_folder, read_shape
from broadsheet.search.embedding.graph import write_graph
from broadsheet.search.embedding.tensors import read_tensors

Write = Callable[..., Path]


def ignore(_: str) -> None:
    """Progress that nobody watches."""


def test_weights_are_converted(tiny: Path, tmp_path: Path) -> None:
    model = install_from_folder(tiny, tmp_path, progress=ignore)
    assert model.manifest.quantisation == "int8-per-channel"
    assert model.manifest.model_id == str(tiny)
    assert Encoder.load(tmp_path).encode(["a paper"]).shape == (1, 32)


def test_a_graph_is_used_as_it_is(tiny: Path, tmp_path: Path) -> None:
    files = read_folder(tiny)
    (tmp_path / "given" / "onnx").mkdir(parents=True)
    shutil.copy(tiny / "tokenizer.json", tmp_path / "given")
    graph = tmp_path / "given" / "onnx" / "model.onnx"
    write_graph(read_tensors(files["model.safetensors"], "tiny"), read_shape(files, "tiny"), "mean", graph)
    model = install_from_folder(tmp_path / "given", tmp_path / "models", progress=ignore, model_id="me/given")
    assert (model.manifest.quantisation, model.manifest.model_id) == ("as-given", "me/given")
    assert (model.folder / "model.onnx").read_bytes() == graph.read_bytes()
    assert model.manifest.dims == 32


@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token"])
def test_a_graph_that_puts_out_token_states_is_pooled(write_model: Write, tmp_path: Path, pooling: str) -> None:
    folder = write_model(tmp_path / "given", pooling=pooling)
    (folder / "model.safetensors").unlink()
    _token_states_graph(folder / "states.onnx")
    install_from_folder(folder, tmp_path / "models", progress=ignore)
    found = Encoder.load(tmp_path / "models").encode(["aaa", "a"], batch_size=2)
    # [CLS] a ##a ##a [SEP] and [CLS] a [SEP]; the graph gives (id, 1) for each token, 0 padding must not count
    mean = np.array([[(2 + 4 + 49 + 49 + 3) / 5, 1], [(2 + 4 + 3) / 3, 1]])
    expected = mean if pooling == "mean_tokens" else np.array([[2.0, 1], [2, 1]])
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)


def _token_states_graph(path: Path) -> None:
    """A graph as exporters write it: three inputs, states of every token; here simply the id and 1."""
    import onnx
    from onnx import TensorProto, helper

    axes = ["batch", "tokens"]
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, axes) for name in names]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*axes, 2])
    nodes = [
        helper.make_node("Add", ["input_ids", "token_type_ids"], ["ids"]),
        helper.make_node("Cast", ["ids"], ["float_ids"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["float_ids", "last"], ["column"]),
        helper.make_node("Cast", ["attention_mask"], ["float_mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["float_mask", "last"], ["mask_column"]),
        helper.make_node("Concat", ["column", "mask_column"], ["last_hidden_state"], axis=2),
    ]
    last = helper.make_tensor("last", TensorProto.INT64, [1], [2])
    graph = helper.make_graph(nodes, "states", inputs, [output], [last])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


def test_prefixes_are_put_before_documents_and_queries(tiny: Path, write_model: Write, tmp_path: Path) -> None:
    with_prompts = write_model(tmp_path / "prompted", prompts={"query": "ask: ", "document": "doc: "})
    install_from_folder(with_prompts, tmp_path / "a", progress=ignore)
    install_from_folder(tiny, tmp_path / "b", progress=ignore)
    prompted, plain = Encoder.load(tmp_path / "a"), Encoder.load(tmp_path / "b")
    assert np.array_equal(prompted.encode_query("x"), plain.encode_query("ask: x"))
    assert np.array_equal(prompted.encode(["x"]), plain.encode(["doc: x"]))
    assert prompted.fingerprint != plain.fingerprint


def test_a_prefix_that_is_given_takes_the_place_of_the_one_found(write_model: Write, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "prompted", prompts={"query": "ask: ", "document": "doc: "})
    model = install_from_folder(folder, tmp_path / "models", progress=ignore, query_prefix="", document_prefix="d: ")
    assert (model.manifest.query_prefix, model.manifest.document_prefix) == ("", "d: ")


def test_it_takes_the_place_of_the_earlier_model_only_when_whole(tiny: Path, tmp_path: Path) -> None:
    install_from_folder(tiny, tmp_path / "models", progress=ignore)
    before = Encoder.load(tmp_path / "models").fingerprint
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"empty has no ONNX file and no model\.safetensors"):
        install_from_folder(tmp_path / "empty", tmp_path / "models", progress=ignore)
    assert Encoder.load(tmp_path / "models").fingerprint == before


@pytest.mark.parametrize("missing", ["tokenizer.json", "config.json"])
def test_a_missing_file_is_named(tiny: Path, tmp_path: Path, missing: str) -> None:
    shutil.copytree(tiny, tmp_path / "part")
    (tmp_path / "part" / missing).unlink()
    with pytest.raises(ModelError, match=f"has no {missing}"):
        install_from_folder(tmp_path / "part", tmp_path / "models", progress=ignore)


def test_a_graph_without_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(ModelError, match=r"has no tokenizer\.json"):
        install_from_folder(tmp_path, tmp_path / "models", progress=ignore)


def test_several_graphs_are_refused(tmp_path: Path) -> None:
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ModelError, match=r"several ONNX files \(a\.onnx, b\.onnx\)"):
        install_from_folder(tmp_path, tmp_path / "models", progress=ignore)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere is not a folder"):
        install_from_folder(tmp_path / "nowhere", tmp_path / "models", progress=ignore)


def test_a_hub_model_comes_by_way_of_a_folder(tiny: Path, tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def snapshot(hub_id: str, patterns: list[str], folder: Path) -> Path:
        assert hub_id == "owner/tiny"
        asked.append(patterns)
        shutil.copytree(tiny, folder, dirs_exist_ok=True)
        return folder

    model = install_from_hub("owner/tiny", tmp_path, progress=ignore, snapshot=snapshot)
    assert (model.manifest.model_id, model.manifest.source) == ("owner/tiny", "owner/tiny")
    assert len(asked) == 1
    assert not [pattern for pattern in asked[0] if "onnx" in pattern]


def test_a_hub_model_without_weights_is_asked_for_its_graph(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def snapshot(_: str, patterns: list[str], folder: Path) -> Path:
        asked.append(patterns)
        return folder

    with pytest.raises(ModelError, match="has no ONNX file"):
        install_from_hub("owner/none", tmp_path, progress=ignore, snapshot=snapshot)
    assert "onnx/model.onnx*" in asked[1]


def test_what_the_hub_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise ConnectionError("nobody answers\nand more")

    monkeypatch.setattr("huggingface_hub.snapshot_download", refuse)
    with pytest.raises(ModelError, match=r"the hub did not give owner/x: ConnectionError: nobody answers$"):
        install_named("owner/x", tmp_path, progress=ignore)


def test_a_name_is_a_folder_or_a_hub_id(tiny: Path, tmp_path: Path) -> None:
    assert install_named(str(tiny), tmp_path, progress=ignore).manifest.source == str(tiny)
    for name in ("no-such-thing", "./no/where", "/no/where", "a/b/c"):
        with pytest.raises(ModelError, match="neither a folder that exists nor a hub id"):
            install_named(name, tmp_path, progress=ignore)
