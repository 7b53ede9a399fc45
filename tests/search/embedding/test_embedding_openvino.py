"""OpenVINO: taken where it is measured to be faster, told apart by the fingerprint, and silent."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from broadsheet.search.embedding import Encoder, ModelError, choice, install_from_folder, runtime, with_openvino
from broadsheet.search.embedding.install import InstalledModel
from broadsheet.search.embedding.sessions import OnnxSession

needs_openvino = pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None, reason="OpenVINO is not installed: pip install 'broadsheet[openvino]'"
)
SOURCE = Path(__file__).resolve().parents[3] / "src"
TEXTS = ["a", "one paper, two papers", "sparse votes: honest rankings (a study of 12 readers)?", ""]
Install = Callable[[float], InstalledModel]


def ignore(_: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def plain(tiny: Path, tmp_path: Path) -> InstalledModel:
    """The tiny model, installed where OpenVINO is not."""
    return install_from_folder(tiny, tmp_path / "plain", progress=ignore)


@pytest.fixture
def install_measured(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install the tiny model on a machine with OpenVINO where bfloat16 is so many times as fast as 8 bits."""

    def install(advantage: float) -> InstalledModel:
        monkeypatch.setattr(with_openvino, "is_usable", lambda: True)
        monkeypatch.setattr(
            choice, "documents_per_second", lambda forms: {n: 9 * (advantage if "b" in n[:1] else 1) for n in forms}
        )
        return install_from_folder(tiny, tmp_path / "models", progress=ignore)

    return install


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let onnxruntime do the work of OpenVINO, so that what is chosen can be tested without it."""
    monkeypatch.setattr(runtime, "OpenvinoSession", lambda path, streams: OnnxSession(path))
    monkeypatch.setattr(with_openvino, "is_installed", lambda: True)


def test_bfloat16_is_taken_where_it_is_faster(stand_in: None, install_measured: Install, plain: InstalledModel) -> None:
    model = install_measured(1.7)
    assert (model.manifest.quantisation, model.manifest.graph) == ("bfloat16", "float32.onnx")
    assert not (model.folder / "int8.onnx").exists()
    assert model.manifest.measured == {"int8-per-channel": 9, "bfloat16": pytest.approx(9 * 1.7)}
    assert model.manifest.fingerprint != plain.manifest.fingerprint
    loaded = Encoder.load(model.folder.parent)
    assert loaded.manifest == model.manifest
    assert loaded.encode(TEXTS).shape == (4, 32)


def test_8_bits_stay_where_they_are_as_fast(stand_in: None, install_measured: Install, plain: InstalledModel) -> None:
    model = install_measured(1.05)
    assert model.manifest.quantisation == "int8-per-channel"
    assert model.manifest.measured == {"int8-per-channel": 9, "bfloat16": pytest.approx(9 * 1.05)}
    assert not (model.folder / "float32.onnx").exists()
    assert model.manifest.fingerprint == plain.manifest.fingerprint


def test_wrong_bfloat16_is_not_taken_however_fast(
    stand_in: None, install_measured: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.search.embedding.selftest.BFLOAT16_AT_LEAST", 1.1)
    model = install_measured(9)
    assert model.manifest.quantisation == "int8-per-channel"
    assert "OpenVINO is not used: its bfloat16 vectors have a cosine of only 1.0000" in model.manifest.warnings[0]
    assert model.manifest.measured == {"bfloat16": 0}


def test_the_measurement_is_of_every_form(plain: InstalledModel) -> None:
    opened = runtime.Runtime(plain.folder / "int8.onnx", plain.folder / "tokenizer.json", max_tokens=40)
    rates = choice.documents_per_second({"one": opened, "other": opened})
    assert rates.keys() == {"one", "other"}
    assert min(rates.values()) > 0


def test_without_openvino_its_model_is_refused_with_the_remedy(
    stand_in: None, install_measured: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = install_measured(1.7)
    monkeypatch.setattr(with_openvino, "is_installed", lambda: False)
    with pytest.raises(ModelError, match=r"pip install 'broadsheet\[openvino\]', or: broadsheet model install"):
        Encoder.load(model.folder.parent)


def test_without_openvino_it_is_not_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert not with_openvino.is_installed()
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ModelError, match="OpenVINO, which cannot be imported"):
        with_openvino.import_openvino()


@needs_openvino
def test_its_vectors_are_those_of_the_graph_in_any_company(install_measured: Install, plain: InstalledModel) -> None:
    model = install_measured(1.7)
    opened = Encoder.load(model.folder.parent, threads=2)
    found = opened.encode(TEXTS)
    exact = runtime.Runtime(model.folder / "float32.onnx", model.folder / "tokenizer.json", max_tokens=40)
    expected = np.concatenate([exact.vectors([exact.tokenise(text)]) for text in TEXTS])
    assert (found * expected).sum(axis=1).min() > 0.999
    assert all(np.array_equal(opened.encode([text])[0], row) for text, row in zip(TEXTS, found, strict=True))
    with ThreadPoolExecutor(4) as pool:
        assert np.array_equal(list(pool.map(opened.encode_query, TEXTS * 5)), np.tile(found, (5, 1)))


@needs_openvino
def test_a_file_that_is_no_graph_is_named(plain: InstalledModel, tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"bad\.onnx: OpenVINO cannot open the graph"):
        runtime.Runtime(tmp_path / "bad.onnx", plain.folder / "tokenizer.json", max_tokens=40, is_bfloat16=True)


@needs_openvino
def test_it_reports_to_nobody_and_survives_a_fork(install_measured: Install, tmp_path: Path) -> None:
    """Its own import would write an id into the home folder and send an event; here no socket can be made at all."""
    model = install_measured(1.7)
    script = """
import os, sys
from pathlib import Path
tried = []
def forbid(event, arguments):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.exec", "os.posix_spawn"):
        tried.append(event)
        raise PermissionError(event)
sys.addaudithook(forbid)
from broadsheet.search.embedding import Encoder, with_openvino
encoder = Encoder.load(Path(sys.argv[1]))
with_openvino.is_usable()
before = encoder.encode(["a", "b"])
assert sys.modules["openvino"] and sys.modules["openvino_telemetry"] is None
assert not [name for name in sys.modules if name.startswith(("openvino_telemetry.", "openvino.tools.ovc."))]
child = os.fork()
if child == 0:
    sys.exit(0 if (encoder.encode(["a", "b"]) == before).all() and not tried else 1)
assert os.waitpid(child, 0)[1] == 0
assert not tried, tried
"""
    home = tmp_path / "home"
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-W", "error", "-c", script, str(model.folder.parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert (done.stderr, done.returncode) == ("", 0)
    assert list(home.iterdir()) == []
